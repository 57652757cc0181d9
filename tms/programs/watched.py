"""Do webhooks arrive? For the operations page and the metrics."""

import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from tms.condition import BAD, GOOD, WARN, Condition
from tms.models import WebhookDelivery, WebhookEndpoint
from tms.models.webhooks import UNFINISHED, DeliveryState, EndpointState

from . import sending


def webhooks(at: datetime.datetime) -> Condition:
    """What waits and what is parked, and who doesn't answer. Two queries."""
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE, removed_at=None)
    silent = list(active.filter(failures__gte=sending.OUTAGE).values_list("name", flat=True))
    rows = WebhookDelivery.objects.filter(state__in=UNFINISHED, endpoint__removed_at=None)
    found = rows.aggregate(
        parked=Count("pk", filter=Q(state=DeliveryState.PARKED)),
        waiting=Count("pk", filter=Q(state=DeliveryState.WAITING)),
    )
    reason = remedy = ""
    if found["parked"]:
        reason = _("Some didn't arrive within 48 hours; what happened later waits behind them.")
        remedy = _("Resend or skip what is parked, under Webhooks.")
    elif silent:
        reason = _("%(names)s: no answer.") % {"names": ", ".join(silent[:5])}
        remedy = _("See to the receiver, or pause the webhook. Nothing is lost.")
    return Condition(
        "webhooks",
        _("Webhooks"),
        BAD if found["parked"] else WARN if silent else GOOD,
        _("%(waiting)d waiting, %(parked)d parked") % found,
        reason,
        remedy,
        {"webhooks_waiting": found["waiting"], "webhooks_parked": found["parked"]},
    )

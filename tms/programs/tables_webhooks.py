"""The lists of webhooks and of what they delivered: rows, columns, filters."""

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Lower
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tms import days
from tms.models import WebhookDelivery, WebhookEndpoint
from tms.models.webhooks import DeliveryState, EndpointState
from tms.ui import filters, tables

from . import happenings, sending

STATES = [
    (EndpointState.ACTIVE.value, EndpointState.ACTIVE.label),
    ("silent", gettext_lazy("No answer")),
    (EndpointState.PAUSED.value, EndpointState.PAUSED.label),
]


def _number(state: str):
    rows = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=state)
    counted = rows.order_by().values("endpoint").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def endpoints():
    """The webhooks that there are, with what waits and what is parked."""
    return WebhookEndpoint.objects.filter(removed_at=None).annotate(
        name_key=Lower("name"),
        status=Case(
            When(state=EndpointState.PAUSED, then=Value("paused")),
            When(failures__gte=sending.OUTAGE, then=Value("silent")),
            default=Value("active"),
            output_field=TextField(),
        ),
        waiting=_number(DeliveryState.WAITING),
        parked=_number(DeliveryState.PARKED),
    )


def number_of_kinds(row) -> str:
    n = len(row["kinds"])
    return ngettext("%(n)d kind", "%(n)d kinds", n) % {"n": n}


class EndpointTable(tables.Table):
    name = tables.Link(
        "programs:webhook",
        main=True,
        sort="name_key",
        verbose_name=gettext_lazy("Name"),
        note="address",
    )
    status = tables.Status(STATES, verbose_name=gettext_lazy("Status"))
    kinds = tables.Column(
        draw=number_of_kinds, needs=("kinds",), verbose_name=gettext_lazy("Sends")
    )
    waiting = tables.Number(verbose_name=gettext_lazy("Waiting"))
    parked = tables.Number(verbose_name=gettext_lazy("Parked"))


def deliveries(endpoint_id: int):
    """The log of one webhook; `held`: an earlier happening of the same record is not through."""
    rows = WebhookDelivery.objects.filter(endpoint_id=endpoint_id)
    return rows.annotate(
        held=Case(
            When(Q(state=DeliveryState.WAITING), then=sending.blocked()), default=Value(False)
        )
    )


def kind_of(row) -> str:
    if row["kind"] == "webhook.tested":
        return _("Test")
    return happenings.labels().get(row["kind"], row["kind"])


def record_of(row) -> str:
    return f"{row['subject_kind']} {row['subject_id']}"


def answer_of(row) -> str:
    """What the receiver said last, or why it said nothing."""
    return row["trouble"] or (str(row["status"]) if row["status"] else "")


def next_try(row) -> str:
    if row["state"] != DeliveryState.WAITING:
        return ""
    return _("after an earlier one") if row["held"] else days.moment(row["next_at"])


class Kind(tables.Link):
    """A kind of happening in its words."""

    def text(self, value):
        return escape(kind_of({"kind": value}))


class DeliveryTable(tables.Table):
    kind = Kind(
        "programs:delivery",
        main=True,
        verbose_name=gettext_lazy("Happening"),
        export=kind_of,
    )
    record = tables.Column(
        draw=record_of, needs=("subject_kind", "subject_id"), verbose_name=gettext_lazy("Record")
    )
    sequence = tables.Number(verbose_name=gettext_lazy("Sequence"))
    at = tables.Moment(verbose_name=gettext_lazy("When"))
    state = tables.Status(DeliveryState.choices, verbose_name=gettext_lazy("State"))
    attempts = tables.Number(verbose_name=gettext_lazy("Attempts"))
    answer = tables.Column(
        draw=answer_of, needs=("status", "trouble"), verbose_name=gettext_lazy("Last answer")
    )
    next_at = tables.Column(
        draw=next_try, needs=("state", "held", "next_at"), verbose_name=gettext_lazy("Next try")
    )


class DeliveryFilter(filters.FilterSet):
    state = filters.Choice(
        choices=DeliveryState.choices,
        every=gettext_lazy("Every state"),
        label=gettext_lazy("State"),
    )

    class Meta(filters.FilterSet.Meta):
        model, fields = WebhookDelivery, ()

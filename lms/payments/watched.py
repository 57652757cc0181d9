"""Is there money for which nothing was given? For the operations page and the metrics."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.condition import GOOD, WARN, Condition

from ..models import Payment, PaymentNews, PaymentRefund

MONTH = datetime.timedelta(days=30)


def payments(at: datetime.datetime) -> Condition:
    """Payments that need action, refunds that didn't go through, and news of unknown payments in
    the last 30 days. Four queries.
    """
    stuck = Payment.objects.to_settle().count()
    going_back = Payment.objects.filter(refund_asked_at__isnull=False, refunded_at=None)
    parts = PaymentRefund.objects.filter(refunded_at=None).exclude(trouble="").count()
    open_ones = going_back.exclude(trouble="").count() + parts
    unknown = PaymentNews.objects.filter(outcome="unknown", at__gt=at - MONTH).count()
    figures = {
        "payments_needing_action": float(stuck),
        "payments_refunds_failed": float(open_ones),
        "payments_unknown": float(unknown),
    }
    count = stuck + open_ones
    if not count and not unknown:
        return Condition("payments", _("Payments"), GOOD, _("all settled"), figures=figures)
    said = ngettext("%(n)d needs action", "%(n)d need action", count) % {"n": count}
    return Condition(
        "payments",
        _("Payments"),
        WARN,
        said if count else _("unknown payments"),
        _("Money came for which nothing was given, or didn't go back.")
        if count
        else _("The provider told of payments that aren't ours, in the last 30 days."),
        _("See to them in the control panel, under Payments.")
        if count
        else _("Look at the provider's own list: is another system using the same account?"),
        figures,
    )

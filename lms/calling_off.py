"""What goes back to cards when an event is called off?"""

from tms.consequences import Consequence, Fact

from .models import PaidBy, Registration
from .payments import refunding


def refund_cards(fact: Fact) -> list[Consequence]:
    """Where what was billed is credited, what was paid by card goes back: its places just ended."""
    if fact.kind != "event.cancelled" or not fact.data.get("credit"):
        return []
    ended = Registration.objects.filter(
        event__in=fact.subjects, paid_by=PaidBy.CARD, cancelled_at=fact.at
    )
    ids = list(ended.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return []
    return refunding.of_places(
        ids,
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )

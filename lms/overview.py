"""How do things stand today? The figures of the dashboard, and what ends or begins next."""

import dataclasses
import datetime

from django.db.models import Count, Q

from catalog.models import Event
from passes.models import Pass

from .models import Registration, Request, RequestState

SOON = datetime.timedelta(days=30)
FORTNIGHT = datetime.timedelta(days=14)
LISTED = 8


@dataclasses.dataclass(frozen=True)
class Passes:
    """Active on the day, those of them that end within thirty days, and those nobody holds."""

    active: int
    ending: int
    unassigned: int
    next: list


def passes(on: datetime.date) -> Passes:
    """Two statements."""
    active = Pass.objects.active_on(on)
    counted = active.aggregate(
        active=Count("pk"),
        ending=Count("pk", filter=Q(expires_on__lte=on + SOON)),
        unassigned=Count("pk", filter=Q(contact=None)),
    )
    ending = active.filter(expires_on__lte=on + SOON).select_related(
        "pass_type", "contact", "account"
    )
    return Passes(**counted, next=list(ending.order_by("expires_on", "pk")[:LISTED]))


def requests() -> list[Request]:
    """The open ones, the oldest first: as many as are listed and one more. One statement."""
    return list(
        Request.objects.filter(state=RequestState.OPEN)
        .select_related("contact", "pass_type", "item")
        .order_by("pk")[: LISTED + 1]
    )


def waiting() -> int:
    return Request.objects.filter(state=RequestState.OPEN).count()


def events(on: datetime.date):
    """Open events that begin in the next fourteen days, soonest first. Lazy."""
    return (
        Event.objects.open()
        .filter(first_on__gte=on, first_on__lte=on + FORTNIGHT)
        .select_related("course")
        .order_by("first_on", "pk")
    )


def learners(on: datetime.date) -> int:
    """How many registrations were made in the last thirty days. One statement."""
    return (
        Registration.objects.live()
        .filter(registered_on__gt=on - SOON, registered_on__lte=on)
        .count()
    )

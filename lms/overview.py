"""How do things stand today? The figures of the dashboard, what waits, and what runs short."""

import dataclasses
import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery

from catalog.models import Event
from crm.models import Opportunity
from passes.models import Pass

from .models import Payment, Registration, Request, RequestState, Submission, Waiting

SOON = datetime.timedelta(days=30)
FORTNIGHT = datetime.timedelta(days=14)
LISTED = 6
FEW_SEATS = 2


@dataclasses.dataclass(frozen=True)
class Passes:
    """Active on the day, those of them that end within thirty days, and those nobody holds."""

    active: int
    ending: int
    unassigned: int


def passes(on: datetime.date) -> Passes:
    """One statement."""
    counted = Pass.objects.active_on(on).aggregate(
        active=Count("pk"),
        ending=Count("pk", filter=Q(expires_on__lte=on + SOON)),
        unassigned=Count("pk", filter=Q(contact=None)),
    )
    return Passes(**counted)


@dataclasses.dataclass(frozen=True)
class Closing:
    """Open opportunities due within fourteen days or overdue, and those of them overdue."""

    due: int
    overdue: int


def closing(on: datetime.date) -> Closing:
    """One statement."""
    return Closing(
        **Opportunity.objects.open()
        .filter(closes_key__lte=on + FORTNIGHT)
        .aggregate(due=Count("pk"), overdue=Count("pk", filter=Q(closes_key__lt=on)))
    )


def requests() -> list[Request]:
    """The open ones, the oldest first: as many as are listed and one more. One statement."""
    return list(
        Request.objects.filter(state=RequestState.OPEN)
        .select_related("contact", "pass_type", "item")
        .order_by("pk")[: LISTED + 1]
    )


def waiting() -> int:
    return Request.objects.filter(state=RequestState.OPEN).count()


@dataclasses.dataclass(frozen=True)
class Events:
    """Open events that begin within thirty days: how many, and those of them short of learners or
    of seats."""

    coming: int
    short: int
    tight: int


SHORT = Q(minimum__isnull=False, taken__lt=F("minimum"))
TIGHT = Q(capacity__isnull=False, taken__gte=F("capacity") - FEW_SEATS)


def coming(on: datetime.date):
    return Event.objects.open().filter(first_on__gte=on, first_on__lte=on + SOON)


def events(on: datetime.date) -> Events:
    """One statement."""
    return Events(
        **coming(on).aggregate(
            coming=Count("pk"),
            short=Count("pk", filter=SHORT),
            tight=Count("pk", filter=TIGHT & ~SHORT),
        )
    )


def short_of_seats(on: datetime.date) -> list[Event]:
    """Those of them that are below their minimum or have two seats left at most, soonest first:
    as many as are listed and one more, each with how many are `in_line` for a seat (None: nobody).
    One statement."""
    line = Waiting.objects.live().filter(event=OuterRef("pk"), offered_at=None).order_by()
    counted = line.values("event").annotate(count=Count("pk")).values("count")
    found = coming(on).filter(SHORT | TIGHT).select_related("course")
    found = found.annotate(in_line=Subquery(counted))
    return list(found.order_by("first_on", "pk")[: LISTED + 1])


def to_mark() -> list[Submission]:
    """What was handed in and waits to be marked, the oldest first: as many as are listed and one
    more. One statement."""
    found = Submission.objects.waiting().select_related("contact", "unit__section__course")
    return list(found.order_by("pk")[: LISTED + 1])


def to_settle() -> list[Payment]:
    """What was paid for and not given, the oldest first: as many as are listed and one more. One
    statement."""
    found = Payment.objects.to_settle().select_related("contact", "unit")
    return list(found.order_by("pk")[: LISTED + 1])


def learners(on: datetime.date) -> int:
    """How many registrations were made in the last thirty days. One statement."""
    return (
        Registration.objects.live()
        .filter(registered_on__gt=on - SOON, registered_on__lte=on)
        .count()
    )

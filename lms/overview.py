"""How do things stand today? The figures of the dashboard, what waits, and what runs short."""

import dataclasses
import datetime

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Value

from catalog.models import Event
from crm.models import Opportunity
from crm.models.contact import called
from passes.models import Pass
from tms.compiled import Question, Rows
from tms.lately import Lately

from .models import Payment, Registration, Request, RequestState, Submission, Waiting

SOON = datetime.timedelta(days=30)
FORTNIGHT = datetime.timedelta(days=14)
LISTED = 6
FEW_SEATS = 2
WHO = ("contact_id", "contact__first_name", "contact__last_name", "contact__email")
UNIT = ("code", "decimals", "kind", "label")


def with_name(row: dict) -> dict:
    """The row with what its contact is called."""
    return row | {"name": called(*(row[each] for each in WHO[1:]))}


def counted(rows, **numbers) -> models.QuerySet:
    """The numbers of all the rows together, as one row; of no rows there is none."""
    together = rows.order_by().values(together=Value(1)).annotate(**numbers)
    return together.values_list(*numbers)


@dataclasses.dataclass(frozen=True)
class Passes:
    """Active on the day, those of them that end within thirty days, and those nobody holds."""

    active: int
    ending: int
    unassigned: int


# Read from an index alone (pass_type_living).
PASSES = Lately(
    Question(
        lambda on, soon: counted(
            Pass.objects.active_on(on),
            active=Count("pk"),
            ending=Count("pk", filter=Q(expires_on__lte=soon)),
            unassigned=Count("pk", filter=Q(contact=None)),
        )
    ),
    counted=lambda rows: rows[0][0],
)


def passes(on: datetime.date) -> Passes:
    """One statement."""
    return Passes(*(PASSES.one(on=on, soon=on + SOON) or (0, 0, 0)))


@dataclasses.dataclass(frozen=True)
class Closing:
    """Open opportunities due within fourteen days or overdue, and those of them overdue."""

    due: int
    overdue: int


CLOSING = Question(
    lambda on, until: counted(
        Opportunity.objects.open().filter(closes_key__lte=until),
        due=Count("pk"),
        overdue=Count("pk", filter=Q(closes_key__lt=on)),
    )
)


def closing(on: datetime.date) -> Closing:
    """One statement."""
    return Closing(*(CLOSING.one(on=on, until=on + FORTNIGHT) or (0, 0)))


REQUESTS = Rows(
    lambda: (
        Request.objects.filter(state=RequestState.OPEN)
        .order_by("pk")
        .values("pk", *WHO, "asked_at", "pass_type_id", "pass_type__name", "item__title")[
            : LISTED + 1
        ]
    )
)
WAITING = Question(
    lambda: counted(Request.objects.filter(state=RequestState.OPEN), waiting=Count("pk"))
)


def requests() -> list[dict]:
    """The open ones, the oldest first: as many as are listed and one more. One statement."""
    return list(map(with_name, REQUESTS()))


def waiting() -> int:
    """How many are open. One statement."""
    return WAITING.value(0)


@dataclasses.dataclass(frozen=True)
class Events:
    """Open events that begin within thirty days: how many, and those of them short of learners or
    of seats."""

    coming: int
    short: int
    tight: int


SHORT = Q(minimum__isnull=False, taken__lt=F("minimum"))
TIGHT = Q(capacity__isnull=False, taken__gte=F("capacity") - FEW_SEATS)


def coming(on, soon):
    return Event.objects.open().filter(first_on__gte=on, first_on__lte=soon)


EVENTS = Question(
    lambda on, soon: counted(
        coming(on, soon),
        coming=Count("pk"),
        short=Count("pk", filter=SHORT),
        tight=Count("pk", filter=TIGHT & ~SHORT),
    )
)


def events(on: datetime.date) -> Events:
    """One statement."""
    return Events(*(EVENTS.one(on=on, soon=on + SOON) or (0, 0, 0)))


def _short_of_seats(on, soon):
    line = Waiting.objects.live().filter(event=OuterRef("pk"), offered_at=None).order_by()
    in_line = line.values("event").annotate(count=Count("pk")).values("count")
    found = coming(on, soon).filter(SHORT | TIGHT).annotate(in_line=Subquery(in_line))
    needed = ("pk", "course__title", "first_on", "place", "minimum", "capacity", "taken", "in_line")
    return found.order_by("first_on", "pk").values(*needed)[: LISTED + 1]


SHORT_OF_SEATS = Rows(_short_of_seats)


def short_of_seats(on: datetime.date) -> list[dict]:
    """Those of them that are below their minimum or have two seats left at most, soonest first:
    as many as are listed and one more, each with how many are `in_line` for a seat (None: nobody).
    One statement."""
    return SHORT_OF_SEATS(on=on, soon=on + SOON)


TO_MARK = Rows(
    lambda: (
        Submission.objects.waiting()
        .order_by("pk")
        .values("pk", *WHO, "unit__title", "unit__section__course__title", "submitted_at")[
            : LISTED + 1
        ]
    )
)
TO_SETTLE = Rows(
    lambda: (
        Payment.objects.to_settle()
        .order_by("pk")
        .values("pk", *WHO, "title", "net", "tax", *(f"unit__{each}" for each in UNIT))[
            : LISTED + 1
        ]
    )
)
LEARNERS = Lately(
    Question(
        lambda after, on: counted(
            Registration.objects.live().filter(registered_on__gt=after, registered_on__lte=on),
            learners=Count("pk"),
        )
    ),
    counted=lambda rows: rows[0][0],
)


def to_mark() -> list[dict]:
    """What was handed in and waits to be marked, the oldest first: as many as are listed and one
    more. One statement."""
    return list(map(with_name, TO_MARK()))


def to_settle() -> list[dict]:
    """What was paid for and not given, the oldest first: as many as are listed and one more. One
    statement."""
    return list(map(with_name, TO_SETTLE()))


def learners(on: datetime.date) -> int:
    """How many registrations were made in the last thirty days. One statement."""
    return LEARNERS.value(0, after=on - SOON, on=on)

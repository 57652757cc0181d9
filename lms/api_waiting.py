"""What can programs do with waiting lists, and with the date that somebody has a place on?"""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from catalog.models import Event
from crm.models import Contact
from tms.programs.fields import Flag, Id, IdText, Told
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Action, Outcome, Previewed, VersionedAction, outcome
from tms.programs.resource import Resource, operation, who

from . import transferring, waiting
from .api import VALUES as PLACE
from .api import RegistrationChanged
from .api import told as told_place
from .api_marking import registrations
from .models import Registration, Waiting

lines = Resource(tags=["Waiting lists"])

READ, WRITE = "registrations:read", "registrations:write"
VALUES = (
    "contact_id", "event_id", "joined_at", "offered_at", "offered_until", "outcome", "ended_at",
    "registration_id",
)  # fmt: skip


class WaitingTold(Told):
    """One learner in the line for one event; the order of the line is that of the ids."""

    id: int | None = Field(description="null in the preview of a new one.")
    contact: int
    event: int
    joined_at: datetime.datetime
    offered_at: datetime.datetime | None = Field(description="From then on a seat is kept.")
    offered_until: datetime.datetime | None
    outcome: Literal["", "booked", "left", "removed", "lapsed", "closed"] = Field(
        description="Why they are out of the line; empty: they are in it."
    )
    ended_at: datetime.datetime | None
    registration: int | None


class WaitingChanged(Outcome):
    """What an action did to somebody in a line."""

    changed: WaitingTold


class WaitingQuery(Listing):
    contact: IdText | None = None
    event: IdText | None = None
    live: Annotated[Flag, Field(description="Only those who are in the line.")] = False


class Joining(Previewed):
    contact: Id
    event: Id


class Offer(Previewed):
    event: Id


class Transfer(VersionedAction):
    event: Annotated[Id, Field(description="Another date of the same course.")]
    tell: Annotated[bool, Field(description="Write to the learner.")] = True


def told(row: dict) -> WaitingTold:
    row = {name.removesuffix("_id"): row[name] for name in row}
    return WaitingTold(id=row.pop("pk"), **row)


def changed(pk: int, asked: Previewed, *, new: bool = False) -> WaitingChanged:
    row = values_at(Waiting.objects, pk, VALUES)
    if new and asked.preview:  # Ids of a preview mean nothing afterwards.
        row["pk"] = None
    return WaitingChanged(changed=told(row), **outcome(asked, []))


@lines.reads("/waiting-list", scope=READ, answer=Page[WaitingTold])
def list_waiting(request, asked: Query[WaitingQuery]):
    """List who waits, or waited."""
    found = Waiting.objects.live() if asked.live else Waiting.objects.all()
    exact = asked.model_dump(include={"contact", "event"}, exclude_none=True)
    items, following = page(found.filter(**exact), asked, "waiting-list", VALUES)
    return Page[WaitingTold](items=[told(row) for row in items], next=following)


@lines.reads("/waiting-list/{int:pk}", scope=READ, answer=WaitingTold)
def get_waiting(request, pk: int):
    """Get somebody's place in a line."""
    return told(values_at(Waiting.objects, pk, VALUES))


@lines.writes("/waiting-list", scope=WRITE, answer=WaitingChanged, status=201)
def join_waiting_list(request, asked: Joining):
    """Put a contact at the end of the line for a full event.

    Who stands in it already keeps their place.
    """
    contact = named(Contact.objects.select_related("account"), asked.contact, "contact")
    event = named(Event.objects.select_related("course"), asked.event, "event")
    made = waiting.join(contact, event, **who(request), **operation(request))
    return changed(made.pk, asked, new=True)


@lines.writes("/waiting-list/offer", scope=WRITE, answer=WaitingChanged)
def offer_next_place(request, asked: Offer):
    """Offer a free place to the first in line, after the registration deadline too."""
    event = named(Event.objects.select_related("course"), asked.event, "event")
    return changed(waiting.offer_next(event, **who(request), **operation(request)).pk, asked)


@lines.writes("/waiting-list/{int:pk}/removal", scope=WRITE, answer=WaitingChanged)
def leave_waiting_list(request, pk: int, asked: Action):
    """Take somebody out of the line; a place that was on offer goes to the next."""
    at_address(Waiting.objects, pk)
    waiting.leave(pk, reason=asked.reason, **who(request), **operation(request))
    return changed(pk, asked)


@registrations.writes("/registrations/{int:pk}/transfer", scope=WRITE, answer=RegistrationChanged)
def transfer_registration(request, pk: int, asked: Transfer):
    """Move a registration to another date of its course, with what was paid for it."""
    at_address(Registration.objects, pk)
    event = named(Event.objects.select_related("course"), asked.event, "event")
    transferring.transfer(
        pk,
        event=event,
        version=asked.version,
        tell=asked.tell,
        reason=asked.reason,
        **who(request),
        **operation(request),
    )
    row = values_at(Registration.objects, pk, PLACE)
    return RegistrationChanged(changed=told_place(row), **outcome(asked, []))

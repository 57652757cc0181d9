"""What can programs do with events? Plan, change, open, call off, and say when they meet."""

from typing import Annotated, Literal

from pydantic import Field

from tms import consequences
from tms.programs.fields import IN_JSON, Asked, Day, Id, Line, Reason, Version, Wall
from tms.programs.gate import Key
from tms.programs.looking import at_address, held, named
from tms.programs.previews import Deleted, Outcome, Versioned, VersionedAction, outcome
from tms.programs.resource import who

from . import events as verbs
from . import sessions
from .api import EventWhole, catalogue, told_event
from .models import Event, EventType, Item, Session

Number = Annotated[int, Field(ge=0, le=100_000), IN_JSON]
EVENTS = Event.objects.select_related("course")
CREDIT = "invoices:credit"


class EventChanged(Outcome):
    """What an action did to an event, and to others."""

    changed: EventWhole


# Sessions


class SessionFields(Asked):
    starts: Annotated[Wall, Field(description="As the clock shows it there.")]
    ends: Wall
    time_zone: Annotated[Line, Field(max_length=60, description="Empty: ours.")] = ""
    place: Line = ""
    link: Annotated[Line, Field(description="Where it is held online.")] = ""
    instructor: Annotated[Line, Field(max_length=120)] = ""


class Telling(Asked):
    """What is done about those who have a place where an event's sessions change."""

    tell: Annotated[bool, Field(description="Write to those who have a place.")] = True
    choose_until: Annotated[
        Day | None,
        Field(
            description="Where it meets on other days then: until this day whoever has a place may "
            "take another date or give the place up, and gets back what was paid; null: they are "
            "not asked."
        ),
    ] = None


TELLING = frozenset(Telling.model_fields)


class NewSession(SessionFields, Telling, Versioned):
    """A meeting of an event."""


class SessionRemoval(Telling, Versioned):
    pass


class SessionChange(Telling, Versioned):
    starts: Wall | None = None
    ends: Wall | None = None
    time_zone: Annotated[Line, Field(max_length=60)] = ""
    place: Line = ""
    link: Line = ""
    instructor: Annotated[Line, Field(max_length=120)] = ""


FIELDS = frozenset(SessionFields.model_fields)


def meeting(request, asked: SessionFields) -> dict:
    """What `sessions.add_session` takes."""
    return asked.model_dump(include=set(FIELDS)) | {"time_zone": asked.time_zone or request.zone}


# Making and changing


class EventFields(Asked):
    code: Annotated[Line, Field(max_length=40)] = ""
    place: Line = ""
    minimum: Number | None = None
    capacity: Annotated[Number | None, Field(description="null: no maximum.")] = None
    closes_on: Annotated[Day | None, Field(description="The last day to register.")] = None
    cancel_until: Day | None = None
    content_days: Annotated[
        int | None,
        Field(ge=1, le=36_500, description="From registration; null: for good."),
        IN_JSON,
    ] = None


class NewEvent(EventFields):
    course: Id
    type: Literal["classroom", "blended", "lms"]
    sessions: Annotated[list[SessionFields], Field(max_length=200)] = []


class EventChange(EventFields):
    type: Literal["classroom", "blended", "lms"] = "classroom"
    version: Version | None = None


class Copy(Asked):
    first_on: Annotated[Day | None, Field(description="null: on the same days.")] = None
    code: Annotated[Line, Field(max_length=40)] = ""


class CalledOff(VersionedAction):
    reason: Annotated[Reason, Field(min_length=1)]
    onto: Annotated[
        Id | None,
        Field(
            description="Another date of the course: who has a place moves there, as far as it "
            "takes them in."
        ),
    ] = None
    choose_until: Annotated[
        Day | None,
        Field(
            description="Until then whoever moves may take yet another date or give the place up, "
            "and gets back what was paid; null: they are not asked."
        ),
    ] = None
    tell: Annotated[bool, Field(description="Write to those who lose their place.")] = True
    credit: Annotated[
        bool,
        Field(
            description="Credit what was billed for the places alone (for keys with "
            "invoices:credit)."
        ),
    ] = False


def values_of(asked: EventFields) -> dict:
    values = asked.model_dump(exclude_unset=True, exclude={"version", "course", "sessions"})
    if "type" in values:
        values["event_type"] = values.pop("type")
    return values


@catalogue.writes("/events", scope="catalogue:write", answer=EventWhole, status=201)
def create_event(request, asked: NewEvent):
    """Plan a run of a course, as a draft."""
    course = named(Item.objects.all(), asked.course, "course")
    meetings = [meeting(request, each) for each in asked.sessions]
    made = verbs.create(course, sessions=meetings, **values_of(asked), **who(request))
    return told_event(made.pk, request.today)


@catalogue.writes("/events/{int:pk}", scope="catalogue:write", answer=EventWhole, method="PATCH")
def change_event(request, pk: int, asked: EventChange):
    """Change some fields of an event."""
    verbs.edit(held(EVENTS, pk, asked.version), **values_of(asked), **who(request))
    return told_event(pk, request.today)


@catalogue.writes(
    "/events/{int:pk}/duplication", scope="catalogue:write", answer=EventWhole, status=201
)
def duplicate_event(request, pk: int, asked: Copy):
    """Make a draft like it, with its prices, and its sessions from another day on."""
    event = at_address(EVENTS, pk)
    made = verbs.duplicate(event, **asked.model_dump(), **who(request))
    return told_event(made.pk, request.today)


# What can happen to one


@catalogue.writes("/events/{int:pk}/opening", scope="catalogue:write", answer=EventChanged)
def open_event(request, pk: int, asked: Versioned):
    """Let people register on an event."""
    verbs.open_(held(EVENTS, pk, asked.version), **who(request))
    return changed(request, pk, asked, [])


@catalogue.writes("/events/{int:pk}/withdrawal", scope="catalogue:write", answer=EventChanged)
def withdraw_event(request, pk: int, asked: Versioned):
    """Make an open event a draft again, as long as nobody has a place."""
    verbs.withdraw(held(EVENTS, pk, asked.version), **who(request))
    return changed(request, pk, asked, [])


@catalogue.writes("/events/{int:pk}/cancellation", scope="catalogue:write", answer=EventChanged)
def cancel_event(request, pk: int, asked: CalledOff):
    """Call an event off for good. Who has a place loses it, or moves to another date."""
    event = at_address(EVENTS, pk)
    if asked.credit:
        Key(CREDIT).refuse_beyond(request.auth)
    dates = Event.objects.bookable_on(request.today).exclude(type=EventType.LMS)
    onto = named(dates, asked.onto, "onto")
    # Whose tokens come back is locked before the event is.
    consequences.ahead("event.cancelled", (pk,))
    if onto:  # Both are locked by their ids.
        list(Event.objects.select_for_update().filter(pk__in=[pk, onto.pk]).order_by("pk"))
    held(EVENTS, pk, asked.version)
    terms = asked.model_dump(include={"reason", "choose_until", "credit", "tell"})
    found = verbs.cancel(event, onto=onto, **terms, **who(request))
    return changed(request, pk, asked, found)


@catalogue.writes("/events/{int:pk}/deletion", scope="catalogue:write", answer=Deleted)
def delete_event(request, pk: int, asked: Versioned):
    """Delete an event that was never used."""
    verbs.delete(held(EVENTS, pk, asked.version), **who(request))
    return Deleted(id=pk, **outcome(asked, []))


def changed(request, pk: int, asked, consequences) -> EventChanged:
    return EventChanged(changed=told_event(pk, request.today), **outcome(asked, consequences))


# When it meets


@catalogue.writes(
    "/events/{int:pk}/sessions", scope="catalogue:write", answer=EventChanged, status=201
)
def add_session(request, pk: int, asked: NewSession):
    """Add a session to an event. Its first and last day follow."""
    event = held(EVENTS, pk, asked.version)
    telling = asked.model_dump(include=set(TELLING))
    added = sessions.add_session(event, **meeting(request, asked), **telling, **who(request))
    return changed(request, pk, asked, added.consequences)


@catalogue.writes(
    "/events/{int:pk}/sessions/{int:session}",
    scope="catalogue:write",
    answer=EventChanged,
    method="PATCH",
)
def change_session(request, pk: int, session: int, asked: SessionChange):
    """Move a session, or change where it is held.

    Who has a place by a pass that ends before the event then begins keeps it, and is named.
    """
    held(EVENTS, pk, asked.version)
    found = at_address(Session.objects.filter(event=pk), session)
    starts, ends = sessions.wall_of(found)
    values = {
        "starts": starts,
        "ends": ends,
        **{name: getattr(found, name) for name in ("time_zone", "place", "link", "instructor")},
    }
    given = asked.model_dump(exclude_unset=True, include=set(FIELDS))
    values |= {name: value for name, value in given.items() if value is not None}
    values |= asked.model_dump(include=set(TELLING))
    return changed(request, pk, asked, sessions.edit_session(found, **values, **who(request)))


@catalogue.writes(
    "/events/{int:pk}/sessions/{int:session}/removal", scope="catalogue:write", answer=EventChanged
)
def remove_session(request, pk: int, session: int, asked: SessionRemoval):
    """Take a session off. The last one of an open event stays."""
    held(EVENTS, pk, asked.version)
    found = at_address(Session.objects.filter(event=pk), session)
    telling = asked.model_dump(include=set(TELLING))
    return changed(request, pk, asked, sessions.remove_session(found, **telling, **who(request)))

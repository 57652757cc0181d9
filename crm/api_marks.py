"""How do programs say who teaches a session, and who looks after an account's training?"""

from typing import Annotated

from django.db.models import Q
from pydantic import Field

from catalog.api_events import EVENTS
from catalog.models import Session
from tms.programs.fields import Asked, Id, Told, Version
from tms.programs.looking import at_address, held, several
from tms.programs.previews import Outcome, Versioned, outcome
from tms.programs.resource import Resource, operation, who

from . import managers, teaching
from .api import TAGS
from .api_accounts import AccountTold, told_account
from .models import Account, Contact, Teaching

marks = Resource()


class Instructor(Told):
    """A contact who was chosen to teach."""

    contact: int
    name: str


class SessionTaught(Told):
    """Who was chosen to teach one session."""

    session: int
    instructors: list[Instructor]


class EventTaught(Told):
    """Who was chosen to teach each session of an event, the sessions by when they begin."""

    event: int
    sessions: list[SessionTaught]


class TeachingChanged(Outcome):
    """Who teaches now, and what they teach at the same time."""

    changed: EventTaught


class Teachers(Versioned):
    contacts: Annotated[
        list[Id],
        Field(
            max_length=teaching.MOST,
            description="All of them, marked as instructors; who isn't named is taken off.",
        ),
    ]
    every_session: Annotated[
        bool, Field(description="They teach every session of the event, not only this one.")
    ] = False


class Managers(Asked):
    contacts: Annotated[
        list[Id],
        Field(
            max_length=200,
            description="All of them, contacts of the account; who isn't named is taken off.",
        ),
    ]
    version: Version | None = None


def told_teaching(event_id: int) -> EventTaught:
    """Three statements."""
    ids = list(
        Session.objects.filter(event=event_id)
        .order_by("starts_at", "pk")
        .values_list("pk", flat=True)
    )
    found: dict[int, list[Instructor]] = {pk: [] for pk in ids}
    rows = Teaching.objects.filter(session__in=ids).select_related("contact")
    for each in rows.order_by("contact__name_key", "contact"):
        told = Instructor(contact=each.contact_id, name=each.contact.name)
        found[each.session_id].append(told)
    return EventTaught(
        event=event_id,
        sessions=[SessionTaught(session=pk, instructors=found[pk]) for pk in ids],
    )


@marks.reads(
    "/events/{int:pk}/instructors", scope="catalogue:read", answer=EventTaught, tags=["Catalogue"]
)
def list_event_instructors(request, pk: int):
    """List who teaches each session of an event."""
    return told_teaching(at_address(EVENTS, pk).pk)


@marks.writes(
    "/events/{int:pk}/sessions/{int:session}/instructors",
    scope="catalogue:write",
    answer=TeachingChanged,
    tags=["Catalogue"],
)
def choose_instructors(request, pk: int, session: int, asked: Teachers):
    """Let these contacts, and nobody else, teach a session, or every one of its event.

    What they teach besides at the same time is told, never refused. Nobody: the session's words say
    who teaches it.
    """
    at_address(EVENTS, pk)
    found = at_address(Session.objects.filter(event=pk), session)
    # Who teaches no more may stay where they were. Of anybody else a key for the catalogue learns
    # nothing. Contacts are locked before the event.
    known = Teaching.objects.filter(session__event=pk).values("contact")
    rows = Contact.objects.filter(Q(is_instructor=True, archived_at=None) | Q(pk__in=known))
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    people = several(locked, asked.contacts, "contacts")
    held(EVENTS, pk, asked.version)
    terms = {"every_session": asked.every_session}
    told = teaching.choose(found, people, **terms, **who(request), **operation(request))
    return TeachingChanged(changed=told_teaching(pk), **outcome(asked, told))


@marks.writes("/accounts/{int:pk}/managers", scope="people:write", answer=AccountTold, tags=TAGS)
def choose_managers(request, pk: int, asked: Managers):
    """Mark these contacts of an account, and nobody else, as those who look after its training."""
    account = at_address(Account.objects, pk)
    people = several(Contact.objects.all(), asked.contacts, "contacts")
    managers.choose(account, people, version=asked.version, **who(request), **operation(request))
    return told_account(pk)

"""What happens to an event? Made, edited, opened, cancelled, held again.

Its meetings are in `catalog.sessions`. Full, Running and Completed are nobody's verbs: they follow
from seats and days (`Event.status_on`). `taken` is changed by the places alone.
"""

import datetime

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import consequences, journal
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal

from . import pricing
from .event_rows import DAYS, NUMBERS, TEXTS, locked, said, save, write_values
from .item_rows import changes
from .models import (
    Event,
    EventState,
    EventStatus,
    EventType,
    Item,
    ItemKind,
    ItemStatus,
    Priced,
    Session,
)
from .sessions import add_session, keep_days, moment_of, wall_of

# What may be done to an event that is what on a day: verbs and pages ask this table.
MAY = {
    "edit": set(EventState) - {EventState.CANCELLED},
    "open": {EventState.DRAFT},
    "withdraw": {EventState.OPEN, EventState.FULL, EventState.RUNNING},
    "cancel": {EventState.DRAFT, EventState.OPEN, EventState.FULL, EventState.RUNNING},
}

# What decides whether a place can be had: who waits for one is offered it then.
SEATS = {"capacity", "closes_on"}


# Verbs


@transaction.atomic
def create(
    course: Item,
    *,
    event_type: str,
    code: str = "",
    place: str = "",
    minimum: int | None = None,
    capacity: int | None = None,
    closes_on: datetime.date | None = None,
    cancel_until: datetime.date | None = None,
    content_days: int | None = None,
    sessions=(),
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Event:
    """Plan a run of `course`, as a draft. `event_type` is "classroom", "blended" or "lms".

    `sessions` are dicts of what `add_session` asks for. `capacity` None is no maximum;
    `content_days` None is for good. What a type doesn't have is left empty.
    """
    if course.kind != ItemKind.COURSE:
        raise Refusal(_("A learning path has no events: its courses have."), field="course")
    event = Event(course=course, type=event_type, priced=Priced.objects.create())
    write_values(
        event,
        {
            "code": code,
            "place": place,
            "minimum": minimum,
            "capacity": capacity,
            "closes_on": closes_on,
            "cancel_until": cancel_until,
            "content_days": content_days,
        },
    )
    save(event)
    journal.write("event.created", event.pk, at=at, on=on, by=by, after=said(event))
    for session in sessions:
        add_session(event, **session, at=at, on=on, by=by)
    if sessions:
        event.refresh_from_db()
    return event


@transaction.atomic
def edit(
    event: Event,
    *,
    event_type: str | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    **values,
) -> Event:
    """Change what is given of: code, place, minimum, capacity, closes_on, cancel_until,
    content_days; and, while it is a draft without sessions, its type.

    A maximum below the places taken is refused, and any change to a cancelled event.
    """
    event = locked(event)
    must("edit", event, on)
    before = said(event)
    if event_type and event_type != event.type:
        if event.status != EventStatus.DRAFT:
            raise Refusal(
                _("The type can be changed only in a draft. Duplicate the event instead."),
                field="event_type",
            )
        if event_type == EventType.LMS and event.sessions.exists():
            raise Refusal(_("An LMS event has no sessions. Remove them first."), field="event_type")
        event.type = event_type
    write_values(event, values)
    old, new = changes(before, said(event))
    if new:
        save(event)
        journal.write("event.edited", event.pk, at=at, on=on, by=by, before=old, after=new)
    if not new.keys().isdisjoint(SEATS):
        consequences.follow(Fact("event.seats_changed", (event.pk,), at=at, on=on, by=by))
    return event


@transaction.atomic
def open_(event: Event, *, at: datetime.datetime, on: datetime.date, by) -> Event:
    """Let people register. Refused with the reason of `why_not_opened`."""
    event = locked(event)
    must("open", event, on)
    reason = why_not_opened(event, on)
    if reason:
        raise Refusal(reason)
    event.status = EventStatus.OPEN
    save(event)
    note("event.opened", event, EventStatus.DRAFT, at=at, on=on, by=by)
    return event


@transaction.atomic
def withdraw(event: Event, *, at: datetime.datetime, on: datetime.date, by) -> Event:
    """Make an open event a draft again, as long as nobody has a place."""
    event = locked(event)
    must("withdraw", event, on)
    if event.taken:
        raise Refusal(
            ngettext(
                "%(count)s place is taken. Cancel the event instead: it says whom that touches.",
                "%(count)s places are taken. Cancel the event instead: it says whom that touches.",
                event.taken,
            )
            % {"count": event.taken}
        )
    event.status = EventStatus.DRAFT
    save(event)
    note("event.withdrawn", event, EventStatus.OPEN, at=at, on=on, by=by)
    return event


@transaction.atomic
def cancel(
    event: Event,
    *,
    reason: str,
    onto: Event | None = None,
    choose_until: datetime.date | None = None,
    credit: bool = False,
    tell: bool = True,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Consequence]:
    """Call the event off for good. Who has a place loses it: returns whom that touches.

    `onto` is another date of the course, to which those who have a place move, as far as it takes
    them in; until `choose_until` they may take yet another one or give the place up (None: they are
    asked nothing). `credit`: what was billed for the places alone is credited. `tell` writes to
    those who lose their place.
    """
    consequences.ahead("event.cancelled", (event.pk,))
    both = [event.pk, *([onto.pk] if onto else [])]
    list(Event.objects.select_for_update().filter(pk__in=both).order_by("pk").values_list("pk"))
    event = locked(event)
    must("cancel", event, on)
    if onto and (onto.pk == event.pk or onto.course_id != event.course_id):
        raise Refusal(_("Choose another date of the same course."), field="onto")
    if choose_until and choose_until < on:
        raise Refusal(_("This day is in the past. Choose today or later."), field="choose_until")
    before = event.status
    event.status = EventStatus.CANCELLED
    save(event)
    found = consequences.follow(
        Fact(
            "event.cancelled",
            (event.pk,),
            at=at,
            on=on,
            by=by,
            reason=reason,
            data={
                "onto": onto and onto.pk,
                "choose_until": choose_until,
                "credit": credit,
                "tell": tell,
            },
        )
    )
    note("event.cancelled", event, before, at=at, on=on, by=by, reason=reason)
    return found


@transaction.atomic
def duplicate(
    event: Event,
    *,
    first_on: datetime.date | None = None,
    code: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Event:
    """A draft like `event`, with its prices, its sessions moved so that it begins on `first_on`.

    Sessions keep their times on the wall. Deadlines move along. Registrations stay behind.
    """
    event = locked(event)
    own = list(event.sessions.order_by("starts_at", "pk"))
    shift = datetime.timedelta()
    if own and first_on:
        shift = first_on - wall_of(own[0])[0].date()
    values = {name: getattr(event, name) for name in (*TEXTS, *NUMBERS)}
    copy = Event(course=event.course, type=event.type, priced=Priced.objects.create())
    moved = {name: (day := getattr(event, name)) and day + shift for name in DAYS}
    write_values(copy, values | moved | {"code": code})
    save(copy)
    pricing.copy_prices(event.priced_id, copy.priced_id, on=on)
    journal.write(
        "event.created", copy.pk, at=at, on=on, by=by, after=said(copy) | {"copy_of": event.pk}
    )
    made = {}
    for session in own:
        starts, ends = (wall + shift for wall in wall_of(session))
        zone = session.time_zone
        made[session.pk] = Session.objects.create(
            event=copy,
            starts_at=moment_of(starts, zone, field="first_on"),
            ends_at=moment_of(ends, zone, field="first_on"),
            time_zone=zone,
            place=session.place,
            link=session.link,
            instructor=session.instructor,
        ).pk
    keep_days(copy)
    consequences.follow(
        Fact("event.duplicated", (copy.pk,), at=at, on=on, by=by, data={"sessions": made})
    )
    return copy


@transaction.atomic
def delete(event: Event, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Delete an event that was never used: nobody registered, no pass includes it."""
    event = locked(event)
    before, priced_id, pk = said(event), event.priced_id, event.pk
    try:
        with transaction.atomic():
            event.delete()
            Priced.objects.filter(pk=priced_id).delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refusal(_("This event is used, so it stays. Cancel it if it isn't held.")) from error
    journal.write("event.deleted", pk, at=at, on=on, by=by, before=before)


# Questions


def may(verb: str, state: str) -> bool:
    """May `verb` be done to an event that is in `state` today?"""
    return state in MAY[verb]


def why_not_opened(event: Event, on: datetime.date) -> str:
    """Why people can't be let register, as a sentence; nothing if they can. At most one query."""
    if event.course.status == ItemStatus.ARCHIVED:
        return _("Its course is archived. Restore the course first.")
    if event.type == EventType.LMS:
        return ""
    if event.first_on is None:
        return _("It needs at least one session. Add one first.")
    if event.last_on < on:
        return _("It is over: its last session has passed. Move a session first.")
    return ""


# How


def must(verb: str, event: Event, on: datetime.date) -> None:
    state = event.status_on(on)
    if may(verb, state):
        return
    sentences = {
        EventState.DRAFT: _("The event is a draft."),
        EventState.OPEN: _("The event is open already."),
        EventState.FULL: _("The event is open already, and full."),
        EventState.RUNNING: _("The event is running."),
        EventState.COMPLETED: _("The event is completed."),
        EventState.CANCELLED: _("The event is cancelled. Duplicate it to hold it after all."),
    }
    raise Refusal(sentences[state])


def note(kind: str, event: Event, before: str, *, at, on, by, reason: str = "") -> None:
    """Write down that the status changed."""
    journal.write(
        kind,
        event.pk,
        at=at,
        on=on,
        by=by,
        before={"status": before},
        after={"status": event.status},
        reason=reason,
    )

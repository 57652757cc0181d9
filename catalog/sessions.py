"""When does an event meet? Sessions are given in local time, with their zone, and kept as moments.

An event's first and last day and moment follow from its sessions, and are kept here alone.
"""

import dataclasses
import datetime
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import F, Max, Min
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from tms import consequences, days, journal
from tms.consequences import Consequence, Fact
from tms.models import Organisation
from tms.refusals import Refusal

from .event_rows import locked, save
from .models import Event, EventStatus, EventType, Session

LONGEST = datetime.timedelta(days=1)
EARLIEST, LATEST = 1970, 2200
# Who has a place wants to know when one of these changes.
TOLD = ("starts_at", "ends_at", "time_zone", "place", "link")
is_address = URLValidator(["http", "https"])


@dataclasses.dataclass(frozen=True)
class Added:
    """A session that was added, and whom that touches."""

    session: Session
    consequences: list[Consequence]


# Verbs
# Of each, `tell` writes to those who have a place what has changed. Where the event meets on other
# days then, they may take another date or give the place up until `choose_until` (None: they are
# asked nothing). What is over by then is put right for the record, and nobody hears of it.


@transaction.atomic
def add_session(
    event: Event,
    *,
    starts: datetime.datetime,
    ends: datetime.datetime,
    time_zone: str,
    place: str = "",
    link: str = "",
    instructor: str = "",
    tell: bool = True,
    choose_until: datetime.date | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Added:
    """Add a meeting from `starts` to `ends`: naive, as the clock on the wall in `time_zone` shows.

    A time that the clock skips is refused; of one that it shows twice it is the first. A session
    takes at most a day. An LMS event has none. Locks the event.
    """
    event = locked(event)
    if event.type == EventType.LMS:
        raise Refusal(_("An LMS event has no sessions: its learners begin when they like."))
    must_be_changeable(event)
    met = days_of(event)
    session = Session(event=event)
    write_values(
        session,
        starts=starts,
        ends=ends,
        time_zone=time_zone,
        place=place,
        link=link,
        instructor=instructor,
    )
    session.save()
    keep_days(event)
    journal.write("event.session_added", event.pk, at=at, on=on, by=by, after=said(session))
    asked = {"tell": tell, "choose_until": choose_until}
    found = reschedule(event, met, session.ends_at, **asked, at=at, on=on, by=by)
    return Added(session, found)


@transaction.atomic
def edit_session(
    session: Session,
    *,
    starts: datetime.datetime,
    ends: datetime.datetime,
    time_zone: str,
    place: str = "",
    link: str = "",
    instructor: str = "",
    tell: bool = True,
    choose_until: datetime.date | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Consequence]:
    """Change a meeting; the answers are those of `add_session`, and so are the refusals.

    Returns whom it touches that the event begins later, what those who teach it teach besides at
    its new time, and who is told.
    """
    event, session = locked_session(session)
    must_be_changeable(event)
    before, first_on, found = said(session), event.first_on, []
    met, ended = days_of(event), session.ends_at
    write_values(
        session,
        starts=starts,
        ends=ends,
        time_zone=time_zone,
        place=place,
        link=link,
        instructor=instructor,
    )
    after = said(session)
    if after != before:
        session.save()
        keep_days(event)
        found = begins_later(event, first_on, at=at, on=on, by=by)
        if any(after[name] != before[name] for name in ("starts_at", "ends_at")):
            data = {"session": session.pk}
            moved = Fact("event.session_changed", (event.pk,), at=at, on=on, by=by, data=data)
            found += consequences.follow(moved)
        journal.write(
            "event.session_changed", event.pk, at=at, on=on, by=by, before=before, after=after
        )
        if any(after[name] != before[name] for name in TOLD):
            asked = {"tell": tell, "choose_until": choose_until}
            until = max(ended, session.ends_at)
            found += reschedule(event, met, until, **asked, at=at, on=on, by=by)
    return found


@transaction.atomic
def remove_session(
    session: Session,
    *,
    tell: bool = True,
    choose_until: datetime.date | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Consequence]:
    """Take a meeting off. The last one of an open event is refused.

    Returns whom it touches that the event begins later, and who is told.
    """
    event, session = locked_session(session)
    must_be_changeable(event)
    if event.status == EventStatus.OPEN and event.sessions.count() == 1:
        raise Refusal(
            _("This is the last session, and an open event needs one. Add another one first.")
        )
    before, first_on, met = said(session), event.first_on, days_of(event)
    session.delete()
    keep_days(event)
    found = begins_later(event, first_on, at=at, on=on, by=by)
    journal.write("event.session_removed", event.pk, at=at, on=on, by=by, before=before)
    asked = {"tell": tell, "choose_until": choose_until}
    return found + reschedule(event, met, session.ends_at, **asked, at=at, on=on, by=by)


def begins_later(event: Event, before: datetime.date | None, *, at, on, by) -> list[Consequence]:
    """What follows from the event's first day being another one than `before`, if it is later."""
    if before is None or event.first_on is None or event.first_on <= before:
        return []
    fact = Fact("event.moved", (event.pk,), at=at, on=on, by=by, data={"first_on": before})
    return consequences.follow(fact)


def reschedule(
    event: Event,
    met: set[datetime.date],
    until: datetime.datetime,
    *,
    tell: bool,
    choose_until: datetime.date | None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> list[Consequence]:
    """What follows from an event's meeting at other times or elsewhere: who is told, and asked.

    `met` are the days on which it met before, and `until` is when what changed ends, or ended.
    """
    if choose_until and choose_until < on:
        raise Refusal(_("This day is in the past. Choose today or later."), field="choose_until")
    if not event.taken or until <= at:
        return []
    asked = choose_until if days_of(event) != met else None
    data = {"tell": tell, "choose_until": asked}
    fact = Fact("event.rescheduled", (event.pk,), at=at, on=on, by=by, data=data)
    return consequences.follow(fact)


def keep_days(event: Event) -> None:
    """Let the event's first and last day and moment follow from its sessions. Saves the event."""
    found = event.sessions.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    event.starts_at, event.ends_at = found["first"], found["last"]
    zone = zoneinfo.ZoneInfo(zone_of_installation())
    event.first_on = event.starts_at and event.starts_at.astimezone(zone).date()
    event.last_on = event.ends_at and last_day(event.ends_at, zone)
    save(event)


def follow_zone(fact: Fact) -> list[Consequence]:
    """The installation moved to another zone: its events' days are counted in that one."""
    if fact.kind == "organisation.zone_changed":
        keep_days_of_all(fact.data["time_zone"])
    return []


def keep_days_of_all(zone: str) -> int:
    """Count every event's days anew in `zone`: after the installation moved. One statement."""
    tz = zoneinfo.ZoneInfo(zone)
    a_moment = datetime.timedelta(microseconds=1)
    return Event.objects.exclude(starts_at=None).update(
        first_on=TruncDate("starts_at", tzinfo=tz),
        last_on=TruncDate(F("ends_at") - a_moment, tzinfo=tz),
    )


# Questions


def days_of(event: Event) -> set[datetime.date]:
    """The days on which it meets, as the calendars on the wall there show them; none where nobody
    has a place. One statement at most.
    """
    return {wall_of(each)[0].date() for each in event.sessions.all()} if event.taken else set()


def moment_of(wall: datetime.datetime, time_zone: str, *, field: str) -> datetime.datetime:
    """The moment (UTC) at which the clock in `time_zone` shows `wall`.

    A time that the clock skips is refused, with the next one that exists; of a time that it shows
    twice it is the first.
    """
    if not EARLIEST <= wall.year <= LATEST:
        raise Refusal(
            _("Choose a year from %(first)s to %(last)s.") % {"first": EARLIEST, "last": LATEST},
            field=field,
        )
    tz = zoneinfo.ZoneInfo(time_zone)
    moment = wall.replace(tzinfo=tz).astimezone(datetime.UTC)
    there = moment.astimezone(tz).replace(tzinfo=None)
    if there != wall:
        # Of a skipped time the conversion lands after the gap, as far as the time was inside it.
        raise Refusal(
            _(
                "The clock in %(zone)s skips %(time)s on %(day)s: it is put forward. "
                "Choose %(next)s or later."
            )
            % {
                "zone": time_zone,
                "time": f"{wall:%H:%M}",
                "day": days.day_text(wall.date()),
                "next": f"{there:%H:%M}",
            },
            field=field,
        )
    return moment


def wall_of(session: Session) -> tuple[datetime.datetime, datetime.datetime]:
    """Begin and end of a session as the clock in its own zone shows them, naive."""
    tz = zoneinfo.ZoneInfo(session.time_zone)
    return tuple(
        moment.astimezone(tz).replace(tzinfo=None)
        for moment in (session.starts_at, session.ends_at)
    )


def zone_of_installation() -> str:
    """The zone in which the installation counts its days. One query."""
    zone = Organisation.objects.filter(pk=1).values_list("time_zone", flat=True).first()
    return zone or Organisation().time_zone


# How


def last_day(ends_at: datetime.datetime, zone) -> datetime.date:
    """The day of the last moment before the end: what ends at midnight ends the day before."""
    return (ends_at - datetime.timedelta(microseconds=1)).astimezone(zone).date()


def write_values(session: Session, *, starts, ends, time_zone, place, link, instructor) -> None:
    if time_zone not in zoneinfo.available_timezones():
        raise Refusal(_("There is no time zone %(zone)s.") % {"zone": time_zone}, field="time_zone")
    session.starts_at = moment_of(starts, time_zone, field="starts")
    session.ends_at = moment_of(ends, time_zone, field="ends")
    session.time_zone = time_zone
    session.place, session.link = " ".join(place.split()), link.strip()
    session.instructor = " ".join(instructor.split())
    if session.link:
        try:
            is_address(session.link)
        except ValidationError:
            raise Refusal(
                _("Give the link in full, like https://meet.example/room."), field="link"
            ) from None
    if session.ends_at <= session.starts_at:
        raise Refusal(_("It ends before it begins. Choose a later end."), field="ends")
    if session.ends_at - session.starts_at > LONGEST:
        raise Refusal(
            _("A session takes a day at most. Add one for each day instead."), field="ends"
        )


def must_be_changeable(event: Event) -> None:
    if event.status == EventStatus.CANCELLED:
        raise Refusal(_("The event is cancelled. Duplicate it to hold it after all."))


def locked_session(session: Session) -> tuple[Event, Session]:
    event = locked(Event(pk=session.event_id))
    found = event.sessions.filter(pk=session.pk).first()
    if found is None:
        raise Refusal(_("This session was removed meanwhile."))
    return event, found


def said(session: Session) -> dict:
    return {
        "session": session.pk,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "time_zone": session.time_zone,
        "place": session.place,
        "link": session.link,
        "instructor": session.instructor,
    }

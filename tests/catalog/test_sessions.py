"""Sessions: given as the clock on the wall shows, kept as moments; days follow from them."""

import datetime

import pytest

from catalog import events, sessions
from catalog.models import Event, EventStatus
from tests.factories import CourseFactory, EventFactory, LmsEventFactory
from tests.races import meeting, race
from tms.models import JournalRow, Organisation
from tms.people import organisation
from tms.refusals import Refusal

day = datetime.date.fromisoformat
WALL = datetime.datetime.fromisoformat
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(now):
    return events.create(CourseFactory(), event_type="classroom", **now)


def add(event, now, starts="2026-12-07 09:00", ends="2026-12-07 17:00", zone="Europe/London"):
    when = {"starts": WALL(starts), "ends": WALL(ends), "time_zone": zone}
    return sessions.add_session(event, **when, **now).session


def days_of(event):
    event.refresh_from_db()
    return event.first_on and (event.first_on.isoformat(), event.last_on.isoformat())


def test_a_session_is_a_moment_in_its_own_zone(draft, now):
    session = add(draft, now, zone="Asia/Kolkata")
    assert session.starts_at.isoformat() == "2026-12-07T03:30:00+00:00"
    assert sessions.wall_of(session) == (WALL("2026-12-07 09:00"), WALL("2026-12-07 17:00"))


def test_days_are_counted_in_the_zone_of_the_installation(draft, now):
    add(draft, now, "2026-12-07 23:00", "2026-12-08 02:00", "America/New_York")
    assert days_of(draft) == ("2026-12-08", "2026-12-08")
    add(draft, now, "2026-12-01 05:00", "2026-12-01 06:00", "Asia/Tokyo")
    assert days_of(draft) == ("2026-11-30", "2026-12-08")


def test_what_ends_at_midnight_ends_the_day_before(draft, now):
    add(draft, now, "2026-12-07 20:00", "2026-12-08 00:00")
    assert days_of(draft) == ("2026-12-07", "2026-12-07")


def test_days_follow_when_sessions_are_changed_and_removed(draft, now):
    first = add(draft, now)
    second = add(draft, now, "2026-12-09 09:00", "2026-12-09 12:00")
    assert days_of(draft) == ("2026-12-07", "2026-12-09")
    sessions.edit_session(
        first,
        starts=WALL("2026-12-08 09:00"),
        ends=WALL("2026-12-08 12:00"),
        time_zone="Europe/London",
        instructor="Ingrid Solberg",
        **now,
    )
    assert days_of(draft) == ("2026-12-08", "2026-12-09")
    sessions.remove_session(second, **now)
    assert days_of(draft) == ("2026-12-08", "2026-12-08")
    sessions.remove_session(first, **now)
    assert days_of(draft) is None
    rows = JournalRow.objects.filter(subject_kind="event").order_by("pk")
    assert [row.kind.partition(".")[2] for row in rows] == [
        "created",
        "session_added",
        "session_added",
        "session_changed",
        "session_removed",
        "session_removed",
    ]


@pytest.mark.parametrize(
    ("starts", "zone", "sentence"),
    [
        (
            "2027-03-28 01:30",
            "Europe/London",
            "The clock in Europe/London skips 01:30 on 28 March 2027: it is put forward. "
            "Choose 02:30 or later.",
        ),
        (
            "2027-03-14 02:00",
            "America/New_York",
            "The clock in America/New_York skips 02:00 on 14 March 2027: it is put forward. "
            "Choose 03:00 or later.",
        ),
    ],
)
def test_a_time_that_the_clock_skips_is_refused(draft, now, starts, zone, sentence):
    with pytest.raises(Refusal) as no:
        add(draft, now, starts, "2027-03-28 17:00", zone)
    assert (str(no.value), no.value.field) == (sentence, "starts")


def test_of_a_time_that_the_clock_shows_twice_it_is_the_first(draft, now):
    session = add(draft, now, "2026-10-25 01:30", "2026-10-25 04:00")
    assert session.starts_at.isoformat() == "2026-10-25T00:30:00+00:00"


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ("2026-12-07 09:00", "It ends before it begins. Choose a later end."),
        ("2026-12-08 09:01", "A session takes a day at most. Add one for each day instead."),
    ],
)
def test_a_session_takes_some_time_and_a_day_at_most(draft, now, ends, sentence):
    with pytest.raises(Refusal) as no:
        add(draft, now, ends=ends)
    assert (str(no.value), no.value.field) == (sentence, "ends")


def test_a_zone_that_doesn_t_exist_is_refused(draft, now):
    with pytest.raises(Refusal, match="There is no time zone Mars/Olympus"):
        add(draft, now, zone="Mars/Olympus")


def test_an_lms_event_has_no_sessions(now):
    with pytest.raises(Refusal, match="An LMS event has no sessions"):
        add(LmsEventFactory(), now)


def test_the_last_session_of_an_open_event_stays(now):
    event = EventFactory()
    with pytest.raises(Refusal, match="This is the last session"):
        sessions.remove_session(event.sessions.get(), **now)


def test_a_cancelled_event_keeps_its_sessions_as_they_were(now):
    event = EventFactory(status=EventStatus.CANCELLED)
    with pytest.raises(Refusal, match="The event is cancelled"):
        sessions.remove_session(event.sessions.get(), **now)
    with pytest.raises(Refusal, match="The event is cancelled"):
        add(event, now)


def days_after_two_were_added(now):
    event = EventFactory(first_on=day("2026-12-07"))
    race(
        lambda: add(event, now, "2026-12-01 09:00", "2026-12-01 17:00"),
        lambda: add(event, now, "2026-12-31 09:00", "2026-12-31 17:00"),
    )
    assert event.sessions.count() == 3
    return days_of(event)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_sessions_at_once_leave_the_days_right(now):
    assert days_after_two_were_added(now) == ("2026-12-01", "2026-12-31")


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_session_lies_outside_the_days(now, monkeypatch):
    meet, zone = meeting(), sessions.zone_of_installation

    def zone_after_both_have_looked():
        meet()
        return zone()

    monkeypatch.setattr(
        sessions, "locked", lambda event: Event.objects.select_related("course").get(pk=event.pk)
    )
    monkeypatch.setattr(sessions, "zone_of_installation", zone_after_both_have_looked)
    assert days_after_two_were_added(now) in {
        ("2026-12-01", "2026-12-07"),
        ("2026-12-07", "2026-12-31"),
    }


def test_all_days_are_counted_anew_when_the_installation_moves(now):
    event = EventFactory(sessions=False)
    untouched = LmsEventFactory()
    add(event, now, "2026-12-07 23:30", "2026-12-08 00:00")
    Organisation.objects.update(time_zone="Asia/Tokyo")
    assert sessions.keep_days_of_all("Asia/Tokyo") == 1
    assert days_of(event) == ("2026-12-08", "2026-12-08")
    assert Event.objects.get(pk=untouched.pk).first_on is None


def test_the_days_follow_when_the_time_zone_is_changed_in_the_control_panel(now):
    event = EventFactory(sessions=False)
    add(event, now, "2026-12-07 23:30", "2026-12-08 00:00")
    organisation.change(time_zone="Asia/Tokyo", **now)
    assert days_of(event) == ("2026-12-08", "2026-12-08")

"""An event that moves beyond the pass that pays a place: the place is kept, and it is said."""

import datetime
import re

import pytest
from django.urls import reverse

from catalog import sessions
from lms import checkout, places
from lms.models import Registration
from passes import lifecycle
from tests.factories import ContactFactory, EventFactory, PathFactory, RegistrationFactory
from tests.lms.cast import day, held, library
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.people import organisation
from tms.refusals import Refusal
from tms.reporting import checking

WALL = datetime.datetime.fromisoformat
pytestmark = pytest.mark.django_db
KEPT = "Places that are kept, though the pass ends before the event begins"
CARRIED = "Places that another pass, or a path that was paid for, carries from now on"


@pytest.fixture
def room(europe):
    """A classroom event on 7 December 2026."""
    return EventFactory(course__title="Coaching for Managers")


@pytest.fixture
def move(who):
    """`move(event, "2027-01-11")`: its one session is held on another day."""

    def moved(event, to):
        session = event.sessions.get()
        starts, ends = sessions.wall_of(session)
        found = sessions.edit_session(
            session,
            starts=starts.replace(**parts(to)),
            ends=ends.replace(**parts(to)),
            time_zone=session.time_zone,
            tell=False,
            **who,
        )
        event.refresh_from_db()
        return found

    return moved


def parts(text):
    found = day(text)
    return {"year": found.year, "month": found.month, "day": found.day}


def broken(who):
    """What is not as it must be; these passes were made without a history."""
    found = checking.check(on=who["on"], at=who["at"]).broken
    return sorted(name for name in found if not name.startswith("I7"))


def test_the_place_is_kept_written_down_and_accepted(ada, room, move, who):
    used = held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    assert move(room, "2027-01-11") == [
        Consequence(
            "stays",
            KEPT,
            1,
            ("Coaching for Managers, 11 January 2027: Ada Lindqvist; the pass ends on 31 December "
             "2026",),
        )
    ]  # fmt: skip
    place.refresh_from_db()
    assert (place.cancelled_at, place.used_pass_id, place.kept_for) == (
        None,
        used.pk,
        day("2026-12-07"),
    )
    assert room.taken == 1
    fact = JournalRow.objects.get(kind="registration.kept")
    assert (fact.subject_id, fact.contact_id, fact.by_id) == (place.pk, ada.pk, who["by"].pk)
    assert (fact.before, fact.after) == ({"first_on": "2026-12-07"}, {"pass": used.pk})
    assert broken(who) == []


def test_moved_on_and_on_it_is_kept_for_the_day_it_was_booked_for(ada, room, move, who):
    held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    move(room, "2027-01-11")
    (told,) = move(room, "2027-02-11")
    assert (told.sentence, told.count) == (KEPT, 1)
    place.refresh_from_db()
    assert place.kept_for == day("2026-12-07")
    assert JournalRow.objects.filter(kind="registration.kept").count() == 1
    assert move(room, "2026-12-14") == []
    assert broken(who) == []


def test_within_the_pass_nobody_is_touched(ada, room, move, who):
    held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    RegistrationFactory(contact=ContactFactory(), event=room)
    assert move(room, "2026-12-31") == []
    place.refresh_from_db()
    assert (place.kept_for, place.version) == (None, 0)


def test_another_pass_of_theirs_carries_it_from_now_on(ada, room, move, who):
    pass_type = library(room.course)
    held(ada, pass_type, until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    longer = held(ada, pass_type, until="2027-06-30")
    (told,) = move(room, "2027-01-11")
    assert (told.tone, told.sentence, told.count) == ("stays", CARRIED, 1)
    place.refresh_from_db()
    assert (place.used_pass_id, place.kept_for) == (longer.pk, None)
    assert JournalRow.objects.get(kind="registration.moved").after == {"pass": longer.pk}
    # And so, when that one goes, the place goes with it.
    lifecycle.cancel(longer.pk, version=0, **who)
    place.refresh_from_db()
    assert place.cancelled_at == who["at"]


def test_so_does_a_path_that_was_paid_for(ada, room, move, who):
    held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    path = checkout.register_by_staff(ada, path=PathFactory(courses=[room.course]), **who)
    (told,) = move(room, "2027-01-11")
    assert told.sentence == CARRIED
    place.refresh_from_db()
    assert (place.paid_by, place.path_registration_id, place.kept_for) == ("staff", path.pk, None)


def test_a_kept_place_goes_with_its_pass(ada, room, move, who):
    used = held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    move(room, "2027-01-11")
    lifecycle.cancel(used.pk, version=0, **who)
    place.refresh_from_db()
    assert place.cancelled_at == who["at"]


@pytest.mark.parametrize(("until", "stays"), [("2026-12-07", True), ("2026-12-06", False)])
def test_shortening_asks_the_day_it_is_kept_for(ada, room, move, who, until, stays):
    used = held(ada, library(room.course), until="2026-12-31")
    place = checkout.book_by_pass(ada, event=room, **who)
    move(room, "2027-01-11")
    lifecycle.extend(used.pk, version=0, expires_on=day(until), **who)
    place.refresh_from_db()
    assert (place.cancelled_at is None) == stays
    assert broken(who) == []


def test_a_moved_time_zone_keeps_places_too(ada, who):
    """An evening in London is the next day in Tokyo."""
    room = EventFactory(course__title="Late", sessions=False)
    sessions.add_session(
        room,
        starts=WALL("2026-12-07 20:00"),
        ends=WALL("2026-12-07 22:00"),
        time_zone="Europe/London",
        **who,
    )
    room.refresh_from_db()
    held(ada, library(room.course), until="2026-12-07")
    place = checkout.book_by_pass(ada, event=room, **who)
    organisation.change(time_zone="Asia/Tokyo", **who)
    place.refresh_from_db()
    assert place.kept_for == day("2026-12-07")
    assert broken(who) == []


def test_who_books_while_the_event_is_moved_is_told(ada, room, move, who, clock):
    """The pass was asked about a day that is not the event's any more."""
    held(ada, library(room.course), until="2026-12-31")
    seen = type(room).objects.select_related("course").get(pk=room.pk)
    move(room, "2027-01-11")
    with pytest.raises(Refusal, match="just moved to another day"):
        checkout.book_by_pass(ada, event=seen, **who)
    assert Registration.objects.count() == 0
    assert places.take(room, at=clock.at) is True


def test_many_cost_the_same_as_one(europe, move, who, count_queries):
    costs = []
    for number in (1, 5):
        room = EventFactory()
        pass_type = library(room.course)
        for _n in range(number):
            someone = ContactFactory()
            held(someone, pass_type, until="2026-12-31")
            checkout.book_by_pass(someone, event=room, **who)
        costs.append(count_queries(lambda room=room: move(room, "2027-01-11")))
    assert costs[0] == costs[1]


def test_the_dialog_says_who_keeps_a_place_before_the_session_is_moved(
    browse, office, ada, room, who
):
    held(ada, library(room.course), until="2026-12-31")
    checkout.book_by_pass(ada, event=room, **who)
    client = browse(office)
    url = reverse("catalog:edit_session", args=[room.sessions.get().pk])
    opened = client.get(url).content.decode()
    assert "Nobody else is touched by this." in opened
    answers = {
        "day": "2027-01-11",
        "starts": "09:00",
        "ends": "17:00",
        "time_zone": "Europe/London",
    }
    shown = client.post(url, answers | {"show": "preview"}).content.decode()
    assert KEPT in shown
    assert "Ada Lindqvist; the pass ends on 31 December 2026" in shown
    half = {"link": "http://[half typed", "place": "x" * 201}
    assert KEPT in client.post(url, answers | half | {"show": "preview"}).content.decode()
    refused = client.post(url, answers | half)
    assert refused.status_code == 422
    assert "Enter a valid URL" in refused.content.decode()
    stale = client.post(url, answers | {"digest": digest_in(opened)})
    assert stale.status_code == 422
    room.refresh_from_db()
    assert room.first_on == day("2026-12-07")
    assert client.post(url, answers | {"digest": digest_in(shown)}).status_code == 302
    room.refresh_from_db()
    assert room.first_on == day("2027-01-11")


def digest_in(html):
    return re.search(r'name="digest" value="(\w+)"', html)[1]

"""A place moves to another date with what was paid for it; an event called off may offer one."""

import datetime

import pytest
from icalendar import Calendar

from catalog import events
from lms import cancelling, checkout, overlaps, transferring, waiting
from lms.models import Registration
from passes import entitlements
from tests.factories import ContactFactory, EventFactory, LmsEventFactory
from tests.lms.cast import held, library
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def dates(europe):
    """Two dates of a course; the second has one place."""
    first = EventFactory(first_on=datetime.date(2026, 12, 7))
    second = EventFactory(course=first.course, first_on=datetime.date(2027, 1, 11), capacity=1)
    return first, second


def taken(*of):
    for each in of:
        each.refresh_from_db()
    return [each.taken for each in of]


def test_a_place_moves_with_what_was_paid_and_its_history_tells_both(dates, ada, who):
    first, second = dates
    held(ada, library(first.course))
    made = checkout.book_by_pass(ada, event=first, **who)
    moved = transferring.transfer(made.pk, event=second, **who)
    assert (moved.pk, moved.event, moved.used_pass) == (made.pk, second, made.used_pass)
    assert taken(*dates) == [0, 1]
    row = JournalRow.objects.get(kind="registration.transferred")
    assert (row.before["event"], row.after["event"]) == (first.pk, second.pk)
    # A second press finds it there.
    assert transferring.transfer(made.pk, event=second, **who) == moved
    assert JournalRow.objects.filter(kind="registration.transferred").count() == 1


def test_a_pass_has_to_carry_the_new_date(dates, ada, who):
    first, second = dates
    held(ada, library(first.course), until="2026-12-31")
    made = checkout.book_by_pass(ada, event=first, **who)
    with pytest.raises(Refusal, match="No pass of theirs"):
        transferring.transfer(made.pk, event=second, **who)
    assert taken(*dates) == [1, 0]


def test_where_a_place_does_not_move(dates, ada, who, clock):
    first, second = dates
    made = checkout.register_by_staff(ada, event=first, tell=False, **who)
    other = EventFactory()
    for onto in (other, LmsEventFactory(course=first.course)):
        with pytest.raises(Refusal, match="another date of the same course"):
            transferring.transfer(made.pk, event=onto, **who)
    checkout.register_by_staff(ContactFactory(), event=second, tell=False, **who)
    with pytest.raises(Refusal, match="This date is full"):
        transferring.transfer(made.pk, event=second, **who)
    for done in ({"attended": True}, {"attended": None, "completed_at": clock.at}):
        Registration.objects.filter(pk=made.pk).update(**done)
        with pytest.raises(Refusal, match="nothing to move"):
            transferring.transfer(made.pk, event=second, **who)


def test_whoever_has_a_place_there_moves_no_second_one(dates, ada, who):
    first, second = dates
    made, _there = [
        checkout.register_by_staff(ada, event=each, tell=False, **who) for each in dates
    ]
    events.edit(second, capacity=2, **who)
    with pytest.raises(Refusal, match="They have a place there already"):
        transferring.transfer(made.pk, event=second, **who)
    assert taken(first, second) == [1, 1]


def test_a_pass_that_went_to_somebody_else_carries_no_place_there(dates, ada, who, monkeypatch):
    first, second = dates
    held(ada, library(first.course))
    made = checkout.book_by_pass(ada, event=first, **who)
    theirs = held(ContactFactory(), library(first.course))
    monkeypatch.setattr(entitlements, "covering_pass", lambda *_asked, **_more: theirs)
    with pytest.raises(Refusal, match="No pass of theirs includes that date"):
        transferring.transfer(made.pk, event=second, **who)


def test_the_place_left_behind_goes_to_who_waits_for_it(dates, ada, who, clock):
    first, second = dates
    events.edit(first, capacity=1, **who)
    made = checkout.register_by_staff(ada, event=first, tell=False, **who)
    line = waiting.join(ContactFactory(), first, **who)
    transferring.transfer(made.pk, event=second, **who)
    line.refresh_from_db()
    assert line.state_at(clock.at) == "offered"
    assert taken(*dates) == [1, 1]


def test_who_looks_at_an_older_place_moves_nothing(dates, ada, who):
    first, second = dates
    made = checkout.register_by_staff(ada, event=first, tell=False, **who)
    Registration.objects.update(version=made.version + 1)
    with pytest.raises(Stale, match="changed this registration meanwhile"):
        transferring.transfer(made.pk, event=second, version=made.version, **who)
    assert taken(*dates) == [1, 0]


def test_an_event_that_is_called_off_moves_whom_the_other_date_takes_in(dates, ada, who):
    first, second = dates
    made = [
        checkout.register_by_staff(each, event=first, tell=False, **who)
        for each in (ada, ContactFactory())
    ]
    told = events.cancel(first, reason="Ill", onto=second, **who)
    said = {each.sentence: each.count for each in told}
    assert said["Moved to the other date, with what was paid"] == 1
    for each in made:
        each.refresh_from_db()
    assert [(each.event_id, bool(each.cancelled_at)) for each in made] == [
        (second.pk, False),
        (first.pk, True),
    ]
    assert taken(*dates) == [0, 1]
    row = JournalRow.objects.get(kind="registration.cancelled")
    assert row.after == {"called_off": True}
    with pytest.raises(Refusal, match="another date of the same course"):
        events.cancel(second, reason="Ill", onto=EventFactory(), **who)


def test_an_event_is_called_off_in_one_dialog(dates, ada, who, browse, office):
    first, second = dates
    checkout.register_by_staff(ada, event=first, tell=False, **who)
    page = browse(office)
    address = f"/events/{first.pk}/cancellation/"
    asked = {"reason": "Ill", "onto": second.pk}
    shown = page.post(address, asked)
    assert "Moved to the other date, with what was paid" in shown.content.decode()
    page.post(address, asked | {"digest": shown.context["digest"]})
    assert Registration.objects.get().event == second


def test_the_dialog_offers_dates_with_a_seat_alone(dates, ada, who, browse, office):
    first, second = dates
    made = checkout.register_by_staff(ada, event=first, tell=False, **who)
    page = browse(office)
    address = f"/all-registrations/{made.pk}/date/"
    assert "11 January 2027" in page.get(address).content.decode()
    page.post(address, {"event": second.pk, "version": made.version})
    made.refresh_from_db()
    assert made.event == second


def test_a_calendar_follows_what_becomes_of_a_place(dates, ada, who, browse, clock):
    first, _second = dates
    made = checkout.register_by_staff(ada, event=first, tell=False, **who)
    page = browse(ada.user)

    def entry():
        calendar = Calendar.from_ical(page.get(f"/registrations/{made.pk}/calendar.ics").content)
        (found,) = calendar.walk("VEVENT")
        return str(calendar["method"]), str(found["uid"]), found["sequence"], found.get("status")

    there = entry()
    assert (there[0], there[3]) == ("PUBLISH", None)
    events.edit(first, place="Leeds", **who)
    moved = entry()
    cancelling.cancel(made.pk, **who)
    over = entry()
    assert there[1] == moved[1] == over[1]
    assert there[2] < moved[2] < over[2]
    assert (over[0], over[3]) == ("CANCEL", "CANCELLED")


def test_another_event_at_the_same_time_is_told_and_not_refused(dates, ada, who):
    first, second = dates
    beside = EventFactory(course__title="Welding", first_on=first.first_on)
    checkout.register_by_staff(ada, event=beside, tell=False, **who)
    assert overlaps.of(ada.pk, first) == ["Welding, 7 Dec 2026, 09:00"]
    assert overlaps.of(ada.pk, second) == []
    assert checkout.register_by_staff(ada, event=first, tell=False, **who)

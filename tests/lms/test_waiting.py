"""A full event has a waiting list: one line, and a place that comes free goes to it first."""

import datetime

import pytest

from catalog import events
from catalog.models import Event, EventStatus
from crm import erasure
from lms import cancelling, checkout, opening, places, waiting
from lms.models import Registration, WaitEnd, Waiting
from lms.payments import arriving, starting
from lms.payments.trial import Trial
from tests.factories import (
    ContactFactory,
    CurrencyFactory,
    EventFactory,
    LearnerFactory,
    PriceFactory,
)
from tests.lms.cast import held, library
from tms.models import JournalRow, Organisation
from tms.refusals import Refusal
from tms.reporting import checking

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def event(europe):
    return EventFactory(capacity=1, first_on=datetime.date(2026, 12, 7))


@pytest.fixture
def mia(event, who):
    """Mia, who has the only place: her registration."""
    return checkout.register_by_staff(ContactFactory(), event=event, tell=False, **who)


@pytest.fixture
def line(event, mia, ada, who):
    """Ada first, Jonas behind her."""
    jonas = LearnerFactory(account=ada.account)
    return [waiting.join(each, event, **who) for each in (ada, jonas)]


def states(clock):
    rows = Waiting.objects.order_by("pk")
    return [each.state_at(clock.at) for each in rows]


def taken(event):
    event.refresh_from_db()
    return event.taken


def broken(clock):
    """What doesn't add up of places."""
    found = checking.check(on=clock.on(), at=clock.at).broken
    return {name: told for name, told in found.items() if name.startswith("I6")}


def test_a_place_that_comes_free_is_on_offer_to_the_first_in_line(event, mia, line, who, clock):
    cancelling.cancel(mia.pk, **who)
    assert states(clock) == ["offered", "waiting"]
    line[0].refresh_from_db()
    assert line[0].offered_until == clock.at + DAY
    # The shop sees no free place, and everything adds up.
    assert taken(event) == 1
    assert not places.take(event, at=clock.at)
    assert broken(clock) == {}
    assert JournalRow.objects.filter(kind="waiting.offered").count() == 1


def test_a_full_event_alone_has_a_line_and_nobody_stands_in_it_twice(event, ada, who):
    with pytest.raises(Refusal, match="has a free place"):
        waiting.join(ada, event, **who)
    mia = checkout.register_by_staff(ContactFactory(), event=event, tell=False, **who)
    first = waiting.join(ada, event, **who)
    assert waiting.join(ada, event, **who) == first
    with pytest.raises(Refusal, match="registered already"):
        waiting.join(mia.contact, event, **who)


def test_the_place_on_offer_is_booked_through_the_checkout(event, mia, line, who, clock, ada):
    held(ada, library(event.course))
    cancelling.cancel(mia.pk, **who)
    made = checkout.book_by_pass(ada, event=event, **who)
    line[0].refresh_from_db()
    assert (line[0].outcome, line[0].registration) == (WaitEnd.BOOKED, made)
    assert taken(event) == 1
    assert states(clock) == ["booked", "waiting"]
    assert broken(clock) == {}


def test_an_offer_that_is_over_goes_to_the_next_even_if_no_worker_ran(
    event, mia, line, who, clock, ada
):
    held(ada, library(event.course))
    cancelling.cancel(mia.pk, **who)
    clock.move(days=1)
    later = who | {"at": clock.at, "on": clock.on()}
    assert states(clock) == ["lapsed", "waiting"]
    with pytest.raises(Refusal, match="was on offer to you until"):
        checkout.book_by_pass(ada, event=event, **later)
    assert waiting.tick(at=clock.at, on=clock.on()) == 1
    assert states(clock) == ["lapsed", "offered"]
    assert waiting.tick(at=clock.at, on=clock.on()) == 0
    assert taken(event) == 1
    assert JournalRow.objects.filter(kind="waiting.lapsed").count() == 1


def test_a_place_on_offer_on_another_day_than_was_shown_is_not_taken(
    event, mia, line, who, clock, ada
):
    held(ada, library(event.course))
    cancelling.cancel(mia.pk, **who)
    event.refresh_from_db()
    later = event.first_on + DAY
    Event.objects.filter(pk=event.pk).update(first_on=later, last_on=later)
    with pytest.raises(Refusal, match="just moved to another day"):
        checkout.book_by_pass(ada, event=event, **who)
    assert states(clock) == ["offered", "waiting"]


def test_who_is_archived_in_line_is_passed_over(event, mia, line, who, clock, ada):
    type(ada).objects.filter(pk=ada.pk).update(archived_at=who["at"])
    cancelling.cancel(mia.pk, **who)
    assert states(clock) == ["removed", "offered"]
    assert broken(clock) == {}


def test_who_pays_for_another_place_than_the_one_on_offer_lets_that_go_to_the_next(
    event, ada, who, clock, europe, settings
):
    settings.PAYMENT_PROVIDER = "trial"
    events.edit(event, capacity=2, **who)
    event.refresh_from_db()
    PriceFactory(of=event.course, amount=490)
    mia = checkout.register_by_staff(ContactFactory(), event=event, tell=False, **who)
    price = {"unit": CurrencyFactory(), "amount": 490, "region": europe}
    made = starting.start(ada, event=event, **price, **who)
    for each in (ada, LearnerFactory(account=ada.account)):
        waiting.join(each, event, **who)
    cancelling.cancel(mia.pk, **who)
    assert states(clock) == ["offered", "waiting"]
    arriving.take(Trial().told(made, "paid"), "trial", at=clock.at, on=clock.on())
    assert (states(clock), taken(event)) == (["booked", "offered"], 2)
    assert broken(clock) == {}


def test_a_place_on_offer_stays_so_while_it_is_paid_for(
    event, mia, line, who, clock, ada, europe, settings
):
    settings.PAYMENT_PROVIDER = "trial"
    PriceFactory(of=event.course, amount=490)
    cancelling.cancel(mia.pk, **who)
    clock.move(hours=23, minutes=55)
    when = {"at": clock.at, "on": clock.on()}
    price = {"unit": CurrencyFactory(), "amount": 490, "region": europe}
    made = starting.start(ada, event=event, **price, **who | when)
    assert not made.holds_seat
    clock.move(minutes=10)
    waiting.tick(at=clock.at, on=clock.on())
    assert states(clock) == ["offered", "waiting"]
    told = arriving.take(Trial().told(made, "paid"), "trial", at=clock.at, on=clock.on())
    assert (told, states(clock), taken(event)) == ("done", ["booked", "waiting"], 1)


def test_an_offer_that_is_over_with_nobody_behind_frees_the_place(event, mia, ada, who, clock):
    waiting.join(ada, event, **who)
    cancelling.cancel(mia.pk, **who)
    clock.move(days=1)
    waiting.tick(at=clock.at, on=clock.on())
    assert (states(clock), taken(event)) == (["lapsed"], 0)


def test_who_leaves_lets_the_next_move_up(event, mia, line, who, clock, ada):
    (mine,) = waiting.positions(line[1].contact_id, on=clock.on())
    assert mine.number == 2
    cancelling.cancel(mia.pk, **who)
    waiting.leave(line[0].pk, contact=ada, **who)
    waiting.leave(line[0].pk, contact=ada, **who)
    assert states(clock) == ["left", "offered"]
    assert taken(event) == 1
    with pytest.raises(Refusal):
        waiting.leave(line[1].pk, contact=ada, **who)


def test_more_seats_are_offered_to_the_line(event, mia, line, who, clock):
    events.edit(event, capacity=2, **who)
    assert (states(clock), taken(event)) == (["offered", "waiting"], 2)
    events.edit(event, capacity=9, **who)
    assert (states(clock), taken(event)) == (["offered", "offered"], 3)


def test_an_offer_ends_with_registration_at_the_latest(event, mia, line, who, clock):
    events.edit(event, closes_on=clock.on(), **who)
    Organisation.objects.update(offer_hours=48)
    cancelling.cancel(mia.pk, **who)
    line[0].refresh_from_db()
    assert line[0].offered_until == datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


def test_a_deadline_on_the_last_day_that_there_is_ends_no_offer():
    """Of an event without days; one that has days has its deadline before them."""
    end = opening.ends_at(Event(closes_on=datetime.date.max), "America/New_York")
    assert end == datetime.datetime.max.replace(tzinfo=datetime.UTC)


def test_after_the_deadline_staff_offer_by_hand(event, mia, line, who, clock):
    clock.move(days=2)
    later = who | {"at": clock.at, "on": clock.on()}
    events.edit(event, closes_on=datetime.date(2026, 11, 22), **later)
    cancelling.cancel(mia.pk, **later)
    assert states(clock) == ["waiting", "waiting"]
    waiting.offer_next(event, **later)
    assert states(clock) == ["offered", "waiting"]
    with pytest.raises(Refusal, match="No place is free"):
        waiting.offer_next(event, **later)


@pytest.fixture
def offered_late(event, mia, line, who, clock):
    """Two days later registration is closed, and Ada is offered the place by hand: who does what
    then.
    """
    clock.move(days=2)
    later = who | {"at": clock.at, "on": clock.on()}
    events.edit(event, closes_on=datetime.date(2026, 11, 22), **later)
    cancelling.cancel(mia.pk, **later)
    waiting.offer_next(event, **later)
    event.refresh_from_db()
    return later


def test_what_was_offered_after_the_deadline_can_be_taken_by_them_alone(
    event, line, clock, ada, offered_late, browse
):
    held(ada, library(event.course))
    jonas = line[1].contact
    held(jonas, library(event.course))
    with pytest.raises(Refusal, match="Registration closed on 22 November 2026"):
        checkout.book_by_pass(jonas, event=event, **offered_late)
    page = f"/catalogue/{event.course.slug}/"
    assert "On offer to you" in browse(ada.user).get(page).content.decode()
    assert "7 December" not in browse(jonas.user).get(page).content.decode()
    made = checkout.book_by_pass(ada, event=event, **offered_late)
    assert (made.event, taken(event), states(clock)) == (event, 1, ["booked", "waiting"])
    assert broken(clock) == {}


def test_what_was_offered_after_the_deadline_can_be_given_by_staff_and_paid_by_card(
    event, clock, ada, offered_late, europe, settings
):
    settings.PAYMENT_PROVIDER = "trial"
    PriceFactory(of=event.course, amount=490)
    price = {"unit": CurrencyFactory(), "amount": 490, "region": europe}
    made = starting.start(ada, event=event, **price, **offered_late)
    assert not made.holds_seat
    starting.give_up(made.pk, ada, **offered_late)
    checkout.register_by_staff(ada, event=event, tell=False, **offered_late)
    assert (taken(event), states(clock)) == (1, ["booked", "waiting"])


def test_what_was_offered_after_the_deadline_ends_with_its_time_and_its_event(
    event, clock, ada, offered_late
):
    held(ada, library(event.course))
    clock.move(days=1)
    with pytest.raises(Refusal, match="Registration closed"):
        checkout.book_by_pass(ada, event=event, **offered_late | {"at": clock.at})
    Event.objects.filter(pk=event.pk).update(status=EventStatus.DRAFT)
    event.refresh_from_db()
    with pytest.raises(Refusal, match="no longer offered"):
        checkout.book_by_pass(ada, event=event, **offered_late)


def test_a_line_ends_with_its_event(event, mia, line, who, clock):
    told = events.cancel(event, reason="", **who)
    assert "People on the waiting list, which ends" in [each.sentence for each in told]
    assert states(clock) == ["closed", "closed"]
    event.refresh_from_db()
    assert (event.status, event.taken) == (EventStatus.CANCELLED, 0)


def test_who_is_given_a_place_waits_no_longer(event, mia, line, who, clock, ada):
    events.edit(event, capacity=2, **who)
    made = checkout.register_by_staff(ada, event=event, tell=False, **who)
    line[0].refresh_from_db()
    assert (line[0].registration, taken(event)) == (made, 2)
    # Given another place than the one on offer, that one goes to the next.
    assert states(clock) == ["booked", "waiting"]


def test_an_erased_person_leaves_the_line(event, mia, line, who, clock, ada):
    cancelling.cancel(mia.pk, **who)
    erasure.erase(ada.pk, **who)
    assert states(clock) == ["removed", "offered"]


# Pages


def test_a_learner_joins_sees_their_number_takes_the_place(event, mia, ada, who, browse, clock):
    held(ada, library(event.course))
    page = browse(ada.user)
    address = f"/catalogue/{event.course.slug}/"
    assert "Join the waiting list" in page.get(address).content.decode()
    page.post(f"{address}waiting-list/", {"event": event.pk})
    line = Waiting.objects.get()
    for shown in (address, "/my-learning/"):
        text = page.get(shown).content.decode()
        assert "You are number 1 in line." in text
        assert "Leave the waiting list" in text
    cancelling.cancel(mia.pk, **who)
    assert "A place is kept for you until" in page.get("/my-learning/").content.decode()
    answer = page.post(f"/waiting-list/{line.pk}/place/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{address}checkout/review/"
    shown = answer.context["till"].digest
    page.post(f"{address}checkout/review/", {"shown": shown, "event": event.pk})
    assert Registration.objects.live().get(event=event).contact == ada
    line.refresh_from_db()
    assert line.outcome == WaitEnd.BOOKED


def test_somebody_elses_place_in_line_is_not_found(event, mia, line, browse):
    stranger = LearnerFactory()
    page = browse(stranger.user)
    for what in ("place", "leaving"):
        assert page.post(f"/waiting-list/{line[0].pk}/{what}/").status_code == 404
    assert states_of(line) == ["", ""]


def states_of(line):
    return list(Waiting.objects.order_by("pk").values_list("outcome", flat=True))


def test_staff_see_the_line_add_to_it_and_remove_from_it(event, mia, line, browse, office, clock):
    page = browse(office)
    text = page.get(f"/events/{event.pk}/").content.decode()
    assert "Add to the waiting list" in text
    assert line[0].contact.name in text
    new = ContactFactory()
    page.post(f"/events/{event.pk}/waiting-list/new/", {"contact": new.pk})
    page.post(f"/waiting-list/{line[0].pk}/removal/", {"reason": "asked by phone"})
    assert states(clock) == ["removed", "waiting", "waiting"]
    assert Waiting.objects.last().contact == new

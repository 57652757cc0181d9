"""The last seats are sold once, to whoever wins or books first; a held place is filled once.

Each race has a twin with the lock taken out, which goes wrong.
"""

import datetime
import functools
from decimal import Decimal

import pytest

from catalog.models import Event, Region
from crm import accounts
from crm.models import Invoice
from lms import checkout, held, places, taking
from lms.models import HeldPlace, Registration
from tests.factories import AccountFactory, ContactFactory, EventFactory, PriceFactory
from tests.lms.cast import TODAY
from tests.lms.selling import deal, sell, win
from tests.races import meeting, race
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"at": datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC), "on": TODAY, "by": None}


@pytest.fixture(autouse=True)
def no_letters(monkeypatch):
    """They go out after the commit, and take longer than the race."""
    monkeypatch.setattr(taking.letters, "confirm_later", lambda *_place, **_when: None)


def wanting(event, quantity):
    """An opportunity of an account of its own that wants so many places on the event."""
    found = deal(AccountFactory(), **WHO)
    sell(found, event, quantity, "490", **WHO)
    return found


def two_wins():
    """Two wins want two each of three seats: (won, seats taken, places held, invoices)."""
    event = EventFactory(capacity=3)
    deals = [wanting(event, 2) for _ in range(2)]
    outcome = race(*[functools.partial(win, each, **WHO) for each in deals])
    event.refresh_from_db()
    numbers = HeldPlace.objects.count(), Invoice.objects.count()
    return outcome, (outcome.done, event.taken, *numbers)


def test_two_wins_at_once_sell_the_last_seats_once(europe):
    outcome, came_to = two_wins()
    assert came_to == (1, 2, 2, 1)
    (no,) = [each for each in outcome.answers if isinstance(each, Refusal)]
    assert str(no).endswith("1 place left, 2 wanted: choose another date or a smaller quantity.")


def look_then_write(meet):
    def take(event, seats=1, *, at):
        event = Event.objects.get(pk=event.pk)
        if event.taken + seats > event.capacity:
            return False
        meet()
        Event.objects.filter(pk=event.pk).update(taken=event.taken + seats)
        return True

    return take


def test_without_locks_both_win_them(europe, monkeypatch):
    monkeypatch.setattr(places, "lock_events", lambda ids: None)
    monkeypatch.setattr(places, "take", look_then_write(meeting()))
    _outcome, came_to = two_wins()
    assert came_to == (2, 2, 4, 2)


def win_and_checkout():
    """A win and a checkout by invoice want the last seat: (done, seats taken, places, invoices)."""
    event = EventFactory(capacity=1)
    price = PriceFactory(of=event, amount=Decimal(490))
    buyer = ContactFactory()
    accounts.edit(buyer.account_id, pays_by_invoice=True, **WHO)
    found = wanting(event, 1)
    outcome = race(
        functools.partial(win, found, **WHO),
        lambda: checkout.book_by_invoice(
            buyer,
            unit=price.unit,
            amount=price.amount,
            region=Region.objects.get(),
            event=event,
            **WHO,
        ),
    )
    event.refresh_from_db()
    sold = HeldPlace.objects.count() + Registration.objects.count()
    return outcome.done, event.taken, sold, Invoice.objects.count()


def test_a_win_and_a_checkout_sell_the_last_seat_once(europe):
    assert win_and_checkout() == (1, 1, 1, 1)


def test_without_locks_both_get_it(europe, monkeypatch):
    monkeypatch.setattr(places, "lock_events", lambda ids: None)
    monkeypatch.setattr(places, "take", look_then_write(meeting()))
    assert win_and_checkout() == (2, 1, 2, 2)


def two_names():
    """Two colleagues name two people for one place: (done, registrations, seats taken)."""
    event = EventFactory(capacity=3)
    found = wanting(event, 1)
    win(found, **WHO)
    place = HeldPlace.objects.get()
    people = [ContactFactory(account=found.account) for _ in range(2)]
    outcome = race(*[functools.partial(held.fill, place.pk, each, **WHO) for each in people])
    event.refresh_from_db()
    return outcome.done, Registration.objects.count(), event.taken


def test_a_held_place_is_filled_once(europe):
    assert two_names() == (1, 1, 1)


def test_without_the_lock_two_get_one_seat(europe, monkeypatch):
    meet, look = meeting(), held._at

    def looked_together(held_id, _version):
        found = look(held_id)
        meet()
        return found

    monkeypatch.setattr(held.accounts, "open_one", lambda account: account)
    monkeypatch.setattr(places, "lock_events", lambda ids: None)
    monkeypatch.setattr(held, "_locked", looked_together)
    assert two_names() == (2, 2, 1)

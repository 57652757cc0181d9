"""The last seat and the last token are sold once, together; tokens come back once.

Each race has a twin with the lock taken out, which goes wrong.
"""

import datetime
import functools
import threading

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from catalog import events
from catalog.models import Event, EventStatus, Price, Region, Unit
from crm.models import Account, Contact
from lms import cancelling, checkout, paying, places
from lms.models import Registration
from tests.factories import AccountFactory, ContactFactory, EventFactory
from tests.lms.cast import TODAY
from tests.lms.paying import balances, give, let_spend, priced
from tests.races import PATIENCE, meeting, race, rounds
from tms.refusals import Refusal
from tokens import spending
from tokens.models import LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)
WHEN = {"at": datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC), "on": TODAY}
WHO = {**WHEN, "by": None}


def buyers(pressing, *, tokens, limit=None, accounts=1):
    """As many people as press, of so many accounts, each with so many Gold for everybody."""
    owners = [AccountFactory() for _ in range(accounts)]
    for account in owners:
        give(account, tokens, **WHO)
        let_spend(account, who="everybody", limit=limit, **WHO)
    return [ContactFactory(account=owners[n % accounts]) for n in range(pressing)]


def event_for(amount=1, seats=None):
    event = EventFactory(capacity=seats)
    priced(event, amount)
    return event


def buy(contact, event):
    return checkout.book_by_tokens(
        contact,
        account=contact.account,
        unit=Unit.objects.get(code="Gold"),
        amount=Price.objects.get(priced=event.priced_id).amount,
        region=Region.objects.get(),
        event=event,
        **WHO,
    )


def sold(people, *on):
    """All of them buy at the same time: how many got a place, seats taken, tokens spent."""
    outcome = race(
        *[functools.partial(buy, contact, event) for contact, event in zip(people, on, strict=True)]
    )  # fmt: skip
    events = Event.objects.filter(pk__in=[event.pk for event in on])
    live = Registration.objects.live().filter(event__in=events)
    spent = LedgerEntry.objects.filter(account__in=[contact.account_id for contact in people])
    return (
        outcome.done,
        live.count(),
        sum(events.values_list("taken", flat=True)),
        -sum(spent.filter(kind="redeemed").values_list("quantity", flat=True)),
    )


def test_the_last_seat_costs_one_of_them_tokens(europe):
    for _round in range(rounds(5)):
        people = buyers(4, tokens=3, accounts=4)
        assert sold(people, *[event_for(3, seats=1)] * 4) == (1, 1, 1, 3)
        assert sorted(balances(each.account)[0] for each in people) == [0, 3, 3, 3]


def test_without_the_one_statement_the_last_seat_costs_two_of_them_tokens(europe, monkeypatch):
    meet = meeting()

    def look_then_write(event, *, at):
        event = Event.objects.get(pk=event.pk)
        if event.taken >= event.capacity:
            return False
        meet()
        Event.objects.filter(pk=event.pk).update(taken=event.taken + 1)
        return True

    monkeypatch.setattr(places, "take", look_then_write)
    people = buyers(2, tokens=3, accounts=2)
    assert sold(people, *[event_for(3, seats=1)] * 2) == (2, 2, 1, 6)


def test_the_last_token_buys_one_place_and_takes_one_seat(europe):
    for _round in range(rounds(2)):
        people = buyers(4, tokens=1)
        assert sold(people, *[event_for() for _ in people]) == (1, 1, 1, 1)
        assert balances(people[0].account) == [0]


def test_with_one_seat_and_one_token_one_of_eight_gets_both(europe):
    for _round in range(rounds(2)):
        people = buyers(8, tokens=1)
        assert sold(people, *[event_for(seats=1)] * 8) == (1, 1, 1, 1)


def test_one_learner_pressing_many_times_pays_once(europe):
    for _round in range(rounds(2)):
        (contact,) = buyers(1, tokens=9)
        event = event_for(3)
        outcome = race(*[functools.partial(buy, contact, event)] * 4)
        assert len({each.pk for each in outcome.answers}) == 1
        assert balances(contact.account) == [6]


def limited():
    (contact,) = buyers(1, tokens=9, limit=3)
    return sold([contact] * 3, *[event_for(3) for _ in range(3)])


def test_the_yearly_limit_holds_at_the_same_moment(europe):
    for _round in range(rounds(2)):
        assert limited() == (1, 1, 1, 3)


def test_without_the_lock_the_limit_is_passed(europe, monkeypatch):
    meet, ask = meeting(3), spending.refuse_unless_allowed

    def asked_together(*given):
        ask(*given)
        meet()

    monkeypatch.setattr(paying, "hold", lambda account_id: None)
    monkeypatch.setattr(checkout, "_lock_contact", lambda contact: None)
    monkeypatch.setattr(spending, "refuse_unless_allowed", asked_together)
    assert limited() == (3, 3, 3, 9)


# Coming back


def cancelled_by(number):
    (contact,) = buyers(1, tokens=5)
    made = buy(contact, event_for(3))
    outcome = race(*[lambda: cancelling.cancel(made.pk, **WHO)] * number)
    refunds = LedgerEntry.objects.filter(kind="refunded", account=contact.account).count()
    return outcome.done, refunds, balances(contact.account)


def test_cancelled_by_two_the_tokens_come_back_once(europe):
    for _round in range(rounds(2)):
        assert cancelled_by(4) == (1, 1, [5])


def test_without_our_locks_the_ledger_gives_back_once_all_the_same(europe, monkeypatch):
    meet, end = meeting(), places.end

    def ended_after_both_have_looked(*given, **who):
        meet()
        return end(*given, **who)

    monkeypatch.setattr(paying, "hold_accounts_of", lambda ids, **lock: None)
    monkeypatch.setattr(Contact.objects, "select_for_update", lambda **_how: Contact.objects.all())
    monkeypatch.setattr(places, "lock_events", lambda ids: None)
    monkeypatch.setattr(places, "end", ended_after_both_have_looked)
    assert cancelled_by(2) == (2, 1, [5])


def test_of_merged_accounts_the_one_that_paid_is_held_too(europe):
    """Tokens come back to where they were taken, and from there go on to the account kept."""
    (contact,) = buyers(1, tokens=3)
    made, kept = buy(contact, event_for(3)), AccountFactory()
    Account.objects.filter(pk=contact.account_id).update(merged_into=kept, archived_at=WHEN["at"])
    Registration.objects.filter(pk=made.pk).update(account=kept)
    held, looked = threading.Event(), threading.Event()

    def somebody_else():
        with transaction.atomic():
            paying.hold_all([contact.account_id])
            held.set()
            assert looked.wait(PATIENCE)

    def look():
        assert held.wait(PATIENCE)
        try:
            with transaction.atomic():
                paying.hold_accounts_of([made.pk], wait=False)
        finally:
            looked.set()

    _held, answer = race(somebody_else, look).answers
    assert "Somebody is booking on it right now." in str(answer)
    with transaction.atomic():
        paying.hold_accounts_of([made.pk], wait=False)


def test_an_event_that_is_called_off_while_people_buy_gives_everything_back(europe):
    """... and nobody waits in a circle."""
    for _round in range(rounds(10)):
        event = event_for()
        people = buyers(4, tokens=1, accounts=2)
        buy(people[0], event)
        call_off = functools.partial(events.cancel, event, reason="Ill", **WHO)
        outcome = race(
            call_off,
            *[functools.partial(buy, contact, event) for contact in people[1:]],
        )
        if isinstance(outcome.answers[0], Refusal):
            assert "Somebody is booking on it right now." in str(outcome.answers[0])
            call_off()
        assert not Registration.objects.live().filter(event=event).exists()
        assert {n for each in people for n in balances(each.account)} == {1}


def test_without_the_one_statement_tokens_stay_with_an_event_that_was_called_off(
    europe, monkeypatch
):
    """The twin: whoever looks first, and takes the seat after it was called off, has paid."""
    event, (contact,) = event_for(), buyers(1, tokens=1)
    looked, called_off = threading.Event(), threading.Event()

    def look_then_write(event, *, at):
        assert Event.objects.get(pk=event.pk).status == EventStatus.OPEN
        looked.set()
        assert called_off.wait(PATIENCE)
        Event.objects.filter(pk=event.pk).update(taken=F("taken") + 1)
        return True

    def call_off():
        assert looked.wait(PATIENCE)
        try:
            return events.cancel(event, reason="Ill", **WHO)
        finally:
            called_off.set()

    monkeypatch.setattr(places, "take", look_then_write)
    race(call_off, functools.partial(buy, contact, event))
    assert Registration.objects.live().filter(event=event).exists()
    assert balances(contact.account) == [0]


def test_one_redemption_never_pays_twice_by_the_databases_word(europe, monkeypatch):
    (contact,) = buyers(1, tokens=9)
    first, other = event_for(3), event_for(3)
    made = buy(contact, first)
    pay = paying.paid

    def paid_again(*given, **who):
        return pay(*given, **who) | {"token_move": made.token_move}

    monkeypatch.setattr(paying, "paid", paid_again)
    with pytest.raises(IntegrityError, match="registration_once_a_redemption"):
        buy(contact, other)
    assert balances(contact.account) == [6]

"""A place is paid for with its seat, or not at all; and what comes back, comes back once."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from catalog import events
from catalog.models import Event, Price, Unit
from crm.models import Membership
from lms import cancelling, checkout, paying
from lms.cancelling import Fresh
from lms.models import PaidBy, Registration
from tests.factories import (
    AccountFactory,
    ContactFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    RegistrationFactory,
)
from tests.lms.cast import day
from tests.lms.paying import balances, give, let_spend, priced
from tms import preview
from tms.models import JournalRow
from tms.refusals import Refusal
from tokens import ledger, switches
from tokens.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    """An event for 3 Gold."""
    event = EventFactory(course__title="Coaching", capacity=2)
    priced(event.course)
    return event


@pytest.fixture
def gold(room):
    return Unit.objects.get(code="Gold")


@pytest.fixture
def rich(kestrel, ada, who):
    """Kestrel has 2 Gold until 1 December and 5 for good; Ada may spend them."""
    issues = [give(kestrel, 2, day("2026-12-01"), **who), give(kestrel, 5, **who)]
    let_spend(kestrel, ada, **who)
    return issues


@pytest.fixture
def buy(ada, kestrel, gold, europe, who):
    """`buy(event=room)`: Ada pays what she saw, 3 Gold of Kestrel's."""

    def book(contact=ada, *, shown=3, unit=gold, account=kestrel, **where):
        return checkout.book_by_tokens(
            contact, account=account, unit=unit, amount=Decimal(shown), region=europe,
            **where, **who
        )  # fmt: skip

    return book


def moved():
    """(entries of redemptions, live registrations, taken seats)"""
    return (
        LedgerEntry.objects.filter(kind="redeemed").count(),
        Registration.objects.live().count(),
        sum(Event.objects.values_list("taken", flat=True)),
    )


# Paying


def test_tokens_are_taken_with_the_seat_earliest_expiry_first(buy, room, rich, kestrel, ada, gold):
    made = buy(event=room)
    assert (made.paid_by, made.unit, made.amount, made.account) == ("tokens", gold, 3, kestrel)
    assert balances(kestrel) == [0, 4]
    entries = LedgerEntry.objects.filter(move=made.token_move).order_by("pk")
    assert [(e.issue_id, e.quantity, e.contact_id) for e in entries] == [
        (rich[0].pk, -2, ada.pk),
        (rich[1].pk, -1, ada.pk),
    ]
    assert {(e.purpose_kind, e.purpose_id) for e in entries} == {("registration", made.pk)}
    fact = JournalRow.objects.get(kind="registration.made")
    assert fact.after == {
        "event": room.pk, "path": None, "paid_by": "tokens", "pass": None, "content_until": None,
        "unit": gold.pk, "amount": "3", "token_move": made.token_move,
    }  # fmt: skip
    room.refresh_from_db()
    assert room.taken == 1


def test_a_second_press_pays_nothing_more(buy, room, rich, kestrel):
    assert buy(event=room).pk == buy(event=room).pk
    assert balances(kestrel) == [0, 4]


def test_without_enough_nothing_moves_and_the_number_missing_is_said(buy, room, rich, kestrel):
    Price.objects.update(amount=9)
    with pytest.raises(
        Refusal, match=r"That takes 9 Gold and Kestrel Rail Group has 7: 2 are missing\."
    ):
        buy(event=room, shown=9)
    assert moved() == (0, 0, 0)


def test_a_full_event_leaves_the_tokens_where_they_are(buy, room, rich, kestrel):
    Event.objects.update(capacity=0)
    with pytest.raises(Refusal, match="This date is full"):
        buy(event=room)
    assert balances(kestrel) == [2, 5]
    assert moved() == (0, 0, 0)


@pytest.mark.parametrize("now", [2, 4])
def test_a_price_that_changed_meanwhile_takes_nothing_and_is_said(buy, room, rich, kestrel, now):
    Price.objects.update(amount=now)
    with pytest.raises(paying.PriceChanged, match=f"The price has changed: it is {now} Gold now"):
        buy(event=room)
    assert balances(kestrel) == [2, 5]


def test_a_price_that_is_gone_takes_nothing(buy, room, rich):
    Price.objects.all().delete()
    with pytest.raises(paying.PriceChanged, match="It has no price in Gold now"):
        buy(event=room)


def test_an_events_own_price_is_what_it_costs(buy, room, rich, kestrel):
    priced(room, 1)
    assert buy(event=room, shown=1).amount == 1
    assert balances(kestrel) == [1, 5]


def test_what_costs_nothing_is_free_and_moves_nothing(buy, room, rich, kestrel, gold):
    Price.objects.update(amount=0)
    made = buy(event=room, shown=0)
    assert (made.paid_by, made.unit, made.amount, made.token_move) == ("free", gold, 0, None)
    assert moved() == (0, 1, 1)


def test_free_is_booked_as_free_and_only_while_it_is(ada, room, europe, who):
    with pytest.raises(paying.PriceChanged, match="It isn't free any more"):
        checkout.book_free(ada, event=room, region=europe, **who)
    Price.objects.update(amount=0)
    made = checkout.book_free(ada, event=room, region=europe, **who)
    again = checkout.book_free(ada, event=room, region=europe, **who)
    assert (made.paid_by, made.amount, again.pk) == ("free", 0, made.pk)


def test_only_who_may_spend_spends_decided_at_the_moment(buy, room, rich, kestrel, who):
    let_spend(kestrel, **who)
    with pytest.raises(Refusal, match="You can't spend the tokens of Kestrel Rail Group"):
        buy(event=room)
    assert moved() == (0, 0, 0)


def test_tokens_of_an_account_that_is_not_hers_are_refused(buy, room, rich, who):
    other = AccountFactory(name="Other")
    give(other, 9, **who)
    with pytest.raises(Refusal, match="You can't spend the tokens of Other"):
        buy(event=room, account=other)


def test_a_further_account_pays_and_the_place_is_its(buy, room, ada, who):
    other = AccountFactory(name="Other")
    Membership.objects.create(contact=ada, account=other)
    give(other, 3, **who)
    let_spend(other, who="everybody", **who)
    assert buy(event=room, account=other).account == other
    assert balances(other) == [0]


def test_the_yearly_limit_counts_what_was_spent_and_not_what_came_back(
    buy, room, rich, kestrel, ada, who
):
    let_spend(kestrel, ada, limit=5, **who)
    made = buy(event=room)
    other = EventFactory()
    priced(other)
    with pytest.raises(Refusal, match="You may spend 2 more tokens of Kestrel Rail Group"):
        buy(event=other)
    cancelling.cancel(made.pk, **who)
    assert buy(event=other).amount == 3


def test_another_token_type_doesnt_pay(buy, room, rich, kestrel, who):
    give(kestrel, 9, code="Silver", **who)
    silver = Unit.objects.get(code="Silver")
    with pytest.raises(paying.PriceChanged, match="It has no price in Silver now"):
        buy(event=room, unit=silver)


def test_a_path_is_paid_for_once_and_its_steps_with_it(buy, rich, kestrel, ada, gold, who):
    lesson, meeting = LmsEventFactory(), EventFactory()
    path = PathFactory(courses=[lesson.course, meeting.course])
    priced(path, 4)
    made = buy(path=path, shown=4)
    part = Registration.objects.get(event=lesson)
    chosen = checkout.choose_date(made.pk, ada, meeting, **who)
    for each in (part, chosen):
        assert (each.paid_by, each.unit, each.amount, each.token_move) == (
            "tokens", None, None, None,
        )  # fmt: skip
        assert each.account == kestrel
    assert balances(kestrel) == [0, 3]
    cancelling.cancel(made.pk, **who)
    assert (balances(kestrel), Registration.objects.live().count()) == ([2, 5], 0)


def test_a_path_that_cant_be_had_as_a_whole_takes_no_token(buy, rich, kestrel, gold):
    lesson = LmsEventFactory(capacity=0)
    path = PathFactory(courses=[lesson.course])
    priced(path, 4)
    with pytest.raises(Refusal, match="Not all of this path"):
        buy(path=path, shown=4)
    assert (balances(kestrel), moved()) == ([2, 5], (0, 0, 0))


def test_a_preview_moves_nothing(buy, room, rich, kestrel, clock):
    told = preview.run(lambda: paying.told_paid(buy(event=room), clock.on()))
    assert [(each.tone, each.sentence, each.lines) for each in told] == [
        (
            "pays",
            "3 Gold of Kestrel Rail Group: 7 before, 4 after",
            (
                f"2 from issue #{rich[0].pk}, until 1 December 2026",
                f"1 from issue #{rich[1].pk}, without an expiry",
            ),
        )
    ]
    assert (balances(kestrel), moved()) == ([2, 5], (0, 0, 0))


# What the database forbids


@pytest.mark.parametrize(
    "wrong",
    [
        {"paid_by": PaidBy.TOKENS},
        {"paid_by": PaidBy.TOKENS, "amount": 3, "token_move": 1},
        {"paid_by": PaidBy.STAFF, "token_move": 1},
        {"paid_by": PaidBy.CARD, "amount": 3},
        {"paid_by": PaidBy.TOKENS, "token_move": 1, "amount": 0, "unit": True},
    ],
)
def test_what_was_paid_is_a_number_of_one_unit_and_tokens_have_their_redemption(wrong, ada, gold):
    if "unit" in wrong:
        wrong = {**wrong, "unit": gold}
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(contact=ada, event=EventFactory(), **wrong)


def test_one_redemption_pays_for_one_registration(buy, room, rich, ada, gold):
    made = buy(event=room)
    with pytest.raises(IntegrityError, match="registration_once_a_redemption"):
        RegistrationFactory(
            contact=ada, event=EventFactory(), paid_by="tokens", unit=gold, amount=3,
            token_move=made.token_move,
        )  # fmt: skip


# By staff


def test_staff_pay_with_tokens_that_the_learner_may_not_spend(room, rich, kestrel, gold, who):
    bo = ContactFactory(account=kestrel)
    made = checkout.register_by_staff(bo, event=room, pay=paying.ByTokens(kestrel, gold), **who)
    assert (made.paid_by, made.amount, balances(kestrel)) == ("tokens", 3, [0, 4])


def test_staff_pick_another_issue(room, rich, kestrel, ada, gold, who):
    pay = paying.ByTokens(kestrel, gold, issue_id=rich[1].pk)
    checkout.register_by_staff(ada, event=room, pay=pay, **who)
    assert balances(kestrel) == [2, 2]
    assert LedgerEntry.objects.get(kind="redeemed").by_choice is True
    other = EventFactory()
    priced(other)
    pay = paying.ByTokens(kestrel, gold, issue_id=rich[0].pk)
    with pytest.raises(Refusal, match="this issue has 2 to spend: 1 are missing"):
        checkout.register_by_staff(ada, event=other, pay=pay, **who)


def test_staff_pay_only_by_accounts_of_the_contact(room, rich, kestrel, ada, gold, who):
    other = AccountFactory(name="Other")
    give(other, 9, **who)
    with pytest.raises(Refusal, match="Ada Lindqvist doesn't belong to Other"):
        checkout.register_by_staff(ada, event=room, pay=paying.ByTokens(other, gold), **who)
    assert moved() == (0, 0, 0)


def test_staff_say_free_only_of_what_is(room, ada, who):
    with pytest.raises(Refusal, match="It isn't free"):
        checkout.register_by_staff(ada, event=room, pay=paying.Free(), **who)
    Price.objects.update(amount=0)
    made = checkout.register_by_staff(ada, event=room, pay=paying.Free(), **who)
    assert (made.paid_by, made.amount) == ("free", 0)


def test_a_full_event_leaves_the_tokens_where_they_are_for_staff_too(
    room, rich, kestrel, ada, gold, who
):
    Event.objects.update(capacity=0)
    with pytest.raises(Refusal, match="This date is full"):
        checkout.register_by_staff(ada, event=room, pay=paying.ByTokens(kestrel, gold), **who)
    assert balances(kestrel) == [2, 5]


# Coming back


def test_cancelled_the_tokens_come_back_to_their_issues_and_it_is_said(
    buy, room, rich, kestrel, who
):
    made = buy(event=room)
    done = cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [2, 5]
    assert [(each.tone, each.sentence, each.lines) for each in done.consequences[1:]] == [
        (
            "stays",
            "Given back: 3 Gold",
            (
                f"2 Gold to Kestrel Rail Group, issue #{rich[0].pk}, until 1 December 2026",
                f"1 Gold to Kestrel Rail Group, issue #{rich[1].pk}, without an expiry",
            ),
        )
    ]
    with pytest.raises(Refusal, match="It is cancelled already"):
        cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [2, 5]


def test_back_in_an_expired_issue_they_are_written_off_at_once(
    buy, room, rich, kestrel, who, clock
):
    made = buy(event=room)
    clock.set("2026-12-02 09:00")
    later = {**who, "at": clock.at, "on": clock.on()}
    done = cancelling.cancel(made.pk, **later)
    assert balances(kestrel) == [0, 5]
    assert [(each.tone, each.sentence) for each in done.consequences[1:]] == [
        ("stays", "Given back: 1 Gold"),
        ("closes", "Written off at once: 2 Gold"),
    ]
    assert done.consequences[2].lines == (
        f"2 Gold of Kestrel Rail Group: issue #{rich[0].pk} expired on 1 December 2026",
    )
    kinds = LedgerEntry.objects.filter(issue=rich[0]).order_by("pk")
    assert [(e.kind, e.quantity) for e in kinds] == [
        ("issued", 2), ("redeemed", -2), ("refunded", 2), ("expired", -2),
    ]  # fmt: skip


def test_a_fresh_issue_makes_good_for_what_is_written_off(buy, room, rich, kestrel, who, clock):
    made = buy(event=room)
    clock.set("2026-12-02 09:00")
    later = {**who, "at": clock.at, "on": clock.on()}
    done = cancelling.cancel(made.pk, fresh=Fresh(day("2027-01-31")), **later)
    assert balances(kestrel) == [0, 5, 2]
    issue = kestrel.token_issues.latest("pk")
    assert (issue.source, issue.source_kind, issue.source_id) == (
        "courtesy", "registration", made.pk,
    )  # fmt: skip
    assert issue.expires_on == day("2027-01-31")
    assert done.consequences[-1].sentence == "A fresh issue instead: 2 Gold until 31 January 2027"


def test_no_fresh_issue_where_tokens_are_not_issued_by_hand(buy, room, rich, kestrel, who, clock):
    made = buy(event=room)
    switches.switch(manual_issues=False, adjustments=True, **who)
    clock.set("2026-12-02 09:00")
    later = {**who, "at": clock.at, "on": clock.on()}
    with pytest.raises(Refusal, match="Tokens aren't issued by hand here"):
        cancelling.cancel(made.pk, fresh=Fresh(None), **later)
    assert balances(kestrel) == [0, 4]
    assert Registration.objects.live().count() == 1


def test_staff_may_keep_the_tokens(buy, room, rich, kestrel, who):
    done = cancelling.cancel(buy(event=room).pk, give_back=False, **who)
    assert balances(kestrel) == [0, 4]
    assert done.consequences[-1].sentence == "Not given back to Kestrel Rail Group: 3 Gold"


def test_what_came_back_before_doesnt_come_back_again(buy, room, rich, kestrel, who):
    made = buy(event=room)
    ledger.refund({made.token_move: 2}, **who)
    cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [2, 5]
    other = EventFactory()
    priced(other)
    made = buy(event=other)
    ledger.refund({made.token_move: None}, **who)
    done = cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [2, 5]
    assert len(done.consequences) == 1


def test_an_event_that_is_called_off_gives_all_of_them_back_in_one_go(
    buy, room, rich, kestrel, who, django_assert_num_queries
):
    Event.objects.update(capacity=None)
    people = [ContactFactory(account=kestrel) for _ in range(6)]
    other = AccountFactory(name="Other")
    give(other, 10, **who)
    let_spend(kestrel, who="everybody", **who)
    let_spend(other, who="everybody", **who)

    def statements(number):
        event = EventFactory(course=room.course, capacity=None)
        for contact in people[:number]:
            buy(contact, event=event, shown=1, unit=Unit.objects.get(code="Gold"))
        stranger = ContactFactory(account=other)
        buy(stranger, event=event, shown=1, account=other)
        with connection.execute_wrapper(counted := Counted()):
            told = events.cancel(event, reason="Ill", **who)
        return counted.number, told

    Price.objects.update(amount=1)
    few, told = statements(1)
    assert [each.sentence for each in told[1:-1]] == ["Given back: 2 Gold"]
    many, told = statements(6)
    assert [each.sentence for each in told[1:-1]] == ["Given back: 7 Gold"]
    assert few == many
    assert (balances(kestrel), balances(other)) == ([2, 5], [10])


class Counted:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


def test_a_place_by_pass_or_given_moves_no_token(room, rich, kestrel, ada, who):
    made = checkout.register_by_staff(ada, event=room, **who)
    cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [2, 5]


def test_what_she_could_pay_in_is_what_her_accounts_were_ever_given(rich, ada, who):
    other = AccountFactory()
    Membership.objects.create(contact=ada, account=other)
    assert paying.units_of(ada) == {"Gold"}
    give(other, 1, day("2026-11-22"), code="Silver", **who)
    give(AccountFactory(), 1, code="Bronze", **who)
    assert paying.units_of(ada) == {"Gold", "Silver"}
    assert paying.units_of(ContactFactory()) == set()


def test_the_last_day_of_an_issue_still_pays(buy, room, kestrel, ada, who, clock):
    give(kestrel, 3, day("2026-12-01"), **who)
    let_spend(kestrel, ada, **who)
    clock.set("2026-12-01 23:59")
    who |= {"at": clock.at, "on": datetime.date(2026, 12, 1)}
    assert buy(event=room).amount == 3


def test_a_region_that_is_archived_prices_nothing(ada, gold, room, clock):
    region = paying.region_of(ada)
    assert paying.prices_of(room, None, region, clock.on())
    type(region).objects.update(archived_at=clock.at)
    assert paying.region_of(ada) is None
    assert paying.prices_of(room, None, None, clock.on()) == []

"""The last token is spent once, and never one that isn't there."""

import contextlib
import io
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from crm import archiving
from crm.models import Account
from tests import races
from tests.factories import AccountFactory, ContactFactory, UserFactory
from tms import sheets
from tms.models import User
from tms.refusals import Refusal
from tokens import expiring, importing, issuing, ledger
from tokens.models import LedgerEntry, TokenIssue

ROUNDS = races.rounds(50)
# How often each of eight takes two tokens of one account.
EACH = races.rounds(20)

pytestmark = pytest.mark.django_db(transaction=True)


def balance(*issues) -> list[int]:
    rows = TokenIssue.objects.in_bulk([each.pk for each in issues])
    return [rows[each.pk].remaining for each in issues]


def books_are_right() -> bool:
    """Is every balance the sum of its entries?"""
    sums = dict(LedgerEntry.objects.values_list("issue").annotate(Sum("quantity")))
    return sums == dict(TokenIssue.objects.values_list("pk", "remaining"))


@pytest.fixture(params=["together", "apart"])
def asked(request, monkeypatch):
    """Threads that take from one account share transactions, as in one process, or they race for
    its lock, as those of several processes do."""
    if request.param == "apart":
        monkeypatch.setattr(ledger.REDEEM, "behind", None)


@pytest.mark.usefixtures("asked")
def test_the_last_token_is_spent_once(give, kestrel, gold, now):
    issued = give(1)
    for _ in range(ROUNDS):

        def take():
            return ledger.redeem(kestrel.pk, gold, 1, **now)

        round_ = races.race(take, take)
        assert (round_.done, round_.refused) == (1, 1)
        (taken,) = [each for each in round_.answers if not isinstance(each, Refusal)]
        ledger.refund({taken.move: None}, **now)
    assert balance(issued) == [1]
    assert books_are_right()


@pytest.mark.usefixtures("asked")
def test_on_one_hot_account_eight_take_what_there_is(give, kestrel, gold, now):
    first, last = give(60, "2026-12-31"), give(16 * EACH + 80)

    def take():
        done = 0
        for _ in range(EACH):
            ledger.redeem(kestrel.pk, gold, 2, **now)
            done += 2
        return done

    round_ = races.race(*[take] * 8)
    assert sum(round_.answers) == 16 * EACH
    assert balance(first, last) == [0, 140]
    assert books_are_right()


def test_who_waits_for_one_account_shares_a_transaction_and_nothing_else(give, kestrel, gold, now):
    issued = give(7)
    contact = ContactFactory(account=kestrel)
    asked = [
        {"quantity": 1},  # goes alone, and waits
        {"quantity": 1, "contact_id": contact.pk},
        {"quantity": 9},
        {"quantity": 2, "contact_id": -1},
        {"quantity": 2, "reason": "last"},
    ]
    told = {}

    def take(place):
        try:
            told[place] = ledger.redeem(kestrel.pk, gold, **asked[place], **now)
        except (Refusal, IntegrityError) as error:
            told[place] = error
        connection.close()

    waiting = ledger.REDEEM.combined.waiting
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=kestrel.pk)
        threads = [threading.Thread(target=take, args=[place]) for place in range(len(asked))]
        for place, thread in enumerate(threads):
            thread.start()
            races.until(lambda n=place: len(waiting.get(kestrel.pk, "-" * 9)) == n)
    for thread in threads:
        thread.join()
    assert [told[place].quantity for place in (0, 1, 4)] == [1, 1, 2]
    assert isinstance(told[2], Refusal)
    assert "contact" in str(told[3])
    # Each has what they asked for, under a number of their own.
    entries = LedgerEntry.objects.filter(kind="redeemed")
    kept = {each.move: (each.quantity, each.contact_id, each.reason) for each in entries}
    assert kept == {
        told[0].move: (-1, None, ""),
        told[1].move: (-1, contact.pk, ""),
        told[4].move: (-2, None, "last"),
    }
    assert balance(issued) == [3]
    assert books_are_right()
    assert waiting == {}


def test_what_was_taken_comes_back_once(give, kestrel, gold, now):
    issued = give(1)
    for _ in range(ROUNDS):
        taken = ledger.redeem(kestrel.pk, gold, 1, **now)

        def back(move=taken.move):
            return ledger.refund({move: None}, **now)

        round_ = races.race(back, back)
        assert (round_.done, round_.refused) == (1, 1)
    assert balance(issued) == [1]


def test_tokens_are_spent_on_their_last_day_or_written_off_and_never_both(
    kestrel, gold, now, clock
):
    tomorrow = {**now, "at": clock.move(days=1), "on": clock.on()}
    for _ in range(ROUNDS):
        issued = issuing.issue(kestrel, gold, 3, expires_on=now["on"], **now)

        def take():
            # Somebody who pressed before midnight.
            return ledger.redeem(kestrel.pk, gold, 2, **now)

        def night():
            return expiring.write_off(on=tomorrow["on"], at=tomorrow["at"])

        round_ = races.race(take, night)
        expiring.write_off(on=tomorrow["on"], at=tomorrow["at"])
        kinds = list(issued.entries.order_by("id").values_list("kind", "quantity"))
        if round_.refused:
            assert kinds == [("issued", 3), ("expired", -3)]
        else:
            assert kinds == [("issued", 3), ("redeemed", -2), ("expired", -1)]


def test_an_adjustment_and_a_redemption_leave_nothing_below_zero(give, kestrel, gold, now):
    issued = give(2)
    for _ in range(ROUNDS):

        def take():
            return ledger.redeem(kestrel.pk, gold, 2, **now)

        def less():
            return ledger.adjust(issued.pk, -1, version=None, reason="x", **now)

        round_ = races.race(take, less)
        assert (round_.done, round_.refused) == (1, 1)
        ledger.adjust(issued.pk, 2 - balance(issued)[0], version=None, reason="x", **now)


def test_two_transfers_across_each_other_do_not_wait_for_ever(give, kestrel, now):
    marlow = AccountFactory(name="Marlow")
    mine, theirs = give(ROUNDS), give(ROUNDS, account=marlow)

    def over():
        return ledger.transfer(mine.pk, 1, to=marlow, version=None, **now)

    def back():
        return ledger.transfer(theirs.pk, 1, to=kestrel, version=None, **now)

    for _ in range(ROUNDS):
        assert races.race(over, back).done == 2
    assert balance(mine, theirs) == [0, 0]


# An account that is put away meanwhile


def archived_meanwhile(give, kestrel, gold, now) -> races.Round:
    """The account is archived, in a transaction that still goes on when somebody redeems."""
    give(2)
    archived = threading.Event()

    def put_away():
        with transaction.atomic():
            archiving.archive_account(kestrel.pk, **now)
            archived.set()
            with contextlib.suppress(AssertionError):
                races.somebody_waits_for_us(2)

    def take():
        assert archived.wait(races.PATIENCE)
        return ledger.redeem(kestrel.pk, gold, 1, **now)

    return races.race(put_away, take)


def test_an_account_that_is_archived_meanwhile_spends_nothing(give, kestrel, gold, now):
    _done, answer = archived_meanwhile(give, kestrel, gold, now).answers
    assert str(answer) == "Kestrel Rail Group is archived. Restore it first."
    assert not LedgerEntry.objects.filter(kind="redeemed").exists()


# Who is named is looked up without a lock of theirs


def test_who_is_deleted_while_they_redeem_stays_and_who_is_gone_redeems_nothing(
    give, kestrel, gold, now
):
    issued = give(2 * ROUNDS)
    for number in range(ROUNDS):
        user = UserFactory()

        def take(by=user):
            return ledger.redeem(kestrel.pk, gold, 1, **{**now, "by": by})

        def delete(pk=user.pk):
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM tms_user WHERE id = %s", [pk])

        # Every other time within a transaction that looks on for a while, and has it still.
        verbs = [held_on_to(take), delete] if number % 2 else [take, held_on_to(delete)]
        with pytest.raises(IntegrityError, match=r"who stays|somebody who is there"):
            races.race(*verbs)
        there = User.objects.filter(pk=user.pk).exists()
        assert LedgerEntry.objects.filter(by_id=user.pk).exists() == there
    assert books_are_right()
    assert balance(issued)[0] > 0


def held_on_to(verb):
    """The verb in a transaction that goes on until the other one waits for it, or is through."""

    def held():
        with transaction.atomic():
            verb()
            with contextlib.suppress(AssertionError):
                races.somebody_waits_for_us(0.5)

    return held


# With the lock taken out


@pytest.fixture
def unlocked():
    """The function that redeems, without a lock, and slow: both look before either takes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'tokens_redeem'"
        )
        (locked,) = cursor.fetchone()
        without = locked.replace("FOR NO KEY UPDATE", "").replace(
            "IF issue.remaining >=", "PERFORM pg_sleep(0.5); IF issue.remaining >="
        )
        assert without.count("FOR NO KEY UPDATE") == 0
        assert "pg_sleep" in without
        cursor.execute(without)
        yield
        cursor.execute(locked)


def test_without_the_lock_the_database_still_sells_the_last_token_once(
    unlocked, give, kestrel, gold, now
):
    issued = give(1)
    refused = threading.Event()

    def take():
        try:
            with transaction.atomic():
                return ledger.redeem(kestrel.pk, gold, 1, **now)
        except IntegrityError as error:
            assert "token_issue_not_below_zero" in str(error)  # noqa: PT017
            refused.set()

    races.race(take, take)
    # The twin: it isn't a sentence any more, but nothing is spent twice.
    assert refused.is_set()
    assert balance(issued) == [0]
    assert books_are_right()


def test_without_the_lock_an_account_spends_while_it_is_put_away(
    unlocked, give, kestrel, gold, now
):
    assert archived_meanwhile(give, kestrel, gold, now).done == 2
    assert LedgerEntry.objects.filter(kind="redeemed").exists()


def test_a_table_that_two_import_at_once_is_imported_once(kestrel, gold, now):
    for number in range(races.rounds(10)):
        table = f"Account,Token Type,Number,External ID\n{kestrel.name},{gold},5,OLD-{number}\n"

        def carry(table=table):
            return importing.carry_out(sheets.read(io.BytesIO(table.encode())), **now)

        round_ = races.race(carry, carry)
        verdicts = sorted(row.verdict.value for rows in round_.answers for row in rows)
        assert verdicts == ["here", "new"]
    assert TokenIssue.objects.count() == number + 1
    assert books_are_right()

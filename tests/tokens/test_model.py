"""Whatever is done in whatever order, the books say what a plain model of them says.

Set LEDGER_STEPS for more than the suite has time for; the seed is printed when it fails.
"""

import datetime
import os
import random

import pytest
from django.db import connection

from tests.factories import AccountFactory, TokenTypeFactory
from tms.refusals import Refusal
from tms.reporting import checking
from tokens import expiring, issuing, ledger
from tokens.models import TokenIssue

STEPS = int(os.environ.get("LEDGER_STEPS", "400"))


class Book:
    """An issue as the model keeps it: a number, a day, and what each redemption took."""

    def __init__(self, account, kind, quantity, expires_on, issued_on):
        self.account, self.kind = account, kind
        self.left, self.expires_on, self.issued_on = quantity, expires_on, issued_on
        self.redeemed = self.expired = 0

    def over(self, on):
        return self.expires_on is not None and self.expires_on < on


class Model:
    """The rules of the specification, without a database."""

    def __init__(self):
        self.books: dict[int, Book] = {}
        self.taken: dict[int, list[list]] = {}  # move: [[issue, left of it]], in spend order

    def open(self, account, kind, on):
        found = [
            (book.expires_on or datetime.date.max, book.issued_on, pk)
            for pk, book in self.books.items()
            if (book.account, book.kind) == (account, kind) and book.left and not book.over(on)
        ]
        return [pk for _end, _issued, pk in sorted(found)]

    def redeem(self, account, kind, quantity, on):
        """The parts taken, or None."""
        parts = []
        for pk in self.open(account, kind, on):
            part = min(quantity, self.books[pk].left)
            if part:
                parts.append((pk, part))
            quantity -= part
        if quantity:
            return None
        for pk, part in parts:
            self.books[pk].left -= part
            self.books[pk].redeemed += part
        return tuple(parts)

    def refund(self, move, quantity, on):
        """Did it come back?"""
        rest = sum(left for _pk, left in self.taken[move])
        quantity = rest if quantity is None else quantity
        if not rest or quantity > rest:
            return False
        for part in reversed(self.taken[move]):
            number = min(part[1], quantity)
            if not number:
                continue
            part[1] -= number
            quantity -= number
            book = self.books[part[0]]
            book.redeemed -= number
            if book.over(on):
                book.expired += number + book.left
                book.left = 0
            else:
                book.left += number
        return True

    def night(self, on):
        for book in self.books.values():
            if book.over(on):
                book.expired += book.left
                book.left = 0


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_books_are_those_of_a_plain_model(seed, kestrel, gold, office, clock):
    chance = random.Random(seed)
    accounts = {each.pk: each for each in (kestrel, AccountFactory(), AccountFactory())}
    kinds = {each.pk: each for each in (gold, TokenTypeFactory(unit__code="Silver"))}
    model, at = Model(), clock.at
    weights = {
        "issue": 14,
        "redeem": 40,
        "refund": 18,
        "adjust": 8,
        "transfer": 7,
        "move": 6,
        "night": 4,
        "day": 3,
    }
    for step in range(STEPS // 3):
        who = {"at": at, "on": at.date(), "by": office}
        on = at.date()
        (verb,) = chance.choices(list(weights), list(weights.values()))
        account, kind = chance.choice(list(accounts)), chance.choice(list(kinds))
        some = chance.choice(list(model.books)) if model.books else None
        if verb == "day":
            at += datetime.timedelta(days=chance.randint(1, 20))
        elif verb == "night":
            expiring.write_off(on=on, at=at)
            model.night(on)
        elif verb == "issue":
            end = chance.choice([None, on + datetime.timedelta(days=chance.randint(0, 60))])
            number = chance.randint(1, 12)
            made = issuing.issue(accounts[account], kinds[kind], number, expires_on=end, **who)
            model.books[made.pk] = Book(account, kind, number, end, on)
        elif verb == "redeem":
            number = chance.randint(1, 15)
            wanted = model.redeem(account, kind, number, on)
            try:
                taken = ledger.redeem(account, kinds[kind], number, **who)
            except Refusal:
                assert wanted is None, (seed, step)
            else:
                assert taken.parts == wanted, (seed, step)
                model.taken[taken.move] = [list(part) for part in wanted]
        elif verb == "refund" and model.taken:
            move, number = chance.choice(list(model.taken)), chance.choice([None, 1, 2, 3, 5])
            try:
                ledger.refund({move: number}, **who)
            except Refusal:
                assert not model.refund(move, number, on), (seed, step)
            else:
                assert model.refund(move, number, on), (seed, step)
        elif verb in {"adjust", "transfer", "move"} and some:
            book = model.books[some]
            number = chance.randint(-5, 5) if verb == "adjust" else chance.randint(1, 5)
            try:
                if verb == "adjust":
                    ledger.adjust(some, number, version=None, reason="x", **who)
                elif verb == "transfer":
                    made = ledger.transfer(some, number, to=accounts[account], version=None, **who)
                else:
                    end = on + datetime.timedelta(days=chance.randint(0, 60))
                    issuing.change_expiry(some, expires_on=end, version=None, reason="x", **who)
            except Refusal:
                refused = (
                    book.over(on)
                    or (verb == "adjust" and (not number or book.left + number < 0))
                    or (verb == "transfer" and (number > book.left or account == book.account))
                )
                assert refused, (seed, step)
            else:
                if verb == "adjust":
                    book.left += number
                elif verb == "transfer":
                    book.left -= number
                    model.books[made.pk] = Book(account, book.kind, number, book.expires_on, on)
                else:
                    book.expires_on = end
    rows = TokenIssue.objects.values_list("pk", "remaining", "redeemed", "expired", "expires_on")
    assert {row[0]: row[1:] for row in rows} == {
        pk: (book.left, book.redeemed, book.expired, book.expires_on)
        for pk, book in model.books.items()
    }, seed
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.today', %s, true)", [str(at.date())])
    broken = checking.check(on=at.date(), at=at).broken
    assert {name for name in broken if name[0] in "IO"} - {"O7 written off"} == set(), seed

"""Two people win at the same moment: what was sold is given once, and paid for once."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from catalog.models import UnitKind
from crm import interests, invoices, opportunities, selling
from crm.interests import Wanted
from crm.models import Fulfilment, Invoice, Opportunity
from passes import selling as pass_selling
from passes import types
from passes.models import Pass
from tests import races
from tests.factories import PassOptionFactory, TokenTypeFactory
from tms.refusals import Refusal
from tokens import issuing
from tokens.models import TokenIssue

ROUNDS = races.rounds(20)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now(who):
    return who


@pytest.fixture
def deal(kestrel, now):
    """`deal()`: an opportunity with two passes in it; `deal(unit, 3)`: for three tokens each."""
    option = PassOptionFactory()

    def opened(unit=None, price=900, option=option):
        found = opportunities.create(account=kestrel, name="Spring intake", **now)
        level = found.region.tax_level
        wanted = Wanted(
            **pass_selling.named(option),
            quantity=2,
            unit=unit or found.currency,
            unit_price=Decimal(price),
            list_price=Decimal(price),
            tax_level=level,
        )
        pass_selling.add_interest(found.pk, wanted, option=option, **now)
        return found

    return opened


def test_two_who_win_it_at_once_give_everything_once(deal, now):
    for n in range(1, ROUNDS + 1):
        found = deal()
        round_ = races.race(*[lambda pk=found.pk: selling.win(pk, **now)] * 2)
        assert round_.refused == 0
        assert sorted(len(answer.consequences) for answer in round_.answers) == [0, 2]
        assert (Pass.objects.count(), Fulfilment.objects.count()) == (2 * n, 2 * n)
        assert Invoice.objects.count() == n
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"INV-2026-{n:04}" for n in range(1, ROUNDS + 1)]


def test_without_the_lock_the_database_still_gives_it_once(deal, now, monkeypatch):
    """The twin: whoever comes second is stopped by `fulfilment_once`, after having begun."""
    unlocked = lambda pk, *, version=None: Opportunity.objects.select_related(  # noqa: E731
        "account", "contact", "region", "currency", "stage"
    ).get(pk=pk)
    monkeypatch.setattr(opportunities, "locked", unlocked)
    monkeypatch.setattr(selling.accounts, "open_one", lambda account: account)
    deals = [deal() for _ in range(ROUNDS)]

    def rounds():
        for found in deals:
            races.race(*[lambda pk=found.pk: selling.win(pk, **now)] * 4)

    with pytest.raises(IntegrityError):
        rounds()


def test_the_last_tokens_pay_for_one_of_two_deals(deal, now, kestrel):
    gold = TokenTypeFactory(unit__code="Gold")
    assert gold.unit.kind == UnitKind.TOKEN
    for n in range(1, ROUNDS + 1):
        issuing.issue(kestrel, gold, 6, **now)
        one, other = deal(gold.unit, 3), deal(gold.unit, 3)
        round_ = races.race(
            lambda pk=one.pk: selling.win(pk, **now), lambda pk=other.pk: selling.win(pk, **now)
        )
        assert (round_.done, round_.refused) == (1, 1)
        assert Pass.objects.count() == 2 * n
        assert not TokenIssue.objects.filter(remaining__gt=0).exists()


def test_a_deal_is_won_as_it_was_or_as_it_was_changed_to(deal, now):
    for _ in range(ROUNDS):
        found = deal()
        line = found.interests.get()
        before = Pass.objects.count()
        round_ = races.race(
            lambda pk=found.pk: selling.win(pk, **now),
            lambda pk=line.pk: interests.remove(pk, **now),
        )
        assert (round_.done, round_.refused) == (1, 1)
        won = not isinstance(round_.answers[0], Refusal)
        assert Pass.objects.count() - before == (2 if won else 0)


def test_a_type_is_archived_before_or_after_the_win(now, deal):
    for _ in range(ROUNDS):
        option = PassOptionFactory()
        found = deal(option=option)
        round_ = races.race(
            lambda pk=found.pk: selling.win(pk, **now),
            lambda kind=option.pass_type: types.archive(kind, version=None, **now),
        )
        given = Pass.objects.filter(opportunity=found).count()
        assert given == (0 if isinstance(round_.answers[0], Refusal) else 2)
        assert not isinstance(round_.answers[1], Refusal)


def test_a_draft_is_issued_once_under_one_number(deal, now):
    for n in range(1, ROUNDS + 1):
        draft = selling.win(deal().pk, draft_invoice=True, **now).invoice
        round_ = races.race(*[lambda pk=draft.pk: invoices.issue(pk, **now)] * 3)
        assert {each.number for each in round_.answers} == {f"INV-2026-{n:04}"}

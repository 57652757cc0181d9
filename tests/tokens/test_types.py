"""Token types: units of the catalogue with a description and a redemption period (TOK-2, TOK-3)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from catalog import pricing
from catalog.models import Unit
from tests.factories import CourseFactory, CurrencyFactory, PriceFactory
from tests.races import NotCaught, meeting, race
from tms.models import JournalRow
from tms.refusals import Refusal
from tokens import types
from tokens.models import TokenType

pytestmark = pytest.mark.django_db


def test_a_token_type_is_a_unit_that_prices_are_shown_in(now, europe):
    gold = types.create(name=" Gold ", description="One day", period=12, **now)
    price = pricing.set_price(
        CourseFactory().priced, region=europe, unit=gold.unit, amount=Decimal(3), **now
    )
    assert pricing.shown(price, europe) == "3 Gold"
    assert (gold.unit.decimals, gold.period, gold.period_unit) == (0, 12, "months")


def test_a_name_is_unique_in_any_capitals_and_no_currencys_code(now):
    types.create(name="Gold", **now)
    CurrencyFactory()
    with pytest.raises(Refusal, match="There is a token type Gold already") as no:
        types.create(name="GOLD", **now)
    assert no.value.field == "name"
    with pytest.raises(Refusal, match="EUR is the code of a currency"):
        types.create(name="eur", **now)
    with pytest.raises(Refusal, match="It needs a name"):
        types.create(name=" ", **now)


@pytest.fixture
def both_look(monkeypatch):
    """Of two who make a type at once, each has looked for its name before either saves."""
    meet, look = meeting(), types.check_period

    def look_and_wait(token_type):
        look(token_type)
        meet()

    monkeypatch.setattr(types, "check_period", look_and_wait)


@pytest.mark.django_db(transaction=True)
def test_a_name_taken_at_the_same_moment_is_the_same_sentence(now, both_look):
    outcome = race(*[lambda: types.create(name="Gold", **now)] * 2)
    [no] = [each for each in outcome.answers if isinstance(each, Refusal)]
    assert str(no) == "There is a token type Gold already. Choose another name."
    assert (TokenType.objects.count(), Unit.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_where_the_constraint_is_not_listened_to_the_name_is_an_error(now, both_look, monkeypatch):
    monkeypatch.setattr(types, "IntegrityError", NotCaught)
    with pytest.raises(IntegrityError, match="unit_code_regardless_of_case"):
        race(*[lambda: types.create(name="Gold", **now)] * 2)
    assert (TokenType.objects.count(), Unit.objects.count()) == (1, 1)


def test_a_period_is_at_least_one_or_for_ever(now):
    with pytest.raises(Refusal, match="Leave it empty if it never ends") as no:
        types.create(name="Gold", period=0, **now)
    assert no.value.field == "period"
    assert types.create(name="Gold", period=None, **now).period is None


def test_an_edit_renames_the_unit_and_is_written_down(now):
    gold = types.create(name="Gold", **now)
    types.edit(gold, name="Gold 2026", description="x", period=30, period_unit="days", **now)
    gold.refresh_from_db()
    assert (str(gold), gold.unit.code) == ("Gold 2026", "Gold 2026")
    row = JournalRow.objects.get(kind="token_type.edited")
    assert (row.before["name"], row.after["name"]) == ("Gold", "Gold 2026")


def test_archiving_takes_both_out_of_new_prices_and_restoring_brings_both_back(now):
    gold = types.create(name="Gold", **now)
    types.archive(gold, **now)
    assert list(Unit.objects.tokens().in_use()) == []
    with pytest.raises(Refusal, match="Gold is archived already"):
        types.archive(gold, **now)
    types.restore(gold, **now)
    assert [str(unit) for unit in Unit.objects.tokens().in_use()] == ["Gold"]


def test_a_type_that_was_used_stays_and_one_that_wasn_t_goes(now):
    gold, silver = types.create(name="Gold", **now), types.create(name="Silver", **now)
    PriceFactory(unit=gold.unit)
    with pytest.raises(Refusal, match="Gold is used, so it stays"):
        types.delete(gold, **now)
    types.delete(silver, **now)
    assert [str(unit) for unit in Unit.objects.tokens()] == ["Gold"]

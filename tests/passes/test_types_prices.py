"""Prices of an option: the ones of the catalogue, and the last of a published option stays."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Price
from passes import option_prices, options
from passes.models import OptionStatus
from tests.factories import CurrencyFactory, PassOptionFactory, PriceFactory, TokenUnitFactory
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return str(caught.value)


def test_an_option_is_priced_in_a_currency_and_in_tokens_and_published(who, europe):
    taster = PassOptionFactory(status=OptionStatus.DRAFT)
    euro, gold = CurrencyFactory(), TokenUnitFactory()
    option_prices.add(taster, region=europe, unit=euro, amount=Decimal("49.50"), **who)
    option_prices.add(taster, region=europe, unit=gold, amount=Decimal(3), **who)
    prices = Price.objects.filter(priced=taster.priced).order_by("pk")
    assert [(price.unit.code, price.amount, price.tax_level) for price in prices] == [
        ("EUR", Decimal("49.5000"), europe.tax_level),
        ("Gold", Decimal("3.0000"), europe.tax_level),
    ]
    options.publish(taster, **who)


def test_no_two_prices_of_a_day(who, europe):
    price = PriceFactory(of=PassOptionFactory(), region=europe)
    option = price.priced.passoption
    sentence = refused(
        lambda: option_prices.add(option, region=europe, unit=price.unit, amount=Decimal(1), **who)
    )
    assert sentence.startswith("There is already a price for Europe in EUR")
    with pytest.raises(IntegrityError, match="price_one_a_day"), transaction.atomic():
        PriceFactory(of=option, region=europe, valid_from=date(2030, 1, 1))


def test_the_last_price_of_a_published_option_stays(who, europe):
    option = PassOptionFactory()
    price = PriceFactory(of=option, region=europe)
    sentence = (
        "It is the last price of a published option. "
        "Add another one first, or archive the option instead."
    )
    assert refused(lambda: option_prices.remove(option, price, **who)) == sentence
    ended = {"region": europe, "unit": price.unit, "amount": price.amount}
    ended |= {"valid_to": date(2026, 11, 21)}
    assert refused(lambda: option_prices.edit(option, price, **ended, **who)) == sentence
    assert Price.objects.get().valid_to is None
    second = PriceFactory(of=option, region=europe, unit=TokenUnitFactory(), amount=3)
    option_prices.remove(option, price, **who)
    assert refused(lambda: option_prices.remove(option, second, **who)) == sentence
    assert list(Price.objects.all()) == [second]


def test_a_price_that_is_over_is_none(who, europe):
    option = PassOptionFactory()
    PriceFactory(of=option, region=europe, valid_to=date(2026, 11, 21))
    price = PriceFactory(of=option, region=europe, valid_from=date(2026, 11, 22))
    assert refused(lambda: option_prices.remove(option, price, **who)) == str(options.LAST_PRICE)


@pytest.mark.parametrize("status", [OptionStatus.DRAFT, OptionStatus.ARCHIVED])
def test_the_last_price_of_what_is_not_on_sale_can_go(who, europe, status):
    option = PassOptionFactory(status=status)
    option_prices.remove(option, PriceFactory(of=option, region=europe), **who)
    assert Price.objects.count() == 0


def test_a_price_is_changed(who, europe):
    option = PassOptionFactory()
    price = PriceFactory(of=option, region=europe)
    option_prices.edit(option, price, region=europe, unit=price.unit, amount=Decimal(0), **who)
    assert Price.objects.get().amount == 0

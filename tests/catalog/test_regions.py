"""Regions, currencies and tax levels: where, in what, and with which tax prices are."""

import itertools
from decimal import Decimal

import pytest
from django.db import IntegrityError

from catalog import currencies, regions, setup, tax_levels
from catalog.models import Region, TaxLevel, Unit
from tests.factories import (
    AccountFactory,
    CourseFactory,
    CurrencyFactory,
    PriceFactory,
    RegionFactory,
    TaxLevelFactory,
    TokenUnitFactory,
)
from tests.races import NotCaught, meeting, race
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(now):
    def region(name, units=None, **more):
        more.setdefault("tax_level", TaxLevelFactory())
        return regions.create(name=name, currencies=units or [CurrencyFactory()], **more, **now)

    return region


# Currencies


@pytest.mark.parametrize(("code", "decimals"), [("eur", 2), ("JPY", 0), ("KWD", 3)])
def test_a_currency_has_the_decimals_of_the_iso_list(now, code, decimals):
    unit = currencies.add(code, **now)
    assert (unit.code, unit.decimals) == (code.upper(), decimals)


@pytest.mark.parametrize("code", ["DEM", "XXX", "EURO", ""])
def test_what_is_no_currency_today_is_refused(now, code):
    with pytest.raises(Refusal, match="isn't a currency of the ISO list"):
        currencies.add(code, **now)


def test_the_iso_list_is_offered_by_name(clock):
    found = dict(currencies.choices(clock.on()))
    assert (found["EUR"], found["SEK"]) == ("EUR, Euro", "SEK, Swedish Krona")
    assert len(found) > 140


def test_a_currency_is_used_once_and_again_after_the_archive(now):
    unit = currencies.add("SEK", **now)
    with pytest.raises(Refusal, match="SEK is in use already"):
        currencies.add("SEK", **now)
    currencies.archive(unit, **now)
    with pytest.raises(Refusal, match="SEK is archived already"):
        currencies.archive(unit, **now)
    assert currencies.add("SEK", **now) == unit
    assert Unit.objects.get().archived_at is None


def test_a_token_type_of_that_name_is_in_the_way(now):
    TokenUnitFactory(code="eur")
    with pytest.raises(Refusal, match="A token type is called EUR"):
        currencies.add("EUR", **now)


@pytest.fixture
def both_look(monkeypatch):
    """Of two who add a currency at once, each has looked whether it is there."""
    meet, name = meeting(), currencies.get_currency_name

    def named_together(code, **more):
        meet()
        return name(code, **more)

    monkeypatch.setattr(currencies, "get_currency_name", named_together)


@pytest.mark.django_db(transaction=True)
def test_a_currency_added_by_two_at_once_is_one(now, both_look):
    outcome = race(*[lambda: currencies.add("SEK", **now)] * 2)
    assert (outcome.done, outcome.refused) == (1, 1)
    assert Unit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_where_the_constraint_is_not_listened_to_the_second_is_an_error(
    now, both_look, monkeypatch
):
    monkeypatch.setattr(currencies, "IntegrityError", NotCaught)
    with pytest.raises(IntegrityError, match="unit_code_regardless_of_case"):
        race(*[lambda: currencies.add("SEK", **now)] * 2)
    assert Unit.objects.count() == 1


def test_a_currency_in_use_is_neither_deleted_nor_taken_from_its_region(now, make):
    euro, krona = CurrencyFactory(), CurrencyFactory(code="SEK")
    europe = make("Europe", [euro, krona])
    PriceFactory(region=europe, unit=krona)
    with pytest.raises(Refusal, match="Europe uses SEK"):
        currencies.delete(krona, **now)
    with pytest.raises(Refusal, match="There are prices for Europe in SEK") as no:
        regions.edit(europe, name="Europe", currencies=[euro], tax_level=europe.tax_level, **now)
    assert no.value.field == "currencies"


def test_a_currency_with_prices_alone_stays_and_one_with_nothing_goes(now):
    priced, free = CurrencyFactory(), CurrencyFactory(code="SEK")
    europe = RegionFactory(name="Europe", currencies=[])
    PriceFactory(unit=priced, region=europe)
    with pytest.raises(Refusal, match="There are prices in EUR, so it stays"):
        currencies.delete(priced, **now)
    currencies.delete(free, **now)
    assert list(Unit.objects.values_list("code", flat=True)) == ["EUR"]


def test_a_regions_only_currency_isn_t_archived(now, make):
    make("Europe")
    with pytest.raises(Refusal, match="EUR is the only currency of Europe"):
        currencies.archive(Unit.objects.get(), **now)


# Tax levels


def test_a_tax_level_is_made_edited_and_archived(now):
    level = tax_levels.create(name="Reduced", percent=Decimal("7.7"), **now)
    level = tax_levels.edit(level, name="Low", percent=Decimal(8), **now)
    assert str(level) == "Low 8 %"
    tax_levels.archive(level, **now)
    assert tax_levels.restore(level, **now).archived_at is None
    tax_levels.delete(level, **now)
    assert not TaxLevel.objects.exists()
    kinds = JournalRow.objects.order_by("pk").values_list("kind", flat=True)
    assert [kind.partition(".")[2] for kind in kinds] == [
        "created",
        "edited",
        "archived",
        "restored",
        "deleted",
    ]


def test_what_a_tax_level_can_t_be(now):
    TaxLevelFactory(name="Standard")
    with pytest.raises(Refusal, match="There is a tax level Standard already"):
        tax_levels.create(name="STANDARD", percent=Decimal(1), **now)
    with pytest.raises(Refusal, match="A percentage is between 0 and 100"):
        tax_levels.create(name="All", percent=Decimal("100.5"), **now)


def test_a_tax_level_in_use_stays(now, make):
    region = make("Europe")
    with pytest.raises(Refusal, match="Standard is the default of Europe"):
        tax_levels.archive(region.tax_level, **now)
    with pytest.raises(Refusal, match="Standard is used by prices or regions"):
        tax_levels.delete(region.tax_level, **now)


# Regions


def test_the_first_region_is_the_default_and_there_is_always_one(now, make):
    europe, nordics = make("Europe"), make("Nordics")
    assert (europe.is_default, nordics.is_default) == (True, False)
    with pytest.raises(Refusal, match="Europe is the default"):
        regions.archive(europe, **now)
    with pytest.raises(Refusal, match="Europe is the default"):
        regions.delete(europe, **now)
    regions.make_default(nordics, **now)
    assert Region.objects.get(is_default=True) == nordics
    regions.archive(europe, **now)
    with pytest.raises(Refusal, match="Europe is archived"):
        regions.make_default(europe, **now)
    row = JournalRow.objects.get(kind="region.made_default")
    assert (row.before, row.after) == ({"default": europe.pk}, {"default": nordics.pk})


@pytest.fixture
def without_lock(monkeypatch):
    """Regions are changed side by side, and two who do it have both looked before either saves."""
    meet, calls, save = meeting(), itertools.count(), Region.save

    def saved_together(region, *given, **more):
        if next(calls) < 2:
            meet()
        save(region, *given, **more)

    monkeypatch.setattr(regions, "one_at_a_time", lambda: None)
    return lambda: monkeypatch.setattr(Region, "save", saved_together)


@pytest.mark.django_db(transaction=True)
def test_two_first_regions_at_once_are_one_default(now, make):
    TaxLevelFactory(), CurrencyFactory()
    outcome = race(lambda: make("Europe"), lambda: make("Nordics"))
    assert outcome.done == 2
    assert Region.objects.filter(is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_refuses_a_second_default(now, make, without_lock):
    TaxLevelFactory(), CurrencyFactory()
    without_lock()
    with pytest.raises(IntegrityError, match="region_one_default"):
        race(lambda: make("Europe"), lambda: make("Nordics"))
    assert Region.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_new_defaults_at_once_are_one_default(now, make):
    make("Europe")
    others = make("Nordics"), make("Asia")
    race(*[lambda region=region: regions.make_default(region, **now) for region in others])
    assert Region.objects.filter(is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_new_defaults_is_an_error(now, make, without_lock):
    make("Europe")
    others = make("Nordics"), make("Asia")
    without_lock()
    with pytest.raises(IntegrityError, match="region_one_default"):
        race(*[lambda region=region: regions.make_default(region, **now) for region in others])
    assert Region.objects.filter(is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_country_given_to_two_regions_at_once_is_in_one(now, make):
    TaxLevelFactory(), CurrencyFactory()
    outcome = race(*[lambda name=name: make(name, countries=["SE"]) for name in ("North", "South")])
    assert (outcome.done, outcome.refused) == (1, 1)
    assert Region.objects.get().countries == ["SE"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_country_is_in_two_regions(now, make, without_lock):
    make("Europe")
    without_lock()
    race(*[lambda name=name: make(name, countries=["SE"]) for name in ("North", "South")])
    assert Region.objects.filter(countries__contains=["SE"]).count() == 2


def test_a_country_is_in_one_region(now, make):
    make("Nordics", countries=["se", "NO"])
    assert Region.objects.get().countries == ["NO", "SE"]
    with pytest.raises(Refusal) as no:
        make("Europe", countries=["DE", "SE"])
    assert (str(no.value), no.value.field) == (
        "Sweden belongs to Nordics. A country is in one region only.",
        "countries",
    )
    with pytest.raises(Refusal, match="There is no country QQ"):
        make("Nowhere", countries=["QQ"])


def test_what_a_region_can_t_be(now, make, clock):
    make("Europe")
    with pytest.raises(Refusal, match="There is a region Europe already"):
        make("europe")
    gone = CurrencyFactory(code="SEK")
    Unit.objects.filter(pk=gone.pk).update(archived_at=clock.at)
    gone.refresh_from_db()
    with pytest.raises(Refusal, match="It needs at least one currency in use"):
        make("Nordics", [gone])
    with pytest.raises(Refusal, match="Choose a tax level in use"):
        make("Nordics", tax_level=TaxLevelFactory(name="Old", archived_at=clock.at))


def test_a_region_with_prices_or_accounts_stays(now, make):
    make("Europe")
    priced, customers, empty = make("Priced"), make("Customers"), make("Empty")
    PriceFactory(of=CourseFactory(), region=priced)
    AccountFactory(region=customers)
    for region in (priced, customers):
        with pytest.raises(Refusal, match=f"{region.name} has prices or accounts, so it stays"):
            regions.delete(region, **now)
        regions.archive(region, **now)
        regions.restore(region, **now)
    regions.delete(empty, **now)
    assert not Region.objects.filter(name="Empty").exists()


def test_countries_are_offered_by_name():
    found = dict(regions.country_choices())
    assert found["SE"] == "Sweden"
    assert "EU" not in found
    assert len(found) > 240
    assert regions.country_names(["SE", "DE"]) == ["Germany", "Sweden"]


# The first page of an empty installation


def test_the_first_region_is_made_with_its_currency_and_no_tax(now):
    region = setup.first_region(region="Europe", currency="eur", **now)
    assert region.is_default
    assert [str(unit) for unit in region.currencies.all()] == ["EUR"]
    assert str(region.tax_level) == "No tax 0 %"
    with pytest.raises(Refusal, match="There is a region already"):
        setup.first_region(region="Nordics", currency="SEK", **now)


def test_the_first_region_takes_a_tax_that_is_given(now):
    region = setup.first_region(
        region="Europe", currency="EUR", tax_name="Standard", tax_percent=Decimal(25), **now
    )
    assert str(region.tax_level) == "Standard 25 %"

"""Prices: one a day for a thing, region and unit; rounded in one place; written for people."""

import datetime
import itertools
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from catalog import money, price_rules, pricing
from catalog.models import Price, TaxLevel, Unit, UnitKind
from tests.factories import (
    CourseFactory,
    CurrencyFactory,
    EventFactory,
    PriceFactory,
    RegionFactory,
    TaxLevelFactory,
    TokenUnitFactory,
)
from tests.races import meeting, race
from tms.models import JournalRow
from tms.refusals import Refusal

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")
pytestmark = pytest.mark.django_db


def set_price(course, region, amount="490", now=None, **more):
    more.setdefault("unit", CurrencyFactory())
    return pricing.set_price(course.priced, region=region, amount=Decimal(amount), **more, **now)


def test_a_price_takes_the_regions_tax_unless_told(now, europe):
    course = CourseFactory()
    price = set_price(course, europe, now=now)
    reduced = set_price(
        course, europe, "3", unit=TokenUnitFactory(), tax_level=TaxLevelFactory(name="Low"), now=now
    )
    assert price.tax_level == europe.tax_level
    assert reduced.tax_level.name == "Low"


def test_a_price_is_written_down_with_who_and_what(now, europe, office):
    course = CourseFactory()
    price = set_price(course, europe, "490.50", now=now)
    price = pricing.edit_price(price, region=europe, unit=price.unit, amount=Decimal(400), **now)
    pricing.remove_price(price, keep_last=False, **now)

    rows = JournalRow.objects.filter(subject_kind="priced", subject_id=course.priced_id)
    told = [
        (row.kind, row.before.get("amount"), row.after.get("amount"), row.by_id)
        for row in rows.order_by("pk")
    ]
    assert told == [
        ("priced.price_set", None, "490.5", office.pk),
        ("priced.price_changed", "490.5", "400", office.pk),
        ("priced.price_removed", "400", None, office.pk),
    ]


def test_an_edit_that_changes_nothing_writes_nothing(now, europe):
    price = set_price(CourseFactory(), europe, now=now)
    pricing.edit_price(price, region=europe, unit=price.unit, amount=Decimal("490.00"), **now)
    assert JournalRow.objects.filter(kind="priced.price_changed").count() == 0


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ((None, None), (None, None), "without an end"),
        (("2026-01-01", "2026-06-30"), ("2026-06-30", None), "from 1 January 2026 to 30 June 2026"),
        ((None, "2026-12-31"), ("2026-12-31", "2027-01-31"), "until 31 December 2026"),
        (("2026-06-01", None), (None, "2026-06-01"), "from 1 June 2026 on"),
    ],
)  # fmt: skip
def test_a_second_price_on_the_same_day_is_refused_with_the_days(now, europe, first, second, words):
    course = CourseFactory()

    def dates(pair):
        return dict(
            zip(("valid_from", "valid_to"), [each and day(each) for each in pair], strict=True)
        )

    set_price(course, europe, now=now, **dates(first))
    with pytest.raises(Refusal) as no:
        set_price(course, europe, "1", now=now, **dates(second))
    assert str(no.value) == (
        f"There is already a price for Europe in EUR {words}. "
        "Change that one, or choose other days."
    )


def test_prices_follow_each_other_without_a_gap_or_a_clash(now, europe):
    course = CourseFactory()
    set_price(course, europe, "100", valid_to=day("2026-12-31"), now=now)
    set_price(course, europe, "120", valid_from=day("2027-01-01"), now=now)

    def amount(on):
        found = pricing.prices_for([course.priced_id], region=europe, on=on)
        return [str(price.amount) for price in found[course.priced_id]]

    assert amount(day("2026-12-31")) == ["100.0000"]
    assert amount(day("2027-01-01")) == ["120.0000"]


def test_the_same_thing_may_cost_euros_and_tokens_and_differ_by_region(now, europe):
    course, nordics = CourseFactory(), RegionFactory(name="Nordics")
    set_price(course, europe, now=now)
    set_price(course, europe, "3", unit=TokenUnitFactory(), now=now)
    set_price(course, nordics, "500", now=now)
    assert course.priced.prices.count() == 3


def test_a_price_can_be_moved_but_not_onto_another(now, europe):
    course = CourseFactory()
    set_price(course, europe, valid_to=day("2026-12-31"), now=now)
    later = set_price(course, europe, "500", valid_from=day("2027-01-01"), now=now)
    with pytest.raises(Refusal, match="There is already a price for Europe in EUR until"):
        pricing.edit_price(
            later,
            region=europe,
            unit=later.unit,
            amount=later.amount,
            valid_from=day("2026-12-01"),
            **now,
        )


@pytest.mark.parametrize(
    ("code", "decimals", "amount", "sentence"),
    [
        ("EUR", 2, "1.005", "An amount of EUR has at most 2 decimals."),
        ("JPY", 0, "1.5", "An amount of JPY has no decimals."),
        ("KWD", 3, "1.0005", "An amount of KWD has at most 3 decimals."),
        ("EUR", 2, "-1", "An amount is zero or more. Zero is free."),
        ("EUR", 2, "10000000000", "An amount is below 10,000,000,000."),
    ],
)
def test_an_amount_has_its_currencys_decimals(now, europe, code, decimals, amount, sentence):
    unit = CurrencyFactory(code=code, decimals=decimals)
    europe.currencies.add(unit)
    with pytest.raises(Refusal) as no:
        set_price(CourseFactory(), europe, amount, unit=unit, now=now)
    assert (str(no.value), no.value.field) == (sentence, "amount")


def test_tokens_are_whole(now, europe):
    with pytest.raises(Refusal, match="Tokens are whole: Gold can't be split"):
        set_price(CourseFactory(), europe, "1.5", unit=TokenUnitFactory(), now=now)


def test_trailing_zeros_are_no_decimals(now, europe):
    price = set_price(CourseFactory(), europe, "4.5000", now=now)
    assert price.amount == Decimal("4.5")


def test_a_region_sells_in_its_own_currencies(now, europe):
    francs = CurrencyFactory(code="CHF", label="Swiss franc")
    with pytest.raises(Refusal, match="Europe doesn't use CHF"):
        set_price(CourseFactory(), europe, unit=francs, now=now)


def test_what_is_archived_is_in_no_new_price_and_stays_in_an_old_one(now, europe, clock):
    course, gold = CourseFactory(), TokenUnitFactory()
    price = set_price(course, europe, "3", unit=gold, now=now)
    Unit.objects.filter(pk=gold.pk).update(archived_at=clock.at)
    TaxLevel.objects.filter(pk=europe.tax_level_id).update(archived_at=clock.at)
    gold.refresh_from_db()
    europe.refresh_from_db()

    with pytest.raises(Refusal, match="Gold is archived and can't be put into a new price"):
        set_price(CourseFactory(), europe, "3", unit=gold, now=now)
    with pytest.raises(Refusal, match="Standard 20 % is archived"):
        set_price(CourseFactory(), europe, now=now)
    edited = pricing.edit_price(
        price, region=europe, unit=gold, amount=Decimal(4), tax_level=price.tax_level, **now
    )
    assert edited.amount == 4


def test_days_the_wrong_way_round_are_refused_at_their_field(now, europe):
    with pytest.raises(Refusal) as no:
        set_price(
            CourseFactory(),
            europe,
            valid_from=day("2026-12-02"),
            valid_to=day("2026-12-01"),
            now=now,
        )
    assert (str(no.value), no.value.field) == (
        "The last day, 1 December 2026, is before the first, 2 December 2026.",
        "valid_to",
    )


def test_the_last_price_of_what_is_published_stays(now, europe):
    course = CourseFactory()
    only = set_price(course, europe, now=now)
    with pytest.raises(Refusal, match="This is the last price"):
        pricing.remove_price(only, keep_last=True, **now)
    other = set_price(course, europe, "3", unit=TokenUnitFactory(), now=now)
    pricing.remove_price(only, keep_last=True, **now)
    assert list(Price.objects.all()) == [other]


def test_a_price_removed_meanwhile_is_said_so(now, europe):
    price = set_price(CourseFactory(), europe, now=now)
    pricing.remove_price(price, keep_last=False, **now)
    price.pk = 4711
    with pytest.raises(Refusal, match="This price was removed meanwhile"):
        pricing.remove_price(price, keep_last=False, **now)


def test_the_database_has_the_last_word():
    price = PriceFactory()
    with pytest.raises(IntegrityError, match="price_one_a_day"), transaction.atomic():
        PriceFactory(priced=price.priced)
    with pytest.raises(IntegrityError, match="price_not_negative"), transaction.atomic():
        PriceFactory(amount=Decimal(-1))


@pytest.mark.django_db(transaction=True)
def test_two_prices_at_the_same_moment_are_one_price_and_one_sentence(now, europe):
    course = CourseFactory()
    outcome = race(*[lambda: set_price(course, europe, now=now)] * 2)
    assert (outcome.done, outcome.refused) == (1, 1)
    assert Price.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_slips_past_the_look_is_refused_by_the_constraint_in_the_same_words(
    now, europe, monkeypatch
):
    """Without the lock both look, see nothing, and save: the database lets one of them."""
    course, meet, looks = CourseFactory(), meeting(), itertools.count()
    look, saving = price_rules.overlapping, threading.Lock()

    def look_and_wait(price):
        found = look(price)
        if next(looks) < 2:
            meet()
            # One after the other: each would wait for the other's row to be or not to be.
            saving.acquire()
        return found

    def set_it():
        try:
            return set_price(course, europe, now=now)
        finally:
            saving.release()

    monkeypatch.setattr(pricing, "lock", lambda priced_id: None)
    monkeypatch.setattr(price_rules, "overlapping", look_and_wait)
    outcome = race(set_it, set_it)
    sentences = [str(each) for each in outcome.answers if isinstance(each, Refusal)]
    assert sentences == [
        "There is already a price for Europe in EUR without an end. "
        "Change that one, or choose other days."
    ]
    assert Price.objects.count() == 1


def two_prices(europe):
    course = CourseFactory()
    PriceFactory(of=course, region=europe)
    PriceFactory(of=course, region=europe, unit=TokenUnitFactory(), amount=Decimal(3))
    return list(Price.objects.all())


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_the_last_two_prices_leave_one(now, europe):
    prices = two_prices(europe)
    outcome = race(
        *[
            lambda price=price: pricing.remove_price(price, keep_last=True, **now)
            for price in prices
        ]
    )
    assert (outcome.done, outcome.refused) == (1, 1)
    assert Price.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_of_the_last_two_prices_go(now, europe, monkeypatch):
    prices, meet, write = two_prices(europe), meeting(), pricing.journal.write

    def write_and_wait(*args, **kwargs):
        meet()
        return write(*args, **kwargs)

    monkeypatch.setattr(pricing, "lock", lambda priced_id: None)
    monkeypatch.setattr(pricing.journal, "write", write_and_wait)
    race(
        *[
            lambda price=price: pricing.remove_price(price, keep_last=True, **now)
            for price in prices
        ]
    )
    assert Price.objects.count() == 0


# What is shown


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [("0.005", 2, "0.01"), ("0.004999", 2, "0.00"), ("2.5", 0, "3"), ("1.0005", 3, "1.001")],
)
def test_money_is_rounded_half_up_to_its_currencys_decimals(amount, decimals, rounded):
    unit = Unit(kind=UnitKind.CURRENCY, code="EUR", decimals=decimals)
    assert str(pricing.round_money(Decimal(amount), unit)) == rounded


@given(st.decimals(min_value=0, max_value=10**6, places=4), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half_and_twice_is_once(amount, decimals):
    unit = Unit(kind=UnitKind.CURRENCY, code="EUR", decimals=decimals)
    rounded = pricing.round_money(amount, unit)
    assert abs(rounded - amount) <= Decimal(1).scaleb(-decimals) / 2
    assert pricing.round_money(rounded, unit) == rounded


def shown(amount, unit, percent="20", with_tax=False):
    region = RegionFactory(name=f"Shows {with_tax}", shows_tax=with_tax)
    price = Price(amount=Decimal(amount), unit=unit, tax_level=TaxLevel(percent=Decimal(percent)))
    return pricing.shown(price, region), pricing.net_or_with_tax(price, region)


def test_a_price_is_shown_as_its_region_shows_prices():
    euro, yen = CurrencyFactory(), CurrencyFactory(code="JPY", decimals=0)
    assert shown("490", euro) == ("€490.00", "plus tax")
    assert shown("490", euro, with_tax=True) == ("€588.00", "with tax")
    assert shown("99.99", euro, "7.7", with_tax=True) == ("€107.69", "with tax")
    assert shown("1500", yen, "10", with_tax=True) == ("¥1,650", "with tax")
    assert shown("490", euro, "0") == ("€490.00", "")
    assert shown("3", TokenUnitFactory(), with_tax=True) == ("3 Gold", "")
    assert shown("0", euro, with_tax=True) == ("Free", "")
    assert shown("0", TokenUnitFactory()) == ("Free", "")


def test_a_price_is_written_in_the_readers_language():
    with translation.override("de"):
        assert money.written(Decimal("1490.5"), CurrencyFactory()) == "1.490,50\xa0€"
        assert money.written(Decimal(1200), TokenUnitFactory()) == "1.200 Gold"


def test_several_prices_stand_in_one_line(europe):
    course = CourseFactory()
    prices = [
        PriceFactory(of=course, region=europe),
        PriceFactory(of=course, region=europe, unit=TokenUnitFactory(), amount=Decimal(3)),
    ]
    assert pricing.beside(prices, europe) == "€490.00 plus tax, or 3 Gold"
    assert pricing.beside(prices[:1], europe) == "€490.00 plus tax"
    assert pricing.beside([], europe) == ""


def test_an_events_own_prices_override_its_courses_in_a_region_as_a_whole(europe):
    nordics = RegionFactory(name="Nordics")
    course = CourseFactory()
    with_own, without = EventFactory(course=course), EventFactory(course=course)
    PriceFactory(of=course, region=europe, amount=Decimal(490))
    PriceFactory(of=course, region=europe, unit=TokenUnitFactory(), amount=Decimal(3))
    PriceFactory(of=course, region=nordics, amount=Decimal(600))
    PriceFactory(of=with_own, region=europe, amount=Decimal(300))
    ids = [with_own.priced_id, without.priced_id]
    instead = dict.fromkeys(ids, course.priced_id)

    def told(region):
        found = pricing.prices_for(ids, region=region, on=TODAY, instead=instead)
        return [[money.written(price.amount, price.unit) for price in found[pk]] for pk in ids]

    assert told(europe) == [["€300.00"], ["€490.00", "3 Gold"]]
    assert told(nordics) == [["€600.00"], ["€600.00"]]


def test_an_own_price_that_has_run_out_gives_way_to_the_courses(europe):
    course = CourseFactory()
    event = EventFactory(course=course)
    PriceFactory(of=course, region=europe)
    PriceFactory(of=event, region=europe, amount=Decimal(1), valid_to=day("2026-11-21"))
    instead = {event.priced_id: course.priced_id}
    found = pricing.prices_for([event.priced_id], region=europe, on=TODAY, instead=instead)
    assert [str(price.amount) for price in found[event.priced_id]] == ["490.0000"]


@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_prices_of_a_whole_page_are_one_query(django_assert_num_queries, europe, number):
    ids = [PriceFactory(region=europe).priced_id for _ in range(number)]
    with django_assert_num_queries(1):
        found = pricing.prices_for(ids, region=europe, on=TODAY)
        shown = [pricing.shown(price, europe) for pk in ids for price in found[pk]]
    assert shown == ["€490.00"] * number

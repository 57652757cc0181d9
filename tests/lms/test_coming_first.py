"""Which items stand on which page: walked to, and worked out one by one, it is the same."""

import datetime
import random

import pytest

from catalog.models import Event, EventStatus, Item, ItemStatus, Price, Region
from lms import catalogue, coming_first
from tests.factories import (
    CourseFactory,
    CurrencyFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    RegionFactory,
    TokenUnitFactory,
)
from tests.lms.cast import day

pytestmark = pytest.mark.django_db

ON = day("2026-11-22")
DAYS = [ON + datetime.timedelta(days=number) for number in range(-3, 18)]
PAGE = 1  # what stands twice in the way of others shows at once


@pytest.fixture
def shelf(europe):
    """Twenty courses and four paths, with dates and prices of all kinds, by a fixed chance."""
    chance = random.Random(7)
    elsewhere, dollars, gold = RegionFactory(), CurrencyFactory(code="USD"), TokenUnitFactory()

    def priced(of):
        wanted = {"amount": chance.randrange(0, 500, 20)}
        kind = chance.choice([*["plain", "dollars"] * 3, "gone", "later", "elsewhere", "gold"])
        wanted |= {
            "gone": {"valid_to": day("2026-11-21")},
            "later": {"valid_from": day("2026-11-23")},
            "elsewhere": {"region": elsewhere},
            "gold": {"unit": gold},
        }.get(kind, {})
        PriceFactory(of=of, **wanted)
        if kind == "dollars":
            PriceFactory(of=of, unit=dollars, amount=chance.randrange(0, 500, 20))

    courses = []
    for n in range(20):
        status = ItemStatus.DRAFT if n % 7 == 3 else ItemStatus.PUBLISHED
        title = f"Course {chance.choice('abc')} {n}"
        courses.append(course := CourseFactory(title=title, status=status))
        if n % 2:
            priced(course)
        for _n in range(chance.choice([0, 0, 4, 8])):
            said = {"status": chance.choice([*EventStatus.values, *[EventStatus.OPEN] * 4])}
            if chance.random() < 0.2:
                event = LmsEventFactory(course=course, **said)
            else:
                closes = chance.choice([None, None, None, day("2026-11-21"), ON])
                first = chance.choice(DAYS)
                event = EventFactory(course=course, first_on=first, closes_on=closes, **said)
            if chance.random() < 0.9:
                priced(event)
    for n in range(4):
        priced(PathFactory(title=f"Course a {n}", courses=chance.sample(courses, 3)))
    return Region.objects.get(name="Europe")


def is_bookable(event):
    if event.status != EventStatus.OPEN:
        return False
    in_time = event.closes_on is None or event.closes_on >= ON
    return event.type == "lms" or (event.first_on >= ON and in_time)


def amounts(item, region):
    """What money it costs in the region: itself, and by its dates on offer."""
    owners = {item.priced_id, *(e.priced_id for e in item.events.all() if is_bookable(e))}
    return [
        price.amount
        for price in Price.objects.filter(region=region, unit__kind="currency")
        if price.priced_id in owners
        and (price.valid_from is None or price.valid_from <= ON)
        and (price.valid_to is None or price.valid_to >= ON)
    ]


def days(item, _region):
    """On which days it, or a course of it, begins."""
    courses = [item.pk, *item.steps.values_list("course", flat=True)]
    events = Event.objects.filter(course__in=courses, first_on__isnull=False)
    return [event.first_on for event in events if is_bookable(event)]


@pytest.mark.parametrize("sort", ["price", "date"])
def test_walked_to_it_is_as_worked_out(shelf, sort):
    keys = {"price": amounts, "date": days}[sort]
    found = [(item, keys(item, shelf)) for item in Item.objects.published()]
    assert {bool(values) for _item, values in found} == {True, False}
    having = sorted((min(values), item.title_key, item.pk) for item, values in found if values)
    without = sorted((item.title_key, item.pk) for item, values in found if not values)
    expected = [pk for *_key, pk in [*having, *without]]

    for start in range(0, len(expected) + PAGE, PAGE):
        if sort == "price":
            page = coming_first.cheapest(shelf.pk, ON, start, PAGE)
        else:
            page = coming_first.soonest(ON, start, PAGE)
        ids = Item.objects.filter(pk__in=page).values_list("pk", flat=True)
        assert set(ids) == set(expected[start : start + PAGE])
        assert len(ids) == len(expected[start : start + PAGE])

    rows, total = catalogue.cards(catalogue.Question(sort=sort), shelf, ON)
    assert [row["id"] for row in rows] == expected[: catalogue.PAGE]
    assert total == len(expected)


def test_narrowed_it_is_in_the_same_order(shelf):
    rows, total = catalogue.cards(catalogue.Question(sort="price"), shelf, ON)
    assert total <= catalogue.PAGE
    for q in ("course", "course a"):
        narrowed, _total = catalogue.cards(catalogue.Question(q=q, sort="price"), shelf, ON)
        wanted = [row["id"] for row in rows if all(w in row["title"].lower() for w in q.split())]
        assert [row["id"] for row in narrowed] == wanted


def test_what_is_over_or_closed_has_no_price_any_more(europe):
    """The price of last year's date isn't what it costs."""
    PriceFactory(of=CourseFactory(title="Course for 300"), amount=300)
    course = CourseFactory(title="Course for 490")
    PriceFactory(of=course, amount=490)
    closed = {"closes_on": day("2026-11-21")}
    dates = [{"first_on": day("2026-11-21")}, {"first_on": day("2026-12-01"), **closed}]
    for said in dates:
        PriceFactory(of=EventFactory(course=course, **said), amount=100)
    region = Region.objects.get(name="Europe")
    for q in ("", "course"):
        cards, _total = catalogue.cards(catalogue.Question(q=q, sort="price"), region, ON)
        assert [card["title"] for card in cards] == ["Course for 300", "Course for 490"]
    card = cards[1]
    first = coming_first.CheapestFirst(Item.objects.all(), region.pk, ON, 0, 1)
    assert Item.objects.get(pk__in=first).title == "Course for 300"
    assert ([each["amount"] for each in card["prices"]], card["event_prices"]) == ([490], [])
    assert catalogue.cards(catalogue.Question(price="250"), region, ON) == ([], 0)

"""The catalogue by program: courses, learning paths, events, regions."""

import datetime

import pytest

from catalog.models import Event, EventStatus, Item
from tests.factories import (
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PricedFactory,
    PriceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program, europe):
    return program("catalogue:read")


def test_a_path_is_told_with_its_steps_and_prices(able, europe):
    course = CourseFactory(title="Signals")
    path = PathFactory(courses=[course], title="Rail", code="RAIL")
    price = PriceFactory(of=path, region=europe)
    told = able.get(f"/items/{path.pk}").json()
    assert (told["kind"], told["title"], told["status"]) == ("path", "Rail", "published")
    assert told["steps"] == [
        {
            "id": path.steps.get().pk,
            "course": course.pk,
            "position": 1,
            "required": True,
            "locked": False,
        }
    ]
    assert told["prices"] == [
        {
            "id": price.pk,
            "region": europe.pk,
            "unit": "EUR",
            "amount": "490.0000",
            "tax_level": price.tax_level_id,
            "tax_percent": "20.000",
            "valid_from": None,
            "valid_to": None,
        }
    ]


def test_an_event_is_told_with_its_sessions(able):
    event = EventFactory(days=2, capacity=1, taken=1)
    told = able.get(f"/events/{event.pk}").json()
    assert (told["status"], told["state"], told["taken"]) == ("open", "full", 1)
    assert (told["first_on"], told["last_on"]) == ("2026-12-07", "2026-12-08")
    assert [each["starts_at"] for each in told["sessions"]] == [
        "2026-12-07T09:00:00Z",
        "2026-12-08T09:00:00Z",
    ]


def test_items_and_events_are_found_by(able):
    signals, path = CourseFactory(title="Signals", code="SIG"), PathFactory(title="Rail")
    dated = EventFactory(course=signals)
    full = EventFactory(course=signals, capacity=1, taken=1, first_on=datetime.date(2027, 1, 4))
    always = LmsEventFactory(course=CourseFactory(), status=EventStatus.DRAFT)

    def found(asked):
        return [each["id"] for each in able.get(asked).json()["items"]]

    assert found("/items?kind=path") == [path.pk]
    assert found("/items?q=signal") == found("/items?code=sig") == [signals.pk]
    assert found("/items?status=draft") == []
    assert found(f"/events?course={signals.pk}") == [dated.pk, full.pk]
    assert found(f"/events?course={signals.pk}&free=true") == [dated.pk]
    assert found("/events?type=lms") == found("/events?status=draft") == [always.pk]
    assert found("/events?first_from=2027-01-01") == [full.pk]
    assert found("/events?first_to=2026-12-31") == [dated.pk]
    assert len(able.get("/regions").json()["items"]) == 1


def test_lists_cost_the_same_with_1_3_and_300(able, count_queries):
    costs = []
    for more in (1, 2, 297):
        courses = [
            CourseFactory.build(priced=PricedFactory(), code=f"{more}-{n}", slug=f"{more}-{n}")
            for n in range(more)
        ]
        Item.objects.bulk_create(courses)
        events = EventFactory.build_batch(more, course=courses[0], priced=None)
        for event in events:
            event.priced = PricedFactory()
        Event.objects.bulk_create(events)
        costs.append(count_queries(lambda: able.get("/items?limit=200")))
        costs.append(count_queries(lambda: able.get("/events?limit=200")))
    assert costs == [3, 3] * 3


def test_what_is_not_there_is_not_found(able):
    for path, noun in (("/items/999999", "item"), ("/events/999999", "event")):
        answer = able.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no {noun} 999999.")

"""The calendar of events shows what meets when, by month and by week."""

import datetime

import pytest

from catalog import calendar
from catalog.models import Event
from tests.factories import EventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coaching(europe):
    """Two days in Leeds, across the end of a month."""
    return EventFactory(
        course__title="Coaching", first_on=datetime.date(2026, 11, 30), days=2, place="Leeds"
    )


def test_a_month_has_whole_weeks_and_each_session_on_its_day(coaching):
    weeks = calendar.month_days(datetime.date(2026, 12, 9))
    assert [weeks[0][0], weeks[-1][-1]] == [
        datetime.date(2026, 11, 30),
        datetime.date(2027, 1, 3),
    ]
    dates = [day for week in weeks for day in week]
    shown = calendar.days(Event.objects.all(), dates, month=12, zone="Europe/London")
    full = [(each.day.isoformat(), each.inside) for each in shown if each.meetings]
    assert full == [("2026-11-30", False), ("2026-12-01", True)]
    assert [each.times for each in shown[0].meetings] == ["09:00–17:00"]


def test_a_session_stands_on_the_day_that_it_is_here(coaching):
    dates = calendar.week_days(datetime.date(2026, 12, 2))
    shown = calendar.days(Event.objects.all(), dates, month=12, zone="Pacific/Auckland")
    assert [each.day.isoformat() for each in shown if each.meetings] == [
        "2026-11-30",
        "2026-12-01",
    ]


def test_it_is_looked_at_by_month_and_week_and_narrowed(coaching, browse, office):
    EventFactory(course__title="Welding", first_on=datetime.date(2026, 12, 1), place="York")
    page = browse(office)

    def titles(query):
        answer = page.get(f"/events/calendar/?{query}")
        days = [day for week in answer.context["weeks"] for day in week]
        return [meeting.title for day in days for meeting in day.meetings]

    assert titles("on=2026-12-01") == ["Coaching", "Coaching", "Welding"]
    assert titles("view=week&on=2026-12-01") == ["Coaching", "Coaching", "Welding"]
    assert titles("on=2026-12-01&place=york") == ["Welding"]
    assert titles("on=2026-12-01&q=coach") == ["Coaching", "Coaching"]
    assert titles("view=week&on=2027-02-01") == []
    # What isn't a day is today's month.
    assert titles("on=nonsense") == ["Coaching", "Coaching", "Welding"]


def test_it_asks_the_same_whatever_the_number(coaching, browse, office, count_queries):
    page = browse(office)
    one = count_queries(lambda: page.get("/events/calendar/?on=2026-12-01"))
    for _number in range(3):
        EventFactory(first_on=datetime.date(2026, 12, 3))
    assert count_queries(lambda: page.get("/events/calendar/?on=2026-12-01")) == one

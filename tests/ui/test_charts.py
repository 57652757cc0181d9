"""Bar charts: twelve columns at most, heights in proportion, and the whole of it in words."""

import datetime

from tms.ui import charts

day = datetime.date.fromisoformat


def labels(chart):
    return [each.label for each in chart.bars]


def by_month(**series):
    return charts.by_month("Owed", series, day("2026-11-22"))


def test_heights_are_in_proportion_and_parts_stand_on_each_other():
    chart = charts.bars("Owed", [("Nov", [10, 30]), ("Dec", [0, 0]), ("Jan", [20, 0])], ["A", "B"])
    first, second, third = chart.bars
    assert [(part.series, part.height) for part in first.parts] == [(1, "23.0"), (2, "69.0")]
    assert [part.y for part in first.parts] == ["89.0", "20.0"]
    assert (second.parts, second.total) == ((), "")
    assert third.parts[0].title == "Jan: 20 A"
    assert chart.says == "Owed: Nov 40, Jan 20"


def test_a_year_of_months_and_no_more_than_twelve_columns():
    months = ["Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"]
    assert labels(by_month(gold={day("2027-10-01"): 5})) == months
    assert labels(by_month(gold={day("2027-11-01"): 5})) == [*months[:9], "later"]
    assert labels(by_month(gold={None: 5})) == [*months[:9], "never"]
    both = by_month(gold={day("2027-10-01"): 5, None: 2}, silver={day("2030-01-01"): 1})
    assert labels(both) == [*months[:8], "later", "never"]
    assert both.says == "Owed: later 6, never 2"


def test_nothing_at_all_is_a_chart_without_bars():
    assert charts.bars("Owed", [], []).says == "Owed"

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
    assert [(part.series, part.length) for part in first.parts] == [(1, "23.0"), (2, "69.0")]
    assert [part.at for part in first.parts] == ["89.0", "20.0"]
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


def test_of_very_many_columns_only_some_have_words():
    chart = charts.bars("Owed", [(f"{n} Nov", [n]) for n in range(1, 27)], [""])
    spoken = ["1 Nov", "6 Nov", "11 Nov", "16 Nov", "21 Nov", "26 Nov"]
    assert [each for each in labels(chart) if each] == spoken
    assert [bar.total for bar in chart.bars if bar.total] == ["1", "6", "11", "16", "21", "26"]
    assert "2 Nov 2, 3 Nov 3" in chart.says
    assert chart.bars[1].parts[0].title == "2 Nov: 2"


def test_what_has_no_room_is_written_short():
    numbers = {"Oct": 1_234_567, "Nov": 64_123, "Dec": 9_999}
    chart = charts.bars("Won", [(label, [each]) for label, each in numbers.items()], [""])
    assert [bar.total for bar in chart.bars] == ["1.2M", "64K", "9,999"]
    assert chart.says == "Won: Oct 1,234,567, Nov 64,123, Dec 9,999"


def test_a_line_goes_from_zero_to_a_number_that_is_easily_read():
    chart = charts.lines("Active", ["Oct", "Nov", "Dec"], {"Gold": [0, 300, 412]})
    assert [(tick.text, tick.at) for tick in chart.ticks] == [
        ("800", "16.5"),
        ("600", "55.0"),
        ("400", "93.5"),
        ("200", "132.0"),
    ]
    [line] = chart.lines
    assert line.path == "M0.00 154.0L50.00 96.2L100.00 74.7"
    assert chart.area.endswith("L100 154L0 154Z")
    assert [(mark.text, mark.anchor) for mark in chart.marks] == [
        ("Oct", "start"),
        ("Nov", "middle"),
        ("Dec", "end"),
    ]
    assert chart.says == "Active. Gold: Oct 0, Nov 300, Dec 412"


def test_bars_that_lie_cut_long_names_and_say_them_in_full():
    name = "Leading through change when nobody asked for any of it"
    chart = charts.across("Used", [(name, [3, 1]), ("Signals", [2, 0])], ["done", "begun"])
    first, second = chart.bars
    assert (first.label, first.total) == ("Leading through change when nobody asked fo…", "4")
    assert [(part.at, part.length) for part in first.parts] == [
        ("0.00", "75.00"),
        ("75.00", "25.00"),
    ]
    assert [(part.at, part.length) for part in second.parts] == [("0.00", "50.00")]
    assert (second.y - first.y, chart.height) == (charts.ACROSS, 2 * charts.ACROSS)
    assert chart.says == f"Used: {name} 4, Signals 2"

"""A period ends on the day people expect."""

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passes.periods import expiry
from tms.refusals import Refusal

day = datetime.date.fromisoformat


@pytest.mark.parametrize(
    ("start", "period", "unit", "end"),
    [
        ("2026-11-22", 12, "months", "2027-11-22"),
        ("2026-11-22", 30, "days", "2026-12-22"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2028-01-31", 1, "months", "2028-02-29"),
        ("2027-01-30", 1, "months", "2027-02-28"),
        ("2027-01-29", 1, "months", "2027-02-28"),
        ("2028-01-29", 1, "months", "2028-02-29"),
        ("2028-02-29", 12, "months", "2029-02-28"),
        ("2028-02-29", 48, "months", "2032-02-29"),
        ("2026-08-30", 6, "months", "2027-02-28"),
        ("2026-08-31", 1, "months", "2026-09-30"),
        ("2026-12-31", 1, "months", "2027-01-31"),
        ("2026-12-31", 1, "days", "2027-01-01"),
        ("2026-03-28", 1, "days", "2026-03-29"),
        ("2026-11-22", 3650, "days", "2036-11-19"),
        ("2026-11-22", 120, "months", "2036-11-22"),
    ],
)
def test_a_period_ends_on(start, period, unit, end):
    assert expiry(day(start), period, unit)[0] == day(end)


def test_repeated_months_keep_their_anchor_day():
    end, anchor = expiry(day("2026-01-31"), 1, "months")
    ends = [end]
    for _ in range(3):
        end, anchor = expiry(end, 1, "months", anchor)
        ends.append(end)
    assert ends == [day("2026-02-28"), day("2026-03-31"), day("2026-04-30"), day("2026-05-31")]


def test_days_set_a_new_anchor_day():
    assert expiry(day("2026-01-31"), 30, "days", 31) == (day("2026-03-02"), 2)


def test_beyond_2100_is_refused():
    with pytest.raises(Refusal, match=r"^A pass ends in the year 2100 at the latest"):
        expiry(day("2099-06-01"), 120, "months")
    assert expiry(day("2099-12-31"), 12, "months")[0] == day("2100-12-31")


starts = st.dates(datetime.date(2020, 1, 1), datetime.date(2080, 12, 31))


@given(starts, st.integers(1, 120))
def test_months_land_in_the_right_month_on_the_anchor_or_its_last_day(start, months):
    end, anchor = expiry(start, months, "months")
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == min(anchor, calendar.monthrange(end.year, end.month)[1])
    assert anchor == start.day


@given(starts, st.lists(st.integers(1, 12), min_size=1, max_size=9))
def test_renewing_in_steps_ends_where_one_long_renewal_does(start, steps):
    end, anchor = start, None
    for months in steps:
        end, anchor = expiry(end, months, "months", anchor)
    assert end == expiry(start, sum(steps), "months")[0]


@given(starts, st.integers(1, 3650))
def test_days_count_plainly(start, days):
    assert (expiry(start, days, "days")[0] - start).days == days

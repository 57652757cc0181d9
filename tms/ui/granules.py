"""Into which weeks, months, quarters or years does a period fall, and what are they called?"""

import datetime

from babel.dates import format_date, get_quarter_names
from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext_lazy as _

from tms import days


class Grain(models.TextChoices):
    """How finely a period is divided; the names are those that `date_trunc` knows."""

    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


STEPS = {
    Grain.WEEK: relativedelta(weeks=1),
    Grain.MONTH: relativedelta(months=1),
    Grain.QUARTER: relativedelta(months=3),
    Grain.YEAR: relativedelta(years=1),
}


def start_of(day: datetime.date, grain: str) -> datetime.date:
    """The first day of the week (a Monday), month, quarter or year that `day` is in."""
    if grain == Grain.WEEK:
        return day - datetime.timedelta(days=day.weekday())
    if grain == Grain.QUARTER:
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(day=1) if grain == Grain.MONTH else day.replace(month=1, day=1)


def within(first: datetime.date, last: datetime.date, grain: str) -> list[datetime.date]:
    """The first days of all that `first` to `last` touch, in their order."""
    found, each = [], start_of(first, grain)
    while each <= last:
        found.append(each)
        each += STEPS[Grain(grain)]
    return found


def end_of(start: datetime.date, grain: str) -> datetime.date:
    """The last day of what begins on `start`."""
    return start + STEPS[Grain(grain)] - datetime.timedelta(days=1)


def name(start: datetime.date, grain: str) -> str:
    """November 2026; the week of 16 Nov 2026 by its first day."""
    if grain == Grain.WEEK:
        return days.day_short(start)
    if grain == Grain.YEAR:
        return f"{start.year}"
    if grain == Grain.QUARTER:
        return f"{_quarter(start)} {start.year}"
    return format_date(start, "LLLL y", locale=days.reader())


def short(start: datetime.date, grain: str, *, with_year: bool = False) -> str:
    """Nov: below a bar."""
    if grain == Grain.WEEK:
        return days.day_brief(start)
    if grain == Grain.YEAR:
        return f"{start.year}"
    if grain == Grain.QUARTER:
        return f"{_quarter(start)} {start:%y}"
    return format_date(start, "LLL yy" if with_year else "LLL", locale=days.reader())


def _quarter(start: datetime.date) -> str:
    return get_quarter_names("abbreviated", locale=days.reader())[(start.month + 2) // 3]

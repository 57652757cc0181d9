"""How are days, moments and numbers written? By the reader's language: 22 November 2026.

What was written once is remembered, as lists repeat the same days.
"""

import datetime
import decimal
import functools

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language

# In English, but for the United States, the day comes first and months are cut to three letters
# ("22 Sep 2026"), which no locale of Babel's does.
ENGLISH = {"long": "d MMMM y", "medium": "d MMM y"}
TEN_THOUSAND = 10_000


@functools.cache
def locale_of(language: str) -> Locale:
    """Babel's locale for a language of ours."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def reader() -> Locale:
    """The locale of whoever reads this page."""
    return locale_of(get_language() or "en")


@functools.lru_cache(maxsize=4096)
def _day(value, length, locale):
    british = locale.language == "en" and locale.territory != "US"
    pattern = ENGLISH[length] if british else length
    return format_date(value, format=pattern, locale=locale)


def day_text(value: datetime.date | None) -> str:
    """22 November 2026"""
    return _day(as_day(value), "long", reader()) if value else ""


def day_short(value: datetime.date | None) -> str:
    """22 Nov 2026: for tables"""
    return _day(as_day(value), "medium", reader()) if value else ""


def day_brief(value: datetime.date) -> str:
    """22 Nov: where the year is known"""
    locale = reader()
    british = locale.language == "en" and locale.territory != "US"
    if british:
        return format_date(value, "d MMM", locale=locale)
    return format_skeleton("MMMd", value, locale=locale)


@functools.lru_cache(maxsize=4096)
def _span(first, last, locale):
    if locale.language != "en" or locale.territory == "US":
        return format_interval(first, last, "yMMMd", locale=locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last, 'medium', locale)}"
    return f"{_day(first, 'medium', locale)} – {_day(last, 'medium', locale)}"


def span_short(first: datetime.date, last: datetime.date) -> str:
    """From the first day to the last, for tables: as short as both can be said."""
    return day_short(first) if first == last else _span(first, last, reader())


def moment(value: datetime.datetime | None) -> str:
    """22 Nov 2026, 09:20, in the installation's zone"""
    if not value:
        return ""
    local = here(value)
    return f"{day_short(local.date())}, {local:%H:%M}"


def here(value: datetime.datetime) -> datetime.datetime:
    """The moment in the zone that this request or this work is done in."""
    return value.astimezone(timezone.get_current_timezone()) if value.tzinfo else value


def as_day(value: datetime.date) -> datetime.date:
    """A moment's day in the installation's zone; a day as it is."""
    return here(value).date() if isinstance(value, datetime.datetime) else value


@functools.lru_cache(maxsize=4096)
def _number(value, locale):
    return format_decimal(value, locale=locale)


def number(value: int | decimal.Decimal | None) -> str:
    """1,284"""
    return "" if value is None else _number(value, reader())


def compact(value: int | decimal.Decimal) -> str:
    """9,860, 12K and 1.2M: where there is little room, as over a bar"""
    if abs(value) < TEN_THOUSAND:
        return number(round(value))
    fine = 1 if len(str(abs(int(value)))) % 3 == 1 else 0
    return format_compact_decimal(value, locale=reader(), fraction_digits=fine)


def percent(share: float | decimal.Decimal) -> str:
    """37%, for a share from 0 to 1"""
    return format_percent(share, locale=reader())

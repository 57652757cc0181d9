"""How are days, moments and numbers written? By the reader's language; remembered, as lists repeat."""

import datetime
import decimal
import functools

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language

# Days are written day first in every English, as the labels of the product are British.
WRITTEN = {"en": "en_GB"}


@functools.cache
def locale_of(language: str) -> Locale:
    """Babel's locale for a language of ours."""
    try:
        return Locale.parse(WRITTEN.get(language, language).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def reader() -> Locale:
    """The locale of whoever reads this page."""
    return locale_of(get_language() or "en")


@functools.lru_cache(maxsize=4096)
def _day(value, pattern, locale):
    return format_date(value, format=pattern, locale=locale)


def day(value: datetime.date | None) -> str:
    """22 November 2026"""
    return _day(value, "long", reader()) if value else ""


def day_short(value: datetime.date | None) -> str:
    """22 Nov 2026: for tables"""
    if not value:
        return ""
    locale = reader()
    return _day(value, "d MMM y" if locale.language == "en" else "medium", locale)


def moment(value: datetime.datetime | None) -> str:
    """22 Nov 2026, 09:20, in the installation's zone"""
    if not value:
        return ""
    locale = reader()
    pattern = "d MMM y, HH:mm" if locale.language == "en" else "medium"
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    if pattern == "medium":
        return f"{format_date(local, 'medium', locale)}, {format_datetime(local, 'HH:mm', locale=locale)}"
    return format_datetime(local, pattern, locale=locale)


@functools.lru_cache(maxsize=4096)
def _number(value, locale):
    return format_decimal(value, locale=locale)


def number(value: int | decimal.Decimal | None) -> str:
    """1,284"""
    return "" if value is None else _number(value, reader())

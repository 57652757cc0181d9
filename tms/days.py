"""How is a day written in a sentence? By the reader's locale: 22 November 2026."""

import datetime

from babel.dates import format_date
from django.utils.translation import get_language


def locale() -> str:
    """The reader's locale as babel names it; plain English is British, where days come first."""
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


def day_text(day: datetime.date) -> str:
    """The day in full, without its weekday."""
    return format_date(day, format="long", locale=locale())


def day_short(day: datetime.date) -> str:
    """The day for a table: 22 Nov 2026."""
    return format_date(day, format="medium", locale=locale())

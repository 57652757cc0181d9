"""How long is a span of time as SCORM writes it? In hundredths of a second, exactly."""

import re
from decimal import Decimal

from .elements import SPAN, SPAN_12

# As SCORM 2004 counts where a span has years or months, which nobody needs of a lesson.
DAY = 24 * 60 * 60
PARTS = {"Y": 365 * DAY, "M": 30 * DAY, "D": DAY}
TIMES = {"H": 3600, "M": 60, "S": 1}
LONGEST = 10_000 * 3600 * 100 - 1


def hundredths(span: str) -> int:
    """Of "0001:02:03.5" or "PT1H2M3.5S"; 0 for what is neither."""
    if re.fullmatch(SPAN_12["re"], span):
        hours, minutes, seconds = span.split(":")
        found = int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds)
    elif re.fullmatch(SPAN["re"], span):
        days, _t, hours = span[1:].partition("T")
        found = sum(
            (Decimal(amount) * units[unit] for part, units in ((days, PARTS), (hours, TIMES))
             for amount, unit in re.findall(r"([\d.]+)([YMDHS])", part)),
            start=Decimal(),
        )  # fmt: skip
    else:
        return 0
    return min(int(found * 100), LONGEST)


def span(hundredths: int, standard: str) -> str:
    """As the standard writes it."""
    seconds, part = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if standard == "1.2":
        return f"{hours:04}:{minutes:02}:{seconds:02}.{part:02}"
    return f"PT{hours}H{minutes}M{seconds}" + (f".{part:02}S" if part else "S")


def said(hundredths: int) -> str:
    """Hours, minutes and seconds, as people read them."""
    seconds = hundredths // 100
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"

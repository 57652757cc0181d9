"""How is a bar chart drawn? Worked out here, drawn by `ui/_bars.html` as an svg, with no script.

Widths are per cent and heights pixels, so that text keeps its size at every width.
"""

import dataclasses
import datetime
import decimal

from babel.dates import format_date
from django.utils.translation import gettext as _

from tms import days

HEIGHT, TOP, FOOT = 132, 20, 20
SHARE = 0.7  # of its column, that a bar fills
# So many labels have room on a phone: months are shorter than "later" and "never".
MONTHS, COLUMNS = 12, 10


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a bar: which series, how much, and where it stands."""

    series: int
    title: str
    y: str
    height: str


@dataclasses.dataclass(frozen=True)
class Bar:
    """A column: its label, what it comes to in words, and its parts from the bottom up."""

    label: str
    total: str
    x: str
    middle: str
    parts: tuple[Part, ...]
    top: str


@dataclasses.dataclass(frozen=True)
class Bars:
    """`says` is the chart in words, for who doesn't see it."""

    says: str
    bars: tuple[Bar, ...]
    width: str
    height: int = HEIGHT
    base: int = HEIGHT - FOOT
    labels: int = HEIGHT - 6


def bars(
    says: str, columns: list[tuple[str, list[int | decimal.Decimal]]], series: list[str]
) -> Bars:
    """Stacked bars: `columns` are (label, a number of each series)."""
    most = max((sum(numbers) for _label, numbers in columns), default=0) or 1
    step = 100 / max(1, len(columns))
    room = HEIGHT - FOOT - TOP
    made = []
    for place, (label, numbers) in enumerate(columns):
        y, parts = float(HEIGHT - FOOT), []
        for number, value in enumerate(numbers):
            if not value:
                continue
            height = max(2.0, float(value) / float(most) * room)
            y -= height
            title = f"{label}: {days.number(value)} {series[number]}"
            parts.append(Part(number + 1, title, f"{y:.1f}", f"{height:.1f}"))
        total = sum(numbers)
        made.append(
            Bar(
                label,
                days.number(total) if total else "",
                f"{step * (place + (1 - SHARE) / 2):.2f}",
                f"{step * (place + 0.5):.2f}",
                tuple(parts),
                f"{y - 5:.1f}",
            )
        )
    words = ", ".join(f"{each.label} {each.total}" for each in made if each.total)
    return Bars(f"{says}: {words}" if words else says, tuple(made), f"{step * SHARE:.2f}")


def by_month(says: str, series: dict[str, dict], start: datetime.date) -> Bars:
    """Bars of the months from that of `start` on, as many as there is room for; then what comes
    later, and what never does, if there is any.

    `series` is {its name: {first of a month, or None for never: number}}.
    """
    names, numbers = list(series), list(series.values())
    months = [_month(start, ahead) for ahead in range(MONTHS)]
    never = [each.get(None, 0) for each in numbers]
    last = max((month for each in numbers for month in each if month), default=start)
    room = MONTHS
    if any(never) or last > months[-1]:
        room = COLUMNS - any(never)
        room -= last > months[room - 1]
    later = [
        sum(number for month, number in each.items() if month and month > months[room - 1])
        for each in numbers
    ]
    columns = [
        (format_date(month, "LLL", locale=days.reader()), [each.get(month, 0) for each in numbers])
        for month in months[:room]
    ]
    columns += [(_("later"), later)] if any(later) else []
    columns += [(_("never"), never)] if any(never) else []
    return bars(says, columns, names)


def _month(start: datetime.date, ahead: int) -> datetime.date:
    years, month = divmod(start.month - 1 + ahead, 12)
    return datetime.date(start.year + years, month + 1, 1)

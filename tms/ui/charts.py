"""How is a chart drawn? Worked out here, written by `tms.ui.svg`, without script.

Widths are per cent and heights pixels, so that text keeps its size at every width. Every chart has
a `title`, and `says` is the whole of it in words, for who doesn't see it; `key` begins the ids of
both and differs from chart to chart on a page.
"""

import dataclasses
import datetime
import decimal
import itertools
import math
from collections.abc import Callable, Sequence

from babel.dates import format_date
from django.utils.translation import gettext as _

from tms import days

from . import svg

HEIGHT, TOP, FOOT = 132, 20, 20
SHARE = 0.7  # of its column, that a bar fills
# So many labels have room on a phone: months are shorter than "later" and "never".
MONTHS, COLUMNS = 12, 10
WIDE_LABELS, SHORT = 6, 5
LINE_HEIGHT, LINE_TOP, TICKS = 190, 16, 4
# A bar that lies, with its label above it. As many letters of a label as a phone has room for.
ACROSS, THICK, LETTERS = 40, 12, 44

Number = int | decimal.Decimal


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a bar: which series, how much, and where it stands (or, lying, how far it goes)."""

    series: int
    title: str
    at: str
    length: str


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
    """Bars that stand; each is made of the series, one on the other."""

    title: str
    says: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    width: str
    key: str = "chart"
    height: int = HEIGHT
    base: int = HEIGHT - FOOT
    labels: int = HEIGHT - 6
    svg = property(svg.bars)


@dataclasses.dataclass(frozen=True)
class Lying:
    """A bar that lies: its label, where its words and its rectangles begin, what it comes to."""

    label: str
    total: str
    text_y: int
    y: int
    parts: tuple[Part, ...]


@dataclasses.dataclass(frozen=True)
class Across:
    """Bars that lie, for labels that are long."""

    title: str
    says: str
    series: tuple[str, ...]
    bars: tuple[Lying, ...]
    height: int
    key: str = "chart"
    thick: int = THICK
    svg = property(svg.across)


@dataclasses.dataclass(frozen=True)
class Line:
    series: int
    path: str


@dataclasses.dataclass(frozen=True)
class Mark:
    """Words at an axis: a number and where its line lies, or a label and where it stands."""

    text: str
    at: str
    anchor: str = "middle"


@dataclasses.dataclass(frozen=True)
class Lines:
    """Lines over time, in a plane of 100 by `plane`; of one alone `area` is what lies below it."""

    title: str
    says: str
    series: tuple[str, ...]
    lines: tuple[Line, ...]
    area: str
    ticks: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    key: str = "chart"
    height: int = LINE_HEIGHT
    top: int = LINE_TOP
    plane: int = LINE_HEIGHT - LINE_TOP - FOOT
    base: int = LINE_HEIGHT - FOOT
    labels: int = LINE_HEIGHT - 6
    svg = property(svg.lines)


def bars(
    title: str,
    columns: Sequence[tuple[str, Sequence[Number]]],
    series: Sequence[str],
    *,
    write: Callable[[Number], str] = days.number,
    key: str = "chart",
) -> Bars:
    """Stacked bars: `columns` are (label, a number of each series), none below zero.

    Of very many columns only some have words, as many as there is room for.
    """
    most = max((sum(numbers) for _label, numbers in columns), default=0) or 1
    step = 100 / max(1, len(columns))
    room = HEIGHT - FOOT - TOP
    each_nth = _every([label for label, _numbers in columns])
    made = []
    for place, (label, numbers) in enumerate(columns):
        y, parts = float(HEIGHT - FOOT), []
        for number, value in enumerate(numbers):
            if not value:
                continue
            height = max(2.0, float(value) / float(most) * room)
            y -= height
            words = f"{label}: {write(value)} {series[number]}"
            parts.append(Part(number + 1, words.strip(), f"{y:.1f}", f"{height:.1f}"))
        total = sum(numbers)
        spoken = place % each_nth == 0
        made.append(
            Bar(
                label if spoken else "",
                days.compact(total) if total and spoken else "",
                f"{step * (place + (1 - SHARE) / 2):.2f}",
                f"{step * (place + 0.5):.2f}",
                tuple(parts),
                f"{y - 5:.1f}",
            )
        )
    said = _said(title, [(label, sum(numbers)) for label, numbers in columns], write)
    return Bars(title, said, tuple(series), tuple(made), f"{step * SHARE:.2f}", key)


def across(
    title: str,
    rows: Sequence[tuple[str, Sequence[Number]]],
    series: Sequence[str],
    *,
    write: Callable[[Number], str] = days.number,
    key: str = "chart",
) -> Across:
    """The same, lying: for few rows with names."""
    most = max((sum(numbers) for _label, numbers in rows), default=0) or 1
    made = []
    for place, (label, numbers) in enumerate(rows):
        x, parts = 0.0, []
        for number, value in enumerate(numbers):
            if not value:
                continue
            width = max(0.4, float(value) / float(most) * 100)
            words = f"{label}: {write(value)} {series[number]}"
            parts.append(Part(number + 1, words.strip(), f"{x:.2f}", f"{width:.2f}"))
            x += width
        short = label if len(label) <= LETTERS else f"{label[: LETTERS - 1].rstrip()}…"
        top = place * ACROSS
        made.append(Lying(short, write(sum(numbers)), top + 14, top + 20, tuple(parts)))
    said = _said(title, [(label, sum(numbers)) for label, numbers in rows], write)
    return Across(title, said, tuple(series), tuple(made), max(1, len(rows)) * ACROSS, key)


def lines(
    title: str,
    labels: Sequence[str],
    series: dict[str, Sequence[Number]],
    *,
    write: Callable[[Number], str] = days.number,
    key: str = "chart",
) -> Lines:
    """A line for each of the series, {its name: a number for each label}, all from zero up."""
    most = max(itertools.chain.from_iterable(series.values()), default=0)
    step = _round_step(most)
    top = step * TICKS
    plane = Lines.plane
    across_by = 100 / max(1, len(labels) - 1)

    def points(numbers) -> list[str]:
        return [
            f"{place * across_by:.2f} {plane - float(each) / top * plane:.1f}"
            for place, each in enumerate(numbers)
        ]

    drawn = [Line(n, "M" + "L".join(points(each))) for n, each in enumerate(series.values(), 1)]
    ticks = tuple(
        Mark(days.compact(step * n), f"{LINE_TOP + plane - plane * n / TICKS + 0.5:.1f}")
        for n in range(TICKS, 0, -1)
    )
    each_nth, last = max(1, math.ceil(len(labels) / WIDE_LABELS)), len(labels) - 1
    marks = tuple(
        Mark(label, f"{place * across_by:.2f}", _anchor(place, last))
        for place, label in enumerate(labels)
        if place % each_nth == 0
    )
    said = title
    for name, numbers in series.items():
        words = _said(name, list(zip(labels, numbers, strict=True)), write, zeros=True)
        said = f"{said}. {words}"
    area = f"{drawn[0].path}L100 {plane}L0 {plane}Z" if len(drawn) == 1 and labels else ""
    return Lines(title, said, tuple(series), tuple(drawn), area, ticks, marks, key)


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


def _said(title, columns, write, *, zeros=False) -> str:
    """The chart in words: every label with its number."""
    words = ", ".join(f"{label} {write(number)}" for label, number in columns if number or zeros)
    return f"{title}: {words}" if words else title


def _every(labels: Sequence[str]) -> int:
    """One of how many labels there is room for."""
    room = MONTHS if max(map(len, labels), default=0) <= SHORT else WIDE_LABELS
    return max(1, math.ceil(len(labels) / room))


def _anchor(place: int, last: int) -> str:
    if place == 0:
        return "start"
    return "end" if place == last else "middle"


def _round_step(most: Number) -> int:
    """A quarter of the height in a number that is easily read: 1, 2, 5, 10, 20, 50 …"""
    least = max(1, math.ceil(float(most) / TICKS))
    power = 10 ** (len(str(least)) - 1)
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least)

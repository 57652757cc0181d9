"""How do numbers by week, month, quarter or year stand in a report? A column for each series."""

import collections
import datetime
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from . import reports
from .asked import Period
from .reports import Column, Figures, Row

# More than there are colours run together.
MOST_SERIES = 6


def figures(
    form: Period,
    counts: dict[tuple[datetime.date, str], int],
    draw: Callable,
    *,
    what: str,
    split: str,
    sums: bool = True,
    link: Callable[[datetime.date], str] = lambda start: "",
    empty: str = "",
) -> Figures:
    """Figures of numbers by granule and series, {(granule, series): number}.

    `draw(columns, series)` makes the chart; `what` names the numbers, `split` the series. The page
    has as many series as there are colours, the largest first, the others as one; a file has them
    all. `sums` False: the numbers of a series don't add up over time. `link(start)` is where a
    granule leads; `empty` what is said where nothing was counted.
    """
    starts, sizes = form.granules, collections.Counter()
    for (_start, series), count in counts.items():
        sizes[series] += count
    ranked = sorted(sizes, key=lambda each: (-sizes[each], each))
    few = len(ranked) <= MOST_SERIES
    shown = ranked if few else ranked[: MOST_SERIES - 1]
    names = shown if few else [*shown, _("Others")]
    table = [_numbers(counts, start, shown, ranked) for start in starts]
    several = len(names) > 1
    split_columns = [reports.number(each) for each in names] if several else []
    columns = [Column(pgettext("span", "Time")), *split_columns, reports.number(what)]
    rows = [
        Row([form.name_of(start), *(numbers if several else []), sum(numbers)], link(start))
        for start, numbers in zip(starts, table, strict=True)
    ]
    by_column = [sum(each) for each in zip(*table, strict=True)]
    total = [_("Together"), *(by_column if several else []), sum(by_column)]
    return Figures(
        columns=columns,
        rows=rows if counts else [],
        chart=draw(list(zip(form.labels(), table, strict=True)), names) if counts else None,
        total=total if counts and sums else (),
        columns_of_file=[
            Column(_("From")),
            Column(pgettext("span", "Time")),
            Column(split),
            Column(what),
        ],
        rows_of_file=[
            (start, form.name_of(start), each, counts.get((start, each), 0))
            for start in starts
            for each in ranked
        ],
        **({"empty": empty} if empty else {}),
    )


def _numbers(counts, start, shown, ranked) -> list[int]:
    """The numbers of a granule: of the series shown, and of the others together if there are."""
    numbers = [counts.get((start, each), 0) for each in ranked]
    if len(shown) == len(ranked):
        return numbers
    return [*numbers[: len(shown)], sum(numbers[len(shown) :])]

"""How do numbers by week, month, quarter or year stand in a report? A column for each series."""

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
    starts, sizes = form.granules, {}
    for (_start, series), count in counts.items():
        sizes[series] = sizes.get(series, 0) + count
    ranked = sorted(sizes, key=lambda each: (-sizes[each], each))
    few = len(ranked) <= MOST_SERIES
    shown = ranked if few else ranked[: MOST_SERIES - 1]
    names = shown if few else [*shown, _("Others")]
    together = None if few else _sums(counts)
    table = [_numbers(counts, start, shown, together) for start in starts]
    several = len(names) > 1
    split_columns = [reports.number(each) for each in names] if several else []
    columns = [Column(pgettext("span", "Time")), *split_columns, reports.number(what)]
    called = [form.name_of(start) for start in starts]
    rows = [
        Row([name, *(numbers if several else []), sum(numbers)], link(start))
        for start, name, numbers in zip(starts, called, table, strict=True)
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
        # Read where a file is asked for: of two hundred types it has as many rows a month.
        rows_of_file=(
            (start, name, each, counts.get((start, each), 0))
            for start, name in zip(starts, called, strict=True)
            for each in ranked
        ),
        **({"empty": empty} if empty else {}),
    )


def _sums(counts) -> dict:
    """The numbers of all series together, by granule."""
    sums = {}
    for (start, _series), count in counts.items():
        sums[start] = sums.get(start, 0) + count
    return sums


def _numbers(counts, start, shown, together: dict | None) -> list[int]:
    """The numbers of a granule: of the series shown, and of the others if there are, of what all
    come to `together`."""
    numbers = [counts.get((start, each), 0) for each in shown]
    if together is None:
        return numbers
    return [*numbers, together.get(start, 0) - sum(numbers)]

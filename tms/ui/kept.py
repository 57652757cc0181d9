"""By which statement is this list asked for? Built and planned once, where many look at it alike.

To build the question of a list and to plan it takes several times as long as to answer it. What
people open over and over is kept: the first page of a list, as it is or by choices among its
filters. Words that are searched for and further pages are asked once and not again: they aren't.
"""

import dataclasses

from django.db.models import Model

from tms.compiled import Question, Rows

MOST = 200


class Counted(Question):
    """How many rows the queryset has."""

    def compiled(self, given, many) -> tuple:
        sql, places, made_by = super().compiled(given, many)
        return f"SELECT count(*) FROM ({sql}) counted", places, made_by  # noqa: S608 - Django made it


@dataclasses.dataclass(frozen=True)
class Statements:
    """Of one state of a list: its rows and their number, by what `rows_by()` gives."""

    rows: Rows
    count: Counted


KEPT: dict[tuple, Statements] = {}


def statements(state, first_page, matching) -> Statements:
    """Those kept for `state`; made by these functions where it is looked at for the first time."""
    found = KEPT.get(state)
    if found is None:
        if len(KEPT) >= MOST:
            KEPT.clear()
        found = KEPT[state] = Statements(Rows(first_page), Counted(matching))
    return found


def state_of(listing) -> tuple | None:
    """What decides the statements, but for `rows_by()`; None: nothing is kept."""
    page, request = listing.page, listing.request
    if not page.keeps or listing.asked.get("after") or listing.asked.get("before"):
        return None
    chosen = choices(listing.filters)
    if chosen is None:
        return None
    shown = tuple(column.name for column in listing.shown)
    when = (request.today, request.zone)
    return type(page), tuple(page.rows_by()), *when, *listing.sorting, listing.size, shown, chosen


def choices(filters) -> tuple | None:
    """The filters that are on, as (name, value); None where one isn't a choice among a few."""
    if filters is None:
        return ()
    if not filters.form.is_valid():
        return None
    found = []
    for name, value in filters.form.cleaned_data.items():
        if value in (None, "", False):
            continue
        if not getattr(filters.filters[name], "keeps", False):
            return None
        found.append((name, value.pk if isinstance(value, Model) else value))
    return tuple(found)

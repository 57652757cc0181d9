"""By which statement is this list asked for? Built and planned once, where many look at it alike.

To build the question of a list and to plan it takes several times as long as to answer it. What
people open over and over is kept: the first page of a list, as it is or by choices among its
filters. Words that are searched for and further pages are asked once and not again: they aren't,
but for what a search found by its ids.
"""

import dataclasses
import datetime

from django.db.models import Model

from tms.among import Ids
from tms.compiled import Question, Rows

MOST = 200
# A list that was longer than is counted is longer yet a minute later: it isn't counted again.
A_WHILE = datetime.timedelta(minutes=1)
ROWS = "some rows"
PREFIX = "chosen_"


class Counted(Question):
    """How many rows the queryset has."""

    def compiled(self, given, many) -> tuple:
        sql, places, made_by = super().compiled(given, many)
        return f"SELECT count(*) FROM ({sql}) counted", places, made_by  # noqa: S608 - Django made it


@dataclasses.dataclass
class Statements:
    """Of one state of a list: its rows and their number, by what `rows_by()` gives."""

    rows: Rows
    count: Counted
    long_until: datetime.datetime | None = None

    def number(self, most: int, at: datetime.datetime, **given) -> int:
        """How many there are, `most` and one more where there are more than that."""
        if not given and self.long_until and at < self.long_until:
            return most + 1
        found = self.count.value(0, **given)
        if not given:
            self.long_until = at + A_WHILE if found > most else None
        return found


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
    """The filters that are on, as (name, value); None where one isn't a choice among a few.

    Of rows among very many only that there are some: which, `rows_chosen` says.
    """
    if filters is None:
        return ()
    if not filters.form.is_valid():
        return None
    found = []
    for name, value in on(filters):
        if getattr(filters.filters[name], "keeps", False):
            found.append((name, value.pk if isinstance(value, Model) else value))
        elif by_ids(filters.filters[name], value) is not None:
            found.append((name, ROWS))
        else:
            return None
    return tuple(found)


def rows_chosen(filters) -> dict:
    """The id, or the ids, of the rows that are chosen among very many, by filter."""
    if filters is None:
        return {}
    chosen = {}
    for name, value in on(filters):
        if not getattr(filters.filters[name], "keeps", False):
            chosen[PREFIX + name] = by_ids(filters.filters[name], value)
    return chosen


def on(filters):
    """(name, value) of the filters that narrow the list."""
    filters.form.is_valid()  # it reads what was asked
    for name, value in filters.form.cleaned_data.items():
        if value not in (None, "", False):
            yield name, value


def by_ids(narrowing, value) -> int | Ids | None:
    """What the statement gets for it: the id of the row, the ids of those that were found."""
    if isinstance(value, Model):
        return value.pk if getattr(narrowing, "by_id", False) else None
    find = getattr(narrowing, "ids", None)
    found = find(value) if find and isinstance(value, str) else None
    return None if found is None else Ids.of(found)


def stand_ins(filters, given: dict) -> dict:
    """Takes from `given` what stands for chosen rows; a row for a row, ids for ids; by filter."""
    found = {}
    for name in [each for each in given if each.startswith(PREFIX)]:
        mark, name = given.pop(name), name.removeprefix(PREFIX)
        row = filters.form.cleaned_data[name]
        found[name] = type(row)(pk=mark) if isinstance(row, Model) else Ids(mark)
    return found

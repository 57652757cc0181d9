"""Which fifty rows are next? By row comparison on (sort value, id), never by OFFSET.

A cursor is the sort value and the id of the row at the edge of a page, and the number of the row
(told to the reader, not used to find it). It stands in the address; one that makes no sense leads
to the first page.
"""

import base64
import dataclasses
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Expression, F, Value


class Beyond(Expression):
    """`(value, id) > (value of the cursor, id of the cursor)`: a row comparison, for one index."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, ours, theirs, descending):
        super().__init__()
        self.sides = [*ours, *theirs]
        self.descending = descending

    def get_source_expressions(self):
        return self.sides

    def set_source_expressions(self, expressions):
        self.sides = expressions

    def as_sql(self, compiler, connection):
        parts, params = [], []
        for side in self.sides:
            sql, given = compiler.compile(side)
            parts.append(sql)
            params.extend(given)
        half = len(parts) // 2
        sign = "<" if self.descending else ">"
        return f"({', '.join(parts[:half])}) {sign} ({', '.join(parts[half:])})", params


@dataclasses.dataclass(frozen=True)
class Slice:
    """A page of rows, in order, and the cursors to its neighbours (empty: there is none)."""

    rows: list[dict]
    first: int
    previous: str
    following: str


def token(value: Any, pk: int, number: int) -> str:
    """The cursor as it stands in an address. Moments keep their microseconds: rows tie on less."""
    text = json.dumps([value, pk, number], default=_as_text, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _as_text(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read(text: str, field) -> tuple[Any, int, int] | None:
    """The cursor in `text`, its value as `field` has it; None if it makes no sense."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        value, pk, number = json.loads(base64.urlsafe_b64decode(padded))
        if isinstance(value, str) and "\x00" in value:
            return None
        value = field.to_python(value)
    except (ValueError, TypeError, ValidationError, OverflowError, RecursionError):
        return None
    whole = all(isinstance(each, int) and abs(each) < 2**62 for each in (pk, number))
    return (value, pk, number) if whole and value is not None else None


def page(queryset, *, sort, descending: bool, size: int, after="", before="", values=()) -> Slice:
    """The page of `queryset` after or before a cursor, or the first. One statement, at most two.

    `sort` is an expression that is never null, served by an index together with the id. Rows come
    as dicts of `values`, with `pk` and `sort_key`.
    """
    queryset = queryset.order_by().annotate(sort_key=sort)
    field = queryset.query.annotations["sort_key"].output_field
    cursor = read(after or before, field)
    backwards = bool(cursor and before and not after)
    found = _fetch(queryset, cursor, descending != backwards, field, size + 1, values)
    if cursor and ((backwards and len(found) <= size) or not found):
        # Nothing is left on that side: it is the first page, and a whole one.
        cursor, backwards = None, False
        found = _fetch(queryset, None, descending, field, size + 1, values)
    return _slice(found, size, cursor, backwards)


def first(found: list[dict], size: int) -> Slice:
    """The first page from what `asked` found."""
    return _slice(found, size, None, backwards=False)


def asked(queryset, sort, descending: bool, size: int, values):
    """The question for the first page, one row more than it shows."""
    queryset = queryset.order_by().annotate(sort_key=sort)
    return _ordered(queryset, descending, size + 1, values)


def asked_in_two(queryset, everything, sort, descending: bool, size: int, values):
    """The same for some hundred rows in any order: first which of them stand on the page, and then
    what is shown of these alone. `everything` is the queryset before it was narrowed.
    """
    page = asked(queryset, sort, descending, size, ()).values("pk")
    return asked(everything.filter(pk__in=page), sort, descending, size, values)


def _slice(found, size, cursor, backwards) -> Slice:
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    first = 1
    if cursor:
        first = cursor[2] - len(rows) if backwards else cursor[2] + 1
    has_previous, has_following = (more, True) if backwards else (bool(cursor), more)

    def at(row, number):
        return token(row["sort_key"], row["pk"], number)

    return Slice(
        rows,
        max(first, 1),
        at(rows[0], first) if rows and has_previous else "",
        at(rows[-1], first + len(rows) - 1) if rows and has_following else "",
    )


def _fetch(queryset, cursor, descending, field, limit, values):
    if cursor:
        value, pk, _number = cursor
        ours, theirs = [F("sort_key"), F("pk")], [Value(value, output_field=field), Value(pk)]
        queryset = queryset.filter(Beyond(ours, theirs, descending))
    return list(_ordered(queryset, descending, limit, values))


def _ordered(queryset, descending, limit, values):
    sign = "-" if descending else ""
    ordered = queryset.order_by(f"{sign}sort_key", f"{sign}pk")
    return ordered.values("pk", "sort_key", *values)[:limit]

"""What are the columns of a list? Declared with django-tables2, drawn by ourselves.

    class PassTable(tables.Table):
        status = tables.Status(Status.choices)
        type = tables.Link("passes:type", key="type_id", accessor="type__name", main=True)
        expires_on = tables.Day(sort="expires_on", verbose_name=_("Expiry Date"))

A column sorts only where it says `sort=` (a column or an expression that is never null and has an
index together with the id). A cell is made from a row of `.values()` as a piece of html; the
library's own rendering, made for any table at all, takes fifteen times as long.
"""

from html import escape
from textwrap import shorten

import django_tables2
from django.db.models import F
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from tms import days

from .address import page_of

Table = django_tables2.Table


class Column(django_tables2.Column):
    """Text.

    accessor   where the value is in the row of values (default: the column's name)
    sort       what it sorts by: a name or an expression; none: it doesn't sort
    main       the row's heading: the name of what the row is about; one a table
    number     aligned to the end
    note       accessor of a second, quieter line
    link       function (row) → address or "", around the text
    draw       function (row) → html (escaped unless marked safe), instead of everything above
    hidden     not shown before the reader chooses it
    css        a class for the cells ("code", "nowrap")
    export     False: not in exports; a function (row) → value to export
    needs      further accessors that `draw`, `link` and `export` read from the row
    repeats    few values repeat among the rows: a cell is written once for each
    """

    def __init__(
        self, *args, sort=None, main=False, number=False, note="", link=None, draw=None,
        hidden=False, css="", export=True, needs=(), repeats=False, accessor=None,
        **kwargs,
    ):  # fmt: skip
        super().__init__(
            *args,
            accessor=accessor,
            orderable=bool(sort),
            exclude_from_export=export is False,
            **kwargs,
        )
        self.key, self.drawn_alone = accessor or "", draw is not None and not accessor
        self.sort = F(sort) if isinstance(sort, str) else sort
        self.main, self.number, self.note = main, number, note
        self.link, self.draw, self.hidden, self.needs = link, draw, hidden, tuple(needs)
        self.repeats = repeats
        self.export_value = export if callable(export) else None
        self.classes = " ".join(
            filter(None, ["table__main" if main else "", "num" if number else "", css])
        )

    def named(self, name):
        """The column knows its name once the table is declared."""
        self.name, self.key = name, self.key or name
        self.own = () if self.drawn_alone else (self.key,)
        return self

    @property
    def label(self):
        if self.verbose_name is not None:
            return self.verbose_name
        return self.name.replace("_", " ").capitalize()

    def accessors(self):
        """Everything it reads from a row."""
        return {*self.own, *([self.note] if self.note else []), *self.needs}

    def text(self, value) -> str:
        """The value as html."""
        return "" if value is None else escape(str(value))

    def cell(self, row) -> str:
        """What stands in the cell, as html."""
        if self.draw:
            return conditional_escape(self.draw(row))
        html = self.text(row[self.key])
        if self.link and html and (url := self.link(row)):
            html = f'<a href="{escape(url)}">{html}</a>'
        if self.note and row[self.note] not in (None, ""):
            html += f"<small>{escape(str(row[self.note]))}</small>"
        return html

    def drawer(self):
        """`cell`, for the rows of one page: what repeats among them is written once."""
        if not self.repeats:
            return self.cell
        written, cell, names = {}, self.cell, tuple(self.accessors())

        def once(row):
            values = tuple([row[name] for name in names])
            html = written.get(values)
            if html is None:
                html = written[values] = cell(row)
            return html

        return once

    def plain(self, row):
        """What stands in an export."""
        if self.export_value:
            return self.export_value(row)
        return row.get(self.key)


class Link(Column):
    """Text that leads to the page `url_name`, which takes the id in `key`. No id, no link."""

    def __init__(self, url_name, *, key="pk", **kwargs):
        super().__init__(
            link=self.address,
            needs=(*kwargs.pop("needs", ()), *(() if key == "pk" else (key,))),
            **kwargs,
        )
        self.url_name, self.id_key = url_name, key

    def address(self, row):
        pk = row[self.id_key]
        return "" if pk is None else page_of(self.url_name, pk)


class Words(Column):
    """Longer text: its beginning in the list, all of it in an export."""

    def text(self, value):
        return escape(shorten(value or "", 120, placeholder="…"))


class Status(Column):
    """A status as a badge, from choices."""

    def __init__(self, choices, **kwargs):
        super().__init__(**{"repeats": True, **kwargs})
        self.labels = dict(choices)

    def text(self, value):
        if value in (None, ""):
            return ""
        label = self.labels.get(value, value)
        return f'<span class="badge" data-status="{escape(str(value))}">{escape(str(label))}</span>'

    def plain(self, row):
        value = row.get(self.key)
        return (
            self.export_value(row)
            if self.export_value
            else str(self.labels.get(value, value or ""))
        )


class Choice(Status):
    """A choice in its words, without a badge."""

    def text(self, value):
        return escape(str(self.labels.get(value, "" if value is None else value)))


class Day(Column):
    """22 Nov 2026"""

    def __init__(self, *, css="nowrap", **kwargs):
        super().__init__(css=css, **{"repeats": True, **kwargs})

    def text(self, value):
        return days.day_short(value)


class Moment(Day):
    """22 Nov 2026, 09:20"""

    def text(self, value):
        return days.moment(value)


class Number(Column):
    """1,284"""

    def __init__(self, *, number=True, **kwargs):
        super().__init__(number=number, **{"repeats": True, **kwargs})

    def text(self, value):
        return days.number(value)


def anchor(url: str, text) -> SafeString:
    """A link in a cell that a column draws itself; what stands in it is escaped."""
    return SafeString(f'<a href="{escape(url)}">{escape(str(text))}</a>')


def note(text) -> SafeString:
    """The second, quieter line of such a cell."""
    return SafeString(f"<small>{escape(str(text))}</small>")


def columns_of(table) -> dict[str, Column]:
    """The columns that a table declares, by name, in their order."""
    sequence = getattr(table._meta, "sequence", ()) or ()
    names = list(table.base_columns)
    names.sort(key=lambda name: sequence.index(name) if name in sequence else len(sequence))
    return {name: table.base_columns[name].named(name) for name in names}

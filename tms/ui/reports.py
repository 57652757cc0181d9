"""What is a report? Figures as a chart and as a table, narrowed by filters, with an address.

    @staff("passes.view_passes")
    @require_GET
    def sold(request):
        form = SoldForm(request)
        return reports.answer(request, form, figures, title=_("…"), says=_("…"), name="passes-sold")

`figures(form)` gives the `Figures`. All that a report depends on stands in its address; what is not
there is what the form has by itself. The page `Reports` lists what apps name in REPORTS.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.html import conditional_escape as safe
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms import days

from . import export, register
from .access import allowed, staff
from .asked import Asked

EXPORT = "tms.export"
NUMBER = ' class="num"'


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of the table: how a value is written on the page, and what a file gets of it."""

    label: str
    write: Callable[[Any], str] = str
    numeric: bool = False
    plain: Callable[[Any], Any] = lambda value: value


def number(label: str) -> Column:
    """A column of whole numbers."""
    return Column(label, days.number, numeric=True)


def percent(label: str) -> Column:
    """A column of shares, from 0 to 1."""
    return Column(label, days.percent, numeric=True, plain=lambda share: round(share, 4))


@dataclasses.dataclass(frozen=True)
class Row:
    """Values, one for each column (None: an empty cell); `url` is where the first one leads."""

    cells: Sequence[Any]
    url: str = ""


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a report found.

    `total` is a last row below the others. `columns_of_file` and `rows_of_file` differ where a
    file has more than the page shows. `note` says what is left out; `empty` and `hint` what there
    is not, and what to do.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: Any = None
    total: Sequence[Any] = ()
    note: str = ""
    empty: str = gettext_lazy("Nothing happened in this time")
    hint: str = gettext_lazy("Choose a longer time, or fewer filters.")
    columns_of_file: Sequence[Column] = ()
    rows_of_file: Iterable[Sequence[Any]] | None = None

    @property
    def table(self) -> SafeString:
        """Headings, rows and total, by Python: a long report has thousands of cells."""
        heads = "".join(
            f'<th scope="col"{NUMBER if column.numeric else ""}>{safe(column.label)}</th>'
            for column in self.columns
        )
        # What a cell of each column begins with.
        opened = [
            f'<td{NUMBER if column.numeric else ""} data-label="{safe(column.label)}">'
            for column in self.columns
        ]
        rows = "".join(self._row(row, opened) for row in self.rows)
        total = ""
        if self.total:
            first, *others = self._texts(self.total)
            cells = self._cells(others, opened)
            total = f'<tfoot><tr><th scope="row">{first}</th>{cells}</tr></tfoot>'
        return mark_safe(
            f'<table class="table"><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody>\n'
            f"{total}</table>"
        )

    def _row(self, row: Row, opened: list[str]) -> str:
        first, *others = self._texts(row.cells)
        if row.url:
            first = f'<a href="{safe(row.url)}">{first}</a>'
        cells = self._cells(others, opened)
        return f'<tr><th scope="row" class="table__main">{first}</th>{cells}</tr>'

    def _texts(self, values) -> list[str]:
        return [
            "" if value is None else safe(column.write(value))
            for value, column in zip(values, self.columns, strict=True)
        ]

    def _cells(self, texts: list[str], opened: list[str]) -> str:
        cells = zip(opened[1:], texts, strict=True)
        return "".join([f"{beginning}{text}</td>" for beginning, text in cells])

    def lines(self):
        """The rows of a file, the heading first."""
        columns = self.columns_of_file or self.columns
        rows = self.rows_of_file
        yield [str(column.label) for column in columns]
        for values in (row.cells for row in self.rows) if rows is None else rows:
            yield [
                "" if value is None else export.harmless(column.plain(value))
                for value, column in zip(values, columns, strict=True)
            ]


def answer(
    request,
    form: Asked,
    figures: Callable[[Any], Figures],
    *,
    title: str,
    says: str,
    name: str,
):
    """The report as a page, or as a file: `export` in the address is csv or xlsx.

    `says` is what is counted, in a sentence or two; `name` is the file's. What makes no sense is
    answered by the form with the reason, 422.
    """
    context = {"form": form, "title": title, "says": says}
    if not form.is_valid():
        return render(request, "ui/report.html", context, status=422)
    found = figures(form)
    if (kind := request.GET.get("export")) in export.KINDS:
        if not allowed(request.user, EXPORT):
            raise PermissionDenied(_("Your role doesn't include exports."))
        return export.as_file(kind, found.lines(), f"{name}-{request.today:%Y-%m-%d}")
    context |= {"found": found, "exports": allowed(request.user, EXPORT)}
    return render(request, "ui/report.html", context)


def groups(user) -> list[tuple]:
    """(heading, reports) with those that the user may open."""
    mine = [each for each in register.all_of().reports if allowed(user, each.permission)]
    grouped = [
        (heading, [each for each in mine if each.heading == heading])
        for heading in register.REPORT_HEADINGS
    ]
    return [(heading, found) for heading, found in grouped if found]


def any_for(user) -> bool:
    """Is there a report that the user may open?"""
    return any(allowed(user, each.permission) for each in register.all_of().reports)


@require_GET
@staff
def listed(request):
    """The page `Reports`."""
    return render(request, "ui/reports.html", {"groups": groups(request.user)})

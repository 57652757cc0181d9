"""How does a list leave the house? As CSV, streamed row by row, or as a workbook.

Cells that a spreadsheet would take for a formula are disarmed: an apostrophe stands before them.
"""

import csv
import datetime
import decimal
import io

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook

from tms import days

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CHUNK = 2000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value):
    """The value for a cell: text that would be a formula gets an apostrophe; the rest stays."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | decimal.Decimal):
        return value
    if isinstance(value, datetime.datetime):
        return days.here(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, datetime.date):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def columns_of(listing):
    """Those shown first, in the reader's choice, and those that have an export."""
    return [column for column in listing.shown if not column.exclude_from_export]


def table(listing, columns):
    """The rows of the file, heading first; read by a server-side cursor."""
    yield [str(column.label) for column in columns]
    names = {accessor for column in columns for accessor in column.accessors()} - {"pk"}
    _name, descending = listing.sorting
    sign = "-" if descending else ""
    found = listing.found.annotate(sort_key=listing.sort_expression())
    found = found.order_by(f"{sign}sort_key", f"{sign}pk").values("pk", *names)
    for row in found.iterator(chunk_size=CHUNK):
        yield [harmless(column.plain(row)) for column in columns]


class Echo:
    """A file that hands back what is written: the csv writer's line."""

    def write(self, line):
        return line


def csv_lines(rows):
    """The lines of a CSV file, with the mark that tells spreadsheets it is UTF-8."""
    writer = csv.writer(Echo())
    yield "﻿"
    for row in rows:
        yield writer.writerow(
            [each.isoformat(" ") if isinstance(each, datetime.datetime) else each for each in row]
        )


def workbook(rows, *, title) -> bytes:
    """The bytes of a workbook of one sheet, written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def answer(listing, wanted) -> HttpResponse:
    """The list as a file: every row that matches, in the order and columns of the page."""
    rows = table(listing, columns_of(listing))
    name = f"{listing.page.export_name}-{listing.request.today:%Y-%m-%d}.{wanted}"
    if wanted == "csv":
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(
            workbook(rows, title=str(listing.page.export_name)), content_type=EXCEL
        )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

"""How does a list leave the house? As CSV, streamed row by row, or as a workbook.

Cells that a spreadsheet would take for a formula are disarmed: an apostrophe stands before them.
A workbook of many rows is made in the background; CSV never has to be.
"""

import csv
import datetime
import decimal
import itertools
import tempfile

from django.core.files import File
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tms import clock, days, jobs
from tms.models import Job, Organisation
from tms.models.work import JobState
from tms.refusals import Refusal

from .access import allowed

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
KINDS = ("csv", "xlsx")
CHUNK = 2000
AT_ONCE = 5000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERB = "tms.ui.export.make"


def answer(listing, wanted) -> HttpResponse:
    """The list as a file: every row that matches, in the order and columns of the page."""
    if wanted == "xlsx" and listing.count > AT_ONCE:
        return redirect(reverse("job", args=[ask(listing).pk]))
    name, _dot, _kind = name_of(listing, wanted).rpartition(".")
    return as_file(wanted, table(listing), name)


def as_file(kind: str, rows, name: str) -> HttpResponse:
    """Rows of harmless cells, the heading first, as a file of one of KINDS, made here and now."""
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    else:
        with tempfile.TemporaryFile() as file:
            workbook(rows, file)
            file.seek(0)
            response = HttpResponse(file.read(), content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def name_of(listing, kind) -> str:
    return f"{listing.page.export_name}-{listing.request.today:%Y-%m-%d}.{kind}"


# Rows


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


def table(listing):
    """The rows of the file, heading first; read by a server-side cursor."""
    columns = [column for column in listing.shown if not column.exclude_from_export]
    yield [str(column.label) for column in columns]
    names = {accessor for column in columns for accessor in column.accessors()} - {"pk"}
    sign = "-" if listing.sorting[1] else ""
    found = listing.found.annotate(sort_key=listing.sort_expression())
    found = found.order_by(f"{sign}sort_key", f"{sign}pk").values("pk", *sorted(names))
    for rows in itertools.batched(found.iterator(chunk_size=CHUNK), CHUNK):
        listing.page.complete(rows)
        for row in rows:
            yield [harmless(column.plain(row)) for column in columns]


class Echo:
    """A file that hands back what is written: the csv writer's line."""

    def write(self, line):
        return line


def csv_lines(rows):
    """The lines of a CSV file, with the mark that tells spreadsheets it is UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


def workbook(rows, file, tell=lambda done: None) -> int:
    """Write a workbook of one sheet into `file`, row by row; returns how many rows."""
    from openpyxl import Workbook  # loaded by who makes one

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    count = -1
    for row in rows:
        sheet.append(row)
        count += 1
        tell(count)
    book.save(file)
    return count


# In the background


def ask(listing) -> Job:
    """Ask for the workbook in the background; pressed again while it is made, it is the same."""
    page, request = listing.page, listing.request
    arguments = {
        "page": f"{type(page).__module__}.{type(page).__qualname__}",
        "args": list(page.args),
        "kwargs": page.kwargs,
        "path": request.path,
        "query": request.GET.urlencode(),
        "language": translation.get_language(),
    }
    same = Job.objects.filter(by=request.user, verb=VERB, arguments=arguments)
    unfinished = same.filter(state__in=[JobState.WAITING, JobState.RUNNING]).first()
    return unfinished or jobs.start(
        verb=VERB,
        title=_("Export of %(list)s") % {"list": page.title},
        arguments=arguments,
        by=request.user,
        at=request.now,
        total=listing.count,
        back_to=listing.address(),
    )


def make(job: Job, *, at: datetime.datetime) -> dict:
    """Make the workbook that `ask` asked for, as the list is now, and keep it with the job."""
    asked = job.arguments
    with translation.override(asked["language"]):
        request = standing_in(job, at)
        listing = import_string(asked["page"]).at(request, *asked["args"], **asked["kwargs"])
        page = listing.page
        if not (allowed(job.by, page.permission_required) and listing.exports):
            raise Refusal(_("Your role doesn't include this export any more."))
        with tempfile.TemporaryFile() as file:
            count = workbook(table(listing), file, lambda done: jobs.report(job, done))
            job.file.save(name_of(listing, "xlsx"), File(file), save=False)
        return {
            "sentences": [_("%(count)s rows are in the file.") % {"count": days.number(count)}],
            "links": [[_("Get the file"), reverse("job_file", args=[job.pk])]],
        }


def standing_in(job, at) -> HttpRequest:
    """A request as the list knew it, for a worker, which has none."""
    request = HttpRequest()
    request.method, request.path = "GET", job.arguments["path"]
    request.GET = QueryDict(job.arguments["query"])
    request.user, request.htmx = job.by, False
    request.organisation = Organisation.objects.filter(pk=1).first() or Organisation()
    request.now, request.zone = at, request.organisation.time_zone
    request.today = clock.day_of(at, request.zone)
    clock.use_zone(request.zone)
    return request

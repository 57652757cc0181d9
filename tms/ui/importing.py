"""What do all imports share that are looked at first? The verdicts, the kept file, what comes back.

A file is kept as a finished job, judged row by row each time it is looked at, and carried out once
that is confirmed. Each app says what its rows mean.
"""

import csv

from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms import sheets
from tms.consequences import Consequence
from tms.models import Job
from tms.models.work import JobState
from tms.sheets import Sheet

from .export import harmless


class Verdict(models.TextChoices):
    NEW = "new", gettext_lazy("New")
    HERE = "here", gettext_lazy("Here already")
    REFUSED = "refused", gettext_lazy("Refused")


def keep(file, *, verb: str, name: str, by, at) -> Job:
    """Keep a file to be looked at, and imported once that is confirmed."""
    ending = "xlsx" if file.name.lower().endswith(".xlsx") else "csv"
    job = Job(
        verb=verb,
        title=file.name[:200],
        by=by,
        state=JobState.DONE,
        asked_at=at,
        finished_at=at,
    )
    file.seek(0)
    job.upload.save(f"{name}.{ending}", file)
    return job


def sheet_of(job: Job) -> Sheet:
    """The table of a kept file."""
    with job.upload.open("rb") as file:
        return sheets.read(file)


def told(count) -> list[Consequence]:
    """How many rows have which verdict, to be confirmed."""
    tones = {Verdict.NEW: "stays", Verdict.HERE: "same", Verdict.REFUSED: "closes"}
    return [
        Consequence(tones[verdict], str(verdict.label), count[verdict])
        for verdict in Verdict
        if count[verdict]
    ]


def refused_rows(sheet: Sheet, rows) -> HttpResponse:
    """The refused rows as a file, to be corrected and imported again: row and reason first."""
    reasons = {row.number: row.reason for row in rows if row.verdict == Verdict.REFUSED}
    names = [sheets.folded(heading) for heading in sheet.headings]
    lines = [[_("Row"), _("Reason"), *sheet.headings]]
    lines += [
        [line.number, reasons[line.number], *(line.cells.get(name, "") for name in names)]
        for line in sheet.lines
        if line.number in reasons
    ]
    return csv_file("refused.csv", lines)


def csv_file(name: str, lines) -> HttpResponse:
    """Rows as a file to be saved, without formulas."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    csv.writer(response).writerows([harmless(cell) for cell in line] for line in lines)
    return response

"""How is a whole file looked at, or taken? In parts of a thousand rows, each a transaction.

An import that went down goes on where it was: what it had taken is looked at again, so that the
rest is judged as if nothing had happened.
"""

import csv
import dataclasses
import datetime
import io
import itertools
import tempfile
from collections import Counter

from django.core.files import File
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import days, jobs
from tms.long_sheets import LongSheet
from tms.models import Job
from tms.refusals import Refusal
from tms.ui.access import allowed
from tms.ui.export import harmless

from . import showing
from .buyers import Buyers
from .matching import Judged, Memory, Verdict
from .people import People
from .plan import Plan
from .rows import Reader
from .writing import Moved, Writer

AT_ONCE = 1000
LOCK = 4_021_002
LOOK, RUN = "crm.importing.running.look", "crm.importing.running.run"
MAY = ("crm.change_people", "crm.import_people")
SHOWN, REFUSED_SHOWN = 20, 50


@dataclasses.dataclass
class Report:
    """What became of the rows.

    `counts` by verdict, and of "organisations" and "individuals" that were made; `refused` are
    (row number, column's place or None, reason); `first` are the first rows.
    """

    counts: Counter = dataclasses.field(default_factory=Counter)
    refused: list[tuple[int, int | None, str]] = dataclasses.field(default_factory=list)
    first: list[Judged] = dataclasses.field(default_factory=list)

    def add(self, batch) -> None:
        self.counts += batch.counts
        self.refused += [
            (judged.row.number, judged.place, judged.reason)
            for judged in batch.judged
            if judged.verdict == Verdict.REFUSED
        ]
        self.first += batch.judged[: max(0, SHOWN - len(self.first))]


class Import:
    """One file with one plan."""

    def __init__(self, sheet: LongSheet, plan: Plan, *, dry: bool):
        self.reader = Reader(plan, sheet)
        self.plan, self.region = plan, plan.region()
        self.memory = Memory(dry=dry)
        self.report = Report()

    def parts(self):
        """The rows, by the thousand."""
        return itertools.batched(self.reader.rows(), AT_ONCE)

    def look(self, rows) -> None:
        """Judge some rows, and write nothing."""
        batch = self.batch(rows)
        batch.match()
        self.counted(batch)

    def take(self, rows, **who) -> None:
        """Judge some rows and write them down, in the caller's transaction. One import at a time.

        Where the office typed in meanwhile whom we were about to make, look again.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for again in (True, True, False):
            batch = self.batch(rows)
            try:
                with transaction.atomic():
                    batch.match()
                    Writer(batch, who).write()
            except (IntegrityError, Moved):
                if again:
                    continue
                raise
            self.counted(batch)
            return

    def batch(self, rows):
        kind = People if self.plan.is_of_people else Buyers
        return kind(list(rows), self.plan, self.memory, region=self.region)

    def counted(self, batch) -> None:
        for account in batch.made_accounts():
            batch.counts[f"{account.kind}s"] += 1
        self.report.add(batch)
        batch.remember()


def looked_at(sheet, plan: Plan, *, tell=lambda done: None) -> Report:
    """What an import of the file would do. Writes nothing."""
    one, done = Import(sheet, plan, dry=True), 0
    one.reader.look_through()
    for rows in one.parts():
        one.look(rows)
        done += len(rows)
        tell(done)
    return one.report


def taken(sheet, plan: Plan, *, at, on, by, tell=lambda done: None) -> Report:
    """Import the file, each thousand rows in a transaction of their own."""
    one, done = Import(sheet, plan, dry=False), 0
    one.reader.look_through()
    for rows in one.parts():
        with transaction.atomic():
            one.take(rows, at=at, on=on, by=by)
        done += len(rows)
        tell(done)
    return one.report


# In the background


def look(job: Job, *, at: datetime.datetime) -> dict:
    """The verb of a job: say what its file means, and keep the refused rows as a file."""
    plan = Plan.of(job.arguments["plan"])
    with job.upload.open("rb") as file:
        sheet = LongSheet(file)
        report = looked_at(sheet, plan, tell=lambda done: jobs.report(job, done))
        keep_refused(job, sheet, report)
    links = [[_("Look at what it means"), reverse("crm:import_file", args=[job.pk])]]
    return told(report, plan) | {"sentences": sentences(report.counts, looked=True), "links": links}


def run(job: Job, *, at: datetime.datetime):
    """The verb of a job: import its file, a thousand rows a step."""
    plan, who = Plan.of(job.arguments["plan"]), job_who(job)
    if not allowed(job.by, MAY):
        raise Refusal(_("Your role doesn't include imports any more."))
    with job.upload.open("rb") as file:
        sheet = LongSheet(file)
        one, done, before = Import(sheet, plan, dry=False), 0, Counter(job.result.get("so_far"))
        total = one.reader.look_through()
        for rows in one.parts():
            done += len(rows)
            if done <= job.done:
                one.look(rows)
                if done == job.done:
                    one.report.counts = before
                continue
            one.take(rows, **who)
            if done < total:
                yield jobs.Step(done, {"so_far": dict(one.report.counts)})
        links = keep_refused(job, sheet, one.report)
    name = "crm:contacts" if plan.is_of_people else "crm:accounts"
    label = _("Contacts") if plan.is_of_people else _("Accounts")
    return {
        "sentences": sentences(one.report.counts),
        "links": [*links, [label, reverse(name)]],
    }


def job_who(job: Job) -> dict:
    on = datetime.date.fromisoformat(job.arguments["on"])
    return {"at": job.asked_at, "on": on, "by": job.by}


def keep_refused(job: Job, sheet: LongSheet, report: Report) -> list:
    """Keep the refused rows with the job, if there are any; returns the link to them."""
    if not report.refused:
        return []
    with tempfile.TemporaryFile() as file:
        write_refused(file, sheet, report)
        job.file.save("refused.csv", File(file), save=False)
    return [[_("Download the refused rows"), reverse("job_file", args=[job.pk])]]


def write_refused(file, sheet: LongSheet, report: Report) -> None:
    """The refused rows as a CSV, to be corrected and imported again: row, column, reason first."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([_("Row"), _("Column"), _("Reason"), *map(harmless, sheet.headings)])
    reasons = {number: (place, reason) for number, place, reason in report.refused}
    for number, cells in sheet.rows():
        if number in reasons:
            place, reason = reasons[number]
            heading = "" if place is None else sheet.headings[place]
            cells = cells + [""] * (len(sheet.headings) - len(cells))
            writer.writerow([number, *map(harmless, [heading, reason, *cells])])
    text.flush()
    text.detach()


def told(report: Report, plan: Plan) -> dict:
    """A look, as JSON: the counts, the first rows, the first that are refused."""
    first = [judged for judged in report.first if judged.verdict != Verdict.REFUSED]
    return {
        "counts": dict(report.counts),
        "first": showing.rows(first, plan),
        "refused": [list(each) for each in report.refused[:REFUSED_SHOWN]],
    }


def sentences(counts: Counter, *, looked: bool = False) -> list[str]:
    """What an import did, or in a look would do, in words."""
    n = {name: days.number(counts[name]) for name in Verdict.values}
    said = [
        _("New: %(new)s. Changed: %(changed)s. Unchanged: %(unchanged)s. Refused: %(refused)s.") % n
    ]
    if made := counts["organisations"] + counts["individuals"]:
        sentence = (
            ngettext("%(n)s account would be made.", "%(n)s accounts would be made.", made)
            if looked
            else ngettext("%(n)s account was made.", "%(n)s accounts were made.", made)
        )
        said.append(sentence % {"n": days.number(made)})
    if looked:
        said.append(_("Nothing was imported yet."))
    return said

"""How are contacts and accounts brought in from another system?

Choose a file, say what its columns are, look what it means, confirm.
"""

import io

from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tms import days, jobs
from tms.consequences import Consequence
from tms.long_sheets import LongSheet
from tms.models import Job
from tms.models.work import JobState
from tms.refusals import Refusal
from tms.ui import importing as files
from tms.ui import stored
from tms.ui.access import staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from ..importing import columns, running
from ..importing.asking import ColumnsForm, UploadForm
from ..importing.matching import Verdict
from ..importing.plan import Plan
from ..importing.running import LOOK, MAY, RUN

# What is short is looked at and imported while one waits: rows of a CSV, bytes of a workbook.
SHORT_ROWS, SHORT_BYTES = 1000, 60_000
LISTS = {columns.CONTACTS: "crm:contacts", columns.ACCOUNTS: "crm:accounts"}
TITLES = {
    columns.CONTACTS: gettext_lazy("Import contacts"),
    columns.ACCOUNTS: gettext_lazy("Import accounts"),
}
EXAMPLES = {
    columns.CONTACTS: [
        ("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title",
         "Associated Company", "Associated Company IDs"),
        ("1001", "Ada", "Example", "ada@example.com", "+44 20 7946 0000", "Engineer",
         "Example Ltd", "9001"),
    ],
    columns.ACCOUNTS: [
        ("Record ID", "Company name", "Street Address", "Postal Code", "City", "Country/Region",
         "Tax number"),
        ("9001", "Example Ltd", "1 High Street", "N1 7GU", "London", "United Kingdom", ""),
    ],
}  # fmt: skip


class Importing(Dialog):
    """What the steps have in common: the file, and what it is about."""

    permission_required = MAY
    about = columns.CONTACTS

    @property
    def title(self):
        return TITLES[self.about]

    def get_success_url(self):
        return reverse(LISTS[self.about])


class Upload(Importing):
    submit = gettext_lazy("Read the columns")
    form_class = UploadForm
    template_name = "crm/import.html"

    def perform(self, *, file):
        try:
            sheet = LongSheet(file)
            rows = 0 if sheet.is_workbook else sheet.count()
        except Refusal as no:
            raise Refusal(str(no), field="file") from no
        kept = files.keep(
            file, verb=LOOK, name=self.about, by=self.request.user, at=self.request.now
        )
        kept.arguments = {"about": self.about, "rows": rows, "name": kept.title}
        kept.save(update_fields=["arguments"])
        return reverse("crm:import_columns", args=[kept.pk])

    def get_context_data(self, **kwargs):
        mine = Job.objects.filter(by=self.request.user, verb=RUN, arguments__about=self.about)
        return super().get_context_data(**kwargs) | {
            "about": self.about,
            "earlier": mine.order_by("-pk").only("title", "state", "asked_at")[:5],
        }


class OfFile(Importing):
    """A step about a file that is kept."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.kept = kept_file(request, kwargs["pk"])
        self.about = self.kept.arguments["about"]

    @property
    def subject(self):
        return self.kept.arguments["name"]

    @property
    def is_short(self) -> bool:
        rows = self.kept.arguments["rows"]
        return rows <= SHORT_ROWS if rows else self.kept.upload.size <= SHORT_BYTES

    def arguments(self, plan) -> dict:
        kept = self.kept.arguments
        return {name: kept[name] for name in ("about", "rows", "name")} | {"plan": plan.kept()}


class Columns(OfFile):
    """Which column is what? Proposed by the headings."""

    submit = gettext_lazy("Look at what it means")
    form_class = ColumnsForm
    template_name = "crm/import_columns.html"
    size = "wide"

    def get_form_kwargs(self):
        with stored.opened(self.kept.upload) as file:
            sheet = LongSheet(file)
            self.guessed = sheet.encoding == "cp1252"
            head = {"headings": sheet.headings, "first": sheet.first(3)}
        kept = self.kept.arguments.get("plan")
        return super().get_form_kwargs() | head | {"about": self.about, "kept": kept}

    def perform(self, *, plan):
        request = self.request
        given = {
            "verb": LOOK,
            "title": _("Look at %(file)s") % {"file": self.subject},
            "arguments": self.arguments(plan),
            "by": request.user,
        }
        if not self.is_short:
            job = jobs.start(
                **given,
                at=request.now,
                total=self.kept.arguments["rows"],
                upload=self.kept.upload.name,
                back_to=request.path,
            )
            return reverse("job", args=[job.pk])
        looked = Job.objects.create(
            **given,
            upload=self.kept.upload.name,
            state=JobState.DONE,
            asked_at=request.now,
            finished_at=request.now,
        )
        return reverse("crm:import_file", args=[looked.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "guessed": self.guessed,
            "upload": reverse(f"crm:import_{self.about}"),
        }


class Confirm(OfFile):
    """What the file means; then the import itself."""

    template_name = "crm/import_file.html"
    previews = True
    size = "wide"

    def get(self, request, *args, **kwargs):
        if "plan" not in self.kept.arguments:
            return redirect("crm:import_columns", self.kept.pk)
        if self.kept.state != JobState.DONE:
            return redirect("job", self.kept.pk)
        return super().get(request, *args, **kwargs)

    @property
    def plan(self) -> Plan:
        return Plan.of(self.kept.arguments["plan"])

    @cached_property
    def looked(self) -> dict:
        """What a look at the file said; of a short file it is had anew."""
        if "counts" in self.kept.result:
            return self.kept.result
        with stored.opened(self.kept.upload) as file:
            return running.told(running.looked_at(LongSheet(file), self.plan), self.plan)

    @property
    def news(self) -> int:
        counts = self.looked["counts"]
        return counts.get(Verdict.NEW, 0) + counts.get(Verdict.CHANGED, 0)

    @property
    def submit(self):
        return ngettext("Import %(n)s row", "Import %(n)s rows", self.news) % {
            "n": days.number(self.news)
        }

    def preview(self):
        return told(self.looked["counts"])

    def perform(self):
        request = self.request
        given = {
            "verb": RUN,
            "title": _("Import of %(file)s") % {"file": self.subject},
            "arguments": self.arguments(self.plan) | {"on": request.today.isoformat()},
            "by": request.user,
            "operation": operation_of(request),
        }
        if not self.is_short:
            job = jobs.start(
                **given,
                at=request.now,
                total=sum(self.looked["counts"].get(verdict, 0) for verdict in Verdict.values),
                upload=self.kept.upload.name,
                back_to=self.get_success_url(),
            )
            return Done(reverse("job", args=[job.pk]), self.preview())
        who = {"at": request.now, "on": request.today, "by": request.user}
        with stored.opened(self.kept.upload) as file:
            sheet = LongSheet(file)
            report = running.taken(sheet, self.plan, **who)
            job = Job.objects.create(
                **given,
                upload=self.kept.upload.name,
                state=JobState.DONE,
                asked_at=request.now,
                finished_at=request.now,
                back_to=self.get_success_url(),
            )
            links = running.keep_refused(job, sheet, report)
        job.result = {"sentences": running.sentences(report.counts), "links": links}
        job.save()
        return Done(reverse("job", args=[job.pk]), told(report.counts))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        looked = self.looked
        counts = looked["counts"]
        more = counts.get(Verdict.REFUSED, 0) - len(looked["refused"])
        context |= {
            "figures": [(verdict.label, counts.get(verdict, 0)) for verdict in Verdict],
            "made": counts.get("organisations", 0) + counts.get("individuals", 0),
            "first": [each | {"verdict": Verdict(each["verdict"])} for each in looked["first"]],
            "refused_rows": self.refused_rows(looked["refused"]),
            "more_refused": more,
            "of_people": self.plan.is_of_people,
        }
        if not self.news:
            context["refused"] = _("There is nothing new in this file.")
        return context

    def refused_rows(self, refused):
        """(row, heading of the column, reason) of the first rows that are refused."""
        if not refused:
            return []
        with stored.opened(self.kept.upload) as file:
            headings = LongSheet(file).headings
        return [
            (number, "" if place is None else headings[place], reason)
            for number, place, reason in refused
        ]


def told(counts) -> list[Consequence]:
    """How many rows have which verdict, to be confirmed."""
    names = [*Verdict.values, "organisations", "individuals"]
    return [Consequence("stays", name, counts[name]) for name in names if counts.get(name)]


def kept_file(request, pk) -> Job:
    """The kept file of whoever looks at it, as long as it is there."""
    rows = Job.objects.exclude(upload="")
    return get_object_or_404(rows, pk=pk, verb=LOOK, by_id=request.user.pk)


@staff(MAY)
def refused(request, pk):
    """The refused rows as a file, to be corrected and imported again: row, column, reason first."""
    kept = get_object_or_404(
        Job.objects.exclude(upload=""), pk=pk, verb=LOOK, by=request.user, state=JobState.DONE
    )
    if "plan" not in kept.arguments:
        return redirect("crm:import_columns", pk)
    if kept.file:
        return redirect("job_file", pk)
    out = io.BytesIO()
    with stored.opened(kept.upload) as file:
        sheet = LongSheet(file)
        running.write_refused(out, sheet, running.looked_at(sheet, Plan.of(kept.arguments["plan"])))
    out.seek(0)
    response = FileResponse(out, as_attachment=True, filename="refused.csv")
    response["Cache-Control"] = "no-store"
    return response


@staff(MAY)
def example(request, about):
    """A file with the headings and a row."""
    return files.csv_file(f"{about}-example.csv", EXAMPLES[about])

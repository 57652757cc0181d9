"""How are passes brought in from another system? Choose a file, look what it means, confirm."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tms import jobs, sheets
from tms.models import Job
from tms.refusals import Refusal
from tms.ui.access import staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.importing import Verdict, csv_file, refused_rows, sheet_of, told
from tms.ui.sent import operation_of

from .. import importing
from ..forms.owned import ConfirmImportForm, UploadForm
from ..importing import AT_ONCE

MAY_IMPORT = "passes.import_passes"
SHOWN = 50
EXAMPLE = [
    ("Contact", "Account", "Pass Type", "Option", "Start Date", "Expiry Date", "External ID"),
    ("ada@example.com", "", "LEAD", "Annual", "2026-11-22", "", "HR 88410"),
    ("", "Example Ltd", "LEAD", "Annual", "2026-11-22", "2027-12-31", "PO 4471"),
]


class Upload(Dialog):
    title = gettext_lazy("Import")
    submit = gettext_lazy("Look at the file")
    permission_required = MAY_IMPORT
    form_class = UploadForm
    template_name = "passes/owned/import.html"

    def perform(self, *, file):
        try:
            importing.columns_of(sheets.read(file))
        except Refusal as no:
            raise Refusal(str(no), field="file") from no
        kept = importing.keep(file, by=self.request.user, at=self.request.now)
        return reverse("passes:import_file", args=[kept.pk])

    def get_success_url(self):
        return reverse("passes:list")


class Confirm(Dialog):
    """What the file means, row by row; then the import itself."""

    title = gettext_lazy("Import training passes")
    permission_required = MAY_IMPORT
    template_name = "passes/owned/import_file.html"
    form_class = ConfirmImportForm
    changes = "passes"
    previews = True
    tells = False  # what it sets off is told before, and only where it is asked for

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.kept = kept_file(request, kwargs["pk"])

    @property
    def subject(self):
        return self.kept.title

    @cached_property
    def rows(self):
        return importing.judge(sheet_of(self.kept), on=self.request.today)

    @property
    def new(self):
        return importing.counts(self.rows)[Verdict.NEW]

    @property
    def submit(self):
        return ngettext("Import %(n)d pass", "Import %(n)d passes", self.new) % {"n": self.new}

    @cached_property
    def set_off(self):
        """The messages that would be sent, for those that are new."""
        return importing.set_off(self.rows, at=self.request.now, on=self.request.today)

    def preview(self, *, messages):
        return [*told(importing.counts(self.rows)), *(self.set_off if messages else ())]

    def perform(self, *, messages):
        shown = self.preview(messages=messages)
        request, operation = self.request, operation_of(self.request)
        if self.new > AT_ONCE:
            job = jobs.start(
                verb=importing.RUN,
                title=_("Import training passes"),
                arguments={
                    "kept": self.kept.pk,
                    "on": request.today.isoformat(),
                    "messages": messages,
                },
                by=request.user,
                at=request.now,
                total=self.new,
                operation=operation,
                back_to=reverse("passes:list"),
            )
            return Done(reverse("job", args=[job.pk]), shown)
        rows = importing.carry_out(
            sheet_of(self.kept),
            at=request.now,
            on=request.today,
            by=request.user,
            operation=operation,
            messages=messages,
        )
        count = importing.counts(rows)
        says = " ".join(importing.sentences(count))
        sent = self.set_off if messages else ()
        return Done(reverse("passes:list"), [*told(count), *sent], says)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        count = importing.counts(self.rows)
        refused = [row for row in self.rows if row.verdict == Verdict.REFUSED]
        context |= {
            "count": count,
            "set_off": self.set_off,
            "set_off_count": sum(each.count for each in self.set_off),
            "refused_rows": refused[:SHOWN],
            "more_refused": max(0, len(refused) - SHOWN),
            "first_new": [row for row in self.rows if row.verdict == Verdict.NEW][:SHOWN],
        }
        if not count[Verdict.NEW]:
            context["refused"] = _("There is nothing new in this file.")
        return context


def kept_file(request, pk) -> Job:
    """The kept file of whoever looks at it."""
    return get_object_or_404(Job, pk=pk, verb=importing.LOOK, by_id=request.user.pk)


@staff(MAY_IMPORT)
def refused(request, pk):
    """The refused rows as a file, to be corrected and imported again: row and reason first."""
    sheet = sheet_of(kept_file(request, pk))
    return refused_rows(sheet, importing.judge(sheet, on=request.today))


@staff(MAY_IMPORT)
def example(request):
    """A file with the headings and two rows."""
    return csv_file("training-passes-example.csv", EXAMPLE)

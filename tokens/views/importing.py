"""How are opening balances brought in? Choose a file, look what it means, confirm."""

from django import forms
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
from tms.ui.forms import Form
from tms.ui.importing import Verdict, csv_file, refused_rows, sheet_of, told
from tms.ui.sent import operation_of

from .. import importing, switches
from ..importing import AT_ONCE
from .asked import IMPORT

SHOWN = 50
EXAMPLE = [
    ("Account", "Token Type", "Number", "Issued on", "Expires on", "External ID", "Note",
     "Price of one token", "Currency"),
    ("Example Ltd", "Gold", "24", "2026-01-15", "2027-01-15", "OLD-1", "", "120.00", "EUR"),
    ("Example Ltd", "Gold", "10", "", "never", "OLD-2", "Goodwill", "", ""),
]  # fmt: skip


class UploadForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, or XLSX; up to 5 MB and 20,000 rows."),
        widget=forms.FileInput({"accept": ".csv,.xlsx"}),
    )


class Importing(Dialog):
    """Importing is issuing by hand: where that is switched off, nothing is asked."""

    permission_required = IMPORT

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        try:
            switches.hold_manual_issues()
        except Refusal as no:
            context |= {"refused": str(no), "held_back": True}
        return context


class Upload(Importing):
    title = gettext_lazy("Import opening balances")
    submit = gettext_lazy("Look at the file")
    form_class = UploadForm
    template_name = "tokens/import.html"

    def perform(self, *, file):
        switches.hold_manual_issues()
        try:
            importing.columns_of(sheets.read(file))
        except Refusal as no:
            raise Refusal(str(no), field="file") from no
        kept = importing.keep(file, by=self.request.user, at=self.request.now)
        return reverse("tokens:import_file", args=[kept.pk])

    def get_success_url(self):
        return reverse("tokens:types")


class Confirm(Importing):
    """What the file means, row by row; then the import itself."""

    title = gettext_lazy("Import opening balances")
    template_name = "tokens/import_file.html"
    changes = "tokens"
    previews = True

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
        return ngettext("Import %(n)d balance", "Import %(n)d balances", self.new) % {"n": self.new}

    def preview(self):
        return told(importing.counts(self.rows))

    def perform(self):
        request, operation = self.request, operation_of(self.request)
        switches.hold_manual_issues()
        if self.new > AT_ONCE:
            job = jobs.start(
                verb=importing.RUN,
                title=_("Import opening balances"),
                arguments={"kept": self.kept.pk, "on": request.today.isoformat()},
                by=request.user,
                at=request.now,
                total=self.new,
                operation=operation,
                back_to=reverse("tokens:types"),
            )
            return Done(reverse("job", args=[job.pk]), self.preview())
        rows = importing.carry_out(
            sheet_of(self.kept),
            at=request.now,
            on=request.today,
            by=request.user,
            operation=operation,
        )
        count = importing.counts(rows)
        return Done(request.path, told(count), " ".join(importing.sentences(count)))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        count = importing.counts(self.rows)
        refused = [row for row in self.rows if row.verdict == Verdict.REFUSED]
        context |= {
            "count": count,
            "refused_rows": refused[:SHOWN],
            "more_refused": max(0, len(refused) - SHOWN),
            "first_new": importing.living(self.rows)[:SHOWN],
        }
        if not count[Verdict.NEW]:
            context["refused"] = _("There is nothing new in this file.")
        return context


def kept_file(request, pk) -> Job:
    """The kept file of whoever looks at it."""
    return get_object_or_404(Job, pk=pk, verb=importing.LOOK, by_id=request.user.pk)


@staff(IMPORT)
def refused(request, pk):
    """The refused rows as a file, to be corrected and imported again: row and reason first."""
    sheet = sheet_of(kept_file(request, pk))
    return refused_rows(sheet, importing.judge(sheet, on=request.today))


@staff(IMPORT)
def example(request):
    """A file with the headings and two rows."""
    return csv_file("opening-balances-example.csv", EXAMPLE)

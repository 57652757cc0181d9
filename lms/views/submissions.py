"""What was handed in, and what waits to be marked? For staff."""

from django.db import models
from django.db.models import Case, CharField, Value, When
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from tms.ui import filters, tables
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.lists import Action, Empty, ListPage

from .. import assignments
from ..filters import ContactSearch
from ..forms_assignment import AssignmentForm, MarkForm
from ..models import Assignment, Submission
from ..tables import MANAGE, Learner, contact_name
from .assignment import sent
from .content import CHANGE, ContentDialog
from .managing import Managing
from .registrations import LOOK


class Mark(models.TextChoices):
    """What became of a submission, worked out from its columns."""

    WAITING = "waiting", gettext_lazy("To be marked")
    PASSED = "completed", gettext_lazy("Passed")
    FAILED = "failed", gettext_lazy("Not passed")
    REPLACED = "replaced", gettext_lazy("Replaced by a later one")


class SubmissionTable(tables.Table):
    mark = tables.Status(Mark.choices, verbose_name=gettext_lazy("Status"))
    contact = Learner(main=True, verbose_name=gettext_lazy("Learner"))
    unit = tables.Column(
        accessor="unit__title",
        note="unit__section__course__title",
        link=lambda row: page_of("lms:submission", row["pk"]),
        verbose_name=gettext_lazy("Assignment"),
    )
    number = tables.Number(verbose_name=gettext_lazy("Submission"))
    name = tables.Column(verbose_name=gettext_lazy("File"))
    score = tables.Number(verbose_name=gettext_lazy("Score, in per cent"))
    submitted_at = tables.Moment(sort="pk", verbose_name=gettext_lazy("Handed in"))
    marked_at = tables.Moment(verbose_name=gettext_lazy("Marked"), hidden=True)


class WaitingFilter(filters.FilterSet):
    q = ContactSearch("contact__search_text", "unit__section__course__title_key")

    class Meta(filters.FilterSet.Meta):
        model = Submission
        fields = ()


class SubmissionFilter(WaitingFilter):
    mark = filters.Choice(
        choices=Mark.choices, every=gettext_lazy("Every status"), label=gettext_lazy("Status"),
        method="in_mark",
    )  # fmt: skip

    def in_mark(self, queryset, _name, value):
        match value:
            case Mark.WAITING:
                return queryset.waiting()
            case Mark.REPLACED:
                return queryset.filter(replaced_at__isnull=False)
        return queryset.filter(passed=value == Mark.PASSED)


class Submissions(ListPage):
    """Everything that was handed in, the latest first."""

    title = gettext_lazy("Submissions")
    permission_required = LOOK
    table, filterset, sort = SubmissionTable, SubmissionFilter, "-submitted_at"
    values = ("contact_id", "unit__title")
    changes = "submissions"
    export_name = "submissions"
    empty = Empty(
        gettext_lazy("Nothing was handed in yet"),
        gettext_lazy("An assignment is a unit of a course; the files of learners stand here."),
    )

    def queryset(self):
        return Submission.objects.annotate(
            mark=Case(
                When(replaced_at__isnull=False, then=Value(Mark.REPLACED)),
                When(passed=True, then=Value(Mark.PASSED)),
                When(passed=False, then=Value(Mark.FAILED)),
                default=Value(Mark.WAITING),
                output_field=CharField(),
            )
        )

    def actions(self):
        return [Action(_("To be marked"), reverse("lms:marking"), "inbox", dialog=False)]

    def menu(self, row):
        yield Action(
            pgettext("do", "Open"),
            page_of("lms:submission", row["pk"]),
            "arrow-right",
            dialog=False,
        )
        if row["mark"] != Mark.REPLACED:
            mark = page_of("lms:mark_submission", row["pk"])
            yield Action(_("Mark"), mark, "check", permission=MANAGE)

    def dim(self, row):
        return row["mark"] == Mark.REPLACED

    def name_of(self, row):
        return f"{contact_name(row)}, {row['unit__title']}"


class Marking(Submissions):
    """What waits to be marked, the oldest first."""

    title = gettext_lazy("Assignments to be marked")
    filterset, sort = WaitingFilter, "submitted_at"
    export_name = "to-be-marked"
    empty = Empty(
        gettext_lazy("Nothing waits to be marked"),
        gettext_lazy("What learners hand in comes here, the oldest first."),
    )

    def queryset(self):
        return super().queryset().waiting()

    def actions(self):
        return [Action(_("All submissions"), reverse("lms:submissions"), "list", dialog=False)]


@staff(LOOK)
@require_GET
def submission(request, pk):
    """One submission: the file, the comment, the mark; and the other ones of the same learner."""
    found = _submission(pk)
    context = {
        "submission": found,
        "course": found.unit.section.course,
        "others": [
            each for each in assignments.of(found.contact_id, found.unit_id) if each != found
        ],
    }
    return render(request, "lms/staff/submission.html", context)


@staff(LOOK)
@require_GET
def file(request, pk):
    """The file, as it was handed in."""
    return sent(get_object_or_404(Submission, pk=pk))


class MarkSubmission(Managing):
    """Passed or not, with a score and words for the learner."""

    title, submit = gettext_lazy("Mark"), gettext_lazy("Save the mark")
    form_class, changes = MarkForm, "submissions"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.submission = self.versioned = _submission(kwargs["pk"])

    @property
    def subject(self):
        return f"{self.submission.contact.name}, {self.submission.unit.title}"

    def get_initial(self):
        found = self.submission
        passed = {True: "yes", False: "no", None: None}[found.passed]
        return {"passed": passed, "score": found.score, "feedback": found.feedback}

    def get_success_url(self):
        return reverse("lms:submission", args=[self.submission.pk])

    def perform(self, **answers):
        who = {"at": self.request.now, "on": self.request.today, "by": self.request.user}
        assignments.mark(self.submission, version=self.submission.version, **answers, **who)
        own = self.get_success_url()
        return own if self.request.POST.get("back") == own else None


class Settings(ContentDialog):
    title, submit, size = gettext_lazy("Assignment settings"), gettext_lazy("Save"), "small"
    permission_required, form_class = CHANGE, AssignmentForm

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        found = Assignment.objects.select_related("unit__section__course")
        self.assignment = get_object_or_404(found, pk=pk, unit__archived_at=None)
        self.versioned = self.assignment
        self.course = self.assignment.unit.section.course

    @property
    def subject(self):
        return self.assignment.unit.title

    def get_initial(self):
        return {"kinds": self.assignment.kinds, "megabytes": self.assignment.megabytes}

    def perform(self, **answers):
        assignments.set_up(self.assignment, **answers, **self.who())


def _submission(pk) -> Submission:
    found = Submission.objects.select_related("contact", "unit__section__course", "marked_by")
    return get_object_or_404(found, pk=pk)

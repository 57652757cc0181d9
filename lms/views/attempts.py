"""Who took which quiz, with which result? For staff: lists, the answers, and one more attempt."""

from django.db import models
from django.db.models import Case, CharField, Q, Value, When
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.ui import filters, tables
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.lists import Action, Empty, ListPage

from .. import attempts, counting
from ..filters import ContactSearch
from ..forms_quiz import AnotherAttemptForm
from ..models import Attempt, ContentUnit
from ..tables import MANAGE, Learner, contact_name
from .managing import Managing
from .quiz import answered
from .registrations import LOOK


class Result(models.TextChoices):
    """What became of an attempt, worked out from its columns."""

    OPEN = "open", gettext_lazy("In progress")
    PASSED = "completed", gettext_lazy("Passed")
    FAILED = "failed", gettext_lazy("Not passed")


def score(row) -> str:
    if row["score"] is None:
        return ""
    percent = 100 * row["score"] // row["points"]
    return _("%(score)s of %(points)s (%(percent)s %%)") % {
        "score": row["score"],
        "points": row["points"],
        "percent": percent,
    }


def counts(row) -> str:
    return _("This one") if row["counts"] else ""


class AttemptTable(tables.Table):
    result = tables.Status(Result.choices, verbose_name=gettext_lazy("Result"))
    contact = Learner(main=True, verbose_name=gettext_lazy("Learner"))
    unit = tables.Column(
        accessor="unit__title",
        note="unit__section__course__title",
        link=lambda row: page_of("lms:look_at_attempt", row["pk"]),
        verbose_name=gettext_lazy("Quiz"),
    )
    number = tables.Number(verbose_name=gettext_lazy("Attempt"))
    score = tables.Column(
        draw=score, export=score, needs=("score", "points"), verbose_name=gettext_lazy("Score")
    )
    counts = tables.Column(
        draw=counts, export=counts, needs=("counts",), verbose_name=gettext_lazy("Counts")
    )
    started_at = tables.Moment(sort="pk", verbose_name=gettext_lazy("Begun"))
    submitted_at = tables.Moment(verbose_name=gettext_lazy("Handed in"))


class AttemptFilter(filters.FilterSet):
    q = ContactSearch("contact__search_text", "unit__section__course__title_key")
    result = filters.Choice(
        choices=Result.choices, every=gettext_lazy("Every result"), label=gettext_lazy("Result"),
        method="in_result",
    )  # fmt: skip

    counts = filters.Choice(
        choices=[("yes", gettext_lazy("Only those that count"))],
        every=gettext_lazy("Every attempt"), label=gettext_lazy("Counts"), method="that_count",
    )  # fmt: skip

    class Meta(filters.FilterSet.Meta):
        model = Attempt
        fields = ()

    def that_count(self, queryset, _name, _value):
        return queryset.filter(counts=True)

    def in_result(self, queryset, _name, value):
        passed = {Result.OPEN: None, Result.PASSED: True, Result.FAILED: False}
        return queryset.filter(passed=passed[value])


class Attempts(ListPage):
    """Every attempt at every quiz, the latest first."""

    title = gettext_lazy("Quiz attempts")
    permission_required = LOOK
    table, filterset, sort = AttemptTable, AttemptFilter, "-pk"
    values = ("contact_id", "unit_id", "unit__title")
    changes = "attempts"
    export_name = "quiz-attempts"
    empty = Empty(
        gettext_lazy("Nobody has begun a quiz yet"),
        gettext_lazy("A quiz is a unit of a course; what learners answer stands here."),
    )

    def queryset(self):
        return Attempt.objects.filter(withdrawn_at=None).annotate(
            counts=counting.of_attempt(),
            result=Case(
                When(passed=True, then=Value(Result.PASSED)),
                When(passed=False, then=Value(Result.FAILED)),
                default=Value(Result.OPEN),
                output_field=CharField(),
            ),
        )

    def menu(self, row):
        look = reverse("lms:look_at_attempt", args=[row["pk"]])
        yield Action(_("See the answers"), look, "list-checks", dialog=False)
        yield Action(
            _("Give one more attempt"), page_of("lms:give_attempt", row["pk"]), "plus",
            permission=MANAGE,
        )  # fmt: skip

    def name_of(self, row):
        return f"{contact_name(row)}, {row['unit__title']}"


class OfUnit(Attempts):
    """Those at one quiz."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        units = ContentUnit.objects.select_related("section__course")
        self.unit = get_object_or_404(units, pk=kwargs["unit_id"], form="quiz")
        course = self.unit.section.course
        self.title = _("Attempts: %(title)s") % {"title": self.unit.title}
        self.crumbs = ((course.title, reverse("catalog:course", args=[course.pk])),)

    def queryset(self):
        return super().queryset().filter(Q(unit=self.kwargs["unit_id"]))


@staff(LOOK)
@require_GET
def look(request, pk):
    """One attempt with what was asked and answered."""
    attempt = _attempt(pk)
    context = {
        "attempt": attempt,
        "course": attempt.unit.section.course,
        "answered": answered(attempt, shown=True),
        "in_progress": attempt.submitted_at is None,
    }
    return render(request, "lms/staff/attempt.html", context)


class GiveAttempt(Managing):
    """One more attempt at the quiz that an attempt was made at."""

    title, submit, size = (
        gettext_lazy("Give one more attempt"),
        gettext_lazy("Give the attempt"),
        "small",
    )
    form_class, changes = AnotherAttemptForm, "attempts"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.attempt = _attempt(kwargs["pk"])

    @property
    def subject(self):
        return f"{self.attempt.contact.name}, {self.attempt.unit.title}"

    def perform(self, *, reason):
        who = {"at": self.request.now, "on": self.request.today, "by": self.request.user}
        attempts.give_another(self.attempt.contact_id, self.attempt.unit, reason=reason, **who)


def _attempt(pk) -> Attempt:
    rows = Attempt.objects.annotate(counts=counting.of_attempt())
    found = rows.select_related("contact", "unit__section__course", "unit__quiz")
    return get_object_or_404(found, pk=pk, withdrawn_at=None)

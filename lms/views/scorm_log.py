"""What did a learner's sessions with a SCORM package say, and when? For staff."""

from django.db.models import Case, CharField, Value, When
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.ui import tables
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.lists import Empty, ListPage

from ..models import ContentUnit, ScormAttempt, UnitForm
from ..scorm import standing, times
from ..tables import Learner

LOOK = "lms.view_registrations"
# Launches of an attempt that are shown, the newest.
MOST = 100
STATUS = [
    ("completed", gettext_lazy("Completed")),
    ("ended", gettext_lazy("Ended")),
    ("in_progress", gettext_lazy("In progress")),
]


class AttemptTable(tables.Table):
    contact = Learner(main=True, verbose_name=gettext_lazy("Learner"))
    state = tables.Status(STATUS, verbose_name=gettext_lazy("Status"))
    version = tables.Column(
        accessor="package__number", number=True, verbose_name=gettext_lazy("Version")
    )
    started_at = tables.Moment(sort="pk", verbose_name=gettext_lazy("Started"))
    last_at = tables.Moment(verbose_name=gettext_lazy("Last"))
    log = tables.Link(
        "lms:scorm_log", key="pk", accessor="package__title", verbose_name=gettext_lazy("Sessions")
    )


class Attempts(ListPage):
    """Every attempt at one package."""

    title = gettext_lazy("Attempts")
    permission_required = LOOK
    table, sort = AttemptTable, "-pk"
    export_name = "attempts"
    empty = Empty(
        gettext_lazy("No attempts yet"), gettext_lazy("Nobody has opened this package yet.")
    )

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        units = ContentUnit.objects.filter(form=UnitForm.SCORM).select_related("section__course")
        self.unit = get_object_or_404(units, pk=pk)

    @property
    def crumbs(self):
        course = self.unit.section.course
        return ((course.title, page_of("catalog:course", course.pk)), (self.unit.title, ""))

    def queryset(self):
        return ScormAttempt.objects.filter(unit=self.unit.pk).annotate(
            state=Case(
                When(completed_at__isnull=False, then=Value("completed")),
                When(ended_at__isnull=False, then=Value("ended")),
                default=Value("in_progress"),
                output_field=CharField(),
            )
        )


@staff(LOOK)
@require_GET
def log(request, pk):
    """One attempt: where each part stands, and each session line by line."""
    attempts = ScormAttempt.objects.select_related("contact", "package", "unit__section__course")
    attempt = get_object_or_404(attempts, pk=pk)
    package = attempt.package
    states = {each.item: each for each in attempt.states.all()}
    for each in states.values():
        each.time = times.said(each.spent + each.session)
    titles = {part["id"]: part["title"] for part in package.parts}
    launches = list(attempt.launches.order_by("-pk").prefetch_related("entries")[:MOST])
    for each in launches:
        each.title = titles.get(each.item, each.item)
    context = {
        "attempt": attempt,
        "unit": attempt.unit,
        "course": attempt.unit.section.course,
        "package": package,
        "parts": [each for each in standing.outline(package, states) if each["launch"]],
        "launches": launches,
    }
    return render(request, "lms/scorm/log.html", context)

"""Control panel: Operations. How everything is, what broke, and what is to be done."""

from django import forms
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from tms import jobs
from tms.condition import BAD, GOOD, NOTE, WARN
from tms.models import InvariantRun, Job
from tms.models.work import JobState
from tms.reporting import checking
from tms.ui.access import staff
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.outcomes import Done

from . import conditions

RIGHT = "tms.operate"
ICONS = {GOOD: "circle-check", NOTE: "info", WARN: "triangle-alert", BAD: "circle-x"}
SHOWN = 20


@staff(RIGHT)
def operations(request):
    """All conditions, what is parked, and the invariants. It fetches itself again."""
    found, looked = conditions.every(request.now), invariants()
    context = {
        "conditions": [(each, ICONS[each.tone]) for each in found],
        "red": conditions.red(found),
        "parked": Job.objects.filter(state=JobState.PARKED).select_related("by")[:SHOWN],
        "broken": [row for row in looked if row["tone"] == BAD],
        "whole": [row for row in looked if row["tone"] != BAD],
    }
    return render(request, "watch/operations.html", context)


def invariants() -> list[dict]:
    """Each invariant as the last look found it."""
    run = InvariantRun.objects.order_by("-at").first()
    found = run.found if run else {}
    rows = []
    for invariant in checking.every():
        seen = found.get(invariant.name, {"count": None, "first": []})
        tone = NOTE if seen["count"] is None else BAD if seen["count"] else GOOD
        told = _("Not looked at") if tone == NOTE else number_format(seen["count"])
        rows.append(
            {
                "name": invariant.name,
                "sentence": invariant.sentence,
                "first": seen["first"],
                "tone": tone,
                "picture": ICONS[tone],
                "told": told,
            }
        )
    return rows


class Look(Dialog):
    """Look at the invariants now, in the background."""

    title = _("Look at the invariants")
    submit = _("Look now")
    permission_required = RIGHT
    form_class = Form

    def perform(self):
        job = jobs.start(
            verb="tms.reporting.checking.by_job",
            title=str(self.title),
            arguments={"on": self.request.today.isoformat()},
            by=self.request.user,
            at=self.request.now,
            back_to=reverse("watch:operations"),
        )
        return Done(goes_to=reverse("job", args=[job.pk]))


class SettleForm(Form):
    verb = forms.ChoiceField(
        label=_("What now?"),
        choices=[("again", _("Run it again")), ("leave", _("Leave it undone"))],
        widget=forms.RadioSelect,
        initial="again",
    )


class Settle(Dialog):
    """Run work that broke again, or leave it."""

    title = _("Settle work that broke")
    submit = _("Settle it")
    changes = "operations"
    permission_required = RIGHT
    form_class = SettleForm

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, **kwargs)
        self.job = get_object_or_404(Job, pk=pk)
        self.subject = self.job.title

    def perform(self, *, verb):
        settle = {"again": jobs.again, "leave": jobs.leave}[verb]
        settle(self.job.pk, at=self.request.now, on=self.request.today, by=self.request.user)

    def get_success_url(self):
        return reverse("watch:operations")

"""The steps of a learning path: a section of its page, and what is done there."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog import paths
from catalog.choosing import choosable, courses_matching
from catalog.forms.steps import AddStepsForm, StepForm
from catalog.models import Item, Step
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.combobox import options
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action

from .asked import CHANGE, LOOK, Of, Press, who


def steps_panel(request, path) -> str:
    """The section `Steps` of a path's page. One query."""
    steps = list(path.steps.select_related("course"))
    context = {
        "path": path,
        "steps": [
            {
                "step": step,
                "target": f"step-{step.pk}",
                "first": number == 1,
                "last": number == len(steps),
                "menu": [
                    [Action(_("Edit"), page_of("catalog:edit_step", step.pk), "pencil")],
                    [
                        Action(
                            _("Remove"),
                            page_of("catalog:remove_step", step.pk),
                            "trash-2",
                            danger=True,
                        )
                    ],
                ],
            }
            for number, step in enumerate(steps, start=1)
        ],
        "may_change": allowed(request.user, CHANGE),
        "here": page_of("catalog:steps", path.pk),
        "add": page_of("catalog:add_steps", path.pk),
    }
    return render_to_string("catalog/_steps.html", context, request=request)


@require_GET
@staff(LOOK)
def steps(request, pk):
    """The section alone, when a step has changed."""
    return HttpResponse(steps_panel(request, get_object_or_404(Item.objects.paths(), pk=pk)))


@require_GET
@staff(LOOK)
def course_options(request):
    """The courses that a few letters find, for choosing one."""
    found = courses_matching(choosable(), request.GET.get("q", ""))
    return options(request, found, aside=lambda row: row.code)


class AddSteps(Dialog):
    title = gettext_lazy("Add Steps")
    submit = gettext_lazy("Add Steps")
    permission_required = (LOOK, CHANGE)
    form_class = AddStepsForm
    changes = ("steps", "item")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.path = get_object_or_404(Item.objects.paths(), pk=kwargs["pk"])

    @property
    def subject(self):
        return self.path.title

    def perform(self, **answers):
        paths.add_steps(self.path, **answers, **who(self.request))

    def get_success_url(self):
        return self.back() or page_of("catalog:path", self.path.pk)


class OfStep(Of):
    rows = Step.objects.select_related("path", "course")
    permission_required = (LOOK, CHANGE)
    changes = ("steps", "item")

    @property
    def subject(self):
        return f"{self.row.path.title}: {self.row.course.title}"

    def get_success_url(self):
        return self.back() or page_of("catalog:path", self.row.path_id)


class EditStep(OfStep):
    title = gettext_lazy("Edit")
    form_class = StepForm

    def get_initial(self):
        return {"required": self.row.required, "locked_until_before": self.row.locked}

    def perform(self, **answers):
        paths.set_step(self.row, **answers, **self.who())


class RemoveStep(OfStep, Press):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the step")
    sentence = gettext_lazy("The course itself stays. What it means for those registered:")
    danger = previews = True

    def perform(self):
        return paths.remove_step(self.row, **self.who())


class MoveStep(OfStep, Press):
    """The up and down buttons press this at once; opened as a page, it asks.

    Dragging says `to` which place, from 1.
    """

    title = submit = gettext_lazy("Move")
    changes = "steps"

    def perform(self):
        asked = self.request.POST.get("to", "")
        to = self.row.position + {"up": -1, "down": 1}[self.kwargs["way"]]
        if asked.isascii() and asked.isdigit() and len(asked) < 7:
            to = int(asked)
        paths.move_step(self.row, to=to, **self.who())

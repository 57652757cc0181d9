"""Through which stages do opportunities go? In the control panel."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tms.ui.access import staff
from tms.ui.dialogs import Dialog

from .. import forms_selling, stages
from ..models import Stage

MANAGE = "tms.change_settings"


@staff(MANAGE)
def all_stages(request):
    """All of them, in their order; for htmx the list alone."""
    every = list(Stage.objects.order_by("position", "pk"))
    context = {
        "stages": [stage for stage in every if not stage.archived_at],
        "archived": [stage for stage in every if stage.archived_at],
    }
    template = "crm/_stages.html" if request.htmx else "crm/stages.html"
    return render(request, template, context)


@require_POST
@staff(MANAGE)
def move_stage(request, pk):
    """Earlier or later among its neighbours."""
    get_object_or_404(Stage, pk=pk)
    earlier = request.POST.get("to") == "earlier"
    stages.move(pk, earlier=earlier, at=request.now, on=request.today, by=request.user)
    return all_stages(request) if request.htmx else redirect("crm:stages")


class Create(Dialog):
    title = gettext_lazy("Add stage")
    submit = gettext_lazy("Add")
    permission_required = MANAGE
    form_class = forms_selling.StageForm
    changes = "stages"
    done_url = "crm:stages"

    def perform(self, **answers):
        stages.create(at=self.request.now, on=self.request.today, by=self.request.user, **answers)


class StageDialog(Dialog):
    """A question about one stage."""

    permission_required = MANAGE
    changes = "stages"
    done_url = "crm:stages"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.stage = get_object_or_404(Stage, pk=kwargs["pk"])

    @property
    def subject(self):
        return self.stage.name

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class Edit(StageDialog):
    title = gettext_lazy("Edit")
    form_class = forms_selling.StageForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"stage": self.stage}

    def perform(self, **answers):
        stages.edit(self.stage.pk, **answers, **self.who)


class Archive(StageDialog):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the stage")
    danger = True

    def perform(self):
        stages.archive(self.stage.pk, **self.who)


class Restore(StageDialog):
    title = gettext_lazy("Restore")
    submit = gettext_lazy("Restore the stage")

    def perform(self):
        stages.restore(self.stage.pk, **self.who)

"""Which fields of the installation's own are asked for?"""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tms.ui.access import staff
from tms.ui.dialogs import Dialog

from .. import fields, forms
from ..models import CustomField

CHANGE = "tms.change_settings"


@staff(CHANGE)
def custom_fields(request):
    """All of them, in their order; for htmx the list alone."""
    every = list(CustomField.objects.order_by("position", "pk"))
    context = {
        "fields": [field for field in every if not field.archived_at],
        "archived": [field for field in every if field.archived_at],
    }
    template = "crm/_fields.html" if request.htmx else "crm/fields.html"
    return render(request, template, context)


@require_POST
@staff(CHANGE)
def move_field(request, pk):
    """Up or down among its neighbours."""
    get_object_or_404(CustomField, pk=pk)
    up = request.POST.get("to") == "up"
    fields.move(pk, up=up, at=request.now, on=request.today, by=request.user)
    return custom_fields(request) if request.htmx else redirect("crm:fields")


class Create(Dialog):
    title = gettext_lazy("Add custom field")
    submit = gettext_lazy("Add")
    permission_required = CHANGE
    form_class = forms.FieldForm
    changes = "fields"
    done_url = "crm:fields"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": None}

    def perform(self, **answers):
        fields.create(at=self.request.now, on=self.request.today, by=self.request.user, **answers)


class FieldDialog(Dialog):
    """A question about one field."""

    permission_required = CHANGE
    changes = "fields"
    done_url = "crm:fields"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.field = get_object_or_404(CustomField, pk=kwargs["pk"])

    @property
    def subject(self):
        return self.field.label

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class Edit(FieldDialog):
    title = gettext_lazy("Edit")
    form_class = forms.FieldForm

    def get_form_kwargs(self):
        # A copy, as the form writes what was typed into what it is given.
        return super().get_form_kwargs() | {"instance": CustomField.objects.get(pk=self.field.pk)}

    def perform(self, **answers):
        fields.edit(self.field.pk, **answers, **self.who)


class Archive(FieldDialog):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the field")
    danger = previews = True

    def perform(self):
        return fields.archive(self.field.pk, **self.who)


class Restore(FieldDialog):
    title = gettext_lazy("Restore")
    submit = gettext_lazy("Restore the field")

    def perform(self):
        fields.restore(self.field.pk, **self.who)

"""Control panel: Users and Roles, the roles."""

from django import forms
from django.contrib.auth.models import Group
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from tms.ui.access import staff
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form

from .. import roles as verbs
from ..permissions import areas, held_by, of_group, words_for

RIGHT = "tms.manage_users"


@staff(RIGHT)
def roles(request):
    """Every role with what it allows; the built-in ones first."""
    groups = (
        Group.objects.annotate(members=Count("user"))
        .prefetch_related("permissions__content_type")
        .order_by("name")
    )
    mine = held_by(request.user)
    built_in = list(verbs.ROLES)
    rows = []
    for group in groups:
        codes = of_group(group)
        own = group.name not in built_in
        rows.append(
            {
                "role": group,
                "name": verbs.shown(group.name),
                "own": own,
                "description": verbs.DESCRIPTIONS.get(group.name, ""),
                "areas": [
                    (area.label, words)
                    for area in areas()
                    if (words := words_for(codes & {right.code for right in area.rights}))
                ],
                "may_change": own and codes <= mine,
            }
        )
    rows.sort(key=lambda row: built_in.index(row["role"].name) if not row["own"] else 99)
    return render(request, "people/roles.html", {"rows": rows})


class RoleForm(Form):
    """A name, and boxes for what can be granted: not more than the asker holds."""

    name = forms.CharField(label=_("Name"), max_length=150)

    def __init__(self, *args, by, checked=frozenset(), **kwargs):
        super().__init__(*args, **kwargs)
        mine = held_by(by)
        for area in areas():
            choices = [(right.code, right.label) for right in area.rights if right.code in mine]
            if choices:
                self.fields[f"area_{area.key}"] = forms.MultipleChoiceField(
                    label=area.label,
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    initial=[code for code, _label in choices if code in checked],
                )

    def areas(self):
        """The bound fields of the areas, for the template."""
        return [field for field in self if field.name != "name"]

    def clean(self):
        answers = super().clean()
        chosen = {
            code for name in list(answers) if name.startswith("area_") for code in answers.pop(name)
        }
        answers["wanted"] = chosen
        return answers


class RoleDialog(Dialog):
    permission_required = RIGHT
    form_class = RoleForm
    changes = "roles"
    done_url = "people:roles"
    size = "wide"
    template_name = "people/role_dialog.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"by": self.request.user}

    def said(self):
        request = self.request
        return {"by": request.user, "at": request.now, "on": request.today}


class Create(RoleDialog):
    title = _("Create role")
    submit = _("Create the role")

    def perform(self, name, wanted):
        verbs.create(name, wanted, **self.said())


class Change(RoleDialog):
    title = _("Change role")
    submit = _("Change the role")

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.role = get_object_or_404(Group, pk=pk)
        self.subject = _("For everybody who has it, from their next click on.")

    def get_initial(self):
        return {"name": self.role.name}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"checked": of_group(self.role)}

    def perform(self, name, wanted):
        verbs.change(self.role.pk, name, wanted, **self.said())


class Remove(Dialog):
    title = _("Remove role")
    submit = _("Remove the role")
    permission_required = RIGHT
    form_class = Form
    danger = True
    previews = True
    changes = "roles"
    done_url = "people:roles"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.role = get_object_or_404(Group, pk=pk)
        self.subject = self.role.name

    def perform(self):
        request = self.request
        return verbs.remove(self.role.pk, by=request.user, at=request.now, on=request.today)

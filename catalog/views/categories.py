"""Control panel: the tree of categories."""

from django import forms
from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog import categories as verbs
from catalog.models import Category
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action

from .asked import CHANGE, LOOK, Of, Press, who
from .menus import grouped


class CategoryForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    parent = forms.TypedChoiceField(
        label=gettext_lazy("Under"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        nodes = verbs.tree()
        self.rows = {node.pk: node.category for node in nodes}
        top = [("", _("Nothing: at the top"))]
        self.fields["parent"].choices = top + [(node.pk, node.label) for node in nodes]

    def clean_parent(self):
        return self.rows.get(self.cleaned_data["parent"])


@require_GET
@staff(LOOK)
def categories(request):
    """The whole tree, with how many items are in each. Two queries."""
    items = dict(Category.items.through.objects.values_list("category").annotate(n=Count("item")))
    nodes = verbs.tree()
    beside: dict = {}
    for node in nodes:
        beside.setdefault(node.category.parent_id, []).append(node.pk)
    context = {
        "rows": [
            {
                "node": node,
                "items": items.get(node.pk, 0),
                "target": f"category-{node.pk}",
                "first": beside[node.category.parent_id][0] == node.pk,
                "last": beside[node.category.parent_id][-1] == node.pk,
                "menu": grouped(request, entries(node.pk)),
            }
            for node in nodes
        ],
        "create": create_action() if allowed(request.user, CHANGE) else None,
    }
    return render(request, "catalog/categories.html", context)


def create_action():
    url = reverse("catalog:create_category")
    return Action(_("Create Category"), url, "plus")


def entries(pk):
    def to(name, **more):
        return reverse(f"catalog:{name}", args=[pk], **more)

    below = f"{reverse('catalog:create_category')}?under={pk}"
    yield Action(_("Edit"), to("edit_category"), "pencil", permission=CHANGE)
    yield Action(_("Create one under it"), below, "plus", permission=CHANGE)
    yield LINE
    yield Action(_("Delete"), to("delete_category"), "trash-2", danger=True, permission=CHANGE)


class CreateCategory(Dialog):
    title = gettext_lazy("Create Category")
    submit = gettext_lazy("Create")
    permission_required = (LOOK, CHANGE)
    form_class = CategoryForm
    changes = "categories"
    done_url = "catalog:categories"

    def get_initial(self):
        return {"parent": self.request.GET.get("under", "")}

    def perform(self, **answers):
        verbs.create(**answers, **who(self.request))


class OfCategory(Of):
    rows = Category.objects
    permission_required = (LOOK, CHANGE)
    changes = "categories"
    done_url = "catalog:categories"


class EditCategory(OfCategory):
    title = gettext_lazy("Edit")
    form_class = CategoryForm

    def get_initial(self):
        return {"name": self.row.name, "parent": self.row.parent_id}

    def perform(self, **answers):
        verbs.edit(self.row, **answers, **self.who())


class MoveCategory(OfCategory, Press):
    """The up and down buttons press this at once; opened as a page, it asks."""

    title = submit = gettext_lazy("Move")

    def perform(self):
        verbs.move(self.row, by_one={"up": -1, "down": 1}[self.kwargs["way"]], **self.who())


class DeleteCategory(OfCategory, Press):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    danger = True

    def perform(self):
        verbs.delete(self.row, **self.who())

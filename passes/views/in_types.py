"""Which pass types include this course, path or event? The panel on its page, and adding it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Event, Item, ItemKind
from passes import including, training
from passes.forms.training import AddToTypesForm, EventTypesForm
from passes.training import in_words
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action
from tms.ui.sent import operation_of

LOOK, MANAGE = "passes.view_passes", "passes.manage_pass_types"


def item_panel(request, item) -> str:
    """The panel of a course or a path."""
    return panel(request, item, including.of_item(item), "item")


def event_panel(request, event) -> str:
    """The panel of an event: in by itself, or through its course."""
    return panel(request, event, including.of_event(event), "event")


def panel(request, subject, rows, which) -> str:
    context = {
        "rows": [row | particulars(row, subject) for row in rows],
        "here": reverse(f"passes:of_{which}", args=[subject.pk]),
        "add": reverse(f"passes:add_{which}", args=[subject.pk]),
        "manages": allowed(request.user, MANAGE),
    }
    return render_to_string("passes/types/_in_types.html", context, request=request)


def particulars(row, subject) -> dict:
    """By what it is in, and what can be done about it here: what a course brings, only there."""
    is_item = isinstance(subject, Item)
    own = is_item or row["event"] is not None
    if not is_item:
        by = _("This event") if own else _("Through its course")
    elif subject.kind == ItemKind.PATH:
        by = _("The whole path")
    else:
        by = in_words(row["event_types"]) or _("All events")
    where = [row["pass_type"]]
    url = reverse("passes:remove_training", args=where, query={"ids": row["pk"]})
    menu = [Action(_("Remove from this pass"), url, "x", danger=True)]
    if is_item and subject.kind == ItemKind.COURSE:
        url = reverse("passes:change_event_types", args=[*where, row["pk"]])
        menu.insert(0, Action(_("Change Events"), url, "pencil"))
    return {"by": by, "menu": [[each] for each in menu] if own else [], "target": f"in-{row['pk']}"}


@require_GET
@staff(LOOK)
def of_item(request, pk):
    item = get_object_or_404(Item, pk=pk)
    return whole_or_part(request, item_panel(request, item), item)


@require_GET
@staff(LOOK)
def of_event(request, pk):
    event = get_object_or_404(Event.objects.select_related("course"), pk=pk)
    return whole_or_part(request, event_panel(request, event), event)


def whole_or_part(request, html, subject):
    """The panel alone for htmx, else a page with it."""
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(html)
    else:
        response = render(
            request, "passes/types/in_types.html", {"panel": html, "subject": subject}
        )
    patch_vary_headers(response, ["HX-Request"])
    return response


class AddToTypes(Dialog):
    """Put an item or an event into pass types, from its own page."""

    title = gettext_lazy("Add to Pass Types")
    submit = gettext_lazy("Add to Pass Types")
    permission_required = MANAGE
    changes = "pass_types"
    form_class = AddToTypesForm

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.thing = self.found(pk)
        self.subject = str(self.thing)

    def get_form_kwargs(self):
        without = [row["pass_type"] for row in self.rows()]
        return super().get_form_kwargs() | {"without": without}

    def perform(self, pass_types, **chosen):
        for pass_type in sorted(pass_types, key=lambda each: each.pk):
            training.add(
                pass_type,
                **self.what(**chosen),
                at=self.request.now,
                on=self.request.today,
                by=self.request.user,
                operation=operation_of(self.request),
            )


class CourseToTypesForm(EventTypesForm, AddToTypesForm):
    field_order = ["pass_types", "event_types"]


class AddItem(AddToTypes):
    def found(self, pk):
        return get_object_or_404(Item, pk=pk)

    def rows(self):
        return including.of_item(self.thing)

    def get_form_class(self):
        return CourseToTypesForm if self.thing.kind == ItemKind.COURSE else AddToTypesForm

    def get_initial(self):
        every = EventTypesForm.base_fields["event_types"].choices
        return {"event_types": [value for value, _label in every]}

    def what(self, event_types=()):
        return {"items": [(self.thing.pk, event_types)]}

    def get_success_url(self):
        return self.back() or reverse("passes:of_item", args=[self.thing.pk])


class AddEvent(AddToTypes):
    def found(self, pk):
        return get_object_or_404(Event.objects.select_related("course"), pk=pk)

    def rows(self):
        return including.of_event(self.thing)

    def what(self):
        return {"events": [self.thing.pk]}

    def get_success_url(self):
        return self.back() or reverse("passes:of_event", args=[self.thing.pk])

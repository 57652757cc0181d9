"""The page of a course, and the page of a learning path."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from catalog import items, tables
from catalog.models import Item
from tms.ui.access import allowed, staff
from tms.ui.lists import Empty, ListPage

from .asked import CHANGE, LOOK
from .events import entries as event_entries
from .history import item_history
from .items import entries
from .menus import grouped
from .prices import prices_panel
from .steps import steps_panel


class EventsOfCourse(ListPage):
    """The events of one course, on its page."""

    permission_required = LOOK
    table, sort = tables.EventOfCourseTable, "-dates"
    values = ("state",)
    changes = "events"
    list_id = "events"

    def queryset(self):
        return tables.events(self.request.today).filter(course=self.kwargs["course"])

    def kind(self, row):
        return {"state": row["state"]}

    def menu(self, row):
        yield from event_entries(row["pk"], row["state"])

    def dim(self, row):
        return row["state"] in {"completed", "cancelled"}

    @property
    def empty(self):
        return Empty(_("No event yet"), _("An event is one run of the course: when, where, how."))


@require_GET
@staff(LOOK)
def course(request, pk):
    """What a course is, when it is taught, what it costs, and what other apps know of it."""
    item = get_object_or_404(Item.objects.courses(), pk=pk)
    listing = EventsOfCourse.at(request, course=item)
    context = record(request, item) | {
        "listing": listing,
        "create_event": reverse("catalog:create_event_of", args=[pk]),
    }
    response = listing.answer() or render(request, "catalog/course.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_GET
@staff(LOOK)
def path(request, pk):
    """What a learning path is, which steps it has, what it costs."""
    item = get_object_or_404(Item.objects.paths(), pk=pk)
    context = record(request, item) | {"steps": steps_panel(request, item)}
    return render(request, "catalog/path.html", context)


def record(request, item) -> dict:
    """What the pages of courses and paths have in common."""
    may_change = allowed(request.user, CHANGE)
    publishable = may_change and items.may("publish", item.status)
    return {
        "item": item,
        "changed": "item:changed",
        "categories": item.categories.order_by("position", "name"),
        "texts": [
            (label, text)
            for label, text in (
                (_("Description"), item.description),
                (_("Objectives"), item.objectives),
                (_("Prerequisites"), item.prerequisites),
            )
            if text
        ],
        "may_change": may_change,
        "edit": reverse("catalog:edit_item", args=[item.pk]),
        "publish": reverse("catalog:publish_item", args=[item.pk]) if publishable else "",
        "why": items.why_not_published(item) if publishable else "",
        "menu": grouped(request, entries(item.pk, item.status, looking=False)),
        "prices": prices_panel(request, item),
        "history": item_history(request, item),
    }

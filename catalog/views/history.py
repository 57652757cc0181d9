"""What happened to a course, a path or an event? The panel on its page, and all of it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from catalog.models import Event, Item
from tms.ui import timeline
from tms.ui.access import staff

from .asked import LOOK

CHANGES = ("prices", "steps", "sessions")


def item_history(request, item, *, panel=True) -> str:
    return drawn(request, item, "item", panel)


def event_history(request, event, *, panel=True) -> str:
    return drawn(request, event, "event", panel)


def drawn(request, subject, kind, panel):
    """The facts about the subject and about its prices, newest first."""
    return timeline.draw(
        request,
        [timeline.about(kind, subject.pk), timeline.about("priced", subject.priced_id)],
        url=reverse(f"catalog:{kind}_history", args=[subject.pk]),
        changes=CHANGES,
        panel=panel,
        recorded=f"model=catalog.{kind}&record={subject.pk}",
    )


@require_GET
@staff(LOOK)
def of_item(request, pk):
    item = get_object_or_404(Item, pk=pk)
    here = reverse(f"catalog:{item.kind}", args=[pk])
    return answer(request, item, item_history, here, item.title)


@require_GET
@staff(LOOK)
def of_event(request, pk):
    event = get_object_or_404(Event.objects.select_related("course"), pk=pk)
    here = reverse("catalog:event", args=[pk])
    return answer(request, event, event_history, here, event.course.title)


def answer(request, subject, draw, here, name):
    """The panel alone when something has changed, a page of it for htmx, or the whole page."""
    if request.htmx and not request.htmx.history_restore_request:
        return HttpResponse(draw(request, subject, panel="panel" in request.GET))
    context = {"history": draw(request, subject, panel=False), "name": name, "here": here}
    return render(request, "catalog/history.html", context)

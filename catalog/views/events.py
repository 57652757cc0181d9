"""Events: their list, the page of one, and what is done with one."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from catalog import events, tables
from catalog.filters import EventFilter
from catalog.forms.event import (
    CancelEventForm,
    CreateEventForm,
    DuplicateEventForm,
    EventForm,
    begin_with,
)
from catalog.models import Event, EventState, EventType, Item
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog
from tms.ui.lists import LINE, Action, Empty, ListPage

from .asked import CHANGE, LOOK, Of, Press, who
from .history import event_history
from .menus import grouped
from .prices import prices_panel
from .sessions import sessions_panel

CREDIT = "crm.credit_invoices"
OVER = {EventState.COMPLETED, EventState.CANCELLED}


class Events(ListPage):
    title = gettext_lazy("Events")
    permission_required = LOOK
    table, filterset, sort = tables.EventTable, EventFilter, "-dates"
    values = ("state",)
    keeps = True
    changes = "events"
    export_name = "events"
    empty = Empty(
        gettext_lazy("No event yet"),
        gettext_lazy("An event is one run of a course: when, where, how."),
    )

    def queryset(self):
        return tables.events(self.request.today).all()

    def actions(self):
        url = reverse("catalog:create_event")
        yield Action(_("Create Event"), url, "plus", permission=CHANGE)
        yield Action(_("Calendar"), reverse("catalog:calendar"), "calendar", dialog=False)

    def kind(self, row):
        return {"state": row["state"]}

    def menu(self, row):
        yield from entries(row["pk"], row["state"])

    def dim(self, row):
        return row["state"] in OVER

    def name_of(self, row):
        return f"{row['course__title']}, {tables.dates_of(row)}"


def entries(pk, state, *, looking=True):
    """The menu of an event, in lists and on its page."""

    def to(name):
        return reverse(f"catalog:{name}", args=[pk])

    if looking and events.may("edit", state):
        yield Action(_("Edit"), to("edit_event"), "pencil", permission=CHANGE)
    if looking and events.may("open", state):
        yield Action(pgettext("do", "Open"), to("open_event"), "check", permission=CHANGE)
    yield Action(_("Duplicate"), to("duplicate_event"), "copy", permission=CHANGE)
    if events.may("withdraw", state):
        yield Action(_("Make it a draft"), to("withdraw_event"), "undo-2", permission=CHANGE)
    yield LINE
    if events.may("cancel", state):
        yield Action(_("Cancel event"), to("cancel_event"), "ban", danger=True, permission=CHANGE)
    yield Action(_("Delete"), to("delete_event"), "trash-2", danger=True, permission=CHANGE)


@require_GET
@staff(LOOK)
def event(request, pk):
    """What an event is, when it meets, what it costs, and what other apps know of it."""
    row = get_object_or_404(Event.objects.select_related("course"), pk=pk)
    state = row.status_on(request.today)
    may_change = allowed(request.user, CHANGE)
    context = {
        "event": row,
        "changed": "event:changed",
        "state": state,
        "is_lms": row.type == EventType.LMS,
        "has_content": row.type != EventType.CLASSROOM,
        "seats": tables.seats_of({"taken": row.taken, "capacity": row.capacity}),
        "dates": tables.dates_of(
            {"first_on": row.first_on, "last_on": row.last_on, "type": row.type}
        ),
        "edit": may_change and events.may("edit", state) and address(row, "edit_event"),
        "open": may_change and events.may("open", state) and address(row, "open_event"),
        "menu": grouped(request, entries(pk, state, looking=False)),
        "sessions": sessions_panel(request, row),
        "prices": prices_panel(request, row),
        "history": event_history(request, row),
    }
    context["why"] = events.why_not_opened(row, request.today) if context["open"] else ""
    return render(request, "catalog/event.html", context)


def address(row, name="event") -> str:
    return reverse(f"catalog:{name}", args=[row.pk])


class CreateEvent(Dialog):
    title = gettext_lazy("Create Event")
    submit = gettext_lazy("Create")
    permission_required = (LOOK, CHANGE)
    form_class = CreateEventForm
    template_name = "catalog/event_dialog.html"

    def perform(self, course, **answers):
        return address(events.create(course, **answers, **who(self.request)))


class CreateEventOf(CreateEvent):
    """The same on a course's page."""

    form_class = EventForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.course = get_object_or_404(Item.objects.courses(), pk=kwargs["pk"])

    @property
    def subject(self):
        return self.course.title

    def perform(self, **answers):
        return super().perform(self.course, **answers)


class OfEvent(Of):
    rows = Event.objects.select_related("course")
    permission_required = (LOOK, CHANGE)
    changes = ("events", "event")

    @property
    def subject(self):
        row = self.row
        told = {"first_on": row.first_on, "last_on": row.last_on, "type": row.type}
        return f"{row.course.title}, {tables.dates_of(told)}"

    def get_success_url(self):
        return self.back() or address(self.row)


class EditEvent(OfEvent):
    title = gettext_lazy("Edit")
    form_class = EventForm
    template_name = "catalog/event_dialog.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = self.row

    def get_initial(self):
        return begin_with(self.row)

    def perform(self, **answers):
        events.edit(self.row, **answers, **self.who())


class DuplicateEvent(OfEvent):
    title = submit = gettext_lazy("Duplicate")
    form_class = DuplicateEventForm

    def get_form_kwargs(self):
        has_sessions = self.row.first_on is not None
        return super().get_form_kwargs() | {"has_sessions": has_sessions}

    def get_initial(self):
        return {"first_on": self.row.first_on, "code": self.row.code}

    def perform(self, **answers):
        return address(events.duplicate(self.row, **answers, **self.who()))


class CancelEvent(OfEvent):
    """One previewed action: what becomes of every place, of what was paid, and of who waits."""

    title = gettext_lazy("Cancel event")
    submit = gettext_lazy("Cancel the event")
    form_class = CancelEventForm
    danger = previews = True
    changes = ("registrations", "events", "event", "tokens")

    def get_form_kwargs(self):
        others = Event.objects.bookable_on(self.request.today).exclude(type=EventType.LMS)
        dates = others.filter(course=self.row.course_id).exclude(pk=self.row.pk)
        return super().get_form_kwargs() | {
            "dates": list(dates.select_related("course").order_by("first_on", "pk")[:100]),
            "may_credit": allowed(self.request.user, CREDIT),
            "today": self.request.today,
        }

    def perform(self, **answers):
        return events.cancel(self.row, **answers, **self.who())


class PressEvent(OfEvent, Press):
    pass


class OpenEvent(PressEvent):
    title = submit = pgettext_lazy("do", "Open")
    sentence = gettext_lazy("From now on people can register, as far as there are places.")

    def perform(self):
        events.open_(self.row, **self.who())


class WithdrawEvent(PressEvent):
    title = submit = gettext_lazy("Make it a draft")
    sentence = gettext_lazy("Nobody can register until it is opened again.")

    def perform(self):
        events.withdraw(self.row, **self.who())


class DeleteEvent(PressEvent):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    sentence = gettext_lazy("It goes for good, with its sessions and prices.")
    danger = True

    def perform(self):
        events.delete(self.row, **self.who())
        return reverse("catalog:events")

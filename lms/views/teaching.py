"""What do instructors see in the LMS? Their events, who takes part, and who was there."""

import django_filters
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalog.filters import of_courses_called
from catalog.models import Event, EventState
from catalog.sessions import wall_of
from tms.days import day_short
from tms.ui import filters, tables
from tms.ui.access import learner
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action, Empty, ListPage
from tms.ui.sent import operation_of

from .. import attendance, offering, taught
from ..forms import CancelForm
from ..models import Registration
from ..tables import attendance as attended_words
from ..tables import contact_name
from .learning import _learner


def teacher(request):
    """The instructor who asks. Raises PermissionDenied for everybody else, on every request."""
    contact = _learner(request)
    if not contact.is_instructor:
        raise PermissionDenied(_("This page is for instructors. Ask staff to mark you as one."))
    return contact


def event_of(request, pk) -> Event:
    """One of their events; another one isn't there."""
    return get_object_or_404(taught.events_of(teacher(request)).select_related("course"), pk=pk)


class EventTable(tables.Table):
    title = tables.Link(
        "lms:my_event", accessor="course__title", main=True, verbose_name=gettext_lazy("Event")
    )
    first_on = tables.Day(sort="sort_on", verbose_name=gettext_lazy("First day"))
    last_on = tables.Day(verbose_name=gettext_lazy("Last day"))
    place = tables.Column(verbose_name=gettext_lazy("Place"))
    people = tables.Number(verbose_name=gettext_lazy("Participants"))
    state = tables.Status(EventState.choices, verbose_name=gettext_lazy("Status"))


class EventFilter(filters.FilterSet):
    q = django_filters.CharFilter(method="called", label=gettext_lazy("Course"), max_length=200)

    class Meta(filters.FilterSet.Meta):
        model = Event
        fields = ()

    def called(self, rows, name, value):
        for word in value.replace("\x00", "").split()[:8]:
            rows = rows.filter(of_courses_called(word))
        return rows


class MyTeaching(ListPage):
    """Their events that aren't over, the next one first."""

    title = gettext_lazy("My Teaching")
    audience, site = "learner", "learner.html"
    template_name = "lms/teaching/list.html"
    is_past = False
    table, filterset, sort = EventTable, EventFilter, "first_on"
    empty = Empty(
        gettext_lazy("No events ahead"),
        gettext_lazy("Events that you are chosen to teach stand here."),
    )

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.contact = teacher(request)

    def of(self, events):
        return taught.upcoming(events, self.request.today)

    def queryset(self):
        events = self.of(taught.events_of(self.contact))
        return taught.with_people(events).with_status(self.request.today)

    def context(self, listing):
        return super().context(listing) | {"is_past": self.is_past}


class PastTeaching(MyTeaching):
    """Those that are over, the last one first."""

    is_past = True
    sort = "-first_on"
    empty = Empty(gettext_lazy("No past events"))

    def of(self, events):
        return taught.past(events, self.request.today)


class ParticipantTable(tables.Table):
    """No more of anybody than who they are, and whether they were there."""

    contact = tables.Column(
        draw=contact_name,
        main=True,
        needs=("contact__first_name", "contact__last_name", "contact__email"),
        verbose_name=gettext_lazy("Participant"),
    )
    account = tables.Column(accessor="account__name", verbose_name=gettext_lazy("Account"))
    attended = tables.Column(
        draw=attended_words, needs=("attended",), verbose_name=gettext_lazy("Attendance")
    )


class ParticipantFilter(filters.FilterSet):
    q = filters.Search(field_name="contact__name_key", placeholder=gettext_lazy("Participant"))

    class Meta(filters.FilterSet.Meta):
        model = Registration
        fields = ()


class Participants(ListPage):
    """Who takes part in an event of theirs; it may be asked for alone."""

    title = gettext_lazy("Participants")
    audience, site = "learner", "learner.html"
    table, filterset, sort = ParticipantTable, ParticipantFilter, "pk"
    changes = "registrations"
    list_id = "participants"
    empty = Empty(gettext_lazy("Nobody is registered yet"))

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.event = event_of(request, kwargs["event_id"])

    def queryset(self):
        return taught.participants(self.event)

    def name_of(self, row):
        return contact_name(row)

    @cached_property
    def begun(self) -> bool:
        return self.event.first_on is not None and self.event.first_on <= self.request.today

    def bulk(self):
        if self.begun:
            marking = page_of("lms:call_roll", self.event.pk)
            yield Action(_("Mark attended"), marking, "user-check")
            yield Action(_("Mark not there"), f"{marking}?not=1", "user-x")


@learner
@require_safe
def my_event(request, event_id):
    """One of their events: when and where it meets, and who takes part."""
    listing = Participants.at(request, event_id=event_id)
    event = listing.page.event
    context = {
        "event": event,
        "when": offering.when(event),
        "state": EventState(event.status_on(request.today)),
        "sessions": list(event.sessions.order_by("starts_at", "id")),
        "begun": listing.page.begun,
        "listing": listing,
    }
    return listing.answer() or render(request, "lms/teaching/event.html", context)


@learner
@require_safe
def attendance_list(request, event_id):
    """To print: everybody by name, with a box for each day to sign in."""
    event = event_of(request, event_id)
    sessions = list(event.sessions.all())
    days = dict.fromkeys(wall_of(each)[0].date() for each in sessions)
    people = [
        {"name": contact_name(row), "account": row["account__name"]}
        for row in taught.by_name(event)
    ]
    context = {
        "event": event,
        "when": offering.when(event),
        "days": [day_short(each) for each in days],
        "people": people,
        "more": len(people) == taught.PRINTED,
        "who": ", ".join(dict.fromkeys(each.taught_by for each in sessions if each.taught_by)),
    }
    return render(request, "lms/teaching/attendance_list.html", context)


class CallRoll(Dialog):
    """Who was there: those that were ticked in the event's list, by the verb that staff have."""

    audience = "learner"
    form_class = CancelForm
    changes = "registrations"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.event = event_of(request, kwargs["event_id"])

    @cached_property
    def ids(self):
        rows = Participants.selected(self.request, event_id=self.event.pk)
        return list(rows.values_list("pk", flat=True))

    @property
    def there(self):
        return "not" not in self.request.GET

    @property
    def title(self):
        return _("Mark attended") if self.there else _("Mark not there")

    @property
    def submit(self):
        return self.title

    @property
    def subject(self):
        people = ngettext("%(count)d learner", "%(count)d learners", len(self.ids))
        return f"{self.event.choice_label}: {people % {'count': len(self.ids)}}"

    def perform(self):
        attendance.mark_attended(
            self.ids,
            self.there,
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
            operation=operation_of(self.request),
        )

    def get_success_url(self):
        return self.back() or reverse("lms:my_event", args=[self.event.pk])

"""The sessions of an event: a section of its page, and what is done there."""

import zoneinfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog import sessions as verbs
from catalog.forms.event import Telling, ToldSessionForm, meeting_of, session_values
from catalog.models import Event, EventStatus, EventType, Session
from tms import days
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import Action

from .asked import CHANGE, LOOK, Of, Press, who


def sessions_panel(request, event) -> str:
    """The section `Sessions` of an event's page; none for an LMS event. One query."""
    if event.type == EventType.LMS:
        return ""
    context = {
        "event": event,
        "rows": [row(session, request.zone) for session in event.sessions.all()],
        "may_change": allowed(request.user, CHANGE) and event.status != EventStatus.CANCELLED,
        "here": page_of("catalog:sessions", event.pk),
        "add": page_of("catalog:add_session", event.pk),
    }
    return render_to_string("catalog/_sessions.html", context, request=request)


def row(session, zone) -> dict:
    """A session as the section writes it: in its own zone, which is named where it is another."""
    starts, ends = verbs.wall_of(session)
    until = f"{ends:%H:%M}"
    if ends.date() != starts.date():
        until = f"{days.day_short(ends.date())}, {until}"
    here = session.starts_at.astimezone(zoneinfo.ZoneInfo(zone))
    elsewhere = (
        here.utcoffset()
        != session.starts_at.astimezone(zoneinfo.ZoneInfo(session.time_zone)).utcoffset()
    )
    return {
        "session": session,
        "target": f"session-{session.pk}",
        "day": starts.date(),
        "times": f"{starts:%H:%M} – {until}",
        "zone": session.time_zone.replace("_", " ") if elsewhere else "",
        "menu": [
            [
                Action(_("Edit"), page_of("catalog:edit_session", session.pk), "pencil"),
                Action(
                    _("Choose instructors"),
                    page_of("crm:choose_instructors", session.pk),
                    "user-check",
                ),
            ],
            [
                Action(
                    _("Remove"),
                    page_of("catalog:remove_session", session.pk),
                    "trash-2",
                    danger=True,
                )
            ],
        ],
    }


@require_GET
@staff(LOOK)
def sessions(request, pk):
    """The section alone, when a session has changed."""
    return HttpResponse(sessions_panel(request, get_object_or_404(Event, pk=pk)))


class AddSession(Dialog):
    title = submit = gettext_lazy("Add Session")
    permission_required = (LOOK, CHANGE)
    form_class = ToldSessionForm
    template_name = "catalog/session_dialog.html"
    changes = ("sessions", "event", "events")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.event = get_object_or_404(Event.objects.select_related("course"), pk=kwargs["pk"])
        # One more session touches nobody but who has a place.
        self.previews = self.event.taken > 0

    @property
    def subject(self):
        return self.event.course.title

    def get_form_kwargs(self):
        asked = {"event": self.event, "today": self.request.today}
        return super().get_form_kwargs() | asked

    def get_initial(self):
        """Like the last session, a day later; else in the installation's zone."""
        last = self.event.sessions.last()
        if last is None:
            return {"time_zone": self.request.zone, "place": self.event.place}
        values = session_values(last)
        return values | {"day": values["day"] + verbs.LONGEST, "ends_on": None}

    def perform(self, **answers):
        added = verbs.add_session(self.event, **meeting_of(answers), **who(self.request))
        return added.consequences

    def get_success_url(self):
        return self.back() or page_of("catalog:event", self.event.pk)


class OfSession(Of):
    rows = Session.objects.select_related("event__course")
    permission_required = (LOOK, CHANGE)
    changes = ("sessions", "event", "events")

    @property
    def subject(self):
        told = row(self.row, self.request.zone)
        return f"{self.row.event.course.title}, {days.day_text(told['day'])}, {told['times']}"

    def get_form_kwargs(self):
        asked = {"event": self.row.event, "today": self.request.today}
        return super().get_form_kwargs() | asked

    def get_success_url(self):
        return self.back() or page_of("catalog:event", self.row.event_id)


class EditSession(OfSession):
    title = gettext_lazy("Edit")
    form_class = ToldSessionForm
    template_name = "catalog/session_dialog.html"
    previews = True

    def get_initial(self):
        return session_values(self.row)

    def perform(self, **answers):
        return verbs.edit_session(self.row, **meeting_of(answers), **self.who())


class RemoveSession(OfSession, Press):
    form_class = Telling
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the session")
    sentence = gettext_lazy("The first and the last day of the event follow from what is left.")
    danger = previews = True

    def perform(self, **answers):
        return verbs.remove_session(self.row, **answers, **self.who())

"""Who was there, and who is through? Staff mark it."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Event

from .. import attendance
from ..forms import CancelForm
from .managing import Managing
from .registrations import OfEvent


class Marking(Managing):
    """About the rows that were ticked in an event's list, or the one whose menu it is."""

    form_class = CancelForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        events = Event.objects.select_related("course")
        self.event = get_object_or_404(events, pk=kwargs["event_id"])

    @cached_property
    def ids(self):
        rows = OfEvent.selected(self.request, event_id=self.event.pk)
        return list(rows.filter(cancelled_at=None).values_list("pk", flat=True))

    @property
    def subject(self):
        people = ngettext("%(count)d learner", "%(count)d learners", len(self.ids))
        return f"{self.event.choice_label}: {people % {'count': len(self.ids)}}"


class MarkAttended(Marking):
    @property
    def there(self):
        return "not" not in self.request.GET

    @property
    def title(self):
        return _("Mark attended") if self.there else _("Mark not there")

    @property
    def submit(self):
        return self.title

    def perform(self):
        attendance.mark_attended(self.ids, self.there, **self.who)


class MarkCompleted(Marking):
    title = gettext_lazy("Mark complete")
    submit = gettext_lazy("Mark complete")

    def perform(self):
        attendance.mark_completed(self.ids, **self.who)

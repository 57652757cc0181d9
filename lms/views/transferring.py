"""Staff move a place to another date of its course."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Event, EventType

from .. import transferring
from ..forms_selling import MovePlaceForm
from ..models import Registration
from .managing import Managing


class Transfer(Managing):
    """What was paid moves with it; the learner is written to."""

    title = gettext_lazy("Move to another date")
    submit = gettext_lazy("Move the place")
    form_class = MovePlaceForm
    template_name = "crm/while_open.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Registration.objects.select_related("contact", "event__course")
        self.registration = self.versioned = get_object_or_404(
            rows, pk=kwargs["pk"], event__isnull=False
        )

    @property
    def subject(self):
        return f"{self.registration.contact.name}, {self.registration.event.choice_label}"

    def get_form_kwargs(self):
        """The other dates of its course that have a seat and aren't over."""
        rows = Event.objects.open().with_seats().exclude(type=EventType.LMS)
        rows = rows.filter(course=self.registration.event.course_id)
        rows = rows.exclude(last_on__lt=self.request.today).exclude(pk=self.registration.event_id)
        return super().get_form_kwargs() | {"dates": list(rows.order_by("first_on", "pk"))}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not context["form"].fields["event"].choices:
            sentence = _("%(title)s has no other date that is to be had. Open one first.")
            context["refused"] = sentence % {"title": self.registration.event.course.title}
        return context

    def perform(self, *, event):
        transferring.transfer(
            self.registration.pk, event=event, version=self.registration.version, **self.who
        )

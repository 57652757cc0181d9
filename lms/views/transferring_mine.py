"""A learner moves their own place to another date of its course."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Event, EventType
from tms.ui.dialogs import Done

from .. import transferring
from ..forms_selling import MovePlaceForm
from ..models import Registration
from .booking import LearnerDialog, by


class TransferMine(LearnerDialog):
    """What was paid moves along; what it would take is shown first."""

    title = gettext_lazy("Move to another date")
    submit = gettext_lazy("Move my place")
    never_mind = gettext_lazy("Keep it")
    form_class = MovePlaceForm
    changes = "registrations"
    previews = True

    @cached_property
    def registration(self):
        rows = Registration.objects.select_related("event__course", "path", "unit")
        found = {"pk": self.kwargs["pk"], "contact": self.who.contact, "event__isnull": False}
        return get_object_or_404(rows, **found)

    @property
    def subject(self):
        return self.registration.event.choice_label

    def get_form_kwargs(self):
        """The other dates that can be booked and have a seat."""
        here = self.registration.event_id
        rows = Event.objects.bookable_on(self.request.today).with_seats()
        rows = rows.filter(course=self.registration.event.course_id).exclude(type=EventType.LMS)
        rows = rows.exclude(pk=here)
        if self.request.method == "POST":
            # Pressed twice it is there by now.
            rows |= Event.objects.filter(pk=here)
        return super().get_form_kwargs() | {"dates": list(rows.order_by("first_on", "pk"))}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        site = self.request.organisation
        why = transferring.why_not_by_learner(
            self.registration,
            whom=site.contact_email,
            may=site.learners_transfer,
            on=self.request.today,
        )
        if not why and not context["form"].fields["event"].choices:
            why = _("There is no other date that can be booked now.")
        return context | {"refused": why} if why else context

    def perform(self, *, event):
        told = transferring.transfer_by_learner(
            self.registration.pk,
            self.who.contact,
            event=event,
            whom=self.request.organisation.contact_email,
            **by(self.request),
        )
        return Done(
            goes_to=reverse("lms:registration", args=[self.registration.pk]),
            consequences=told,
            says=_("Your place is on the other date now."),
        )

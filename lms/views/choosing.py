"""Whoever the office moved to another date says otherwise, by the link in the letter."""

from django import forms
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from catalog.models import Event
from tms.days import day_text
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form

from .. import cancelling, choice_links, transferring
from ..forms import DateField
from .booking import by

GIVE_UP = "none"


class ChooseForm(Form):
    """One of `dates`, or none of them: the place is given up."""

    answer = forms.ChoiceField(label=gettext_lazy("Instead of this date"), widget=forms.RadioSelect)

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [
            *((str(each.pk), DateField.words(each)) for each in dates),
            (GIVE_UP, _("I give the place up")),
        ]


@method_decorator(never_cache, name="dispatch")
class ChooseByLink(Dialog):
    """The signed address says whose place it is, whoever is signed in in this browser.

    Only a POST changes anything: mail scanners follow links.
    """

    audience = "anyone"
    title = gettext_lazy("Does the new date suit you?")
    submit = gettext_lazy("Choose this")
    form_class = ChooseForm
    previews = True
    site = "learner.html"
    template_name = "lms/choose_by_link.html"

    def dispatch(self, request, *args, **kwargs):
        if self.place is None:
            return render(request, "lms/choice_over.html", status=404)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def place(self):
        return choice_links.place_of(self.kwargs["token"], self.request.today)

    @property
    def as_page(self) -> bool:
        return True

    @property
    def subject(self):
        return self.place.event.choice_label

    @property
    def until(self):
        return day_text(self.place.choose_until)

    def get_form_kwargs(self):
        dates = choice_links.dates(self.place, self.request.today)
        return super().get_form_kwargs() | {"dates": dates}

    def perform(self, *, answer):
        place, who = self.place, by(self.request) | {"by": None}
        if answer == GIVE_UP:
            told = cancelling.cancel_by_learner(place.pk, place.contact, **who).consequences
            says = _("Your place is given up.")
        else:
            # One of those that the form offered; gone or full meanwhile, the verb says so.
            event = Event.objects.get(pk=answer)
            told = transferring.transfer_by_learner(place.pk, place.contact, event=event, **who)
            says = _("Your place is on the other date now.")
        return Done(
            goes_to=reverse("lms:item", args=[place.event.course.slug]),
            consequences=told,
            says=says,
        )

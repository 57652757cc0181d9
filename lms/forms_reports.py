"""What do the reports on training ask: in which time, of which training, of which account?"""

from django.db.models import F
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.choosing import OPTIONS, courses_matching
from catalog.models import Event, Item
from crm.choosing import account_field
from tms.ui.asked import Period
from tms.ui.combobox import ComboboxField

from . import reports
from .forms import events_matching, items_matching


class OfItem(Period):
    """A period, one course, one learning path or all training, one account or all of them."""

    course = ComboboxField(
        Item.objects.courses(),
        url=OPTIONS,
        find=courses_matching,
        label=gettext_lazy("Course"),
        required=False,
    )
    path = ComboboxField(
        Item.objects.paths(),
        url=reverse_lazy("lms:report_paths"),
        find=items_matching,
        label=gettext_lazy("Learning path"),
        required=False,
    )
    account = account_field(label=gettext_lazy("Account"), required=False)
    # Is a path counted as one, and none of its parts beside it?
    paths_as_one = True

    def clean(self):
        answers = super().clean()
        of_a_part = answers.get("course") or answers.get("event")
        if self.paths_as_one and answers.get("path") and of_a_part:
            said = _(
                "The parts of a learning path are counted with the path. Choose the path, or "
                "a course or an event without it."
            )
            self.add_error("path", said)
        return answers

    @property
    def asked(self) -> reports.Asked:
        answers = self.cleaned_data
        chosen = {n: answers[n] for n in ("course", "path", "event", "account") if n in answers}
        return reports.Asked(
            starts=self.granules,
            zone=self.zone,
            **self.days,
            **{name: each.pk if each else None for name, each in chosen.items()},
        )


class OfTraining(OfItem):
    """Besides one event, where places are counted."""

    event = ComboboxField(
        Event.objects.select_related("course").order_by(F("first_on").desc(nulls_last=True), "-pk"),
        url=reverse_lazy("lms:report_events"),
        find=events_matching,
        label=gettext_lazy("Event"),
        required=False,
    )

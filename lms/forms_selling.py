"""What is asked when places are sold, and when somebody is named for one?"""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from catalog.models import Event, Item
from crm.choosing import contact_field
from crm.forms_interest import InterestForm
from crm.models import Contact
from tms.ui.combobox import ComboboxField
from tms.ui.forms import Form

from .forms import DateField, items_matching

LATER = "later"


def seats_words(event: Event) -> str:
    """3 seats left, Full, or that there is no maximum."""
    left = event.seats_left
    if left is None:
        return _("any number of seats")
    if not left:
        return _("full")
    return ngettext("%(count)d seat left", "%(count)d seats left", left) % {"count": left}


class SoldDateField(forms.ChoiceField):
    """One of some events, each with its free seats; or that the date is to be agreed: None."""

    def __init__(self, dates, **kwargs):
        self.dates = {str(event.pk): event for event in dates}
        choices = [
            (pk, f"{DateField.words(event)} ({seats_words(event)})")
            for pk, event in self.dates.items()
        ]
        choices.append((LATER, _("Date to be agreed")))
        super().__init__(label=pgettext("of an event", "Date"), choices=choices, **kwargs)

    def clean(self, value):
        return self.dates.get(super().clean(value))


class CourseInterestForm(InterestForm):
    """A course, and one of its dates."""

    item = ComboboxField(
        Item.objects.courses().published(),
        url=reverse_lazy("lms:sold_courses"),
        find=items_matching,
        label=gettext_lazy("Course"),
    )
    event = forms.ChoiceField()
    field_order = ["item", "event"]

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"] = SoldDateField(dates)
        self.fields["contacts"].help_text = _(
            "By name: they are registered when it is won. For the rest of the quantity places are "
            "held, and filled later."
        )
        if kept := self.initial.get("item"):
            self.fields["item"].queryset |= Item.objects.courses().filter(
                pk=getattr(kept, "pk", kept)
            )


class PathInterestForm(InterestForm):
    """A learning path."""

    item = ComboboxField(
        Item.objects.paths().published(),
        url=reverse_lazy("lms:sold_paths"),
        find=items_matching,
        label=gettext_lazy("Learning path"),
    )
    field_order = ["item"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if kept := self.initial.get("item"):
            self.fields["item"].queryset |= Item.objects.paths().filter(
                pk=getattr(kept, "pk", kept)
            )


class NameParticipantForm(Form):
    """Who gets a place that was held; on which of `dates`, where that was to be agreed."""

    contact = contact_field(label=gettext_lazy("Participant"))
    tell = forms.BooleanField(
        label=gettext_lazy("Send them the confirmation by email"), required=False, initial=True
    )
    field_order = ["contact", "event", "tell"]

    def __init__(self, *args, account, dates, **kwargs):
        super().__init__(*args, **kwargs)
        who = self.fields["contact"]
        who.queryset = Contact.objects.living().of_account(account.pk)
        who.widget.url = f"{who.widget.url}?account={account.pk}"
        who.help_text = _("A contact of %(account)s.") % {"account": account}
        if dates is not None:
            self.fields["event"] = DateField(dates)
            self.order_fields(self.field_order)


class MovePlaceForm(Form):
    """Which of `dates` a place that nobody has is to be on."""

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"] = DateField(dates)


class ReleasePlaceForm(Form):
    """Giving up a place that nobody has; `back` is what was paid for it in tokens, in words."""

    give_back = forms.BooleanField(required=False, initial=True)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("It stands in the history."),
    )

    def __init__(self, *args, back="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["give_back"].label = _("Give back %(tokens)s") % {"tokens": back}
        if not back:
            del self.fields["give_back"]

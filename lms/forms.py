"""What is asked of learners and of staff, in forms."""

from django import forms
from django.db.models import Q, Value
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from catalog.models import Event, Item
from crm.choosing import contact_field
from tms.text import Fold
from tms.ui.combobox import ComboboxField
from tms.ui.forms import Form

from .offering import when


class AskForm(Form):
    """What goes with a request."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What whoever answers should know: what for, until when."),
    )


class AskPassForm(AskForm):
    """Which option, where there are several, and a note."""

    field_order = ["option", "note"]

    def __init__(self, *args, options, **kwargs):
        super().__init__(*args, **kwargs)
        if len(options) > 1:
            known = {str(each.pk): each for each in options}
            self.fields["option"] = forms.TypedChoiceField(
                label=_("Option"),
                choices=[("", _("Any")), *((pk, each.name) for pk, each in known.items())],
                coerce=known.get,
                empty_value=None,
                required=False,
            )
            self.order_fields(self.field_order)


class AskPlaceForm(AskForm):
    """Which date, where there are any, and a note."""

    field_order = ["event", "note"]

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        if dates:
            self.fields["event"] = DateField(dates)
            self.order_fields(self.field_order)


class DateField(forms.TypedChoiceField):
    """One of some events, by when and where they are."""

    def __init__(self, dates, **kwargs):
        self.dates = {str(event.pk): event for event in dates}
        choices = [(pk, self.words(event)) for pk, event in self.dates.items()]
        if len(choices) > 1:
            choices.insert(0, ("", _("Choose a date")))
        super().__init__(
            label=pgettext("of an event", "Date"),
            choices=choices,
            coerce=self.dates.get,
            empty_value=None,
            **kwargs,
        )

    @staticmethod
    def words(event) -> str:
        return ", ".join(filter(None, [when(event), event.place, event.code]))


class CancelForm(Form):
    """Nothing is asked: what follows is shown."""


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("It stands in the history."),
    )


def events_matching(events, text: str):
    """Those of the events whose course, code or place has every word."""
    for word in text.replace("\x00", "").split()[:8]:
        said = Fold(Value(word))
        events = events.filter(
            Q(search_text__contains=said) | Q(course__search_text__contains=said)
        )
    return events


def items_matching(items, text: str):
    """Those of the courses or paths that have every word in title, code or summary."""
    for word in text.replace("\x00", "").split()[:8]:
        items = items.filter(search_text__contains=Fold(Value(word)))
    return items.order_by("title_key", "pk")


class CancelPlaceForm(ReasonForm):
    """Giving up somebody's place; `back` is what was paid for it in tokens, in words.

    `billed`: the invoice over this place alone, where it may be credited too.
    `until`: the last day of a fresh issue, where that may be given instead of what would be
    written off at once (False: it may not).
    """

    give_back = forms.BooleanField(required=False, initial=True)
    credit = forms.BooleanField(required=False, initial=True)
    fresh = forms.BooleanField(
        label=gettext_lazy("Give a fresh issue for what is written off at once"), required=False
    )
    fresh_until = forms.DateField(
        label=gettext_lazy("The fresh issue expires on"),
        required=False,
        help_text=gettext_lazy("Empty: it never expires."),
    )
    field_order = ["give_back", "credit", "fresh", "fresh_until", "reason"]

    def __init__(self, *args, back="", billed=None, until=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credit"].label = _("Credit %(invoice)s") % {"invoice": billed}
        if not billed:
            del self.fields["credit"]
        self.fields["give_back"].label = _("Give back %(tokens)s") % {"tokens": back}
        if until is False or not back:
            del self.fields["fresh"], self.fields["fresh_until"]
        else:
            self.fields["fresh_until"].initial = until
        if not back:
            del self.fields["give_back"]


class PaymentField(forms.ChoiceField):
    """How a place is paid for; who says nothing gives it."""

    def clean(self, value):
        return super().clean(value or "staff")


class GivePlaceForm(ReasonForm):
    """A place that staff give, or that tokens of an account pay for.

    `units` are the token types that the place has a price in, and that the colleague may redeem;
    `billed`: may they have it billed?
    """

    pay = PaymentField(label=gettext_lazy("Payment"), initial="staff")
    tell = forms.BooleanField(
        label=gettext_lazy("Send them the confirmation by email"), required=False, initial=True
    )

    def __init__(self, *args, units=(), billed=False, **kwargs):
        super().__init__(*args, **kwargs)
        by_invoice = [("invoice", _("By invoice"))] if billed else []
        self.fields["pay"].choices = [
            ("staff", _("By staff: nothing is paid")),
            ("free", _("Free")),
            *by_invoice,
            *((f"unit-{unit.pk}", _("Tokens: %(type)s") % {"type": unit}) for unit in units),
        ]


class RegisterOnEventForm(GivePlaceForm):
    contact = contact_field(label=gettext_lazy("Contact"))
    field_order = ["contact", "pay", "reason", "tell"]


class WhoForm(Form):
    """About whom it is asked."""

    contact = contact_field(label=gettext_lazy("Contact"))


class RegisterContactForm(GivePlaceForm):
    """One of both: an event, or a path."""

    event = ComboboxField(
        Event.objects.open().select_related("course").order_by("first_on", "pk"),
        url=reverse_lazy("lms:event_options"),
        find=events_matching,
        required=False,
        label=gettext_lazy("Event"),
    )
    path = ComboboxField(
        Item.objects.paths().published(),
        url=reverse_lazy("lms:path_options"),
        find=items_matching,
        required=False,
        label=gettext_lazy("Learning path"),
    )
    field_order = ["event", "path", "pay", "reason", "tell"]

    def clean(self):
        given = super().clean()
        if not self.errors and bool(given.get("event")) == bool(given.get("path")):
            raise forms.ValidationError(_("Choose an event, or a learning path."))
        return given


class GrantPlaceForm(Form):
    """On which date, where it isn't a path; and a line for the learner."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The learner reads it."),
    )
    field_order = ["event", "answer"]

    def __init__(self, *args, dates, **kwargs):
        super().__init__(*args, **kwargs)
        if dates is not None:
            self.fields["event"] = DateField(dates)
            self.order_fields(self.field_order)


class DeclineForm(Form):
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The learner reads it: why not, and what to do instead."),
    )

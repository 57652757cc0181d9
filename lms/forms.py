"""What is asked of learners and of staff, in forms."""

from django import forms
from django.db.models import Q, Value
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Event, Item
from crm.choosing import contact_field
from tms.days import day_text
from tms.text import Fold
from tms.ui.combobox import ComboboxField
from tms.ui.forms import Form

from . import catalogue
from .catalogue import Facets, Question
from .offering import when
from .regions import Shown


class Choice(forms.ChoiceField):
    """One of some; what isn't one of them is nothing, as addresses grow old."""

    def __init__(self, label, **more):
        super().__init__(label=label, required=False, **more)

    def clean(self, value):
        return value if self.valid_value(value or "") else ""


class CatalogueForm(Form):
    """The filters of the catalogue; the address of the page is its state."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            {"type": "search", "placeholder": gettext_lazy("Title, topic, skill")}
        ),
    )
    # At the top right of the page, outside of the form that it belongs to.
    training_pass = Choice(
        gettext_lazy("Training Pass"), widget=forms.Select({"form": "catalogue-filters"})
    )
    category = Choice(gettext_lazy("Category"))
    type = Choice(
        gettext_lazy("Type"), choices=[("", gettext_lazy("Every type")), *catalogue.TYPES]
    )
    when = Choice(gettext_lazy("When"), choices=[("", gettext_lazy("Any time")), *catalogue.WHEN])
    place = Choice(gettext_lazy("Place"))
    price = Choice(gettext_lazy("Price"))
    sort = Choice(gettext_lazy("Sort by"), choices=catalogue.SORTS)
    view = Choice("", choices=[("grid", ""), ("list", "")])
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def __init__(self, data, facets: Facets, shown: Shown):
        super().__init__(data)
        fields = self.fields
        fields["category"].choices = [("", _("Every category")), *facets.categories]
        fields["place"].choices = [
            ("", _("Every place")),
            *((each, each) for each in facets.places),
        ]
        fields["price"].choices = [("", _("Any price")), *prices(shown)] if shown.region else []
        fields["training_pass"].choices = passes(facets)
        self.pass_ids = {slug: pk for slug, _name, pk, _until in facets.passes}
        # A question with a single answer is none.
        for name in ("category", "place", "price", "training_pass"):
            if len(fields[name].choices) < 2:
                del fields[name]

    def question(self) -> Question:
        self.is_valid()
        asked = self.cleaned_data
        return Question(
            q=asked.get("q", ""),
            category=asked.get("category", ""),
            type=asked["type"],
            when=asked["when"],
            place=asked.get("place", ""),
            price=asked.get("price", ""),
            pass_type=self.pass_ids.get(asked.get("training_pass", "")),
            sort=asked["sort"] or "best",
            page=asked.get("page") or 1,
        )

    @property
    def address(self) -> dict[str, str]:
        """What the address of the page says, without what is the same as nothing said."""
        given = {name: self.cleaned_data.get(name) for name in self.fields}
        given |= {"sort": "" if given["sort"] == "best" else given["sort"]}
        given |= {"view": "" if given["view"] == "grid" else given["view"]}
        given |= {"page": "" if (given["page"] or 1) == 1 else given["page"]}
        return {name: str(value) for name, value in given.items() if value}


def prices(shown: Shown):
    """Free, up to some amounts in the region's currency, or in tokens."""
    amounts = [
        (str(amount), _("Up to %(amount)d %(currency)s") % {"amount": amount, "currency": code})
        for amount in catalogue.AMOUNTS
        if (code := shown.currency)
    ]
    return [catalogue.PRICES[0], *amounts, catalogue.PRICES[1]]


def passes(facets: Facets):
    """Those held first, with their last day, then those on offer; nothing without any."""
    held = [
        (slug, _("%(name)s, yours until %(day)s") % {"name": name, "day": day_text(until)})
        for slug, name, _pk, until in facets.passes
        if until
    ]
    offered = [(slug, name) for slug, name, _pk, until in facets.passes if not until]
    groups = [(_("Yours"), held), (_("On offer"), offered)]
    if not facets.passes:
        return []
    return [("", _("Any, or none")), *(group for group in groups if group[1])]


class AskForm(Form):
    """What goes with a request."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What whoever answers should know: what for, until when."),
    )


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
            label=_("Date"), choices=choices, coerce=self.dates.get, empty_value=None, **kwargs
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


class GivePlaceForm(ReasonForm):
    """A place that staff give."""

    tell = forms.BooleanField(
        label=gettext_lazy("Send them the confirmation by email"), required=False, initial=True
    )


class RegisterOnEventForm(GivePlaceForm):
    contact = contact_field(label=gettext_lazy("Contact"))
    field_order = ["contact", "reason", "tell"]


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
    field_order = ["event", "path", "reason", "tell"]

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

"""How is a list narrowed? django-filter's sets, with our form, and filters that lists share."""

import django_filters
from django import forms
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from tms.text import Fold

from .forms import DayInput, Form

# The empty choice, unless a filter names its own ("Every status").
EVERYTHING = _("All")


class FilterForm(Form):
    """The form of a list's filters. Its ids aren't those of a dialog over the list."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="filter_%s", **kwargs)


class FilterSet(django_filters.FilterSet):
    """Derive from this one: its form has native inputs."""

    class Meta:
        form = FilterForm


class Search(django_filters.CharFilter):
    """The search field of a list: every word, anywhere in `field_name`, without case and accents.

    The column is folded by the database already (`search_text`), or `fold=True` folds it now.
    """

    def __init__(self, *args, placeholder="", fold=False, **kwargs):
        kwargs.setdefault("label", _("Search"))
        kwargs.setdefault("widget", forms.TextInput({"type": "search", "placeholder": placeholder}))
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)
        self.fold = fold

    def filter(self, qs, value):
        name = self.field_name
        if value and self.fold:
            qs, name = qs.annotate(searched=Fold(name)), "searched"
        for word in (value or "").split()[:8]:
            qs = qs.filter(**{f"{name}__contains": Fold(Value(word))})
        return qs


class DayRangeWidget(forms.MultiWidget):
    """From and to, as two native days: `name_from` and `name_to` in the address."""

    template_name = "ui/day_range.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        parts = {
            "from": DayInput({"aria-label": _("from")}),
            "to": DayInput({"aria-label": _("to")}),
        }
        super().__init__(parts, attrs)

    def decompress(self, value):
        return [value.start, value.stop] if value else [None, None]


class DayRangeField(forms.MultiValueField):
    widget = DayRangeWidget

    def __init__(self, **kwargs):
        kwargs.pop("max_length", None)
        super().__init__(
            fields=(forms.DateField(required=False), forms.DateField(required=False)),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, values):
        first, last = values or (None, None)
        if first and last and first > last:
            raise forms.ValidationError(_("The first day is after the last."))
        return slice(first, last) if first or last else None


class DayRange(django_filters.Filter):
    """Days from … to …, both included, on `field_name`; or `method(queryset, name, slice)`."""

    field_class = DayRangeField

    def filter(self, qs, value):
        if not value:
            return qs
        if value.start:
            qs = qs.filter(**{f"{self.field_name}__gte": value.start})
        if value.stop:
            qs = qs.filter(**{f"{self.field_name}__lte": value.stop})
        return qs


class Choice(django_filters.ChoiceFilter):
    """One of some choices; `every` names the empty one ("Every status")."""

    def __init__(self, *args, every=EVERYTHING, **kwargs):
        super().__init__(*args, empty_label=every, **kwargs)


class Of(django_filters.ModelChoiceFilter):
    """One row of a short list ("Every type")."""

    def __init__(self, *args, every=EVERYTHING, **kwargs):
        super().__init__(*args, empty_label=every, **kwargs)

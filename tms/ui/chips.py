"""Which filters are on? One chip each, in words, with an address that drops it."""

from django import forms
from django.utils.translation import gettext as _

from tms import days

from .address import names_in


def chips(listing):
    """(label, words, address without it) for every filter that narrows the list."""
    if listing.filters is None:
        return []
    found = []
    form = listing.filters.form
    form.is_valid()
    for bound in form:
        value = form.cleaned_data.get(bound.name)
        if value in (None, "", [], False) or (hasattr(value, "exists") and not value):
            continue
        without = listing.address(**dict.fromkeys(names_in(bound), ""))
        found.append((bound.label, words(bound.field, value), without))
    return found


def words(field, value) -> str:
    """A filter's value as people say it."""
    if value is True:
        return _("yes")
    if isinstance(value, slice):
        if value.start and value.stop:
            return _("%(first)s to %(last)s") % {
                "first": days.day_short(value.start), "last": days.day_short(value.stop)
            }  # fmt: skip
        if value.start:
            return _("from %(day)s") % {"day": days.day_short(value.start)}
        return _("until %(day)s") % {"day": days.day_short(value.stop)}
    if isinstance(field, forms.DateField):
        return days.day_short(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(str(each) for each in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        labels = {str(key): str(label) for key, label in flat(field.choices)}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in chosen)
    return str(value)


def flat(choices):
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label

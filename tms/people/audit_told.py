"""How is a row of the audit trail said? What it is about, which fields, before and after."""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from tms import days, recording
from tms.ui.timeline import value

# Rows that join two things have no name of their own.
JOINS = {
    "auth.group_permissions": gettext_lazy("right of a role"),
    "tms.user_groups": gettext_lazy("role of a user"),
    "tms.user_user_permissions": gettext_lazy("right of a user"),
    "catalog.item_categories": gettext_lazy("category of an item"),
    "catalog.region_currencies": gettext_lazy("currency of a region"),
}


def kinds() -> list[tuple[str, str]]:
    """What is recorded, as choices, by name."""
    labels = [model._meta.label_lower for model in recording.recorded()]
    return sorted([(label, noun(label)) for label in labels], key=lambda pair: pair[1])


def noun(label: str) -> str:
    """What a model is called: "Pass type". One that is no longer there keeps its label."""
    if label in JOINS:
        return capfirst(str(JOINS[label]))
    model = model_of(label)
    return called(model._meta) if model else label


def called(named) -> str:
    """What a model or a field is called, in the reader's language; see tms.translations."""
    return capfirst(gettext(str(named.verbose_name)))


def model_of(label: str):
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def fields(row) -> list[tuple[str, str, str]]:
    """(what the field is called, before, after) of each column that the row tells of."""
    known = fields_of(model_of(row.model))
    order = {column: place for place, column in enumerate(known)}
    keys = sorted({**row.before, **row.after}, key=lambda key: (order.get(key, 99), key))
    return [
        (
            called(known[key]) if key in known else key,
            said(known.get(key), row.before.get(key)),
            said(known.get(key), row.after.get(key)),
        )
        for key in keys
    ]


def said(field, given) -> str:
    """A value as people read it: days and moments as days and moments, choices in their words."""
    if isinstance(given, str) and isinstance(field, models.DateField):
        try:
            read = field.to_python(given)
        except ValidationError:  # it was erased
            return given
        is_moment = isinstance(field, models.DateTimeField)
        return days.moment(read) if is_moment else days.day_text(read)
    choices = dict(field.flatchoices) if field else {}
    return str(choices[given]) if isinstance(given, str) and given in choices else value(given)


def columns(model) -> dict[str, str]:
    """What the columns of a model are called, in their order."""
    return {column: called(field) for column, field in fields_of(model).items()}


def fields_of(model) -> dict:
    return {field.column: field for field in model._meta.concrete_fields} if model else {}


def record_of(row) -> tuple[str, str]:
    """What the record is called today and its page; ("", "") once it is gone. One query."""
    model = model_of(row.model)
    found = model._base_manager.filter(pk=row.record).first() if model else None
    if found is None or row.model in JOINS:
        return "", ""
    if row.model == "tms.user":
        return str(found), reverse("people:user", args=[found.pk]) if found.is_staff else ""
    url = found.get_absolute_url() if hasattr(found, "get_absolute_url") else ""
    return str(found), url

"""How are forms written and drawn? Native inputs, label above, help, error in place.

Every form of the product derives from `Form` or `ModelForm` here. `Renderer`, which the settings
name, draws `{{ form }}` with our template, `{{ field.as_field_group }}` and the native controls in
Python.
"""

import dataclasses
import functools

from django import forms
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tms import scanning
from tms.refusals import Refusal

from . import widgets
from .questions import question


class Renderer(TemplatesSetting):
    """Our templates first, Django's for the widgets that we leave alone."""

    form_template_name = "ui/form.html"
    field_template_name = "a question"

    def render(self, template_name, context, request=None):
        if template_name == self.field_template_name:
            return question(context["field"])
        draw = widgets.DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


class DayInput(forms.DateInput):
    """A native date input: ISO within in every language, shown the reader's way by the browser."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A native date and time, in the installation's zone."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class LongSelect(forms.Select):
    """A list of very many choices that are the same on every page: its options are kept."""

    def kept(self):
        return kept(self.choices.func, get_language())

    def render(self, name, value, attrs=None, renderer=None):
        options = self.kept().options
        for each in self.format_value(value):
            tag = f'<option value="{conditional_escape(each)}"'
            options = options.replace(f"{tag}>", f"{tag} selected>", 1)
        asked = widgets.attributes({"name": name, **self.build_attrs(self.attrs, attrs)})
        return mark_safe(f"<select{asked}>{options}</select>")

    def use_required_attribute(self, initial):
        return self.kept().may_be_required


class LongChoiceField(forms.ChoiceField):
    """One of very many choices (time zones, countries), which a function gives.

    They may differ by the reader's language and by nothing else: a process keeps them.
    """

    widget = LongSelect

    def valid_value(self, value):
        return str(value) in self.widget.kept().values


@dataclasses.dataclass(frozen=True)
class Kept:
    options: str
    values: frozenset[str]
    may_be_required: bool


@functools.cache
def kept(choices, language) -> Kept:
    """What is known of a function's choices in the language that is used now."""
    select = forms.Select(choices=choices)
    drawn = select.get_context("", "none of them", {})["widget"]
    values = {str(each["value"]) for _name, group, _index in drawn["optgroups"] for each in group}
    return Kept(widgets.options(drawn), frozenset(values), select.use_required_attribute(None))


class AtOnce(ModelChoiceIterator):
    """The rows as choices by one statement: Django takes a cursor of the server, which is three."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.queryset.all())


REQUIRED = forms.Field.default_error_messages["required"]
NEEDED = _("This needs an answer.")

NATIVE = {
    forms.DateInput: DayInput,
    forms.DateTimeInput: MomentInput,
    forms.TimeInput: TimeInput,
}


def made_native(field) -> None:
    """Give the field the control that the browser has for it, or that we write faster."""
    widget = field.widget
    if type(widget) is forms.Select:
        field.widget = widgets.Select(widget.attrs, widget.choices)
    elif native := NATIVE.get(type(widget)):
        field.widget = native(widget.attrs)
    field.widget.is_required = field.required


class Native:
    """What our forms have in common: native inputs, and labels without a colon."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = NEEDED
            if getattr(field, "iterator", None) is ModelChoiceIterator:
                field.iterator = AtOnce
                field.widget.choices = field.choices
            made_native(field)
            if isinstance(field, forms.DateTimeField):
                field.input_formats = [*field.input_formats, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            if isinstance(field, forms.FileField):
                field.validators.append(without_viruses)


def without_viruses(file) -> None:
    """The scanner's word on an upload, at its field."""
    try:
        scanning.check(file)
    except Refusal as no:
        raise forms.ValidationError(str(no)) from no


class Form(Native, forms.Form):
    pass


class ModelForm(Native, forms.ModelForm):
    pass

"""How are forms written and drawn? Native inputs, label above, help, error in place.

Every form of the product derives from `Form` or `ModelForm` here. `Renderer` (settings.FORM_RENDERER)
draws `{{ form }}` and `{{ field.as_field_group }}` with our templates.
"""

from django import forms
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Our templates first, Django's for the widgets that we leave alone."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


class DayInput(forms.DateInput):
    """A native date input: its value is ISO in every language, the browser shows it the reader's way."""

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


NATIVE = {
    forms.DateInput: DayInput,
    forms.DateTimeInput: MomentInput,
    forms.TimeInput: TimeInput,
}


class Native:
    """What our forms have in common: native inputs, and labels without a colon."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            native = NATIVE.get(type(field.widget))
            if native:
                field.widget = native(field.widget.attrs)
                field.widget.is_required = field.required
            if isinstance(field, forms.DateTimeField):
                field.input_formats = [*field.input_formats, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class Form(Native, forms.Form):
    pass


class ModelForm(Native, forms.ModelForm):
    pass

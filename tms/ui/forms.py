"""How are forms written and drawn? Native inputs, label above, help, error in place.

Every form of the product derives from `Form` or `ModelForm` here. `Renderer`, which the settings
name, draws `{{ form }}` and `{{ field.as_field_group }}` with our templates.
"""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from . import widgets


class Renderer(TemplatesSetting):
    """Our templates first, Django's for the widgets that we leave alone."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"

    def render(self, template_name, context, request=None):
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


REQUIRED = forms.Field.default_error_messages["required"]
NEEDED = _("This needs an answer.")

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
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = NEEDED
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

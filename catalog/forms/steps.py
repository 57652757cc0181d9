"""What is asked about the steps of a learning path."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.choosing import courses_field
from tms.ui.forms import Form


class StepForm(Form):
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        initial=True,
        help_text=_("The path is complete once all required steps are."),
    )
    locked_until_before = forms.BooleanField(
        label=_("Locked until the step before is complete"), required=False
    )


class AddStepsForm(StepForm):
    courses = courses_field(
        label=_("Courses"), help_text=_("They are added at the end, in this order.")
    )
    field_order = ["courses", "required", "locked_until_before"]

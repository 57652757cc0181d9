"""What is asked about a pass type and about an option?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from passes.models import PeriodUnit
from tms.ui.forms import Form


class TypeForm(Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Learners see it."))
    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        help_text=_("A short one, for staff. No other pass type has it."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What it is for and what it opens. Learners may see it."),
    )


class OptionForm(Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For example Annual."))
    period = forms.IntegerField(
        label=_("Period"),
        min_value=1,
        help_text=_("A whole number: 1 to 3650 days, or 1 to 120 months."),
    )
    period_unit = forms.ChoiceField(label=_("Unit"), choices=PeriodUnit.choices, initial="months")

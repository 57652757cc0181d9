"""What is asked about tokens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui.forms import Form

from ..models import TokenType


class TypeForm(Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("Shown wherever a price is, with its number: 3 Gold."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Printed on invoices, under the line that sells tokens of this type."),
    )
    period = forms.IntegerField(
        label=_("Redemption Period"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty: tokens never expire. It counts for what is issued from now on."),
        error_messages={"min_value": _("At least 1. Leave it empty if it never ends.")},
    )
    period_unit = forms.ChoiceField(
        label=_("Counted in"), choices=TokenType._meta.get_field("period_unit").choices
    )

"""What is asked about a pack of tokens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tms.ui.forms import Form

from ..models import PeriodUnit, TokenType


class PackForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As learners read it: Team pack.")
    )
    units = forms.IntegerField(
        label=_("Number of tokens"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("What is sold from now on; what was bought stays as it was."),
    )
    period = forms.IntegerField(
        label=_("Redemption Period"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty: as the token type says."),
    )
    period_unit = forms.ChoiceField(label=_("Counted in"), choices=PeriodUnit.choices)
    position = forms.IntegerField(
        label=_("Order"),
        initial=0,
        min_value=0,
        max_value=10_000,
        help_text=_("The smallest number stands first where they are sold."),
    )


class NewPackForm(PackForm):
    token_type = forms.ModelChoiceField(
        TokenType.objects.filter(unit__archived_at=None)
        .select_related("unit")
        .order_by("unit__label"),
        label=_("Token type"),
        empty_label=None,
    )
    field_order = ("token_type", "name", "units", "period", "period_unit", "position")

"""What is asked about a price: region, method and unit, amount, tax level, days.

Its cleaned data are the answers that `catalog.pricing.set_price` takes. Draw it with
`catalog/price_dialog.html`. Whatever has prices uses this one form.
"""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Region, TaxLevel, Unit, UnitKind
from tms.ui.forms import Form


class PriceForm(Form):
    """`PriceForm(..., price=price)` begins with the values of a price, archived ones included."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), empty_label=None)
    method = forms.ChoiceField(
        label=_("Pricing Method"), choices=UnitKind.choices, widget=forms.RadioSelect
    )
    currency = forms.ModelChoiceField(Unit.objects.none(), label=_("Currency"), empty_label=None)
    token = forms.ModelChoiceField(Unit.objects.none(), label=_("Token type"), empty_label=None)
    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Net. Zero is shown as Free."),
        widget=forms.NumberInput({"step": "any", "min": "0", "inputmode": "decimal"}),
        error_messages={"invalid": _("Type a number, like 490 or 490.50.")},
    )
    tax_level = forms.ModelChoiceField(
        TaxLevel.objects.none(),
        label=_("Tax level"),
        required=False,
        empty_label=_("The region's"),
    )
    valid_from = forms.DateField(label=_("Valid from"), required=False)
    valid_to = forms.DateField(
        label=_("Valid to"), required=False, help_text=_("The last day it is valid.")
    )

    def __init__(self, *args, price=None, **kwargs):
        kwargs["initial"] = self.begin_with(price) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

        def offered(rows, pk):
            return rows.filter(Q(archived_at=None) | Q(pk=pk))

        units = offered(Unit.objects.order_by("label"), price and price.unit_id)
        fields = self.fields
        fields["region"].queryset = offered(Region.objects.all(), price and price.region_id)
        fields["currency"].queryset = units.filter(kind=UnitKind.CURRENCY).order_by("code")
        fields["token"].queryset = units.filter(kind=UnitKind.TOKEN)
        # The unit that the method doesn't ask for may be missing, where there is none of its kind.
        method = self.data.get(self.add_prefix("method")) if self.is_bound else None
        for kind in UnitKind.values:
            fields[kind].required = method in (None, kind)
        fields["tax_level"].queryset = offered(TaxLevel.objects.all(), price and price.tax_level_id)

    @staticmethod
    def begin_with(price) -> dict:
        if price is None:
            region = Region.objects.filter(is_default=True).first()
            currency = region and region.currencies.filter(archived_at=None).order_by("code")
            return {
                "region": region,
                "method": UnitKind.CURRENCY,
                "currency": currency and currency.first(),
            }
        kind = UnitKind(price.unit.kind)
        return {
            "region": price.region_id,
            "method": kind,
            kind.value: price.unit_id,
            "amount": f"{price.amount.normalize():f}",
            "tax_level": price.tax_level_id,
            "valid_from": price.valid_from,
            "valid_to": price.valid_to,
        }

    def clean(self):
        answers = super().clean()
        method = answers.pop("method", None)
        units = {kind: answers.pop(kind, None) for kind in UnitKind.values}
        return answers | {"unit": units.get(method)}

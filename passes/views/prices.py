"""The prices of a pass option: added, edited, removed."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.forms.price import PriceForm
from catalog.models import Price
from catalog.money import written_or_free
from passes import option_prices
from tms.ui.forms import Form

from .options import OptionDialog


class AddPrice(OptionDialog):
    title = submit = gettext_lazy("Add Price")
    form_class = PriceForm
    template_name = "catalog/price_dialog.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = None  # a price is no part of the option's version

    def who(self):
        who = super().who()
        return {each: who[each] for each in ("at", "on", "by")}

    def perform(self, **answers):
        option_prices.add(self.option, **answers, **self.who())


class PriceDialog(AddPrice):
    """A dialog about one price of an option."""

    def setup(self, request, *args, pk, price, **kwargs):
        super().setup(request, *args, pk=pk, price=price, **kwargs)
        rows = Price.objects.select_related("region", "unit", "tax_level")
        self.price = get_object_or_404(rows, pk=price, priced=self.option.priced_id)


class EditPrice(PriceDialog):
    title = gettext_lazy("Edit Price")
    submit = gettext_lazy("Save")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"price": self.price}

    def perform(self, **answers):
        option_prices.edit(self.option, self.price, **answers, **self.who())


class RemovePrice(PriceDialog):
    title = gettext_lazy("Remove Price")
    submit = gettext_lazy("Remove the price")
    danger = True
    form_class = Form
    template_name = "passes/types/confirm.html"

    def says(self):
        price = written_or_free(self.price.amount, self.price.unit)
        return _("%(price)s in %(region)s. What was sold at this price stays as it was sold.") % {
            "price": price,
            "region": self.price.region.name,
        }

    def perform(self):
        option_prices.remove(self.option, self.price, **self.who())

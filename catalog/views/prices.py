"""The prices of a course, a path or an event: a section of its page, and what is done there."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog import pricing
from catalog.forms.price import PriceForm
from catalog.models import Event, Item, Price, UnitKind
from catalog.money import written_or_free
from catalog.price_rules import span
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Action

from .asked import LOOK, PRICES, who


def owner_of(priced_id: int):
    """The item or event that has these prices; anything else has its own pages."""
    owner = (
        Item.objects.filter(priced_id=priced_id).first()
        or Event.objects.filter(priced_id=priced_id).select_related("course").first()
    )
    if owner is None:
        raise Http404
    return owner


def prices_panel(request, owner) -> str:
    """The section `Prices` of an item's or event's page. One query.

    An event shows its course's prices too, for the regions in which it has none of its own.
    """
    own = owner.priced_id
    courses = owner.course.priced_id if isinstance(owner, Event) else None
    prices = list(
        Price.objects.filter(priced_id__in=[own, courses])
        .select_related("region", "unit", "tax_level")
        .order_by("region__name", "unit__kind", "unit__code", "valid_from", "pk")
    )
    today = request.today
    with_own = {
        price.region_id for price in prices if price.priced_id == own and in_force_on(price, today)
    }
    context = {
        "owner": owner,
        "prices": [row(price, today) for price in prices if price.priced_id == own],
        "inherited": [
            row(price, today)
            for price in prices
            if price.priced_id == courses
            and in_force_on(price, today)
            and price.region_id not in with_own
        ],
        "is_event": courses is not None,
        "may_change": allowed(request.user, PRICES),
        "here": page_of("catalog:prices", own),
        "add": page_of("catalog:add_price", own),
    }
    return render_to_string("catalog/_prices.html", context, request=request)


def in_force_on(price, day) -> bool:
    return (price.valid_from is None or price.valid_from <= day) and (
        price.valid_to is None or price.valid_to >= day
    )


def row(price, today) -> dict:
    """A price as the section writes it, with its menu."""
    words = written_or_free(price.amount, price.unit)
    taxed = price.amount and price.unit.kind == UnitKind.CURRENCY
    return {
        "price": price,
        "words": words,
        "target": f"price-{price.pk}",
        "name": f"{price.region.name}, {words}",
        "tax": str(price.tax_level) if taxed else "",
        "days": span(price) if price.valid_from or price.valid_to else "",
        "over": price.valid_to is not None and price.valid_to < today,
        "menu": [
            [Action(_("Edit"), page_of("catalog:edit_price", price.pk), "pencil")],
            [
                Action(
                    _("Remove"),
                    page_of("catalog:remove_price", price.pk),
                    "trash-2",
                    danger=True,
                )
            ],
        ],
    }


@require_GET
@staff(LOOK)
def prices(request, priced_id):
    """The section alone, when a price has changed."""
    return HttpResponse(prices_panel(request, owner_of(priced_id)))


class AddPrice(Dialog):
    title = gettext_lazy("Add Price")
    submit = gettext_lazy("Add Price")
    permission_required = (LOOK, PRICES)
    form_class = PriceForm
    template_name = "catalog/price_dialog.html"
    changes = "prices"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.owner = owner_of(kwargs["priced_id"])

    @property
    def subject(self):
        return str(self.owner)

    def perform(self, **answers):
        pricing.set_price(self.owner.priced, **answers, **who(self.request))

    def get_success_url(self):
        return self.back() or address_of(self.owner)


class OfPrice(AddPrice):
    def setup(self, request, *args, pk, **kwargs):
        self.price = get_object_or_404(
            Price.objects.select_related("region", "unit", "tax_level"), pk=pk
        )
        super().setup(request, *args, priced_id=self.price.priced_id, **kwargs)


class EditPrice(OfPrice):
    title = gettext_lazy("Edit")
    submit = gettext_lazy("Save")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"price": self.price}

    def perform(self, **answers):
        pricing.edit_price(self.price, **answers, **who(self.request))


class RemovePrice(OfPrice):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the price")
    danger = True
    form_class = Form
    template_name = "catalog/press.html"
    sentence = gettext_lazy("What was sold at this price stays as it was sold.")

    @property
    def subject(self):
        return f"{self.owner}: {row(self.price, self.request.today)['name']}"

    def perform(self):
        pricing.remove_price(self.price, keep_last=False, **who(self.request))


def address_of(owner) -> str:
    """The page of an item or an event."""
    if isinstance(owner, Event):
        return page_of("catalog:event", owner.pk)
    return reverse(f"catalog:{owner.kind}", args=[owner.pk])

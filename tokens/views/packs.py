"""Control panel: Training Tokens, the packs that are sold online, and their prices."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.forms.price import PriceForm
from catalog.models import Price
from catalog.views import prices as catalog_prices
from tms.ui import timeline
from tms.ui.access import staff
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage
from tms.ui.sent import operation_of

from .. import packs
from ..filters import PackFilter
from ..forms.packs import NewPackForm, PackForm
from ..models import TokenPack
from ..tables_packs import PackTable, lasts
from .types import MANAGE

ROWS = TokenPack.objects.select_related("token_type__unit", "priced")


class Packs(ListPage):
    title = gettext_lazy("Token packs")
    crumbs = (
        (gettext_lazy("Control panel"), reverse_lazy("control_panel")),
        (gettext_lazy("Training Tokens"), reverse_lazy("tokens:types")),
    )
    permission_required = MANAGE
    table, filterset, sort = PackTable, PackFilter, "position"
    values = ("archived_at",)
    changes = "token-packs"
    template_name = "tokens/packs.html"
    empty = Empty(
        gettext_lazy("No token pack yet"),
        gettext_lazy("A pack is a number of tokens that learners buy online, at one price."),
    )

    def queryset(self):
        return TokenPack.objects.all()

    def actions(self):
        yield Action(_("Create Token Pack"), reverse("tokens:create_pack"), "plus")

    def dim(self, row):
        return row["archived_at"] is not None

    def menu(self, row):
        def to(verb):
            return reverse(f"tokens:{verb}_pack", args=[row["pk"]])

        yield Action(_("Edit"), to("edit"), "pencil")
        yield LINE
        if row["archived_at"] is None:
            yield Action(_("Archive"), to("archive"), "archive", danger=True)
        else:
            yield Action(_("Restore"), to("restore"), "archive-restore")


@require_GET
@staff(MANAGE)
def pack(request, pk):
    """One pack: what it is, its prices, its history."""
    found = get_object_or_404(ROWS, pk=pk)
    context = {
        "pack": found,
        "lasts": lasts(found),
        "prices": prices_panel(found, request),
        "history": timeline.draw(
            request,
            [timeline.about("token_pack", pk), timeline.about("priced", found.priced_id)],
            url=reverse("tokens:pack_history", args=[pk]),
            here=("token_pack", pk, found.name),
            recorded=f"model=tokens.tokenpack&record={pk}",
        ),
    }
    return render(request, "tokens/pack.html", context)


@require_GET
@staff(MANAGE)
def pack_history(request, pk):
    """Everything that happened to it, by pages."""
    found = get_object_or_404(ROWS, pk=pk)
    section = timeline.draw(
        request,
        [timeline.about("token_pack", pk), timeline.about("priced", found.priced_id)],
        url=request.path,
        here=("token_pack", pk, found.name),
        panel=False,
        recorded=f"model=tokens.tokenpack&record={pk}",
    )
    context = {"history": section, "name": found.name, "here": reverse("tokens:pack", args=[pk])}
    return render(request, "catalog/history.html", context)


def prices_panel(found: TokenPack, request) -> str:
    """The section `Prices`, as items have it. One query."""
    rows = Price.objects.filter(priced=found.priced_id).select_related(
        "region", "unit", "tax_level"
    )
    prices = [
        catalog_prices.row(each, request.today)
        | {
            "menu": [
                [Action(_("Edit"), address("edit_pack_price", found, each), "pencil")],
                [
                    Action(
                        _("Remove"),
                        address("remove_pack_price", found, each),
                        "trash-2",
                        danger=True,
                    )
                ],
            ]
        }
        for each in rows.order_by("region__name", "unit__code", "valid_from", "pk")
    ]
    context = {
        "owner": found,
        "prices": prices,
        "may_change": True,
        "here": reverse("tokens:pack_prices", args=[found.pk]),
        "add": reverse("tokens:add_pack_price", args=[found.pk]),
    }
    return render_to_string("tokens/_pack_prices.html", context, request=request)


def address(name: str, found: TokenPack, price: Price) -> str:
    return reverse(f"tokens:{name}", args=[found.pk, price.pk])


@require_GET
@staff(MANAGE)
def pack_prices(request, pk):
    """The section alone, when a price has changed."""
    return HttpResponse(prices_panel(get_object_or_404(ROWS, pk=pk), request))


class PackDialog(Dialog):
    permission_required = MANAGE
    changes = ("token-packs", "prices")

    @property
    def who(self) -> dict:
        asked = self.request
        operation = operation_of(asked)
        return {"at": asked.now, "on": asked.today, "by": asked.user, "operation": operation}


class CreatePack(PackDialog):
    title = gettext_lazy("Create Token Pack")
    submit = gettext_lazy("Create")
    form_class = NewPackForm
    done_url = "tokens:packs"

    def perform(self, **answers):
        made = packs.create(**answers, **self.who)
        return reverse("tokens:pack", args=[made.pk])


class OfPack(PackDialog):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.pack = self.versioned = get_object_or_404(ROWS, pk=kwargs["pk"])

    @property
    def subject(self):
        return self.pack.name

    def get_success_url(self):
        return self.back() or reverse("tokens:pack", args=[self.pack.pk])


class EditPack(OfPack):
    title = gettext_lazy("Edit")
    form_class = PackForm

    def get_initial(self):
        return packs.said(self.pack)

    def perform(self, **answers):
        packs.edit(self.pack, **answers, **self.who)


class PressPack(OfPack):
    form_class = Form
    template_name = "catalog/press.html"
    sentence = ""


class ArchivePack(PressPack):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It is sold no more. What was bought stays spendable.")
    danger = True

    def perform(self):
        packs.archive(self.pack, **self.who)


class RestorePack(PressPack):
    title = submit = gettext_lazy("Restore")
    sentence = gettext_lazy("It is sold again, where it has a price.")

    def perform(self):
        packs.restore(self.pack, **self.who)


class AddPackPrice(OfPack):
    title = submit = gettext_lazy("Add Price")
    form_class = PriceForm
    template_name = "catalog/price_dialog.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = None  # a price is no part of the pack's version

    @property
    def who(self) -> dict:
        return {name: value for name, value in super().who.items() if name != "operation"}

    def perform(self, **answers):
        packs.add_price(self.pack, **answers, **self.who)


class OfPackPrice(AddPackPrice):
    def setup(self, request, *args, pk, price, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        rows = Price.objects.select_related("region", "unit", "tax_level")
        self.price = get_object_or_404(rows, pk=price, priced=self.pack.priced_id)


class EditPackPrice(OfPackPrice):
    title = gettext_lazy("Edit Price")
    submit = gettext_lazy("Save")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"price": self.price}

    def perform(self, **answers):
        packs.edit_price(self.pack, self.price, **answers, **self.who)


class RemovePackPrice(OfPackPrice):
    title = gettext_lazy("Remove Price")
    submit = gettext_lazy("Remove the price")
    danger = True
    form_class = Form
    template_name = "catalog/press.html"
    sentence = gettext_lazy("What was sold at this price stays as it was sold.")

    def perform(self):
        packs.remove_price(self.pack, self.price, **self.who)

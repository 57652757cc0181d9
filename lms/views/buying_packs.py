"""How does a learner buy a pack of tokens? What is sold; one page to pay for it."""

import dataclasses
import uuid
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import pricing
from tms.refusals import Refusal
from tms.ui.access import learner
from tms.ui.sent import operation_of
from tokens import packs as token_packs
from tokens import spending
from tokens.models import TokenPack

from .. import billing, packs
from ..models import PaidBy
from ..payments import provider, starting
from ..till import Way
from ..visitor import visitor
from .booking import by, learning
from .buying import billed_once
from .checkout import seen


@dataclasses.dataclass(frozen=True)
class PackWay(Way):
    """A way to pay for a pack, for one of the accounts that they may buy for."""

    @property
    def key(self) -> str:
        """What a form says of it."""
        return f"{self.paid_by}-{self.price.unit_id}-{self.account.pk}"


@require_safe
def packs_page(request):
    """The packs that are sold here, with their prices in the visitor's region."""
    who = visitor(request)
    if not request.organisation.sells_online:
        raise Http404
    context = {
        "who": who,
        "sold": for_sale(request),
        "buys": who.may_buy_tokens,
    }
    response = render(request, "lms/packs.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


def for_sale(request) -> list[dict]:
    """Each pack with its prices in words; none where nothing is sold online. Two statements."""
    if not request.organisation.sells_online:
        return []
    region = visitor(request).region
    return [
        {"pack": pack, "words": packs.words(pack), "price": pricing.beside(prices, region)}
        for pack, prices in packs.priced(region, request.today)
    ]


@learner
@require_http_methods(["GET", "HEAD", "POST"])
def buy_pack(request, pk):
    """One pack, for an account whose tokens they may spend, by card or by invoice."""
    who = learning(request)
    if not request.organisation.sells_online:
        raise Http404
    pack = get_object_or_404(packs.on_sale(), pk=pk)
    ways = ways_of(pack, who, request.today)
    refused = ""
    if request.method == "POST":
        way = next((each for each in ways if each.key == request.POST.get("pay")), None)
        try:
            if way is None:
                raise Refusal(_("Choose how to pay."))
            return bought(request, who, pack, way)
        except Refusal as no:
            # With the prices as they are now.
            refused, ways = str(no), ways_of(pack, who, request.today)
    context = {
        "pack": pack,
        "words": packs.words(pack),
        "until": token_packs.expiry_of(pack, request.today),
        "ways": ways,
        "may_buy": who.may_buy_tokens,
        "several": len({each.account.pk for each in ways}) > 1,
        "chosen": request.POST.get("pay") or next((each.key for each in ways), ""),
        "refused": refused,
        "operation": operation_of(request) or uuid.uuid4().hex,
        "by_invoice": any(each.paid_by == PaidBy.INVOICE for each in ways),
    }
    return render(request, "lms/buy_pack.html", context, status=422 if refused else 200)


def ways_of(pack: TokenPack, who, on) -> list[PackWay]:
    """For each account that they may buy for: by card, and by invoice where it pays so."""
    prices = packs.prices_of(pack, who.region, on)
    found = []
    for account in spending.accounts_of(who.contact):
        offered = {PaidBy.CARD: provider.taken(), PaidBy.INVOICE: account.pays_by_invoice}
        found += [
            PackWay(way, each, account)
            for way, there in offered.items()
            if there
            for each in billing.in_money(prices, account)
        ]
    return found


def bought(request, who, pack: TokenPack, way: PackWay):
    """To the payment, or to the tokens with the new ones: pressed twice, once."""
    particulars = {
        "pack": pack,
        "account": way.account,
        "unit": way.price.unit,
        "amount": seen(request.POST.get(f"amount-{way.key}", "")),
        "region": who.region,
        **by(request),
    }
    if way.paid_by == PaidBy.CARD:
        begun = starting.start(who.contact, **particulars)
        return redirect(reverse("lms:payment", args=[begun.pk]) + "?go")
    made = billed_once(
        request,
        way,
        partial(packs.buy_by_invoice, who.contact, **particulars),
        noun="token_issue",
        busy=_("It is being bought right now. Look at your tokens."),
    )
    if made:
        words = {"tokens": packs.words(pack), "account": way.account}
        said = _("%(account)s has them: %(tokens)s. The invoice goes out.")
        messages.success(request, said % words)
    return redirect("lms:profile_tokens")

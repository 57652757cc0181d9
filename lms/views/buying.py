"""How does a learner buy a training pass? One page: what it is, how to pay, confirm."""

import uuid
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from passes.models import OptionStatus, PassOption, TypeStatus
from tms import operations
from tms.refusals import Refusal
from tms.ui.access import learner
from tms.ui.sent import operation_of

from .. import billing, online
from ..models import PaidBy
from ..payments import provider, starting
from ..till import Way
from .booking import by, learning
from .checkout import seen


@learner
@require_http_methods(["GET", "HEAD", "POST"])
def buy_pass(request, slug, pk):
    """A pass of one option, by card or by invoice."""
    who = learning(request)
    rows = PassOption.objects.select_related("pass_type")
    option = get_object_or_404(
        rows,
        pk=pk,
        pass_type__slug=slug,
        pass_type__status=TypeStatus.ACTIVE,
        status=OptionStatus.PUBLISHED,
    )
    if not request.organisation.sells_online:
        raise Http404
    ways = ways_of(option, who, request.today)
    refused = ""
    if request.method == "POST":
        way = next((each for each in ways if each.key == request.POST.get("pay")), None)
        try:
            if way is None:
                raise Refusal(_("Choose how to pay."))
            return bought(request, who, option, way)
        except Refusal as no:
            # With the prices as they are now.
            refused, ways = str(no), ways_of(option, who, request.today)
    context = {
        "option": option,
        "pass_type": option.pass_type,
        "ways": ways,
        "chosen": request.POST.get("pay") or next((each.key for each in ways), ""),
        "refused": refused,
        "operation": operation_of(request) or uuid.uuid4().hex,
        "by_invoice": any(each.paid_by == PaidBy.INVOICE for each in ways),
    }
    return render(request, "lms/buy_pass.html", context, status=422 if refused else 200)


def ways_of(option: PassOption, who, on) -> list[Way]:
    """By card, and by invoice where the account pays so, in each currency with a price."""
    account = who.contact.account
    prices = billing.in_money(online.prices_of(option, who.region, on), account)
    offered = {
        PaidBy.CARD: provider.taken(),
        PaidBy.INVOICE: account.pays_by_invoice and not account.archived_at,
    }
    return [Way(way, each, account) for way, there in offered.items() if there for each in prices]


def bought(request, who, option: PassOption, way: Way):
    """To the payment, or to the passes with the new one: pressed twice, one."""
    particulars = {
        "option": option,
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
        partial(online.buy_by_invoice, who.contact, **particulars),
        noun="pass",
        busy=_("It is being bought right now. Look at your passes."),
    )
    if made:
        words = {"name": option.pass_type.name}
        messages.success(request, _("%(name)s is yours. The invoice goes out.") % words)
    return redirect("lms:profile_passes")


@transaction.atomic
def billed_once(request, way: Way, buy, *, noun: str, busy: str):
    """What `buy(order_number=)` made; None where the same press was carried out before.

    Raises Refusal: `busy` while that is going on, and whatever `buy` refuses.
    """
    key = operation_of(request)
    digest = operations.digest_of([request.path, way.key, request.POST.get("order_number", "")])
    try:
        earlier = operations.earlier(key, request.user.pk, digest) if key else None
    except operations.Busy as error:
        raise Refusal(busy) from error
    if earlier:
        return None
    made = buy(order_number=" ".join(request.POST.get("order_number", "").split())[:40])
    if key:
        answer = {noun: made.pk}
        operations.keep(key, request.user.pk, digest, at=request.now, status=302, answer=answer)
    return made

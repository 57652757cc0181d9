"""Where a learner pays, or is told how their payment stands. And where a provider tells."""

import logging

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.money import written
from tms.refusals import Refusal
from tms.ui.access import learner

from ..models import Payment, PaymentState
from ..payments import arriving, provider, starting
from ..payments.provider import FAILED, PAID, Forged
from ..payments.trial import Trial
from .booking import learning

log = logging.getLogger(__name__)
LONGEST = 256 * 1024  # bytes of what a provider tells
AGAIN = 5  # seconds until the page of a payment is looked at again


@learner
@require_GET
def payment(request, pk):
    """How it stands: to be paid, being confirmed, paid, or why not. It looks again by itself."""
    found = mine(request, pk)
    if found.registration_id and found.registration.cancelled_at is None:
        return redirect("lms:registration", found.registration_id)
    if found.issued_id and found.issued.cancelled_at is None:
        return redirect("lms:profile_passes")
    if found.token_issue_id and found.settled_at and not found.refund_asked_at:
        return redirect("lms:profile_tokens")
    return page(request, found)


def page(request, found: Payment, *, refused="", status=200):
    state = found.state_at(request.now)
    runs = state == PaymentState.STARTED
    waits = runs and "go" not in request.GET and "left" not in request.GET
    by = provider.by_name(found.provider)
    context = {
        "payment": found,
        "state": state,
        "amount": written(found.gross, found.unit),
        "trial": by.trial if by else False,
        "place": found.option_id is None and found.pack_id is None,
        **about(found),
        "confirming": waits,
        "refused": refused,
    }
    response = render(request, "lms/payment.html", context, status=status)
    if runs and "go" in request.GET and not refused:
        response["Refresh"] = f"0; url={found.address}"
    elif waits:
        response["Refresh"] = str(AGAIN)
    return response


def about(found: Payment) -> dict:
    """What it is about, and where it can be begun anew: `thing`, its address, and `again`."""
    if found.option:
        slug = found.option.pass_type.slug
        return {
            "thing": found.option.pass_type.name,
            "thing_url": reverse("lms:pass_type", args=[slug]),
            "again": reverse("lms:buy_pass", args=[slug, found.option_id]),
        }
    if found.pack:
        return {
            "thing": found.pack.name,
            "thing_url": reverse("lms:token_packs"),
            "again": reverse("lms:buy_pack", args=[found.pack_id]),
        }
    item = found.path or found.event.course
    return {
        "thing": item.title,
        "thing_url": reverse("lms:item", args=[item.slug]),
        "again": reverse("lms:checkout", args=[item.slug]),
    }


@learner
@require_POST
def give_up(request, pk):
    """It isn't paid after all, and the seat is free."""
    found = mine(request, pk)
    try:
        starting.give_up(found.pk, found.contact, at=request.now, on=request.today, by=request.user)
    except Refusal as no:
        return page(request, mine(request, pk), refused=str(no), status=422)
    return redirect("lms:payment", pk)


@learner
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request, pk):
    """What a provider's page would ask, where no money moves."""
    found = mine(request, pk)
    if found.provider != Trial.name:
        raise Http404
    back = reverse("lms:payment", args=[pk])
    pressed = {"pay": PAID, "decline": FAILED, "wait": ""}.get(request.POST.get("answer", ""))
    if request.method == "POST" and pressed is not None:
        if pressed:
            arriving.take(
                Trial().told(found, pressed), Trial.name, at=request.now, on=request.today
            )
        return redirect(back)
    if found.state_at(request.now) not in {PaymentState.STARTED, PaymentState.EXPIRED}:
        return redirect(back)
    context = {"payment": found, "amount": written(found.gross, found.unit)}
    return render(request, "lms/trial_payment.html", context)


def mine(request, pk) -> Payment:
    """The learner's own payment, or 404."""
    rows = Payment.objects.select_related(
        "unit",
        "contact",
        "event__course",
        "path",
        "option__pass_type",
        "registration",
        "issued",
        "pack",
    )
    return get_object_or_404(rows, pk=pk, contact=learning(request).contact)


@csrf_exempt
@require_POST
def news(request, name):
    """What a provider tells: 200 once it is kept, 202 for a payment that isn't ours, 400 where it
    isn't from the provider. Told again it is told the same.
    """
    from_whom = provider.by_name(name)
    if from_whom is None:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(_("Too long."), status=413, content_type="text/plain")
    try:
        told = from_whom.read(request.body, request.headers, request.now)
    except Forged:
        log.warning("News about a payment was not from %s.", name)
        return HttpResponse("No valid signature.", status=400, content_type="text/plain")
    if told is None:
        return HttpResponse("Not needed.", content_type="text/plain")
    outcome = arriving.take(told, name, at=request.now, on=request.today)
    known = outcome != arriving.Outcome.UNKNOWN
    return HttpResponse(outcome, status=200 if known else 202, content_type="text/plain")

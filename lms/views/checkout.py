"""The checkout of a learner, step by step: date, questions, payment, review. Without scripts."""

import decimal
import re
import uuid

from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import ItemStatus
from crm import contacts
from crm.forms import add_custom, take_custom
from tms import operations
from tms.refusals import Refusal
from tms.ui.access import learner
from tms.ui.forms import Form
from tms.ui.sent import operation_of

from .. import checkout, overlaps, requests, till
from ..models import PaidBy, Registration
from ..paying import PriceChanged
from ..payments import starting
from ..till import Till
from .booking import by, learning
from .item import item_of

AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
STEPS = require_http_methods(["GET", "HEAD", "POST"])


@learner
@require_safe
def start(request, slug):
    """Where the learner stands: on to the first step that isn't answered."""
    found = at_till(request, slug)
    if place := already(found):
        return place
    return redirect(f"lms:checkout_{found.missing}", slug)


@learner
@STEPS
def date(request, slug):
    """Which of the dates that have a seat."""
    found = at_till(request, slug)
    if elsewhere := already(found) or skipped(found, "date"):
        return elsewhere
    if request.method != "POST":
        return page(request, found, "date")
    sent = request.POST.get("event", "")
    free = {str(each.event.pk): each.event.pk for each in found.dates if not each.full}
    if sent not in free:
        return page(request, found, "date", refused=_("Choose a date that has a seat."))
    return on(request, found, "date", event=free[sent])


@learner
@STEPS
def questions(request, slug):
    """What isn't known of the learner yet; it is kept with them at once, and asked only once."""
    found = at_till(request, slug)
    if elsewhere := already(found) or skipped(found, "questions"):
        return elsewhere
    form = QuestionsForm(request.POST or None, fields=found.unknown)
    if request.method != "POST":
        return page(request, found, "questions", form=form)
    if form.is_valid():
        try:
            contacts.edit(
                found.contact.pk,
                custom=take_custom(form.cleaned_data),
                at=request.now,
                on=request.today,
                by=request.user,
            )
        except Refusal as no:
            form.add_error(no.field if no.field in form.fields else None, str(no))
        else:
            found.contact.refresh_from_db()
            return on(request, found, "questions", asked=True)
    return page(request, found, "questions", form=form, status=422)


class QuestionsForm(Form):
    """The fields of the installation's own that are asked at checkout; each needs an answer."""

    def __init__(self, *args, fields, **kwargs):
        super().__init__(*args, **kwargs)
        add_custom(self, fields, {})
        for field in self.fields.values():
            field.required = True


@learner
@STEPS
def payment(request, slug):
    """By which tokens, with what is there before and after, by invoice, or free."""
    found = at_till(request, slug)
    if elsewhere := already(found) or skipped(found, "payment"):
        return elsewhere
    if request.method != "POST":
        return page(request, found, "payment")
    sent = request.POST.get("pay", "")
    way = next((each for each in found.ways if each.key == sent), None)
    if way is None or way.why_not:
        no = way.why_not if way else _("Choose how to pay.")
        return page(request, found, "payment", refused=no)
    return on(request, found, "payment", pay=way.key)


@learner
@STEPS
def review(request, slug):
    """All of it before anything is taken; then the place and what it takes, together."""
    found = at_till(request, slug)
    if request.method == "POST":
        try:
            if found.is_open("review") and found.way.paid_by == PaidBy.CARD:
                return pay_by_card(request, found)
            made = once(request, found)
        except Refusal as no:
            # As it is now, with the sentence over it: nothing was taken.
            found = at_till(request, slug)
            if not found.is_open("review"):
                return page(request, found, found.missing, refused=str(no))
            return page(request, found, "review", refused=str(no))
        if made:
            till.forget(request.session, found.item)
            return redirect("lms:registration", made)
    if elsewhere := already(found) or skipped(found, "review"):
        return elsewhere
    beside = overlaps.of(found.contact.pk, found.date.event) if found.date else []
    return page(request, found, "review", beside=beside)


def once(request, found: Till) -> int | None:
    """Do it, or remember that it was done. The registration; None where a step is missing."""
    key = operation_of(request)
    digest = operations.digest_of([request.path, request.POST.get("shown", "")])
    with transaction.atomic():
        earlier = None
        try:
            earlier = operations.earlier(key, request.user.pk, digest) if key else None
        except operations.Busy:
            # The first press of two still runs: the verb waits for it, and finds its place.
            key = ""
        if earlier:
            return earlier.answer["registration"]
        if not found.is_open("review"):
            return booked(request, found)
        refuse_other(request, found)
        made = book(request, found)
        if key:
            answer = {"registration": made.pk}
            operations.keep(key, request.user.pk, digest, at=request.now, status=302, answer=answer)
        return made.pk


def pay_by_card(request, found: Till):
    """Hold the place and go to pay for it; pressed again, the same payment."""
    refuse_other(request, found)
    amount, unit = seen(request.POST.get("amount", "")), found.way.price.unit
    place = found.place | {"region": found.region}
    begun = starting.start(found.contact, unit=unit, amount=amount, **place, **by(request))
    return redirect(reverse("lms:payment", args=[begun.pk]) + "?go")


def refuse_other(request, found: Till) -> None:
    if request.POST.get("shown") != found.digest:
        raise PriceChanged(
            _("You chose something else meanwhile. Look at it as it is now, then confirm.")
        )


def booked(request, found: Till) -> int | None:
    """The place that another tab, or the first press, has booked meanwhile."""
    sent = request.POST.get("event", "")
    if found.is_path:
        place = {"path": found.item}
    elif sent.isascii() and sent.isdecimal() and len(sent) < 19:
        place = {"event": int(sent), "event__course": found.item}
    else:
        return None
    mine = Registration.objects.live().filter(contact=found.contact, **place)
    return mine.values_list("pk", flat=True).first()


def book(request, found: Till) -> Registration:
    way, place = found.way, found.place
    if way.paid_by == PaidBy.PASS:
        return checkout.book_by_pass(found.contact, **place, **by(request))
    place |= {"region": found.region}
    if way.paid_by == PaidBy.FREE:
        return checkout.book_free(found.contact, **place, **by(request))
    if way.paid_by == PaidBy.INVOICE:
        amount = seen(request.POST.get("amount", ""))
        who = by(request)
        return checkout.book_by_invoice(
            found.contact,
            unit=way.price.unit,
            amount=amount,
            order_number=" ".join(request.POST.get("order_number", "").split())[:40],
            **place,
            **who,
        )
    return checkout.book_by_tokens(
        found.contact,
        account=way.account,
        unit=way.price.unit,
        amount=seen(request.POST.get("amount", "")),
        **place,
        **by(request),
    )


def seen(text: str) -> decimal.Decimal:
    """The amount that the page showed; what isn't one is none that anything costs."""
    return decimal.Decimal(text) if AMOUNT.fullmatch(text) else decimal.Decimal(-1)


# The beats that the steps share


def at_till(request, slug) -> Till:
    """The learner at the till with this item. Raises 404 for what isn't theirs to see."""
    who = learning(request)
    item = item_of(slug, who.contact_id)
    return Till(
        item,
        who.contact,
        region=who.region,
        chosen=till.chosen_in(request.session, item),
        on=request.today,
        at=request.now,
    )


def already(found: Till):
    """Where to go when there is nothing to book: it isn't offered any more, or it is theirs."""
    mine = found.offered.registration
    if mine and (found.is_path or not found.dates):
        return redirect("lms:registration", mine.pk)
    if found.item.status != ItemStatus.PUBLISHED:
        return redirect("lms:item", found.item.slug)
    return None


def skipped(found: Till, step: str):
    """Where to go when the steps before this one aren't answered."""
    if found.is_open(step):
        return None
    return redirect(f"lms:checkout_{found.missing}", found.item.slug)


def on(request, found: Till, step: str, **answers):
    """Keep the answers and go on to the next step."""
    chosen = till.choose(request.session, found.item, **answers)
    found = Till(
        found.item, found.contact, region=found.region, chosen=chosen, on=found.on, at=found.at
    )
    return redirect(f"lms:checkout_{found.after(step)}", found.item.slug)


def page(request, found: Till, step: str, *, refused="", status=200, **context):
    context |= {
        "till": found,
        "item": found.item,
        "stops": found.stops(step),
        "refused": refused,
        "operation": operation_of(request) or uuid.uuid4().hex,
        "asked": requests.asked(found.contact.pk, item=found.item),
    }
    status = 422 if refused else status
    return render(request, f"lms/checkout/{step}.html", context, status=status)

"""How does money go back, and what is done with what was paid for and not given?

A refund is asked for in the transaction of the verb that causes it, and carried out at the provider
once that is committed; until the provider has said yes it is being refunded, for all to see.
"""

import logging
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.money import written
from crm import crediting
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from .. import booked, paying
from ..models import Payment
from . import provider
from .arriving import give
from .provider import NoAnswer
from .starting import save, write

log = logging.getLogger(__name__)


def of_places(registrations, **who) -> list[Consequence]:
    """Ask for the money back that was paid by card for these places. Call it in their verb."""
    return _back(Payment.objects.filter(registration__in=registrations), **who)


def of_passes(passes, **who) -> list[Consequence]:
    """The same for training passes."""
    return _back(Payment.objects.filter(issued__in=passes), **who)


def of_issues(issues, **who) -> list[Consequence]:
    """The same for packs of tokens, by the issues that they gave."""
    return _back(Payment.objects.filter(token_issue__in=issues), **who)


def reopen(registrations, *, at, on, by, reason, operation="") -> list[Consequence]:
    """These places ended though they were paid by card, and nobody was asked about the money: their
    payments need action, for staff to see. Locks the payments.
    """
    rows = Payment.objects.filter(registration__in=registrations, refund_asked_at=None)
    found = list(rows.select_for_update(of=("self",)).select_related("unit").order_by("pk"))
    for each in found:
        each.settled_at, each.trouble = None, reason
        save(each, "settled_at", "trouble")
        who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
        write("reopened", each, after={"why": reason}, **who)
    if not found:
        return []
    sentence = ngettext(
        "%(count)s payment by card needs action: it paid for a place held twice.",
        "%(count)s payments by card need action: they paid for places held twice.",
        len(found),
    )
    lines = tuple(f"{each.title}: {_received(each)}" for each in found[:5])
    return [Consequence("stays", sentence % {"count": len(found)}, len(found), lines)]


def _back(rows, *, at, on, by, reason="", operation="") -> list[Consequence]:
    """Twice: once. Locks the payments."""
    rows = rows.select_for_update(of=("self",)).select_related("unit")
    found = rows.filter(refund_asked_at=None).order_by("pk")
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    return [_ask(each, **who) for each in found]


def _ask(found: Payment, *, at, on, by, reason="", operation="") -> Consequence:
    found.refund_asked_at = at
    save(found, "refund_asked_at")
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    write("refund_asked", found, **who)
    transaction.on_commit(partial(carry_out, found.pk, at=at, on=on), robust=True)
    sentence = _("%(amount)s goes back to the card that it came from")
    return Consequence("stays", sentence % {"amount": _received(found)}, 1)


def left_of(found: Payment) -> Decimal:
    """What came, which may be another amount than was asked for, less the parts that went back or
    go. One statement.
    """
    parts = found.parts.aggregate(n=Sum("amount"))["n"] or Decimal(0)
    return (found.received or found.gross) - parts


def _received(found: Payment) -> str:
    left = left_of(found)
    if found.received_currency and found.received_currency != found.unit.code:
        return f"{left.normalize():f} {found.received_currency}"
    return written(left, found.unit)


def carry_out(payment_id: int, *, at, on) -> bool:
    """Have the provider give back what was asked for; False where it couldn't be asked.

    Asked twice it gives back once: the number of the payment goes along.
    """
    found = Payment.objects.select_related("unit").get(pk=payment_id)
    if found.refunded_at or not found.refund_asked_at:
        return True
    asked = provider.by_name(found.provider)
    amount = left_of(found)
    currency = found.received_currency or found.unit.code
    try:
        if asked is None:
            raise NoAnswer(_("There is no provider of that name any more."))
        reference = ""
        if amount:  # all of it went back in parts: nothing is left to ask for
            reference = asked.refund(str(found.pk), found.charge, amount, currency)
    except NoAnswer as trouble:
        log.warning("The refund of payment %s failed: %s", found.pk, trouble)
        said = _("The refund didn't go through yet: %(why)s") % {"why": trouble}
        Payment.objects.filter(pk=found.pk, refunded_at=None).update(trouble=said)
        return False
    with transaction.atomic():
        found = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        if found.refunded_at is None:
            found.refunded_at, found.refund_reference, found.trouble = at, reference, ""
            save(found, "refunded_at", "refund_reference", "trouble")
            write("refunded", found, at=at, on=on, by=None)
    return True


def again(payment_id: int, *, at, on) -> None:
    """Ask the provider once more. Raises Refusal where it still can't."""
    if not carry_out(payment_id, at=at, on=on):
        found = Payment.objects.get(pk=payment_id)
        raise Refusal(found.trouble)


@transaction.atomic
def refund(
    payment_id: int, *, version: int | None = None, at, on, by, reason="", operation=""
) -> list[Consequence]:
    """Give the money back for what was paid for and couldn't be given, or was credited since.

    Raises Refusal where it was given, and its invoice stands.
    """
    found = locked(payment_id, version)
    if found.settled_at and not found.invoice.voided_on:
        raise Refusal(
            _("What was paid for was given. Credit its invoice, and the money goes back.")
        )
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    if found.settled_at is None and found.invoice and not found.invoice.voided_on:
        return [*_credit(found.invoice, **who), _ask(found, **who)]
    return [_ask(found, **who)]


def _credit(invoice, *, reason, **who) -> list[Consequence]:
    """What it was billed for is held once only: the invoice goes with the money."""
    left = {each.line.pk: each.left for each in crediting.standing(invoice, who["on"]) if each.left}
    why = reason or _("It was paid for twice")
    done = crediting.credit(invoice.pk, lines=left, sources=(), leave=True, reason=why, **who)
    return list(done.consequences)


@transaction.atomic
def settle(
    payment_id: int, *, version: int | None = None, at, on, by, operation=""
) -> list[Consequence]:
    """Give the place or the pass after all, with its paid invoice. Raises Refusal where it is full,
    or where another amount was paid than it costs.
    """
    found = locked(payment_id, version)
    if found.settled_at:
        raise Refusal(_("It was given already."))
    if found.invoice and not found.invoice.voided_on:
        raise Refusal(_("Its place was held twice, and one of the two stays. Give the money back."))
    if (found.received, found.received_currency) != (found.gross, found.unit.code):
        raise Refusal(_("Another amount was paid than it costs. Give the money back."))
    give(found, seat=False, at=at, on=on, by=by, operation=operation)
    sentence = _("%(name)s gets what was paid for: %(title)s")
    words = {"name": found.contact.name, "title": found.title}
    return [Consequence("gives", sentence % words, 1)]


def locked(payment_id: int, version: int | None) -> Payment:
    """A paid payment that nobody refunds, with its account and contact, all locked."""
    known = Payment.objects.select_related("contact").get(pk=payment_id)
    paying.hold(known.account_id)
    booked.lock_contact(known.contact)
    rows = Payment.objects.select_for_update(of=("self",))
    found = rows.select_related("unit", "contact", "account", "invoice").get(pk=payment_id)
    if version is not None and version != found.version:
        raise Stale(_("This payment was changed meanwhile. Here it is as it is now."))
    if not found.paid_at:
        raise Refusal(_("It isn't paid."))
    if found.refund_asked_at:
        raise Refusal(_("The money goes back already."))
    return found

"""How does a part of what was paid by card go back?

Decided in a transaction, carried out at the provider after its commit; until it has said yes the
part stays open, for all to see. All parts together are never more than what came.
"""

import decimal
import logging
from functools import partial

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.money import decimals_of, written
from crm import reducing
from crm.models import InvoiceLine
from tms.consequences import Consequence
from tms.refusals import Refusal

from ..models import Payment, PaymentRefund
from . import provider, refunding
from .provider import NoAnswer
from .starting import save, write

log = logging.getLogger(__name__)


@transaction.atomic
def refund_part(
    payment_id: int,
    *,
    amount: decimal.Decimal,
    version: int | None = None,
    at,
    on,
    by,
    reason: str,
    operation: str = "",
) -> list[Consequence]:
    """Give back so much of what was paid by card, up to what is left of it; what was given stays.

    A credit note over it takes it off the invoice. Raises Refusal without a reason, for more than
    is left, and where all of it goes back already.
    """
    found = refunding.locked(payment_id, version)
    if not reason.strip():
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    if found.received_currency and found.received_currency != found.unit.code:
        raise Refusal(_("Another currency came than it costs. Give all of it back."))
    if amount <= 0 or decimals_of(amount) > found.unit.decimals:
        raise Refusal(_("That is no amount that can be given back."), field="amount")
    left = refunding.left_of(found)
    if amount > left:
        raise Refusal(
            _("Only %(left)s are left of it to give back.") % {"left": written(left, found.unit)},
            field="amount",
        )
    who = {"at": at, "on": on, "by": by, "reason": reason.strip(), "operation": operation}
    return [*_credited(found, amount, **who), ask(found, amount, **who)]


def _credited(found: Payment, amount: decimal.Decimal, **who) -> list[Consequence]:
    """The credit note over what goes back; what was credited before the money went is in one."""
    invoice = found.invoice
    if invoice is None or invoice.voided_on:
        return []
    notes = invoice.credit_notes.filter(issued_on__isnull=False)
    before = notes.aggregate(n=Sum("gross"))["n"] or decimal.Decimal(0)
    gone = (found.received or found.gross) - refunding.left_of(found)
    open_ = min(amount - max(before - gone, decimal.Decimal(0)), invoice.gross - before)
    if open_ <= 0:
        return []
    line = invoice.lines.get()
    return list(reducing.reduce(line.pk, amount=open_, **who).consequences)


def of_issue(issue, line: InvoiceLine, *, whole: bool, **who) -> list[Consequence]:
    """A pack of tokens was credited, wholly or in part: what was paid for that by card goes back.

    Its account is held, and the credit note is drafted.
    """
    rows = Payment.objects.filter(token_issue=issue, refund_asked_at=None)
    if whole:
        return refunding.of_issues([issue.pk], **who)
    found = rows.select_for_update(of=("self",)).select_related("unit").first()
    if found is None:
        return []
    note = line.credit_lines.filter(invoice__issued_on=None).order_by("-pk").first()
    amount = min(note.net + note.tax, refunding.left_of(found)) if note else decimal.Decimal(0)
    return [ask(found, amount, **who)] if amount else []


def ask(found: Payment, amount: decimal.Decimal, *, at, on, by, reason, operation) -> Consequence:
    """Write it down, and have the provider asked after the commit. The payment is locked."""
    part = PaymentRefund.objects.create(payment=found, amount=amount, asked_at=at)
    save(found)
    after = {"part": f"{amount.normalize():f}"}
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    write("part_refund_asked", found, after=after, **who)
    transaction.on_commit(partial(carry_out, part.pk, at=at, on=on), robust=True)
    sentence = _("%(amount)s goes back to the card that it came from")
    return Consequence("stays", sentence % {"amount": written(amount, found.unit)}, 1)


def carry_out(part_id: int, *, at, on) -> bool:
    """Have the provider give this part back; False where it couldn't be asked. Twice: once."""
    part = PaymentRefund.objects.select_related("payment__unit").get(pk=part_id)
    if part.refunded_at:
        return True
    found = part.payment
    asked = provider.by_name(found.provider)
    try:
        if asked is None:
            raise NoAnswer(_("There is no provider of that name any more."))
        number = f"{found.pk}-part-{part.pk}"
        reference = asked.refund(number, found.charge, part.amount, found.unit.code)
    except NoAnswer as trouble:
        log.warning("Part %s of payment %s wasn't refunded: %s", part.pk, found.pk, trouble)
        said = _("The refund didn't go through yet: %(why)s") % {"why": trouble}
        PaymentRefund.objects.filter(pk=part.pk, refunded_at=None).update(trouble=said)
        return False
    with transaction.atomic():
        rows = PaymentRefund.objects.filter(pk=part.pk, refunded_at=None)
        if rows.update(refunded_at=at, reference=reference, trouble=""):
            after = {"part": f"{part.amount.normalize():f}"}
            write("part_refunded", found, after=after, at=at, on=on, by=None)
    return True


def again(payment_id: int, *, at, on) -> None:
    """Ask the provider for the open parts once more. Raises Refusal where it still can't."""
    for pk in open_of(payment_id).values_list("pk", flat=True):
        if not carry_out(pk, at=at, on=on):
            raise Refusal(PaymentRefund.objects.get(pk=pk).trouble)


def open_of(payment_id: int):
    return PaymentRefund.objects.filter(payment=payment_id, refunded_at=None).order_by("pk")

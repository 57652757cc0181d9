"""How is an amount of what was billed credited, without any of it coming back?

A part of the price, not of the quantity: the line's number stays to be credited, for what is left
of its price.
"""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Unit
from catalog.money import decimals_of, round_money, written
from tms import journal
from tms.consequences import Consequence
from tms.refusals import Refusal

from . import crediting, invoices
from .models import InvoiceKind, InvoiceLine


@transaction.atomic
def reduce(
    line_id: int,
    *,
    amount: Decimal,
    reason: str,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> crediting.Credited:
    """Credit `amount`, tax included, of one line of an issued invoice; what it gave stays.

    All that is left of the line is credited as the whole line is. Locks the opportunity, the
    account, the invoice, the series last. Raises Stale, and Refusal: for more than is left, without
    a reason, for a draft or what is credited already.
    """
    who = {"at": at, "on": on, "by": by, "operation": operation}
    invoice_id = InvoiceLine.objects.values_list("invoice", flat=True).get(pk=line_id)
    invoice = crediting.locked(invoice_id, version)
    every = crediting.standing(invoice, on)
    each = next(found for found in every if found.line.pk == line_id)
    if not reason.strip():
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    if amount <= 0 or decimals_of(amount) > invoice.currency.decimals:
        raise Refusal(_("That is no amount that can be given back."), field="amount")
    net, tax = each.sums(each.left, invoice.currency)
    if amount > net + tax:
        left = written(net + tax, invoice.currency)
        raise Refusal(_("Only %(left)s of it can still be credited.") % {"left": left})
    if amount == net + tax:
        lines = {line_id: each.left}
        return crediting.credit(
            invoice.pk, lines=lines, sources=(), leave=True, reason=reason, **who
        )
    net, tax = split(amount, each.line.tax_percent, net, tax, invoice.currency)
    wanted = invoices.Wanted(
        title=each.line.title,
        detail=_("A part of the price"),
        quantity=1,
        unit_price=net,
        tax_name=each.line.tax_name,
        tax_percent=each.line.tax_percent,
        net=net,
        tax=tax,
        credits=each.line,
        by_amount=True,
    )
    note = invoices.draft(
        invoice.account,
        invoice.currency,
        [wanted],
        opportunity=invoice.opportunity,
        kind=InvoiceKind.CREDIT_NOTE,
        credited=invoice,
        reason=reason.strip(),
        **who,
    )
    invoices.save(invoice)
    journal.write(
        "invoice.credited",
        invoice.pk,
        account_id=invoice.account_id,
        reason=reason.strip(),
        after={"credit_note": note.pk, "gross": str(note.gross), "line": line_id, "whole": False},
        **who,
    )
    note = invoices.issue(note.pk, **who)
    words = {"amount": written(note.gross, note.currency), "account": note.account}
    sentence = _("A credit note over %(amount)s for %(account)s, for %(invoice)s")
    said = Consequence("billed", sentence % (words | {"invoice": invoice}), 1)
    return crediting.Credited(note, [said])


def split(
    amount: Decimal, percent: Decimal, net: Decimal, tax: Decimal, unit: Unit
) -> tuple[Decimal, Decimal]:
    """`amount` as net and tax at `percent`, no more of either than is left (`net`, `tax`).

    The net whose tax, half up, makes the amount, wherever there is one: rounding a tax moves less
    than half a step of the net.
    """
    part = min(round_money(amount * 100 / (100 + percent), unit), net)
    part = max(part, amount - tax)
    return part, amount - part

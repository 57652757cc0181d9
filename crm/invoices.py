"""How is something billed? Drafted, issued under a number, paid.

What is issued never changes; what was wrong is credited (`crediting`).
"""

import dataclasses
import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Unit
from tms import journal
from tms.compiled import Rows
from tms.models import Organisation
from tms.refusals import Refusal, Stale

from . import documents, numbering, totals
from .models import Account, Interest, Invoice, InvoiceKind, InvoiceLine, Opportunity

DAYS_TO_PAY = 30


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A line to bill: what it says, how many at which net price, at which tax.

    `interest`, or `source` as (kind, number), says what it bills; `credits` and `by_amount` are for
    credit notes.
    """

    title: str
    quantity: int
    unit_price: Decimal
    tax_name: str
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    discount: Decimal = Decimal(0)
    detail: str = ""
    note: str = ""
    interest: Interest | None = None
    source: tuple[str, int] | None = None
    credits: InvoiceLine | None = None
    by_amount: bool = False


@transaction.atomic
def draft(
    account: Account,
    currency: Unit,
    lines: Sequence[Wanted],
    *,
    opportunity: Opportunity | None = None,
    kind: str = InvoiceKind.INVOICE,
    credited: Invoice | None = None,
    reason: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Invoice:
    """Write an invoice without a number. Raises Refusal without lines."""
    if not lines:
        raise Refusal(_("There is nothing to bill."))
    sums = totals.of(lines)
    made = Invoice.objects.create(
        kind=kind,
        account=account,
        opportunity=opportunity,
        credits=credited,
        currency=currency,
        made_on=on,
        reason=reason,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=made,
            position=position,
            interest=line.interest,
            source_kind=line.source[0] if line.source else "",
            source_id=line.source[1] if line.source else None,
            credits=line.credits,
            by_amount=line.by_amount,
            title=line.title,
            detail=line.detail,
            note=line.note,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax_name=line.tax_name,
            tax_percent=line.tax_percent,
            net=line.net,
            tax=line.tax,
        )
        for position, line in enumerate(lines, 1)
    )
    if kind == InvoiceKind.INVOICE:
        _write("invoice.drafted", made, at=at, on=on, by=by, reason=reason, operation=operation)
    return made


@transaction.atomic
def issue(
    invoice_id: int,
    *,
    days_to_pay: int = DAYS_TO_PAY,
    version: int | None = None,
    at,
    on: datetime.date,
    by,
    operation: str = "",
) -> Invoice:
    """Give a draft the next number, today's date and a day to be paid by; issued already: as it is.

    Who it goes to is written down as it is now. Takes the number last: call it last.
    """
    found = locked(invoice_id, version=version)
    if found.issued_on:
        return found
    if found.voided_on:
        raise Refusal(_("This draft was discarded."))
    found.bill_to = documents.recipient_of(found.account)
    organisation = Organisation.objects.filter(pk=1).first() or Organisation()
    language = documents.language_of(found.account, organisation)
    found.bill_from = documents.sender(organisation) | {"language": language}
    found.issued_on = on
    if found.kind == InvoiceKind.INVOICE:
        found.due_on = on + datetime.timedelta(days=days_to_pay)
    found.number = numbering.take(found.kind, on)
    save(found, "bill_to", "bill_from", "issued_on", "due_on", "number")
    after = {"number": found.number, "due_on": found.due_on, "gross": str(found.gross)}
    _write(f"{found.kind}.issued", found, at=at, on=on, by=by, after=after, operation=operation)
    return found


@transaction.atomic
def discard(invoice_id: int, *, version: int | None = None, at, on, by) -> Invoice:
    """Throw a draft away: it stays as void, without a number. Refused for what was issued."""
    found = locked(invoice_id, version=version)
    if found.voided_on:
        return found
    if found.issued_on:
        raise Refusal(_("What was issued is credited, not thrown away."))
    found.voided_on = on
    save(found, "voided_on")
    _write("invoice.discarded", found, at=at, on=on, by=by)
    return found


@transaction.atomic
def mark_paid(
    invoice_id: int, *, paid_on: datetime.date, version: int | None = None, at, on, by
) -> Invoice:
    """Note the day on which it was paid: not before it was issued, not after today."""
    found = locked(invoice_id, version=version)
    if found.paid_on:
        return found
    if not found.issued_on or found.voided_on or found.kind != InvoiceKind.INVOICE:
        raise Refusal(_("Only an invoice that was issued can be paid."))
    if not found.issued_on <= paid_on <= on:
        raise Refusal(
            _("Choose a day from the day it was issued on, up to today."), field="paid_on"
        )
    found.paid_on = paid_on
    save(found, "paid_on")
    _write("invoice.paid", found, at=at, on=on, by=by, after={"paid_on": paid_on})
    return found


@transaction.atomic
def mark_unpaid(invoice_id: int, *, reason: str, version: int | None = None, at, on, by) -> Invoice:
    """Take back that it was paid, with a reason: the money bounced, or it was another invoice's."""
    found = locked(invoice_id, version=version)
    if not found.paid_on:
        return found
    if not reason.strip():
        raise Refusal(_("Say why: it is kept in the history."), field="reason")
    before = {"paid_on": found.paid_on}
    found.paid_on = None
    save(found, "paid_on")
    _write("invoice.unpaid", found, at=at, on=on, by=by, before=before, reason=reason)
    return found


LOCKED = Rows(
    lambda pk: (
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=pk)
        .select_related("account", "currency")
    )
)


def locked(invoice_id: int, *, version: int | None = None) -> Invoice:
    """The invoice, locked, if it is as whoever asks saw it (None: as it is)."""
    found = LOCKED.one(pk=invoice_id)
    if found is None:
        raise Invoice.DoesNotExist
    if version is not None and version != found.version:
        raise Stale(_("This invoice was changed meanwhile. Here it is as it is now."))
    return found


def save(found: Invoice, *names: str) -> None:
    """Write these columns, and the next version."""
    found.version += 1
    found.save(update_fields=[*names, "version"])


def _write(kind: str, found: Invoice, **particulars) -> None:
    journal.write(kind, found.pk, account_id=found.account_id, **particulars)

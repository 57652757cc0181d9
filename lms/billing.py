"""How is a place billed by itself, and which invoice billed it?

What was billed is credited by finance, line by line; cancelling a place only names the invoice.
"""

import decimal
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Price, UnitKind
from catalog.money import written
from crm import crediting, invoices, orders, totals
from crm.models import Account, Contact, Fulfilment, Invoice, InvoiceKind, InvoiceLine
from tms.consequences import Consequence
from tms.days import day_text
from tms.models import JournalRow
from tms.refusals import Refusal

from .models import HeldPlace, PaidBy, Registration

NOUN = "registration"
# Ways to pay that come with an invoice; by card it is paid with the place.
BILLED = {PaidBy.INVOICE, PaidBy.CARD}
# What is credited of a line; a part of its price leaves the line to be credited.
CREDITED = Q(invoice__issued_on__isnull=False, by_amount=False)


def may_be_billed(account: Account) -> Account:
    """The account, if places are billed to it; it is held. Raises Refusal."""
    if account.archived_at:
        raise Refusal(_("%(account)s is archived. Restore it first.") % {"account": account})
    if not account.pays_by_invoice:
        raise Refusal(
            _("%(account)s doesn't pay by invoice. Choose another way to pay.")
            % {"account": account},
            field="pay",
        )
    return account


def in_money(prices: Iterable[Price], account: Account) -> list[Price]:
    """The prices in money, that in the account's own currency first."""
    found = [each for each in prices if each.unit.kind == UnitKind.CURRENCY and each.amount]
    return sorted(found, key=lambda each: each.unit_id != account.currency_id)


def line_of(price: Price) -> totals.Line:
    """What a place at this price comes to: net and tax."""
    return totals.line(
        quantity=1,
        unit=price.unit,
        unit_price=price.amount,
        discount=decimal.Decimal(0),
        tax_percent=price.tax_level.percent,
    )


def bill(
    made: Registration, price: Price, account: Account, *, order_number: str = "", **who
) -> Invoice:
    """Issue the invoice over a place that was just taken. Takes its number: call it last."""
    event = made.event
    return bill_for(
        account,
        price,
        title=event.course.title if event else made.path.title,
        detail=event.choice_label.removeprefix(f"{event.course.title}, ") if event else "",
        note=_("Registration %(number)s") % {"number": made.pk},
        order_number=order_number,
        source=(NOUN, made.pk),
        **who,
    )


def bill_for(
    account: Account,
    price: Price,
    *,
    title: str,
    detail: str,
    note: str,
    source: tuple[str, int],
    order_number: str = "",
    quantity: int = 1,
    **who,
) -> Invoice:
    """Issue an invoice over one thing at this price, with the buyer's own number of the order.

    `quantity`: as so many equal parts; the price has to come to whole cents of each.
    """
    if order_number:
        note += "\n" + orders.line(order_number)
    sums = line_of(price)
    wanted = invoices.Wanted(
        title=title,
        detail=detail,
        note=note,
        quantity=quantity,
        unit_price=price.amount / quantity,
        tax_name=price.tax_level.name,
        tax_percent=price.tax_level.percent,
        net=sums.net,
        tax=sums.tax,
        source=source,
    )
    drafted = invoices.draft(account, price.unit, [wanted], **who)
    return invoices.issue(drafted.pk, **who)


def invoice_of(registration: Registration) -> Invoice | None:
    """The invoice that was raised over this place by itself: at checkout, or by staff."""
    line = (
        InvoiceLine.objects.filter(source_kind=NOUN, source_id=registration.pk)
        .filter(invoice__kind=InvoiceKind.INVOICE)
        .select_related("invoice__currency", "invoice__account")
        .first()
    )
    return line and line.invoice


def told_bill(made: Registration) -> list[Consequence]:
    """How a preview says that it is billed: without the number, which the deed itself takes."""
    found = invoice_of(made) if made.paid_by == PaidBy.INVOICE else None
    if found is None:
        return []
    words = {
        "amount": written(found.gross, found.currency),
        "account": found.account,
        "day": day_text(found.due_on),
    }
    sentence = _("An invoice over %(amount)s for %(account)s, due on %(day)s") % words
    return [Consequence("sent", sentence, 1)]


def own_invoice(registration: Registration, contact: Contact) -> Invoice | None:
    """The invoice that the learner raised by registering at checkout; what staff or a sale billed
    isn't theirs to see.
    """
    if registration.paid_by not in BILLED or contact.user_id is None:
        return None
    theirs = JournalRow.objects.filter(
        kind="registration.made",
        subject_kind=NOUN,
        subject_id=registration.pk,
        by_id=contact.user_id,
    )
    return invoice_of(registration) if theirs.exists() else None


def lines_of(
    registrations: Iterable[Registration] = (), held: Iterable[HeldPlace] = ()
) -> list[InvoiceLine]:
    """The lines of invoices that billed these places, alone or in a sale. One statement."""
    ids = [each.pk for each in registrations if each.paid_by in BILLED]
    interests = [each.interest_id for each in held if each.paid_by == PaidBy.INVOICE]
    if not ids and not interests:
        return []
    sold = Fulfilment.objects.filter(kind=NOUN, object_id__in=ids).order_by()
    named = HeldPlace.objects.filter(filled_by__in=ids).order_by()
    rows = InvoiceLine.objects.filter(
        Q(source_kind=NOUN, source_id__in=ids)
        | Q(interest__in=sold.values("interest"))
        | Q(interest__in=named.values("interest"))
        | Q(interest__in=interests),
        invoice__kind=InvoiceKind.INVOICE,
        invoice__voided_on=None,
    )
    return list(rows.select_related("invoice__account").order_by("invoice_id", "pk"))


def to_credit(registration: Registration) -> Invoice | None:
    """The invoice over this place alone, if there is something left of it to credit."""
    found = invoice_of(registration)
    return found if found and not found.voided_on else None


def credit(registration: Registration, *, reason="", **who) -> list[Consequence]:
    """Credit the line that billed a place by itself, which was just cancelled. Its account is held.

    Nothing to credit (any more): nothing happens.
    """
    line = InvoiceLine.objects.filter(
        source_kind=NOUN, source_id=registration.pk, invoice__kind=InvoiceKind.INVOICE
    ).first()
    if line is None or line.credit_lines.filter(CREDITED).exists():
        return []
    done = crediting.credit(
        line.invoice_id,
        lines={line.pk: line.quantity},
        sources=(),
        leave=True,
        reason=reason or _("The registration was cancelled"),
        **who,
    )
    words = {
        "amount": written(done.note.gross, done.note.currency),
        "account": done.note.account,
        "invoice": line.invoice,
    }
    sentence = _("A credit note over %(amount)s for %(account)s, for %(invoice)s")
    return [Consequence("sent", sentence % words, 1)]


def hold_accounts_of(registration_ids, *, wait: bool = True) -> None:
    """Lock the accounts that were billed for these, in the order of their ids.

    Without `wait`: raise Refusal when somebody else holds one of them right now.
    """
    rows = Registration.objects.filter(
        pk__in=registration_ids, paid_by__in=[PaidBy.INVOICE, PaidBy.CARD]
    )
    ids = set(rows.order_by().values_list("account_id", flat=True))
    found = Account.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    if ids and set(found.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) != ids:
        raise Refusal(_("Somebody is booking on it right now. Wait a moment, then press again."))


def uncredited(registrations: Iterable[Registration]) -> list[Registration]:
    """Those whose own line on an invoice was not credited. One statement."""
    all_of_them = list(registrations)
    ways = {PaidBy.INVOICE, PaidBy.CARD}
    billed = [each.pk for each in all_of_them if each.paid_by in ways]
    if not billed:
        return all_of_them
    lines = InvoiceLine.objects.filter(
        source_kind=NOUN, source_id__in=billed, invoice__kind=InvoiceKind.INVOICE
    )
    notes = InvoiceLine.objects.filter(CREDITED, credits__in=lines.order_by())
    done = set(notes.values_list("credits__source_id", flat=True))
    return [each for each in all_of_them if each.pk not in done]


def told_billed(
    registrations: Iterable[Registration] = (), held: Iterable[HeldPlace] = ()
) -> list[Consequence]:
    """Which invoices billed these places: they stay as they are until finance credits them."""
    lines = lines_of(registrations, held)
    if not lines:
        return []
    found = list({each.invoice_id: each.invoice for each in lines}.values())
    said = tuple(
        _("%(invoice)s to %(account)s") % {"invoice": each, "account": each.account}
        for each in found
    )
    sentence = _("Billed, and not credited by this: finance credits the invoice")
    return [Consequence("stays", sentence, len(said), said[:20])]

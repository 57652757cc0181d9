"""How is a place billed by itself, and which invoice billed it?

What was billed is credited by finance, line by line; cancelling a place only names the invoice.
"""

import decimal
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Price, UnitKind
from crm import invoices, totals
from crm.models import Account, Fulfilment, Invoice, InvoiceKind, InvoiceLine
from tms.consequences import Consequence
from tms.refusals import Refusal

from .models import HeldPlace, PaidBy, Registration

NOUN = "registration"


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


def bill(made: Registration, price: Price, account: Account, **who) -> Invoice:
    """Issue the invoice over a place that was just taken. Takes its number: call it last."""
    sums = line_of(price)
    event = made.event
    wanted = invoices.Wanted(
        title=event.course.title if event else made.path.title,
        detail=event.choice_label.removeprefix(f"{event.course.title}, ") if event else "",
        note=_("Registration %(number)s") % {"number": made.pk},
        quantity=1,
        unit_price=price.amount,
        tax_name=price.tax_level.name,
        tax_percent=price.tax_level.percent,
        net=sums.net,
        tax=sums.tax,
        source=(NOUN, made.pk),
    )
    drafted = invoices.draft(account, price.unit, [wanted], **who)
    return invoices.issue(drafted.pk, **who)


def invoice_of(registration: Registration) -> Invoice | None:
    """The invoice that was raised over this place by itself: at checkout, or by staff."""
    line = (
        InvoiceLine.objects.filter(source_kind=NOUN, source_id=registration.pk)
        .filter(invoice__kind=InvoiceKind.INVOICE)
        .select_related("invoice__currency")
        .first()
    )
    return line and line.invoice


def lines_of(
    registrations: Iterable[Registration] = (), held: Iterable[HeldPlace] = ()
) -> list[InvoiceLine]:
    """The lines of invoices that billed these places, alone or in a sale. One statement."""
    ids = [each.pk for each in registrations if each.paid_by == PaidBy.INVOICE]
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

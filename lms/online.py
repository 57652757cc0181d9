"""How is a training pass bought online, and what becomes of it when it is credited?"""

import datetime
import decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Price, Region, Unit
from crm.models import Account, Contact, Invoice, InvoiceLine
from passes import lifecycle, rules
from passes.models import Pass, PassOption, Source
from tms.models import Organisation
from tms.refusals import Refusal

from . import billing, booked, paying

NOUN = "pass"


def prices_of(option: PassOption, region: Region | None, on: datetime.date) -> list[Price]:
    """What the option costs there. One statement."""
    if region is None:
        return []
    return pricing.prices_for([option.priced_id], region=region, on=on)[option.priced_id]


def refuse_unless_sold(option: PassOption) -> None:
    """Raise Refusal unless the setting allows it, and the option is on sale."""
    if not Organisation.objects.filter(pk=1, sells_online=True).exists():
        raise Refusal(_("Passes aren't sold online here. Ask for the pass instead."))
    rules.on_sale(option)


@transaction.atomic
def buy_by_invoice(
    contact: Contact,
    *,
    option: PassOption,
    unit: Unit,
    amount: decimal.Decimal,
    region: Region,
    order_number: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Pass:
    """Give the contact a pass of `option`, and bill their account: both, or nothing at all.

    `amount` is the net price in `unit` that they have seen in `region`. A second purchase is a
    second pass. Raises PriceChanged, and Refusal where it isn't sold online, or the account
    doesn't pay by invoice.
    """
    account = paying.hold(contact.account_id)
    booked.lock_contact(contact)
    refuse_unless_sold(option)
    billing.may_be_billed(account)
    price = paying.price_in(unit, prices_of(option, region, on), amount)
    who = {"at": at, "on": on, "by": by, "operation": operation}
    made, _bill = give(contact, option, price, account, order_number=order_number, **who)
    return made


def give(
    contact: Contact,
    option: PassOption,
    price: Price,
    account: Account,
    *,
    order_number: str = "",
    **who,
) -> tuple[Pass, Invoice]:
    """Issue the pass as selling one does, and the invoice over it. Account and contact are held."""
    booked.refuse_archived(contact)
    made = lifecycle.issue(
        option=option, account=account, contact=contact, source=Source.ORDER, **who
    )
    invoice = billing.bill_for(
        account,
        price,
        title=option.pass_type.name,
        detail=option.name,
        note=_("Training pass %(number)s") % {"number": made.pk},
        order_number=order_number,
        source=(NOUN, made.pk),
        **who,
    )
    return made, invoice


def invoices_of(contact: Contact) -> dict[int, Invoice]:
    """The invoices over the passes that they bought online, by pass. One statement."""
    mine = Pass.objects.filter(contact=contact, source=Source.ORDER).order_by()
    lines = InvoiceLine.objects.filter(
        source_kind=NOUN, source_id__in=mine.values("pk"), credits=None
    )
    return {
        each.source_id: each.invoice
        for each in lines.select_related("invoice__account", "invoice__currency")
    }

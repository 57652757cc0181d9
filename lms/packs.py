"""How is a pack of tokens bought online?

Who may spend an account's tokens may buy for it. What is bought is an issue of the account, as
when an opportunity is won.
"""

import datetime
import decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Price, Region, Unit, UnitKind
from crm.models import Account, Contact, Invoice, InvoiceLine
from tms.days import number
from tms.models import JournalRow, Organisation
from tms.refusals import Refusal
from tokens import issuing, spending
from tokens import packs as token_packs
from tokens.models import IssueSource, TokenIssue, TokenPack

from . import billing, booked, paying

NOUN = "token_issue"


# What is sold


def on_sale():
    """The packs that are sold where they have a price, in their order. A queryset."""
    rows = TokenPack.objects.filter(archived_at=None, token_type__unit__archived_at=None)
    return rows.select_related("token_type__unit").order_by("position", "pk")


def priced(region: Region | None, on: datetime.date) -> list[tuple[TokenPack, list[Price]]]:
    """Each with its prices in money there; those without any aren't sold. Two statements."""
    found = list(on_sale()) if region else []
    prices = pricing.prices_for([each.priced_id for each in found], region=region, on=on)
    both = [(each, in_money(prices[each.priced_id])) for each in found]
    return [(pack, costs) for pack, costs in both if costs]


def prices_of(pack: TokenPack, region: Region | None, on: datetime.date) -> list[Price]:
    """What it costs there. One statement."""
    if region is None:
        return []
    found = pricing.prices_for([pack.priced_id], region=region, on=on)
    return in_money(found[pack.priced_id])


def in_money(prices) -> list[Price]:
    return [each for each in prices if each.unit.kind == UnitKind.CURRENCY and each.amount]


def words(pack: TokenPack) -> str:
    """Team pack, 50 Gold"""
    return f"{pack.name}, {number(pack.units)} {pack.token_type}"


# Buying


def refuse_unless_sold(pack: TokenPack) -> None:
    """Raise Refusal unless the setting allows it, and the pack is on sale."""
    if not Organisation.objects.filter(pk=1, sells_online=True).exists():
        raise Refusal(_("Tokens aren't sold online here. Write to us about them instead."))
    if not on_sale().filter(pk=pack.pk).exists():
        raise Refusal(_("%(name)s isn't sold any more. Choose another pack.") % {"name": pack})


def may_buy(contact: Contact, account: Account | None) -> None:
    """Raise Refusal unless they may spend the account's tokens."""
    if account is None or not spending.accounts_of(contact).filter(pk=account.pk).exists():
        raise Refusal(
            _("You can't buy tokens for this account: only who may spend its tokens can."),
            field="account",
        )


@transaction.atomic
def buy_by_invoice(
    contact: Contact,
    *,
    pack: TokenPack,
    account: Account,
    unit: Unit,
    amount: decimal.Decimal,
    region: Region,
    order_number: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> TokenIssue:
    """Issue the pack's tokens to the account, and bill it: both, or nothing at all.

    `amount` is the net price in `unit` that they have seen in `region`. A second purchase is a
    second issue. Raises PriceChanged, and Refusal where it isn't sold, they may not buy for the
    account, or it doesn't pay by invoice. Locks the account, the contact, the series last.
    """
    held = paying.hold(account.pk)
    booked.lock_contact(contact)
    booked.refuse_archived(contact)
    refuse_unless_sold(pack)
    may_buy(contact, held)
    billing.may_be_billed(held)
    price = paying.price_in(unit, prices_of(pack, region, on), amount)
    who = {"at": at, "on": on, "by": by, "operation": operation}
    made, _bill = give(pack, price, held, order_number=order_number, **who)
    return made


def give(
    pack: TokenPack, price: Price, account: Account, *, order_number: str = "", **who
) -> tuple[TokenIssue, Invoice]:
    """Issue the tokens, and the invoice over them. The account is held.

    Where the price can be split to the cent the invoice bills each token, so that a part can be
    credited; otherwise the pack as one.
    """
    each = (price.amount / pack.units).quantize(decimal.Decimal("0.0001"))
    wanted = issuing.Wanted(
        account,
        pack.token_type,
        pack.units,
        expires_on=token_packs.expiry_of(pack, who["on"]),
        unit_price=each,
        currency=price.unit,
    )
    (made,) = issuing.issue_many(
        [wanted], source=IssueSource.ORDER, source_kind="token_pack", source_id=pack.pk, **who
    )
    exact = each * pack.units == price.amount and round(each, price.unit.decimals) == each
    invoice = billing.bill_for(
        account,
        price,
        title=pack.name,
        detail=f"{number(pack.units)} {pack.token_type}",
        note="\n".join(
            filter(
                None, [pack.token_type.description, _("Token issue %(number)s") % {"number": made}]
            )
        ),
        order_number=order_number,
        source=(NOUN, made.pk),
        quantity=pack.units if exact else 1,
        **who,
    )
    return made, invoice


def invoices_of(contact: Contact) -> dict[int, Invoice]:
    """The invoices over the packs that they bought themselves, by issue. Two statements."""
    if contact.user_id is None:
        return {}
    issues = TokenIssue.objects.filter(account__in=contact.account_ids(), source=IssueSource.ORDER)
    mine = JournalRow.objects.filter(
        kind="token_issue.issued",
        subject_kind=NOUN,
        subject_id__in=issues.order_by().values("pk"),
        by_id=contact.user_id,
    )
    lines = InvoiceLine.objects.filter(
        source_kind=NOUN, source_id__in=mine.order_by().values("subject_id"), credits=None
    )
    return {
        each.source_id: each.invoice
        for each in lines.select_related("invoice__account", "invoice__currency")
    }

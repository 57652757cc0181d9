"""What is an opportunity about, line by line? Added, edited, moved, removed, while it is open.

What an interest is in particular the app that offers it keeps: its verbs call these, and write
their own row in the same transaction. The sum of the opportunity is kept with every change.
"""

import dataclasses
import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils.translation import gettext as _

from catalog.models import TaxLevel, Unit, UnitKind
from tms import journal
from tms.compiled import Rows
from tms.days import number
from tms.refusals import Refusal, Stale
from tms.text import one_line
from tms.ui.access import allowed

from . import offers, opportunities, totals
from .models import Contact, Interest, InterestContact, Opportunity

OVERRIDE = "crm.override_prices"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """How many of what, at which price.

    `unit_price` is net, for one; `list_price` what the catalogue asks for it (None: nothing fits),
    and another price than that takes the permission to override, except of what the catalogue
    never prices (`priced`). `discount` is in per cent. `contacts` are those it is for by name,
    `quantity` of them at most.
    """

    title: str
    quantity: int
    unit: Unit
    unit_price: Decimal
    tax_level: TaxLevel
    list_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    priced: bool = True
    detail: str = ""
    contacts: Sequence[Contact] = ()


@transaction.atomic
def add(
    opportunity_id: int, offer: str, wanted: Wanted, *, at: datetime.datetime, on, by
) -> Interest:
    """Add an interest, as the last. Locks the opportunity; refused when it is won or lost."""
    found = opportunities.open_one(opportunity_id)
    interest = Interest(opportunity=found, offer=offer)
    _fill(interest, wanted, by)
    last = found.interests.aggregate(last=Max("position"))["last"]
    interest.position = (last or 0) + 1
    interest.save(force_insert=True)
    _name(interest, found, wanted)
    _sum_up(found)
    _write("opportunity.interest_added", found, at=at, on=on, by=by, after=said(interest))
    return interest


@transaction.atomic
def edit(interest_id: int, wanted: Wanted, *, version: int | None = None, at, on, by) -> Interest:
    """Change an interest to what `add` would make of the same answers. Raises Stale and Refusal."""
    interest, found = locked(interest_id, version=version)
    before = said(interest)
    _fill(interest, wanted, by)
    interest.version += 1
    interest.save()
    _name(interest, found, wanted)
    after = said(interest)
    if after != before:
        _sum_up(found)
        _write(
            "opportunity.interest_changed", found, at=at, on=on, by=by, before=before, after=after
        )
    return interest


@transaction.atomic
def remove(interest_id: int, *, at, on, by) -> None:
    """Take an interest off the opportunity; the history keeps it."""
    interest, found = locked(interest_id)
    before = said(interest)
    interest.delete()
    _sum_up(found)
    _write("opportunity.interest_removed", found, at=at, on=on, by=by, before=before)


def locked(interest_id: int, *, version: int | None = None) -> tuple[Interest, Opportunity]:
    """The interest and its opportunity, locked and open. Raises Refusal when it is gone."""
    opportunity_id = (
        Interest.objects.filter(pk=interest_id).values_list("opportunity", flat=True).first()
    )
    found = opportunity_id and opportunities.open_one(opportunity_id)
    interest = (
        Interest.objects.select_related("unit", "tax_level").filter(pk=interest_id).first()
        if found
        else None
    )
    if interest is None:
        raise Refusal(_("This interest was removed meanwhile. Add it again if it is needed."))
    if version is not None and version != interest.version:
        raise Stale(
            _(
                "This interest was changed meanwhile. Here it is as it is now; nothing of yours "
                "was saved."
            )
        )
    interest.opportunity = found
    return interest, found


PEOPLE = Rows(
    lambda interest_id: (
        InterestContact.objects.filter(interest=interest_id)
        .select_related("contact")
        .order_by("position", "pk")
    )
)


def people_of(interest: Interest) -> list[Contact]:
    """Those an interest is for by name, in their order. One statement."""
    return [each.contact for each in PEOPLE(interest_id=interest.pk)]


def said(interest: Interest) -> dict:
    """An interest as the journal keeps it: ids, values and the words of the catalogue."""
    return {
        "interest": interest.pk,
        "offer": interest.offer,
        "title": interest.title,
        "quantity": interest.quantity,
        "unit": interest.unit_id,
        "unit_price": _plain(interest.unit_price),
        "discount": _plain(interest.discount),
        "tax_level": interest.tax_level_id,
        "net": _plain(interest.net),
        "contacts": list(interest.people.values_list("contact_id", flat=True)),
    }


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _fill(interest: Interest, wanted: Wanted, by) -> None:
    found = interest.opportunity
    most = offers.of(interest).most
    if not 1 <= wanted.quantity <= most:
        raise Refusal(
            _("The quantity is between 1 and %(most)s.") % {"most": number(most)},
            field="quantity",
        )
    if wanted.unit.kind == UnitKind.CURRENCY and wanted.unit.pk != found.currency_id:
        raise Refusal(
            _("This opportunity is in %(currency)s. Choose a price in %(currency)s or in tokens.")
            % {"currency": found.currency},
            field="price",
        )
    if not 0 <= wanted.discount <= 100:
        raise Refusal(_("A discount is between 0 and 100 %."), field="discount")
    price = totals.possible_price(wanted.unit_price, wanted.unit)
    kept = (interest.unit_id, interest.unit_price) if interest.pk else None
    overridden = wanted.list_price is None or price != wanted.list_price
    if (
        wanted.priced
        and overridden
        and kept != (wanted.unit.pk, price)
        and by
        and not allowed(by, OVERRIDE)
    ):
        raise Refusal(
            _(
                "You may not set another price than the catalogue's. Ask whoever may, or give a "
                "discount."
            ),
            field="unit_price",
        )
    line = totals.line(
        quantity=wanted.quantity,
        unit=wanted.unit,
        unit_price=price,
        discount=wanted.discount,
        tax_percent=wanted.tax_level.percent,
    )
    if interest.tax_level_id != wanted.tax_level.pk:
        totals.open_level(wanted.tax_level)
    interest.title = one_line(wanted.title, field="title")[:300]
    interest.detail = one_line(wanted.detail, field="detail")[:300]
    interest.quantity, interest.unit, interest.unit_price = wanted.quantity, wanted.unit, price
    interest.list_price, interest.discount = wanted.list_price, wanted.discount
    interest.tax_level, interest.tax_percent = wanted.tax_level, wanted.tax_level.percent
    interest.net, interest.tax = line.net, line.tax


def _name(interest: Interest, found: Opportunity, wanted: Wanted) -> None:
    """Keep for whom it is by name, if they belong to the account."""
    chosen = list(dict.fromkeys(wanted.contacts))
    if len(chosen) > wanted.quantity:
        raise Refusal(
            _("You chose %(people)s people for a quantity of %(n)s.")
            % {"people": len(chosen), "n": wanted.quantity},
            field="contacts",
        )
    linked = set(
        Contact.objects.living()
        .of_account(found.account_id)
        .filter(pk__in=[each.pk for each in chosen])
        .values_list("pk", flat=True)
    )
    if strangers := [each for each in chosen if each.pk not in linked]:
        raise Refusal(
            _("%(names)s: not a contact of %(account)s. Add them to the account first.")
            % {
                "names": ", ".join(each.name for each in strangers),
                "account": found.account,
            },
            field="contacts",
        )
    interest.people.all().delete()
    InterestContact.objects.bulk_create(
        InterestContact(interest=interest, contact=each, position=position)
        for position, each in enumerate(chosen)
    )


def _sum_up(found: Opportunity) -> None:
    """Keep the worth of the opportunity: what its interests in money come to, net."""
    money = found.interests.filter(unit=F("opportunity__currency"))
    found.worth = money.aggregate(n=Sum("net"))["n"] or Decimal(0)
    Opportunity.objects.filter(pk=found.pk).update(worth=found.worth)


def _write(kind: str, found: Opportunity, **particulars) -> None:
    journal.write(
        kind,
        found.pk,
        account_id=found.account_id,
        contact_id=found.contact_id,
        **particulars,
    )

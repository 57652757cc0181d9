"""What does it cost, in which unit?

One kind of price for courses, events, paths and pass options: whatever has a `Priced`. Prices are
stored net. The history of a price stands in the journal under its `priced`.
"""

import datetime
import decimal
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.compiled import Rows
from tms.refusals import Refusal

from .models import Price, Priced, Region, TaxLevel, Unit, UnitKind
from .money import round_money, with_tax, written_or_free
from .price_rules import check, save

__all__ = [
    "beside",
    "edit_price",
    "net_or_with_tax",
    "prices_for",
    "remove_price",
    "round_money",
    "set_price",
    "shown",
]


# Verbs


@transaction.atomic
def set_price(
    priced: Priced,
    *,
    region: Region,
    unit: Unit,
    amount: decimal.Decimal,
    tax_level: TaxLevel | None = None,
    valid_from: datetime.date | None = None,
    valid_to: datetime.date | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Price:
    """Give `priced` a price of `amount` (net, zero is free) of `unit` in `region`.

    `tax_level` is the region's unless given; both days are included, an open end is for ever.
    Refused: a unit that the region doesn't use or that is archived, too many decimals, and days on
    which there is a price in this region and unit already. Locks the priced row.
    """
    lock(priced.pk)
    price = Price(
        priced_id=priced.pk,
        region=region,
        unit=unit,
        amount=amount,
        tax_level=tax_level or region.tax_level,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    check(price)
    save(price)
    journal.write("priced.price_set", priced.pk, at=at, on=on, by=by, after=said(price))
    return price


@transaction.atomic
def edit_price(
    price: Price,
    *,
    region: Region,
    unit: Unit,
    amount: decimal.Decimal,
    tax_level: TaxLevel | None = None,
    valid_from: datetime.date | None = None,
    valid_to: datetime.date | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Price:
    """Change a price to what `set_price` would make of the same answers; refuses the same.

    What is archived may stay where it was. What was sold keeps the price it was sold at.
    """
    lock(price.priced_id)
    price = locked(price)
    before = said(price)
    old = (price.region_id, price.unit_id, price.tax_level_id)
    price.region, price.unit, price.amount = region, unit, amount
    price.tax_level = tax_level or region.tax_level
    price.valid_from, price.valid_to = valid_from, valid_to
    check(price, old=old)
    save(price)
    after = said(price)
    if after != before:
        journal.write(
            "priced.price_changed", price.priced_id, at=at, on=on, by=by, before=before, after=after
        )
    return price


@transaction.atomic
def remove_price(
    price: Price, *, keep_last: bool, at: datetime.datetime, on: datetime.date, by
) -> None:
    """Remove a price. With `keep_last` the last one of its owner is refused.

    `keep_last` is the owner's rule: a published pass option can't be without a price. Nothing that
    was sold changes.
    """
    lock(price.priced_id)
    price = locked(price)
    if keep_last and not Price.objects.filter(priced_id=price.priced_id).exclude(pk=price.pk):
        raise Refusal(
            _("This is the last price, and what is published needs one. Add another price first.")
        )
    before, priced_id = said(price), price.priced_id
    price.delete()
    journal.write("priced.price_removed", priced_id, at=at, on=on, by=by, before=before)


def copy_prices(source_id: int, target_id: int, *, on: datetime.date) -> None:
    """Give the priced `target_id` the prices of `source_id` that have not run out by `on`.

    For duplicating what has prices; the duplication writes the journal.
    """
    prices = Price.objects.filter(priced_id=source_id).exclude(valid_to__lt=on).order_by("pk")
    Price.objects.bulk_create(
        Price(
            priced_id=target_id,
            region_id=price.region_id,
            unit_id=price.unit_id,
            amount=price.amount,
            tax_level_id=price.tax_level_id,
            valid_from=price.valid_from,
            valid_to=price.valid_to,
        )
        for price in prices
    )


# Questions

PRICES = Rows(
    lambda ids, region, on: (
        Price.objects.filter(priced_id__in=ids, region=region)
        .valid_on(on)
        .select_related("unit", "tax_level")
        .order_by("unit__kind", "unit__code", "pk")
    )
)


def prices_for(
    priced_ids: Iterable[int],
    *,
    region: Region,
    on: datetime.date,
    instead: Mapping[int, int] | None = None,
) -> dict[int, list[Price]]:
    """The prices valid on `on` in `region`, by priced id: currencies first, then tokens. One query.

    Every id asked for is a key. `instead` names for an event's priced id its course's: an event's
    own prices override its course's in this region as a whole, and an event without any has the
    course's.
    """
    wanted, instead = list(priced_ids), instead or {}
    found: dict[int, list[Price]] = {}
    for price in PRICES(ids=sorted({*wanted, *instead.values()}), region=region.pk, on=on):
        found.setdefault(price.priced_id, []).append(price)
    return {pk: found.get(pk) or found.get(instead.get(pk), []) for pk in wanted}


def shown(price: Price, region: Region) -> str:
    """The price as `region` shows it, net or with tax: `€490.00`, `€588.00`, `3 Gold`, `Free`."""
    amount = price.amount
    if region.shows_tax and price.unit.kind == UnitKind.CURRENCY:
        amount = with_tax(amount, price.tax_level.percent, price.unit)
    return written_or_free(amount, price.unit)


def net_or_with_tax(price: Price, region: Region) -> str:
    """The words beside a price: `plus tax`, `with tax`, or nothing where there is no tax."""
    taxed = price.amount and price.tax_level.percent and price.unit.kind == UnitKind.CURRENCY
    if not taxed:
        return ""
    return _("with tax") if region.shows_tax else _("plus tax")


def beside(prices: Iterable[Price], region: Region) -> str:
    """Several prices in one line: `€490.00 plus tax, or 3 Gold`; nothing for no price."""
    parts = [
        " ".join(filter(None, [shown(price, region), net_or_with_tax(price, region)]))
        for price in prices
    ]
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s, or %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


# How


def lock(priced_id: int) -> None:
    """Prices of one owner are changed one after another."""
    Priced.objects.select_for_update().get(pk=priced_id)


def locked(price: Price) -> Price:
    """The price as it is now; gone meanwhile is a refusal."""
    found = (
        Price.objects.select_related("region", "unit", "tax_level", "region__tax_level")
        .filter(pk=price.pk)
        .first()
    )
    if found is None:
        raise Refusal(_("This price was removed meanwhile. Add it again if it is needed."))
    return found


def said(price: Price) -> dict:
    """A price as the journal keeps it: ids and values, no names."""
    return {
        "price": price.pk,
        "region": price.region_id,
        "unit": price.unit_id,
        "amount": f"{price.amount.normalize():f}",
        "tax_level": price.tax_level_id,
        "valid_from": price.valid_from,
        "valid_to": price.valid_to,
    }

"""Which options has a pass type, and what do they cost in words? Asked as values, once for a page.

An item may be in dozens of passes: a model for each option, price, unit and tax level was a good
part of its page.
"""

import decimal
import functools
from collections.abc import Callable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import get_language

from catalog import pricing
from catalog.models import Price, Region, TaxLevel, Unit, UnitKind
from passes.models import OptionStatus, PassOption
from tms.compiled import Rows

from .paying import shows


def _options(type_ids, region, on):
    prices = (
        Price.objects.valid_on(on)
        .filter(priced=OuterRef("priced"), region=region)
        .order_by("unit__kind", "unit__code", "pk")
    )
    price = JSONObject(
        amount=Cast("amount", TextField()),
        kind="unit__kind",
        code="unit__code",
        label="unit__label",
        decimals="unit__decimals",
        percent=Cast("tax_level__percent", TextField()),
    )
    return (
        PassOption.objects.filter(pass_type__in=type_ids, status=OptionStatus.PUBLISHED)
        .annotate(prices=ArraySubquery(prices.values(json=price)))
        .order_by("period_unit", "period", "id")
        .values("id", "pass_type_id", "name", "period", "period_unit", "prices")
    )


OPTIONS = Rows(_options)


def of_types(
    type_ids, *, region: Region | None, on, units: Callable[[], frozenset[str] | None]
) -> dict[int, list[tuple[dict, str]]]:
    """(option as values, its prices in words) of each pass type. One statement.

    Without the prices in tokens that the visitor couldn't pay: `units` gives what they could (None:
    not known, all are shown), and is asked only for tokens.
    """
    options = OPTIONS(type_ids=list(type_ids), region=region.pk if region else 0, on=on)
    in_tokens = any(
        price["kind"] == UnitKind.TOKEN for option in options for price in option["prices"]
    )
    could = units() if in_tokens else None
    found: dict[int, list[tuple[dict, str]]] = {}
    for option in options:
        prices = tuple(
            tuple(price.items())
            for price in option["prices"]
            if shows(
                price["kind"],
                price["code"],
                free=not decimal.Decimal(price["amount"]),
                units=could,
            )
        )
        words = _words(prices, region.shows_tax, get_language()) if prices and region else ""
        found.setdefault(option["pass_type_id"], []).append((option, words))
    return found


@functools.lru_cache(maxsize=4096)
def _words(prices, shows_tax: bool, _language) -> str:
    """As `pricing` says them: few differ, and each costs much to write."""
    known = []
    for each in map(dict, prices):
        percent, amount = decimal.Decimal(each.pop("percent")), decimal.Decimal(each.pop("amount"))
        known.append(Price(amount=amount, unit=Unit(**each), tax_level=TaxLevel(percent=percent)))
    return pricing.beside(known, Region(shows_tax=shows_tax))

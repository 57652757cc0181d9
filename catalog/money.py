"""How is an amount of a unit rounded and written? `€490.00`, `3 Gold`, `Free`."""

import decimal
import functools
import re

from babel.numbers import format_currency
from django.utils.translation import gettext as _

from tms import days

from .models import Unit, UnitKind


def round_money(amount: decimal.Decimal, unit: Unit) -> decimal.Decimal:
    """`amount` to the decimals of `unit`, half up: the only place where money is rounded."""
    step = decimal.Decimal(1).scaleb(-unit.decimals)
    return amount.quantize(step, rounding=decimal.ROUND_HALF_UP)


def with_tax(net: decimal.Decimal, percent: decimal.Decimal, unit: Unit) -> decimal.Decimal:
    """What `net` comes to with `percent` of tax on it."""
    return round_money(net * (1 + percent / 100), unit)


def written(amount: decimal.Decimal, unit: Unit) -> str:
    """An amount as the reader's language writes it: `€490.00`, `490,00 €`, `3 Gold`; no `Free`."""
    amount = round_money(amount, unit)
    if unit.kind == UnitKind.TOKEN:
        return f"{days.number(amount)} {unit.label}"
    return _currency(amount, unit.code, days.reader())


@functools.lru_cache(maxsize=4096)
def _currency(amount: decimal.Decimal, code: str, locale) -> str:
    """Few prices differ, and writing one is dear."""
    text = format_currency(amount, code, locale=locale)
    # A code stands apart from its figures, which Babel forgets: SEK 5,400.00
    return re.sub(r"(?<=[A-Z])(?=\d)", "\u00a0", text)


def written_or_free(amount: decimal.Decimal, unit: Unit) -> str:
    """Like `written`, and zero is `Free`."""
    return written(amount, unit) if amount else _("Free")


def decimals_of(amount: decimal.Decimal) -> int:
    """How many digits stand behind the point, trailing zeros aside: 2 for 4.50, 1 for 4.5000."""
    return max(0, -amount.normalize().as_tuple().exponent)

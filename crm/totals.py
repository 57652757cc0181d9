"""What does a line come to, and what do several?

Tax is worked out by line, half up, to the currency's own decimals; sums are of rounded lines.
Tokens are not taxed, and are whole.
"""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import TaxLevel, Unit, UnitKind
from catalog.money import decimals_of, round_money
from tms.refusals import Refusal

# What fits into the columns, with room for sums.
MOST = Decimal("999999999.9999")


@dataclasses.dataclass(frozen=True)
class Line:
    """A line's net sum and tax, both rounded to the decimals of its unit."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclasses.dataclass(frozen=True)
class Sums:
    """Of several lines in one currency: net, tax by level as (name, percent, net, tax), gross."""

    net: Decimal
    taxes: tuple[tuple[str, Decimal, Decimal, Decimal], ...]
    gross: Decimal

    @property
    def tax(self) -> Decimal:
        return self.gross - self.net


def line(
    *, quantity: int, unit: Unit, unit_price: Decimal, discount: Decimal, tax_percent: Decimal
) -> Line:
    """`quantity` at `unit_price` (net), less `discount` per cent; `tax_percent` is on what is left.

    Raises Refusal for tokens that can't be split, and past a thousand million.
    """
    exact = quantity * unit_price * (100 - discount) / 100
    if exact > MOST:
        raise Refusal(_("That comes to more than can be billed. Split it."), field="quantity")
    net = round_money(exact, unit)
    if unit.kind == UnitKind.TOKEN:
        if net != exact:
            raise Refusal(
                _("Tokens are whole: that comes to %(n)s %(unit)s. Change the discount.")
                % {"n": f"{exact.normalize():f}", "unit": unit},
                field="discount",
            )
        return Line(net, Decimal(0))
    return Line(net, round_money(net * tax_percent / 100, unit))


def of(lines: Iterable) -> Sums:
    """The sums of lines in one currency: each has `net`, `tax`, `tax_percent`, `tax_name`.

    Levels stand in the order of their percentage.
    """
    net = tax = Decimal(0)
    levels: dict[tuple[Decimal, str], list[Decimal]] = {}
    for each in lines:
        net += each.net
        tax += each.tax
        level = levels.setdefault((each.tax_percent, each.tax_name), [Decimal(0), Decimal(0)])
        level[0] += each.net
        level[1] += each.tax
    taxes = tuple((name, percent, *sums) for (percent, name), sums in sorted(levels.items()))
    return Sums(net, taxes, net + tax)


@dataclasses.dataclass(frozen=True)
class Apart:
    """Of the interests of an opportunity: `money` (None: nothing costs money), and of each token
    type how many, as (unit, number)."""

    money: Sums | None
    tokens: tuple[tuple[Unit, Decimal], ...]


def apart(lines: Iterable) -> Apart:
    """The sums of lines in a currency, and apart from them those in tokens; each has its `unit`."""
    lines = list(lines)
    money = [each for each in lines if each.unit.kind == UnitKind.CURRENCY]
    units = {each.unit_id: each.unit for each in lines if each.unit.kind == UnitKind.TOKEN}
    tokens = tuple(
        (unit, sum((each.net for each in lines if each.unit_id == pk), Decimal(0)))
        for pk, unit in units.items()
    )
    return Apart(of(money) if money else None, tokens)


def shares(amount: Decimal, parts: int, unit: Unit) -> list[Decimal]:
    """`amount` in `parts` as equal as its unit allows, the larger ones first; the sum is exact."""
    step = Decimal(1).scaleb(-unit.decimals)
    steps, rest = divmod(int(amount / step), parts)
    return [(steps + (n < rest)) * step for n in range(parts)]


def share(amount: Decimal, parts: int, first: int, count: int, unit: Unit) -> Decimal:
    """What `count` of the `shares` come to, after the `first` ones: all of them are the amount."""
    step = Decimal(1).scaleb(-unit.decimals)
    steps, rest = divmod(int(amount / step), parts)
    larger = min(first + count, rest) - min(first, rest)
    return (steps * count + larger) * step


def possible_price(amount: Decimal, unit: Unit) -> Decimal:
    """The price, if there can be one like it in this unit; raises Refusal."""
    if not amount.is_finite():
        raise Refusal(_("That isn't a price."), field="unit_price")
    if amount < 0:
        raise Refusal(_("A price can't be below zero."), field="unit_price")
    if amount > MOST:
        raise Refusal(_("A price has nine digits before the point at most."), field="unit_price")
    if decimals_of(amount) > unit.decimals:
        raise Refusal(
            _("Tokens are whole: type a whole number.")
            if unit.kind == UnitKind.TOKEN
            else _("%(unit)s has %(n)s decimals at most.") % {"unit": unit, "n": unit.decimals},
            field="unit_price",
        )
    return amount


def open_level(level: TaxLevel) -> TaxLevel:
    """The tax level, if something new may be taxed by it; raises Refusal."""
    if level.archived_at:
        raise Refusal(
            _("%(level)s is archived. Choose another tax level.") % {"level": level},
            field="tax_level",
        )
    return level

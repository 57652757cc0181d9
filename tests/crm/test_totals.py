"""What lines come to: rounded by line, half up, to the currency's own decimals (CRM-9)."""

import os
import random
from decimal import Decimal

import pytest

from catalog.models import Unit, UnitKind
from crm import totals
from tests.crm.selling import line
from tms.refusals import Refusal

CODES = {"JPY": 0, "EUR": 2, "KWD": 3}
UNITS = {
    code: Unit(kind=UnitKind.CURRENCY, code=code, decimals=decimals)
    for code, decimals in CODES.items()
}
GOLD = Unit(kind=UnitKind.TOKEN, code="gold", label="Gold", decimals=0)


def come_to(unit, quantity, price, discount="0", tax="0"):
    return totals.line(
        quantity=quantity,
        unit=unit,
        unit_price=Decimal(price),
        discount=Decimal(discount),
        tax_percent=Decimal(tax),
    )


@pytest.mark.parametrize(
    ("code", "quantity", "price", "discount", "tax_percent", "net", "tax"),
    [
        ("EUR", 3, "33.33", "0", "19", "99.99", "19.00"),
        ("EUR", 1, "0.01", "0", "19", "0.01", "0.00"),
        ("EUR", 1, "0.05", "0", "10", "0.05", "0.01"),  # 0.005 is half, and goes up
        ("EUR", 1, "0.05", "50", "0", "0.03", "0"),  # 0.025 is half, and goes up
        ("EUR", 7, "14.29", "33.33", "8.1", "66.69", "5.40"),
        ("EUR", 1, "100", "100", "19", "0", "0"),
        ("EUR", 10_000, "99999.99", "0", "25", "999999900.00", "249999975.00"),
        ("JPY", 3, "333", "0", "10", "999", "100"),
        ("JPY", 1, "5", "50", "0", "3", "0"),  # 2.5
        ("JPY", 1, "15", "10", "10", "14", "1"),  # 13.5, then 1.4
        ("KWD", 3, "0.333", "0", "5", "0.999", "0.050"),
        ("KWD", 1, "0.010", "0", "5", "0.010", "0.001"),  # 0.0005 is half, and goes up
        ("KWD", 7, "1.115", "12.5", "15", "6.829", "1.024"),
    ],
)
def test_a_line_is_rounded_half_up_to_its_currency(
    code, quantity, price, discount, tax_percent, net, tax
):
    found = come_to(UNITS[code], quantity, price, discount, tax_percent)
    assert (found.net, found.tax) == (Decimal(net), Decimal(tax))
    assert found.gross == found.net + found.tax
    assert max(-found.net.as_tuple().exponent, -found.tax.as_tuple().exponent) <= CODES[code]


def test_tokens_are_whole_and_not_taxed():
    found = come_to(GOLD, 3, "2", "50", "19")
    assert (found.net, found.tax) == (Decimal(3), Decimal(0))
    with pytest.raises(Refusal, match=r"Tokens are whole: that comes to 4\.5 Gold"):
        come_to(GOLD, 3, "3", "50", "19")


def test_sums_are_of_rounded_lines_by_level():
    euro = UNITS["EUR"]
    reduced = {"tax_name": "Reduced", "tax_percent": Decimal(7)}
    lines = [
        line("0.03", currency=euro),  # each 0.0057: 0.01
        line("0.03", currency=euro),
        line("0.03", currency=euro),
        line("10", currency=euro, **reduced),
    ]
    sums = totals.of(lines)
    assert sums.taxes == (
        ("Reduced", Decimal(7), Decimal("10.00"), Decimal("0.70")),
        ("Standard", Decimal(19), Decimal("0.09"), Decimal("0.03")),
    )
    assert (sums.net, sums.tax, sums.gross) == (
        Decimal("10.09"),
        Decimal("0.73"),
        Decimal("10.82"),
    )


# Against another way to reckon: whole numbers only

CARTS = int(os.environ.get("CARTS", "2000"))


def half_up(over: int, under: int) -> int:
    """`over / under` as a whole number, half up, without any fraction in between."""
    whole, rest = divmod(over, under)
    return whole + (2 * rest >= under)


def test_random_carts_come_to_what_whole_numbers_say():
    """CARTS=1000000 for many; the seed stands in the message."""
    seed = int(os.environ.get("SEED", "20261122"))
    dice = random.Random(seed)
    for number in range(CARTS):
        code = dice.choice(list(CODES))
        unit, step = UNITS[code], Decimal(1).scaleb(-CODES[code])
        net = tax = 0
        lines = []
        for _ in range(dice.randint(1, 4)):
            quantity = dice.choice((1, 2, 3, 7, dice.randint(1, 10_000)))
            price = dice.choice((0, 1, 5, dice.randint(0, 99), dice.randint(0, 9_999_999)))
            discount = dice.choice((0, 0, 5000, 10_000, dice.randint(0, 10_000)))  # 1/100 %
            level = dice.choice((0, 7000, 19_000, 20_000, dice.randint(0, 99_999)))  # 1/1000 %
            if quantity * price * step > totals.MOST:
                continue
            of_line = half_up(quantity * price * (10_000 - discount), 10_000)
            on_it = half_up(of_line * level, 100_000)
            net, tax = net + of_line, tax + on_it
            given = {"tax_name": "T", "tax_percent": Decimal(level) / 1000}
            lines.append(
                line(
                    price * step, quantity, currency=unit, discount=Decimal(discount) / 100, **given
                )
            )
        sums = totals.of(lines)
        told = (sums.net / step, sums.tax / step, sums.gross / step)
        assert told == (net, tax, net + tax), f"cart {number} of seed {seed}"
        # Any part of a line, and what is left of it, come to the line.
        for each in lines:
            part = dice.randint(0, each.quantity)
            for amount in (each.net, each.tax):
                first = totals.share(amount, each.quantity, 0, part, unit)
                rest = totals.share(amount, each.quantity, part, each.quantity - part, unit)
                assert first + rest == amount, f"cart {number} of seed {seed}"


# What is no price


@pytest.mark.parametrize("code", CODES)
def test_a_price_has_no_more_decimals_than_its_currency(code):
    unit, decimals = UNITS[code], CODES[code]
    fits = Decimal(1).scaleb(-decimals)
    assert totals.possible_price(fits, unit) == fits
    assert totals.possible_price(fits.quantize(Decimal("0.0001")), unit) == fits
    with pytest.raises(Refusal, match=f"{code} has {decimals} decimals at most"):
        totals.possible_price(fits / 10, unit)


@pytest.mark.parametrize(
    ("price", "because"),
    [
        ("-0.01", "below zero"),
        ("-1E+3", "below zero"),
        ("1E+9", "nine digits"),
        ("1E+30", "nine digits"),
        ("1E-9", "decimals at most"),
        ("NaN", "isn't a price"),
        ("Infinity", "isn't a price"),
        ("-Infinity", "isn't a price"),
    ],
)
def test_no_price_is_negative_huge_or_tiny(price, because):
    with pytest.raises(Refusal, match=because):
        totals.possible_price(Decimal(price), UNITS["EUR"])


def test_a_line_past_what_can_be_billed_is_refused():
    with pytest.raises(Refusal, match="Split it"):
        come_to(UNITS["EUR"], 10_000, "999999.99")

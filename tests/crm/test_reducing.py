"""An amount of a line is given back: never more than is left, and split as it was taxed."""

from decimal import Decimal

import pytest

from crm import reducing
from crm.models import Invoice, InvoiceLine
from tests.crm.selling import invoiced, line
from tests.factories import CurrencyFactory
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
CENT = Decimal("0.01")


@pytest.fixture
def euro(europe):
    return CurrencyFactory()


@pytest.fixture
def billed(kestrel, euro, who):
    """Two workshops at 100 euros each, and 19 % of tax: 238 euros."""
    return invoiced(kestrel, line("100", 2, currency=euro), currency=euro, who=who)


@pytest.fixture
def reduce(billed, who):
    def reduced(amount, reason="Late"):
        pk = billed.lines.get().pk
        return reducing.reduce(pk, amount=Decimal(amount), reason=reason, **who)

    return reduced


@pytest.mark.parametrize(
    ("amount", "reason", "field", "sentence"),
    [
        ("10", " ", "reason", "Say why"),
        ("0", "Late", "amount", "no amount that can be given back"),
        ("-1", "Late", "amount", "no amount that can be given back"),
        ("1.005", "Late", "amount", "no amount that can be given back"),
        ("238.01", "Late", None, r"Only €238\.00 of it can still be credited"),
    ],
)
def test_what_is_no_amount_or_has_no_reason_is_refused(reduce, amount, reason, field, sentence):
    with pytest.raises(Refusal, match=sentence) as no:
        reduce(amount, reason)
    assert no.value.field == field
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_parts_come_to_the_line_and_the_last_of_it_credits_it_wholly(reduce, billed):
    reduce("50")
    with pytest.raises(Refusal, match=r"Only €188\.00 of it"):
        reduce("188.01")
    reduce("188")
    notes = InvoiceLine.objects.filter(credits=billed.lines.get())
    assert sum(each.net for each in notes) == 200
    assert sum(each.tax for each in notes) == 38
    assert [each.by_amount for each in notes.order_by("pk")] == [True, False]
    billed.refresh_from_db()
    assert billed.status == "void"


@pytest.mark.parametrize("percent", [Decimal(7), Decimal(19), Decimal("25.5")])
def test_the_net_is_the_one_whose_tax_makes_the_amount_wherever_there_is_one(euro, percent):
    plenty = Decimal(1000)

    def gross(net):
        return net + reducing.round_money(net * percent / 100, euro)

    grosses = {gross(n * CENT) for n in range(1200)}
    for amount in (n * CENT for n in range(1, 1200)):
        net, tax = reducing.split(amount, percent, plenty, plenty, euro)
        assert net + tax == amount
        assert amount not in grosses or gross(net) == amount


def test_no_more_of_either_than_is_left(euro):
    for net_left, tax_left in ((3, 1), (1, 3), (0, 4), (4, 0)):
        left = net_left * CENT, tax_left * CENT
        for amount in (n * CENT for n in range(1, net_left + tax_left)):
            net, tax = reducing.split(amount, Decimal(19), *left, euro)
            assert net + tax == amount
            assert 0 <= net <= left[0]
            assert 0 <= tax <= left[1]

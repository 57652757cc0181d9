"""What goes back to a card in part is credited: a note over the amount, under the next number."""

import dataclasses
from decimal import Decimal

import pytest
from django.urls import reverse

from crm import crediting, documents, reducing
from crm.models import Invoice, InvoiceKind
from lms import cancelling
from lms.models import PaymentState
from lms.payments import arriving, parts, refunding, starting
from lms.payments.trial import Trial
from passes.models import Pass
from tests.factories import CurrencyFactory, EventFactory, PassOptionFactory, PriceFactory
from tests.lms.test_cards import state
from tests.lms.test_pages import text
from tests.lms.test_till import hidden
from tms.refusals import Refusal
from tms.reporting import checking

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(settings, organisation, ada, europe, clock, who):
    """`paid(option=…, amount=…)`: what Ada paid for by card."""
    settings.PAYMENT_PROVIDER = "trial"
    organisation.sells_online = True
    organisation.save()

    def bought(*, amount, **thing):
        PriceFactory(of=thing["priced"], amount=Decimal(amount))
        del thing["priced"]
        chosen = {"unit": CurrencyFactory(), "amount": Decimal(amount), "region": europe}
        made = starting.start(ada, **thing, **chosen, **who)
        arriving.take(Trial().told(made, "paid"), "trial", at=clock.at, on=clock.on())
        made.refresh_from_db()
        return made

    return bought


@pytest.fixture
def place(paid):
    """A place on Coaching at 490.50 euros and 20 % of tax: 588.60."""
    event = EventFactory(course__title="Coaching", capacity=2)
    return paid(event=event, priced=event.course, amount="490.50")


@pytest.fixture
def given(paid):
    """A pass at 900 euros and 20 % of tax: 1,080."""
    option = PassOptionFactory(pass_type__name="Library", name="Annual")
    return paid(option=option, priced=option, amount="900")


def notes():
    rows = Invoice.objects.filter(kind=InvoiceKind.CREDIT_NOTE).order_by("pk")
    return [(each.number, each.net, each.tax) for each in rows]


def back(payment, amount, who):
    said = parts.refund_part(payment.pk, amount=Decimal(amount), reason="Goodwill", **who)
    return [each.sentence for each in said]


def test_a_part_of_a_place_leaves_a_credit_note_and_the_rest_comes_with_cancelling(
    place, browse, office, organisation, clock, who, django_capture_on_commit_callbacks
):
    client, here = browse(office), reverse("lms:refund_part", args=[place.pk])
    said = {"amount": "100", "reason": "Goodwill"}
    shown = client.post(here, hidden(client.get(here)) | said)
    assert "A credit note over €100.00 for Kestrel Rail Group" in text(shown)
    client.post(here, hidden(shown) | said)
    assert notes() == [("CRN-2026-0001", Decimal("83.33"), Decimal("16.67"))]
    note = Invoice.objects.get(kind=InvoiceKind.CREDIT_NOTE)
    (line,) = documents.of_invoice(note, organisation)["lines"]
    assert (line["title"], line["detail"]) == ("Coaching", "A part of the price")
    file = client.get(reverse("crm:invoice_file", args=[note.pk]))
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    bill = place.invoice
    said = text(client.get(reverse("crm:invoice", args=[bill.pk])))
    assert "Credited €100.00 Remains €488.60" in said
    (left,) = crediting.standing(bill, clock.on())
    assert (left.left, left.sums(1, bill.currency)) == (1, (Decimal("407.17"), Decimal("81.43")))
    with django_capture_on_commit_callbacks(execute=True):
        cancelling.cancel(place.registration_id, credit=True, **who)
    assert notes()[1] == ("CRN-2026-0002", Decimal("407.17"), Decimal("81.43"))
    assert state(place, clock) == PaymentState.REFUNDED
    bill.refresh_from_db()
    assert bill.status == "void"
    assert checking.check(on=clock.on(), at=clock.at).broken == {}


def test_what_the_provider_tells_of_our_own_parts_is_known(place, clock, who):
    back(place, "100", who)
    back(place, "50", who)
    for number, amount in enumerate(("100", "150", "588.60")):
        news = Trial().told(place, "refunded")
        news = dataclasses.replace(news, key=f"part-{number}", amount=Decimal(amount))
        known = arriving.take(news, "trial", at=clock.at, on=clock.on())
        assert known == ("done" if amount == "588.60" else "known")
    place.refresh_from_db()
    assert (place.trouble, place.refunded_at) == ("", clock.at)


def test_all_of_a_pass_credits_its_line_as_a_whole_and_the_pass_stays(given, clock, who):
    said = back(given, "80", who)
    assert said == [
        "A credit note over €80.00 for Kestrel Rail Group, for INV-2026-0001",
        "€80.00 goes back to the card that it came from",
    ]
    back(given, "1000", who)
    assert notes() == [
        ("CRN-2026-0001", Decimal("66.67"), Decimal("13.33")),
        ("CRN-2026-0002", Decimal("833.33"), Decimal("166.67")),
    ]
    assert Invoice.objects.get(kind=InvoiceKind.INVOICE).status == "void"
    assert Pass.objects.get().cancelled_at is None
    assert checking.check(on=clock.on(), at=clock.at).broken == {}


def test_what_was_credited_before_its_money_went_isn_t_credited_again(given, who):
    line = given.invoice.lines.get()
    reducing.reduce(line.pk, amount=Decimal(80), reason="Goodwill", **who)
    back(given, "80", who)
    assert [number for number, _net, _tax in notes()] == ["CRN-2026-0001"]
    back(given, "50", who)
    assert sum(net + tax for _number, net, tax in notes()) == 130
    assert refunding.left_of(given) == 950


def test_no_more_than_is_left_of_a_line_and_never_without_a_reason(given, who):
    line = given.invoice.lines.get()
    for amount, reason, why in [
        ("1080.01", "Goodwill", "Only €1,080.00 of it can still be credited"),
        ("0", "Goodwill", "no amount"),
        ("1.005", "Goodwill", "no amount"),
        ("1", " ", "Say why"),
    ]:
        with pytest.raises(Refusal, match=why):
            reducing.reduce(line.pk, amount=Decimal(amount), reason=reason, **who)
    assert notes() == []


def test_a_refused_refund_leaves_no_gap_in_the_numbers(given, who):
    with pytest.raises(Refusal, match="are left"):
        back(given, "1080.01", who)
    back(given, "1", who)
    assert notes()[0][0] == "CRN-2026-0001"


@pytest.mark.parametrize(
    ("amount", "percent", "decimals", "net"),
    [
        ("100", "20", 2, "83.33"),
        ("0.01", "19", 2, "0.01"),
        ("1.09", "19", 2, "0.92"),  # 0.92 and 0.17 is the only pair
        ("0.03", "20", 2, "0.03"),  # 0.02 has no tax, 0.03 has a cent: neither makes 0.03
        ("100", "10", 0, "91"),
        ("1.234", "5", 3, "1.175"),
        ("50", "0", 2, "50"),
    ],
)
def test_an_amount_is_split_so_that_its_tax_is_that_of_its_net(amount, percent, decimals, net):
    unit = CurrencyFactory.build(decimals=decimals)
    plenty = Decimal(1000)
    found = reducing.split(Decimal(amount), Decimal(percent), plenty, plenty, unit)
    assert found == (Decimal(net), Decimal(amount) - Decimal(net))


def test_no_more_net_or_tax_than_is_left():
    unit = CurrencyFactory.build(decimals=2)
    found = reducing.split(Decimal(10), Decimal(20), Decimal(8), Decimal(3), unit)
    assert found == (Decimal(8), Decimal(2))
    found = reducing.split(Decimal(10), Decimal(20), Decimal(12), Decimal(1), unit)
    assert found == (Decimal(9), Decimal(1))

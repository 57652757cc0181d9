"""An invoice in a real browser: what is credited and comes back is said before it is done."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm import interests, opportunities, selling
from crm.models import Invoice
from tests.factories import TokenTypeFactory
from tokens import selling as token_selling
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_part_is_credited_after_the_dialog_said_what_comes_back(open_page, office, kestrel, who):
    deal = opportunities.create(account=kestrel, name="Spring intake", **who)
    wanted = interests.Wanted(
        "Gold tokens", 50, deal.currency, Decimal(20), deal.region.tax_level, priced=False
    )
    gold = TokenTypeFactory(unit__code="Gold")
    token_selling.add_interest(deal.pk, wanted, token_type=gold, **who)
    invoice = selling.win(deal.pk, **who).invoice

    page = open_page(office)
    page.goto(invoice.get_absolute_url())
    page.get_by_role("button", name="Actions for this invoice").click()
    page.get_by_role("link", name="Credit").click()
    preview = page.locator("#dialog-preview")
    expect(preview).to_contain_text("A credit note over €1,200.00 for Kestrel Rail Group")
    page.get_by_role("spinbutton", name="Credit", exact=True).fill("20")
    page.get_by_label("Reason").focus()
    expect(preview).to_contain_text("you credit 20 and take 50 back")
    page.get_by_label("Take back, of 50 Gold").fill("15")
    page.get_by_label("Reason").fill("Fewer people come")
    expect(preview).to_contain_text("5 × Gold tokens, unspent would stay with the customer")
    page.get_by_label("is meant to stay").check()
    expect(preview).to_contain_text("15 Gold taken back from Kestrel Rail Group, 35 remain")
    page.get_by_role("button", name="Credit and take back").click()
    expect(page.get_by_role("heading", name="Credit note CRN-2026-0001")).to_be_visible()
    assert Invoice.objects.get(kind="credit_note").gross == Decimal(480)
    assert TokenIssue.objects.get().remaining == 35

"""A learner buys a place by card and another one by invoice; staff see both."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm import accounts
from tests.factories import EventFactory, PriceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(europe, settings, kestrel, office, clock):
    """Coaching and Budgets have a date each; Kestrel pays by invoice too."""
    settings.PAYMENT_PROVIDER = "trial"
    accounts.edit(kestrel.pk, pays_by_invoice=True, at=clock.at, on=clock.on(), by=office)
    for title in ("Coaching", "Budgets"):
        event = EventFactory(course__title=title, course__slug=title.lower(), capacity=2)
        PriceFactory(of=event.course, amount=Decimal(490))


def to_payment(page, slug, way):
    page.goto(f"/catalogue/{slug}/checkout/date/")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name=way).check()
    page.get_by_role("button", name="Continue").click()


def test_by_card_and_by_invoice(shop, ada, office, open_page):
    page = open_page(ada.user)
    to_payment(page, "coaching", "Card")
    page.get_by_role("button", name="Continue to pay €588.00").click()
    expect(page.get_by_text("A trial: no money moves.")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="You are registered")).to_be_visible()
    to_payment(page, "budgets", "Invoice")
    page.get_by_label("Purchase order number").fill("PO 4711")
    page.get_by_role("button", name="Register by invoice").click()
    expect(page.get_by_role("heading", name="You are registered")).to_be_visible()
    page.get_by_role("link", name="INV-2026-0002").click()
    expect(page.get_by_role("heading", name="Invoice INV-2026-0002")).to_be_visible()
    staff = open_page(office)
    staff.goto("/all-payments/")
    expect(staff.get_by_role("row")).to_have_count(2)
    expect(staff.get_by_role("link", name="INV-2026-0001")).to_be_visible()

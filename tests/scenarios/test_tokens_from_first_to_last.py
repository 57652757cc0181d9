"""Tokens in a browser: bought with, seen going down, given back by staff, seen coming back."""

import re

import pytest
from playwright.sync_api import expect

from crm.models import CustomField
from lms.models import Registration
from tests.factories import CustomFieldFactory, EventFactory
from tests.lms.cast import TODAY, day
from tests.lms.paying import balances, give, let_spend, priced

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(europe, kestrel, ada, clock, office):
    """Coaching for 3 Gold; Kestrel has 2 until December and 5 for good, which Ada may spend."""
    who = {"at": clock.at, "on": TODAY, "by": office}
    event = EventFactory(course__title="Coaching", course__slug="coaching", place="Malmö")
    priced(event.course)
    give(kestrel, 2, day("2026-12-01"), **who)
    give(kestrel, 5, **who)
    let_spend(kestrel, ada, **who)
    CustomFieldFactory(label="Diet", key="diet", ask_at_checkout=True)
    return event


def balance(page):
    page.goto("/profile/tokens/")
    return page.locator(".figures dd").first


@pytest.mark.parametrize("scripts", [True, False])
def test_a_learner_buys_staff_cancel_and_the_tokens_are_back(
    room, ada, office, kestrel, open_page, scripts
):
    page = open_page(ada.user, scripts=scripts)
    expect(balance(page)).to_have_text("7")
    page.goto("/catalogue/coaching/")
    page.get_by_role("link", name="Register").click()
    page.get_by_label(re.compile("7 December 2026")).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Diet").fill("Vegan")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("7 before, 4 after")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Register and pay 3 Gold").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    expect(balance(page)).to_have_text("4")
    place = Registration.objects.get()
    assert balances(kestrel) == [0, 4]

    staff = open_page(office, scripts=scripts)
    staff.goto(f"/all-registrations/{place.pk}/cancellation/")
    expect(staff.get_by_label("Give back 3 Gold")).to_be_checked()
    expect(staff.get_by_text("Given back: 3 Gold")).to_be_visible()
    staff.get_by_role("button", name="Cancel the registration").click()
    expect(staff).not_to_have_url(re.compile("cancellation"))
    expect(balance(page)).to_have_text("7")
    assert balances(kestrel) == [2, 5]


def test_staff_register_by_tokens_in_the_dialog(room, ada, office, kestrel, open_page):
    CustomField.objects.all().delete()
    page = open_page(office)
    page.goto(f"/contacts/{ada.pk}/")
    page.locator("#contact-registrations, main").get_by_role("link", name="Register").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Event").fill("Coach")
    page.get_by_role("option", name=re.compile("Coaching")).click()
    dialog.get_by_label("Payment").select_option(label="Tokens: Gold")
    expect(dialog.get_by_text("3 Gold of Kestrel Rail Group: 7 before, 4 after")).to_be_visible()
    issue = kestrel.token_issues.latest("pk")
    dialog.get_by_label("Issue").select_option(value=str(issue.pk))
    expect(dialog.get_by_text(f"3 from issue #{issue.pk}, without an expiry")).to_be_visible()
    dialog.get_by_role("button", name="Register").click()
    expect(page.get_by_role("cell", name="3 Gold")).to_be_visible()
    assert balances(kestrel) == [2, 2]

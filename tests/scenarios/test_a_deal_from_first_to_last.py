"""The story of a sale, through the real browser: enquired, quoted, won, assigned, used, billed."""

import re

import pytest
from playwright.sync_api import expect

from crm.models import Opportunity
from tests.factories import (
    CourseFactory,
    LmsEventFactory,
    PassOptionFactory,
    PassTypeFactory,
    PriceFactory,
)


@pytest.fixture
def course(europe):
    """A published course that is in the pass type Leadership Library: Annual for €900."""
    course = CourseFactory(title="Leading a First Team", slug="leading")
    LmsEventFactory(course=course)
    library = PassTypeFactory(name="Leadership Library", code="LEAD", opens=[course])
    option = PassOptionFactory(pass_type=library)
    PriceFactory(priced=option.priced, region=europe, amount=900)
    return course


def dialog(page):
    return page.locator("dialog[open]")


def press(page):
    """Press the dialog's own button, and see it close."""
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)


def choose(page, label, letters, name):
    """Type a few letters into a combobox of the dialog, and choose."""
    box = dialog(page).get_by_role("combobox", name=label, exact=True)
    box.press_sequentially(letters)
    dialog(page).get_by_role("option", name=name).click()


def enquire(page):
    page.goto("/opportunities/")
    page.get_by_role("link", name="Add Opportunity").first.click()
    dialog(page).get_by_label("Name").fill("Spring intake")
    choose(page, "Account", "kest", "Kestrel Rail Group")
    dialog(page).locator("button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Spring intake")


def add_passes(page):
    page.get_by_role("button", name="Add Interest").click()
    page.locator("[popover]:popover-open").get_by_role("link", name="Training Passes").click()
    choose(page, "Pass Type", "lead", "Leadership Library")
    expect(dialog(page).get_by_label("Option", exact=True)).to_contain_text("Annual")
    expect(dialog(page).get_by_label("Price", exact=True)).to_contain_text("€900.00")
    dialog(page).get_by_label("Quantity").fill("3")
    dialog(page).get_by_label("Discount").fill("10")
    expect(dialog(page).locator(".sums")).to_contain_text("€2,916.00")
    press(page)
    expect(page.get_by_role("cell", name="€2,916.00").first).to_be_visible()


def test_a_deal_from_first_to_last(open_page, office, ada, course):
    staff = open_page(office)
    enquire(staff)
    add_passes(staff)

    staff.get_by_role("link", name=re.compile("^Quote$|^Make a quote$")).first.click()
    press(staff)
    expect(staff.get_by_role("link", name="QUO-2026-0001").first).to_be_visible()

    # The preview says all of it; one press does it.
    staff.get_by_role("link", name="Win", exact=True).click()
    expect(dialog(staff)).to_contain_text("3 × Leadership Library, Annual")
    expect(dialog(staff)).to_contain_text("An invoice over €2,916.00 for Kestrel Rail Group")
    dialog(staff).locator("button[type=submit]").click()
    expect(staff.get_by_role("link", name="INV-2026-0001").first).to_be_visible()

    # The passes are the account's, each with a link to the deal; one of them becomes Ada's.
    deal = Opportunity.objects.get()
    staff.goto(f"/accounts/{ada.account_id}/passes/")
    expect(staff.get_by_role("link", name="Spring intake")).to_have_count(3)
    staff.get_by_role("button", name="Actions for Leadership Library").first.click()
    entry = staff.locator("[popover]:popover-open").get_by_role("link", name="Edit Assignment")
    entry.click()
    box = dialog(staff).get_by_role("combobox").first
    box.press_sequentially("ada")
    dialog(staff).get_by_role("option", name="Ada Lindqvist").click()
    press(staff)
    expect(staff.get_by_role("link", name="Ada Lindqvist").first).to_be_visible()

    # Ada opens the catalogue, and then the course.
    learner = open_page(ada.user)
    learner.goto("/catalogue/")
    expect(learner.locator("li.card", has_text=course.title).locator("[data-held]")).to_be_visible()
    learner.get_by_role("link", name=course.title).click()
    learner.get_by_role("button", name="Access Now").or_(
        learner.get_by_role("link", name="Access Now")
    ).first.click()
    expect(learner).to_have_url(re.compile("/learn/leading/$"))

    # The invoice is paid, and the deal stays as it was sold.
    staff.goto(f"/opportunities/{deal.pk}/")
    staff.get_by_role("link", name="INV-2026-0001").first.click()
    expect(staff.get_by_text("€2,916.00").first).to_be_visible()

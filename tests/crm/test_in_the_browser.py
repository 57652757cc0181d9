import pytest
from playwright.sync_api import expect

from tests.factories import AccountFactory, ContactFactory, CurrencyFactory, RegionFactory

pytestmark = pytest.mark.usefixtures("alone")


def test_a_contact_is_edited_in_place_and_the_page_shows_it_at_once(open_page, office, ada):
    page = open_page(office)
    page.goto(f"/contacts/{ada.pk}/")
    page.locator("#edit-details").click()
    page.get_by_label("Job title").fill("Head of Operations")
    page.get_by_label("Last name").fill("Holm")
    page.get_by_role("button", name="Save").click()
    # Each panel fetches itself again, in any order.
    expect(page.get_by_role("heading", name="Ada Holm", level=1)).to_be_visible()
    expect(page.locator("#details")).to_contain_text("Head of Operations")
    expect(page.locator("#history")).to_contain_text("Operations Lead")


def test_an_account_is_chosen_by_a_few_letters(open_page, office, kestrel):
    page = open_page(office)
    page.goto("/contacts/")
    page.get_by_role("link", name="Add contact").first.click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("First name").fill("Grace")
    dialog.get_by_role("combobox", name="Account").press_sequentially("kestr")
    dialog.get_by_role("option", name="Kestrel Rail Group").click()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Grace", level=1)).to_be_visible()
    assert kestrel.contacts.get().first_name == "Grace"


def test_the_account_that_is_chosen_brings_region_and_currency(open_page, office, kestrel):
    britain = RegionFactory(name="Britain", currencies=[CurrencyFactory(code="GBP")])
    AccountFactory(name="Northwind", region=britain)
    page = open_page(office)
    page.goto("/opportunities/")
    page.get_by_role("link", name="Add Opportunity").first.click()
    dialog = page.locator("#dialog")
    for letters, name, region, currency in (
        ("north", "Northwind", "Britain", "GBP"),
        ("kestr", "Kestrel Rail Group", "Europe", "EUR"),
    ):
        account = dialog.get_by_role("combobox", name="Account")
        account.fill("")
        account.press_sequentially(letters)
        dialog.get_by_role("option", name=name).click()
        expect(dialog.get_by_label("Region").locator("option:checked")).to_have_text(region)
        expect(dialog.get_by_label("Currency").locator("option:checked")).to_have_text(currency)


def test_archived_and_restored_on_the_page(open_page, office, ada):
    page = open_page(office)
    page.goto(f"/contacts/{ada.pk}/")
    page.get_by_role("button", name="More actions for Ada Lindqvist").click()
    page.get_by_role("link", name="Archive").click()
    expect(page.get_by_text("Ada Lindqvist can't use the LMS any more.")).to_be_visible()
    page.get_by_role("button", name="Archive the contact").click()
    page.get_by_role("link", name="Restore").click()
    page.get_by_role("button", name="Restore the contact").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Restore")).to_have_count(0)
    ada.refresh_from_db()
    assert ada.archived_at is None


def test_without_scripts_a_contact_is_edited_too(open_page, office, ada):
    page = open_page(office, scripts=False)
    page.goto(f"/contacts/{ada.pk}/")
    page.locator("#edit-details").click()
    page.get_by_label("Job title").fill("Conductor")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#details")).to_contain_text("Conductor")


def test_a_task_is_ticked_and_two_that_are_one_are_merged(open_page, office, ada, kestrel):
    ContactFactory(first_name="Ada", last_name="Double", phone="+46 70", account=kestrel)
    page = open_page(office)
    page.goto(f"/contacts/{ada.pk}/")
    page.get_by_role("link", name="Add task").click()
    page.get_by_label("Title").fill("Send the plan")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Mark Send the plan done").click()
    expect(page.locator("#tasks")).to_contain_text("done 22 Nov 2026")
    page.get_by_role("button", name="More actions for Ada Lindqvist").click()
    page.get_by_role("link", name="Merge").click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("combobox", name="Merge with").press_sequentially("double")
    dialog.get_by_role("option", name="Ada Double").click()
    expect(dialog.get_by_text("Ada Double becomes part of Ada Lindqvist.")).to_be_visible()
    dialog.get_by_role("button", name="Merge the contacts").click()
    expect(page.locator("#details")).to_contain_text("+46 70")
    expect(page.locator("#history")).to_contain_text("Ada Double became part of this one")

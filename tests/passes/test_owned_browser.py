"""The life of a pass in a real browser: what moves by itself, the keyboard, and for everybody."""

import contextlib
import datetime

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from lms import checkout
from passes.models import Inclusion, Pass
from tests.factories import ContactFactory, CourseFactory, EventFactory
from tests.passes.conftest import TODAY

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db(transaction=True)


def open_menu(page, name, entry):
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("link", name=entry).click()
    expect(page.locator("#dialog[open]")).to_be_visible()


def test_a_pass_is_added_renewed_and_cancelled_without_loading_the_page(
    open_page, office, ada, library, yearly
):
    page = open_page(office)
    page.goto(f"/contacts/{ada.pk}/")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Add Training Pass").click()
    page.get_by_label("Training Pass", exact=True).press_sequentially("lead")
    page.get_by_role("option", name="Leadership Library").click()
    expect(page.get_by_label("Training Pass Expiry")).to_have_value("2027-11-22")
    page.get_by_role("button", name="Add the pass").click()
    row = page.locator("#contact-passes tbody tr")
    expect(row).to_contain_text("22 Nov 2027")
    expect(row.locator(".badge")).to_have_text("Active")
    expect(page.locator("#dialog")).to_be_hidden()

    pass_ = Pass.objects.get()
    open_menu(page, f"Leadership Library #{pass_.pk}", "Renew Training Pass")
    expect(page.locator("ins", has_text="22 November 2028")).to_be_visible()
    page.get_by_label("until a date of your choice").check()
    page.get_by_label("New Expiry Date").fill("2027-01-31")
    page.get_by_label("Yes, it is to end earlier").check()
    expect(page.get_by_text("This shortens the pass.")).to_be_visible()
    page.get_by_role("button", name="Renew the pass").click()
    expect(row).to_contain_text("31 Jan 2027")
    expect(page.locator("#dialog")).to_be_hidden()

    open_menu(page, f"Leadership Library #{pass_.pk}", "Cancel Training Pass")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    open_menu(page, f"Leadership Library #{pass_.pk}", "Cancel Training Pass")
    page.get_by_label("Reason").fill("Bought twice")
    page.get_by_role("button", name="Cancel the pass").click()
    expect(row.locator(".badge")).to_have_text("Cancelled")
    page.get_by_role("button", name=f"Actions for Leadership Library #{pass_.pk}").click()
    expect(page.get_by_text("It was cancelled. Add a new pass instead.")).to_be_visible()
    assert page.evaluate("window.stayed") is True


def test_a_new_holder_is_found_by_typing_and_the_keyboard_alone(
    open_page, office, issue, library, ada, kestrel, clock
):
    jonas = ContactFactory(first_name="Jonas", last_name="Brandt", account=kestrel)
    course = CourseFactory(title="Coaching for Managers")
    Inclusion.objects.create(pass_type=library, item=course)
    pass_ = issue()
    event = EventFactory(course=course, first_on=day("2026-12-03"))
    checkout.book_by_pass(ada, event=event, at=clock.at, on=TODAY, by=None)
    page = open_page(office)
    page.goto(f"/accounts/{kestrel.pk}/passes/")
    open_menu(page, f"Leadership Library #{pass_.pk}", "Edit Assignment")
    box = page.get_by_label("New contact")
    box.press_sequentially("bran")
    expect(page.get_by_role("option", name="Jonas Brandt")).to_be_visible()
    page.keyboard.press("Enter")
    released = "Coaching for Managers, 3 December 2026: Ada Lindqvist"
    expect(page.get_by_text(released)).to_be_visible()
    page.get_by_role("button", name="Save").click()
    rows = page.locator("#list-rows")
    expect(rows.get_by_role("link", name="Jonas Brandt")).to_be_visible()
    assert Pass.objects.get(pk=pass_.pk).contact == jonas


def test_ticked_passes_are_handed_to_contacts_chosen_as_chips(
    open_page, office, issue, ada, kestrel
):
    ContactFactory(first_name="Jonas", last_name="Brandt", account=kestrel)
    for _number in range(3):
        issue(contact=None)
    page = open_page(office)
    page.goto(f"/accounts/{kestrel.pk}/passes/")
    page.get_by_label("Tick every row of this page").check()
    page.get_by_role("button", name="Assign").click()
    box = page.get_by_label("Contacts", exact=True)
    for letters, name in (("lindq", "Ada Lindqvist"), ("bran", "Jonas Brandt")):
        box.press_sequentially(letters)
        page.get_by_role("option", name=name).click()
        expect(page.locator(".chip", has_text=name)).to_be_visible()
    expect(page.get_by_text("Are assigned; 1 stays unassigned")).to_be_visible()
    page.get_by_role("button", name="Leave out Jonas Brandt").click()
    expect(page.get_by_text("Are assigned; 2 stay unassigned")).to_be_visible()
    page.get_by_role("button", name="Assign the passes").click()
    rows = page.locator("#list-rows")
    expect(rows.get_by_role("link", name="Ada Lindqvist")).to_be_visible()
    assert Pass.objects.filter(contact=None).count() == 2


def test_contacts_ticked_in_their_list_are_given_a_pass(open_page, office, ada, library, yearly):
    page = open_page(office)
    page.goto("/contacts/")
    page.get_by_label("Tick every row of this page").check()
    page.get_by_role("button", name="Add Training Pass").click()
    page.get_by_label("Training Pass", exact=True).press_sequentially("lead")
    page.get_by_role("option", name="Leadership Library").click()
    expect(page.get_by_label("Training Pass Expiry")).to_have_value("2027-11-22")
    page.get_by_role("button", name="Add the passes").click()
    expect(page.locator("#dialog")).to_be_hidden()
    assert Pass.objects.get().contact == ada


def test_a_preview_that_comes_late_does_not_hide_the_newer_one(open_page, office, issue):
    pass_ = issue()
    page = open_page(office)
    held = []

    def the_first_is_slow(route):
        if "show=preview" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/extension/", the_first_is_slow)
    page.goto("/passes/")
    open_menu(page, f"Leadership Library #{pass_.pk}", "Extend Training Pass")
    new = page.get_by_label("New Expiry Date")
    with page.expect_request(lambda sent: "show=preview" in (sent.post_data or "")):
        new.fill("2028-03-31")
        new.dispatch_event("change")
    new.fill("2027-02-15")
    new.dispatch_event("change")
    preview = page.locator("#dialog-preview")
    expect(preview).to_contain_text("15 February 2027")
    # The browser has given the first up already, or would still take its answer.
    with contextlib.suppress(PlaywrightError):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(preview).to_contain_text("15 February 2027")
    page.unroute_all(behavior="ignoreErrors")


def test_without_scripts_a_pass_is_added_and_shortened_on_pages(
    open_page, office, ada, library, yearly
):
    page = open_page(office, scripts=False)
    page.goto(f"/contacts/{ada.pk}/")
    page.get_by_role("link", name="Add Training Pass").click()
    page.get_by_label("Training Pass", exact=True).fill("leadership")
    page.get_by_role("button", name="Add the pass").click()
    page.get_by_label("Training Pass Option").select_option(label="Annual, 12 months")
    page.get_by_role("button", name="Add the pass").click()
    page.wait_for_url(f"**/contacts/{ada.pk}/")
    pass_ = Pass.objects.get()
    page.goto(f"/passes/{pass_.pk}/extension/")
    page.get_by_label("New Expiry Date").fill("2027-01-31")
    page.get_by_role("button", name="Save the new expiry").click()
    expect(page.get_by_text("This shortens the pass.")).to_be_visible()
    page.get_by_role("button", name="Save the new expiry").click()
    page.wait_for_url(f"**/passes/{pass_.pk}/")
    assert Pass.objects.get().expires_on == day("2027-01-31")


def test_shortening_is_said_before_it_is_saved(open_page, office, issue):
    pass_ = issue()
    page = open_page(office)
    page.goto(f"/passes/{pass_.pk}/")
    page.locator("#pass-menu-button").click()
    page.get_by_role("link", name="Extend Training Pass").click()
    page.get_by_label("New Expiry Date").fill("2028-01-31")
    expect(page.get_by_text("31 January 2028")).to_be_visible()
    page.get_by_label("New Expiry Date").fill("2027-01-31")
    expect(page.get_by_text("This shortens the pass.")).to_be_visible()

"""Pass types in a browser: set up from nothing to on sale, training ticked across searches."""

import pytest
from playwright.sync_api import expect

from passes.models import PassType, TypeStatus
from tests.axe import axe
from tests.factories import (
    CategoryFactory,
    CourseFactory,
    EventFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    PriceFactory,
)


@pytest.fixture
def shelf(europe):
    """Thirty courses on data, one on leading with an event, a path."""
    data = CategoryFactory(name="Data")
    for number in range(30):
        CourseFactory(title=f"Data {number:02}", code=f"DAT-{number:02}", categories=[data])
    EventFactory(course=CourseFactory(title="Leading", code="LED-1"), code="LED-1-A")
    PathFactory(title="New Manager", code="PATH-1")


def answer(page, **answers):
    """Fill in the open dialog and send it."""
    expect(page.locator("dialog[open] .dialog__footer")).to_be_visible()
    for name, value in answers.items():
        page.fill(f"dialog [name={name}]", value)
    page.click("dialog .dialog__footer button[type=submit]")


def from_menu(page, name, label):
    page.click(f"[aria-label='Actions for {name}']")
    page.click(f".menu:popover-open >> text={label}")


def test_a_type_is_set_up_from_nothing_to_on_sale(open_page, office, shelf):
    page = open_page(office)
    page.goto("/control-panel/")
    page.fill("main [type=search]", "passes")
    page.click("main >> text=Training Passes")
    page.click(".page__actions >> text=Create Training Pass Type")
    answer(page, name="Leadership Library", code="LEAD")
    page.wait_for_url("**/pass-types/*/")
    page.evaluate("window.same = true")
    expect(page.locator(".page__actions [aria-disabled=true]")).to_have_text("Publish")

    page.click("text=Create Pass Option")
    answer(page, name="Annual", period="12")
    expect(page.locator("tbody >> text=12 months")).to_be_visible()
    from_menu(page, "Annual", "Add Price")
    answer(page, amount="490")
    expect(page.locator("tbody >> text=€490.00")).to_be_visible()
    from_menu(page, "Annual", "Publish")
    answer(page)
    expect(page.locator("tbody [data-status=published]")).to_be_visible()

    page.click(".page__actions a:has-text('Publish')")
    answer(page)
    expect(page.locator("h1 [data-status=active]")).to_be_visible()
    assert page.evaluate("window.same")
    assert PassType.objects.get().status == TypeStatus.ACTIVE


def test_what_is_ticked_survives_searching_and_paging(open_page, office, shelf):
    made = PassTypeFactory(name="Mine")
    page = open_page(office)
    page.goto(f"/pass-types/{made.pk}/")
    page.click("#add-training")
    rows, told = page.locator("#candidates tbody tr"), page.locator("dialog [data-ticked]")
    expect(rows).to_have_count(25)
    page.check("dialog [aria-label='Data 03 DAT-03']")
    page.click("#candidates >> text=Next")
    expect(page.locator("#candidates >> text=Page 2 of 2")).to_be_visible()
    page.check("dialog [aria-label='Data 27 DAT-27']")
    page.fill("dialog [name=q]", "new man")
    expect(rows).to_have_count(1)
    page.check("dialog [aria-label='New Manager PATH-1']")
    expect(told).to_have_text("3")
    page.fill("dialog [name=q]", "")
    expect(rows).to_have_count(25)
    expect(page.locator("dialog [aria-label='Data 03 DAT-03']")).to_be_checked()
    page.uncheck("dialog [aria-label='Data 03 DAT-03']")
    expect(told).to_have_text("2")
    page.click("dialog .dialog__footer >> text=Add Training")
    expect(page.locator("#training tbody tr")).to_have_count(2)
    expect(page.locator("#training tbody")).to_contain_text("Data 27")


def test_all_of_the_page_and_everything_that_matches(open_page, office, shelf):
    made = PassTypeFactory(name="Mine")
    page = open_page(office)
    page.goto(f"/pass-types/{made.pk}/")
    page.click("#add-training")
    told = page.locator("dialog [data-ticked]")
    page.check("#candidates [data-tick-page]")
    expect(told).to_have_text("25")
    page.uncheck("#candidates [data-tick-page]")
    page.select_option("dialog [name=kind]", "course")
    page.fill("dialog [name=q]", "data")
    page.click("#candidates >> text=Tick all 30")
    expect(told).to_have_text("30")
    page.click("dialog .dialog__footer >> text=Add Training")
    expect(page.locator("#training >> text=of 30")).to_be_visible()
    page.check("#training [data-tick-page]")
    page.click("#training .bulk >> text=Remove from this pass")
    expect(page.locator("#dialog")).to_contain_text("30 trainings close.")
    answer(page)
    expect(page.locator("text=No training yet")).to_be_visible()


def test_enter_in_the_search_adds_nothing(open_page, office, shelf):
    made = PassTypeFactory(name="Mine")
    page = open_page(office)
    page.goto(f"/pass-types/{made.pk}/")
    page.click("#add-training")
    page.check("dialog [aria-label='Data 00 DAT-00']")
    page.fill("dialog [name=q]", "leading")
    page.keyboard.press("Enter")
    expect(page.locator("#candidates tbody tr")).to_have_count(2)
    expect(page.locator("dialog[open]")).to_be_visible()
    assert made.inclusions.count() == 0


def test_without_scripts_training_is_added_all_the_same(open_page, office, shelf):
    made = PassTypeFactory(name="Mine")
    page = open_page(office, scripts=False)
    page.goto(f"/pass-types/{made.pk}/")
    page.click("#add-training")
    page.check("[aria-label='Data 00 DAT-00']")
    page.fill("[name=q]", "leading")
    page.click(".filters button:visible")
    page.check("[aria-label='Leading LED-1']")
    page.click(".dialog__footer >> text=Add Training")
    page.wait_for_url(f"**/pass-types/{made.pk}/")
    assert made.inclusions.count() == 2


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_nobody_is_shut_out(open_page, office, shelf, width, dark):
    made = PassTypeFactory(name="Mine", opens=[CourseFactory()])
    option = PassOptionFactory(pass_type=made)
    PriceFactory(of=option)
    PassOptionFactory(pass_type=made, name="Old", status="archived")
    PassTypeFactory(status=TypeStatus.DRAFT)
    page = open_page(office, width=width, dark=dark, bypass_csp=True)
    for address in ("/pass-types/", f"/pass-types/{made.pk}/"):
        page.goto(address)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#add-training")
    page.check("dialog [aria-label='Data 00 DAT-00']")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.click(".page__actions a:has-text('Archive')")
    expect(page.locator("dialog[open] .preview")).to_be_visible()
    assert axe(page) == []

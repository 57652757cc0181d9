"""What only a browser shows: focus, Escape, keys, what comes and goes; that nobody is shut out."""

import pytest
from playwright.sync_api import expect

from tests.axe import axe
from tests.ui.site import write
from tests.ui.test_list import many
from tests.ui.test_shell import BROUGHT
from tms.models import JournalRow
from tms.ui import register

PAGES = ["/facts/?kind=fact.open", "/control-panel/", "/search/?q=fa", "/facts/new/", "/nowhere/"]
pytestmark = [pytest.mark.urls("tests.ui.site")]


@pytest.fixture(autouse=True)
def _brought(monkeypatch):
    monkeypatch.setattr(register, "all_of", lambda: BROUGHT)


def focused(page):
    return page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


class TestDialog:
    def test_it_opens_keeps_focus_closes_on_escape_and_gives_focus_back(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.wait_for_selector("dialog[open] #dialog-title")
        assert 'name="name"' in focused(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog:not([open])", state="attached")
        assert 'href="/facts/new/"' in focused(page)
        assert page.inner_html("#dialog") == ""

    def test_errors_are_shown_in_place_and_what_was_typed_stays(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=note]", "keep me")
        page.click("dialog button[type=submit]")
        page.wait_for_selector("dialog[open] .error")
        assert page.input_value("[name=note]") == "keep me"
        assert 'aria-invalid="true"' in focused(page)

    def test_done_it_closes_and_the_list_shows_it_without_a_reload(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.evaluate("window.same = true")
        page.click(".page__actions a")
        page.fill("[name=name]", "A new fact")
        page.keyboard.press("Enter")
        page.wait_for_selector("tbody >> text=A new fact")
        assert page.evaluate("window.same && !document.getElementById('dialog').open")

    def test_from_a_menu_the_focus_comes_back_to_its_button(self, open_page, office):
        fact = write("A fact", by=office)
        page = open_page(office)
        page.goto("/facts/")
        page.click("tbody [popovertarget]")
        page.click(".menu:popover-open >> text=End")
        page.wait_for_selector("dialog[open] .preview")
        page.keyboard.press("Escape")
        assert f'id="list-menu-{fact.pk}-button"' in focused(page)

    def test_a_server_that_fails_is_a_sentence_and_what_was_typed_stays(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=name]", "keep me")
        page.route("**/facts/new/", lambda route: route.fulfill(status=500, body="broken"))
        page.click("dialog button[type=submit]")
        assert "The server could not do this" in page.inner_text("dialog [role=alert]")
        page.unroute("**/facts/new/")
        page.route("**/facts/new/", lambda route: route.abort())
        page.click("dialog button[type=submit]")
        page.wait_for_selector("text=The server can’t be reached.")
        assert page.input_value("[name=name]") == "keep me"

    def test_without_scripts_it_is_a_page(self, open_page, office):
        page = open_page(office, scripts=False)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=name]", "A new fact")
        page.click("button[type=submit] >> text=Add the fact")
        assert page.url.endswith("/facts/")
        assert page.is_visible("tbody >> text=A new fact")


class TestList:
    def test_filters_work_as_one_types_and_stand_in_the_address(self, open_page, office):
        many(60)
        page = open_page(office)
        page.goto("/facts/?size=25")
        page.fill("[name=q]", "fact 05")
        page.wait_for_url("**/facts/?*q=fact%2005*")
        expect(page.locator("tbody tr")).to_have_count(11)
        assert 'name="q"' in focused(page)
        page.click(".filters__chips >> text=Show everything")
        expect(page.locator("tbody tr")).to_have_count(25)
        assert page.input_value("[name=q]") == ""
        page.go_back()
        expect(page.locator("tbody tr")).to_have_count(11)

    def test_ticks_show_the_bar_and_open_its_dialog(self, open_page, office):
        many(60)
        page = open_page(office)
        page.goto("/facts/?size=25")
        assert not page.is_visible(".bulk")
        page.check("tbody tr:nth-child(1) [name=ids]")
        page.locator("tbody tr:nth-child(4) [name=ids]").click(modifiers=["Shift"])
        assert page.inner_text(".bulk strong") == "4 ticked"
        page.check("[data-tick-page]")
        assert page.inner_text(".bulk strong") == "25 ticked"
        page.check("text=All 60 that match")
        page.click(".bulk >> text=End")
        page.wait_for_selector("dialog[open] h3 >> text=60 end")

    def test_on_a_phone_filters_unfold_order_is_a_menu_and_a_page_can_be_ticked(
        self, open_page, office
    ):
        many(30)
        page = open_page(office, width=390)
        page.goto("/facts/")
        assert page.is_visible("[name=q]")
        assert not page.is_visible("[name=kind]")
        page.click(".filters summary")
        page.select_option("[name=kind]", "fact.open")
        page.wait_for_selector("text=Status: Open")
        page.click("[aria-label=Sort]")
        page.click("#list-sort >> text=Name")
        expect(page.locator("tbody th").first).to_have_text("Fact 000")
        page.check("tbody tr:nth-child(2) [name=ids]")
        page.click("text=Tick the page")
        assert page.inner_text(".bulk strong") == "30 ticked"

    def test_ticks_work_without_scripts(self, open_page, office):
        many(3)
        page = open_page(office, scripts=False)
        page.goto("/facts/")
        page.check("tbody tr:nth-child(1) [name=ids]")
        page.click(".bulk >> text=End")
        assert page.is_visible("h3 >> text=1 end")


class TestSearch:
    def test_a_slash_opens_it_arrows_choose_enter_opens(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.keyboard.press("/")
        page.keyboard.type("fa")
        page.wait_for_selector("#search [role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.get_attribute("#search input", "aria-activedescendant") == "search-hit-1-2"
        page.keyboard.press("Enter")
        page.wait_for_url("**/facts/1/")

    def test_enter_alone_opens_all_results(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click("[data-search]")
        page.keyboard.type("fa")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=fa")


def test_the_control_panel_narrows_as_one_types(open_page, office):
    page = open_page(office)
    page.goto("/control-panel/")
    page.fill("[name=q]", "subscr")
    assert page.locator(".directory a:visible").all_inner_texts()[0].startswith("Training Passes")
    assert page.locator(".directory section:visible").count() == 1
    page.fill("[name=q]", "zz")
    assert page.is_visible("text=No setting is called that")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_nobody_is_shut_out(open_page, office, dark, width):
    many(30)
    # axe itself works with inline styles
    page = open_page(office, dark=dark, width=width, bypass_csp=True)
    for url in PAGES:
        page.goto(url)
        assert (url, axe(page)) == (url, [])
        assert (url, page.evaluate("document.documentElement.scrollWidth")) == (url, width)
    page.goto("/facts/")
    page.check("tbody tr:nth-child(1) [name=ids]")
    page.click("tbody [popovertarget]")
    assert axe(page) == []
    page.click(".menu:popover-open >> text=End")
    page.wait_for_selector("dialog[open] .preview")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog[open] .error")
    assert axe(page) == []
    assert JournalRow.objects.filter(kind="fact.over").count() == 0

"""What only a browser shows: focus, Escape, keys, what comes and goes; that nobody is shut out."""

import re

import pytest
from playwright.sync_api import expect

from tests.axe import axe
from tests.ui.site import write
from tests.ui.test_list import many
from tests.ui.test_shell import BROUGHT
from tms.models import JournalRow
from tms.ui import register

PAGES = ["/facts/?kind=fact.open", "/control-panel/", "/search/?q=fa", "/facts/new/", "/nowhere/"]
pytestmark = [pytest.mark.usefixtures("site")]


@pytest.fixture(autouse=True)
def _brought(monkeypatch):
    monkeypatch.setattr(register, "all_of", lambda: BROUGHT)


class TestDialog:
    def test_it_opens_keeps_focus_closes_on_escape_and_gives_focus_back(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        expect(page.locator("dialog[open] #dialog-title")).to_be_visible()
        expect(page.locator("dialog [name=name]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).to_be_hidden()
        expect(page.locator(".page__actions [href='/facts/new/']")).to_be_focused()
        expect(page.locator("#dialog > *")).to_have_count(0)

    def test_errors_are_shown_in_place_and_what_was_typed_stays(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=note]", "keep me")
        page.click("dialog button[type=submit]")
        expect(page.locator("dialog[open] .error")).to_be_visible()
        expect(page.locator("[name=note]")).to_have_value("keep me")
        expect(page.locator("dialog [name=name][aria-invalid=true]")).to_be_focused()

    def test_done_it_closes_and_the_list_shows_it_without_a_reload(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.evaluate("window.same = true")
        page.click(".page__actions a")
        page.fill("[name=name]", "A new fact")
        page.keyboard.press("Enter")
        expect(page.locator("tbody >> text=A new fact")).to_be_visible()
        expect(page.locator("#dialog")).to_be_hidden()
        assert page.evaluate("window.same")

    def test_from_a_menu_the_focus_comes_back_to_its_button(self, open_page, office):
        fact = write("A fact", by=office)
        page = open_page(office)
        page.goto("/facts/")
        page.click("tbody [popovertarget]")
        page.click(".menu:popover-open >> text=End")
        expect(page.locator("dialog[open] .preview")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(f"#list-menu-{fact.pk}-button")).to_be_focused()

    def test_a_server_that_fails_is_a_sentence_and_what_was_typed_stays(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=name]", "keep me")
        page.route("**/facts/new/", lambda route: route.fulfill(status=500, body="broken"))
        page.click("dialog button[type=submit]")
        expect(page.locator("dialog [role=alert]")).to_contain_text("The server could not do this")
        page.unroute("**/facts/new/")
        page.route("**/facts/new/", lambda route: route.abort())
        page.click("dialog button[type=submit]")
        expect(page.locator("dialog [role=alert]")).to_contain_text("can’t be reached")
        expect(page.locator("[name=name]")).to_have_value("keep me")

    def test_without_scripts_it_is_a_page(self, open_page, office):
        page = open_page(office, scripts=False)
        page.goto("/facts/")
        page.click(".page__actions a")
        page.fill("[name=name]", "A new fact")
        page.click("button[type=submit] >> text=Add the fact")
        expect(page.locator("tbody >> text=A new fact")).to_be_visible()
        expect(page).to_have_url(re.compile("/facts/$"))


class TestList:
    def test_filters_work_as_one_types_and_stand_in_the_address(self, open_page, office):
        many(60)
        page = open_page(office)
        page.goto("/facts/?size=25")
        page.fill("[name=q]", "fact 05")
        expect(page).to_have_url(re.compile(r"/facts/\?.*q=fact%2005"))
        expect(page.locator("tbody tr")).to_have_count(11)
        expect(page.locator("#filter_q")).to_be_focused()
        page.click(".filters__chips >> text=Show everything")
        expect(page.locator("tbody tr")).to_have_count(25)
        expect(page.locator("#filter_q")).to_have_value("")
        page.go_back()
        expect(page.locator("tbody tr")).to_have_count(11)

    def test_ticks_show_the_bar_and_open_its_dialog(self, open_page, office):
        many(60)
        page = open_page(office)
        page.goto("/facts/?size=25")
        expect(page.locator(".bulk")).to_be_hidden()
        page.check("tbody tr:nth-child(1) [name=ids]")
        page.locator("tbody tr:nth-child(4) [name=ids]").click(modifiers=["Shift"])
        expect(page.locator(".bulk strong")).to_have_text("4 ticked")
        page.check("[data-tick-page]")
        expect(page.locator(".bulk strong")).to_have_text("25 ticked")
        page.check("text=All 60 that match")
        page.click(".bulk >> text=End")
        expect(page.locator("dialog[open] h3")).to_have_text("60 end")

    def test_on_a_phone_filters_unfold_order_is_a_menu_and_a_page_can_be_ticked(
        self, open_page, office
    ):
        many(30)
        page = open_page(office, width=390)
        page.goto("/facts/")
        expect(page.locator("#filter_q")).to_be_visible()
        expect(page.locator(".filters [name=kind]")).to_be_hidden()
        page.click(".filters summary")
        page.select_option("[name=kind]", "fact.open")
        expect(page.locator("text=Status: Open")).to_be_visible()
        page.click("[aria-label=Sort]")
        page.click("#list-sort >> text=Name")
        expect(page.locator("tbody th").first).to_have_text("Fact 000")
        page.check("tbody tr:nth-child(2) [name=ids]")
        page.click("text=Tick the page")
        expect(page.locator(".bulk strong")).to_have_text("30 ticked")

    def test_ticks_work_without_scripts(self, open_page, office):
        many(3)
        page = open_page(office, scripts=False)
        page.goto("/facts/")
        page.check("tbody tr:nth-child(1) [name=ids]")
        page.click(".bulk >> text=End")
        expect(page.locator("h3 >> text=1 end")).to_be_visible()


class TestSearch:
    def test_a_slash_opens_it_arrows_choose_enter_opens(self, open_page, office):
        page = open_page(office)
        page.goto("/facts/")
        page.keyboard.press("/")
        # In one go: letter by letter, the answer to the first could come between the arrows.
        page.keyboard.insert_text("fa")
        expect(page.locator("#search [role=option]").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        pointed = page.locator("#search input")
        expect(pointed).to_have_attribute("aria-activedescendant", "search-hit-1-2")
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
    first = page.locator(".directory a:visible").first
    expect(first).to_have_text(re.compile(r"^\s*Training Passes"))
    expect(page.locator(".directory section:visible")).to_have_count(1)
    page.fill("[name=q]", "zz")
    expect(page.locator("text=No setting is called that")).to_be_visible()


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
    expect(page.locator("dialog[open] .preview")).to_be_visible()
    page.click("dialog button[type=submit]")
    expect(page.locator("dialog[open] .error")).to_be_visible()
    assert axe(page) == []
    assert JournalRow.objects.filter(kind="fact.over").count() == 0

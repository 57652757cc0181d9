"""A trainer drags units about, loses a tab, and finds what they typed."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import ContentUnitFactory, CourseFactory, SectionFactory


@pytest.mark.django_db(transaction=True)
def test_a_trainer_drags_a_unit_over_and_finds_a_lost_text_again(office, open_page):
    course = CourseFactory(title="Leading")
    one, two = (SectionFactory(course=course, title=title) for title in ("One", "Two"))
    for title in ("Begin", "Middle", "End"):
        ContentUnitFactory(section=one, title=title)
    ContentUnitFactory(section=two, title="More")
    page = open_page(office)
    page.goto(f"/courses/{course.pk}/")
    rows = page.locator("[data-arrange='unit'] > li")
    titles = rows.locator("span > a:first-child")
    expect(titles).to_have_text(["Begin", "Middle", "End", "More"])
    rows.nth(3).scroll_into_view_if_needed()
    first, last = rows.nth(0).bounding_box(), rows.nth(3).bounding_box()
    place = first["x"] + first["width"] / 2
    page.mouse.move(place, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(place, first["y"] + first["height"] / 2 + 10)
    page.mouse.move(place, last["y"] + 4, steps=4)
    page.mouse.up()
    expect(titles).to_have_text(["Middle", "End", "Begin", "More"])
    expect(page.locator("[data-section]").nth(1).locator("li")).to_have_count(2)
    page.get_by_role("button", name="Move Middle down").click()
    expect(titles).to_have_text(["End", "Middle", "Begin", "More"])
    expect(page.get_by_role("button", name="Move Middle down")).to_be_focused()

    page.get_by_role("link", name="Middle", exact=True).click()
    # The editor takes the field's place: what is typed before that is the field's.
    page.wait_for_load_state("networkidle")
    page.get_by_role("textbox", name="Text").press_sequentially("Typed and never saved. ")
    expect(page.get_by_text(re.compile("Kept as a draft at"))).to_be_visible()
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.get_by_role("link", name="Take it up").click()
    expect(page.get_by_role("textbox", name="Text")).to_contain_text("Typed and never saved.")

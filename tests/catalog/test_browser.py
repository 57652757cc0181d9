"""The catalogue through a real browser: what changes is seen at once, and rich text is typed."""

import pytest
from playwright.sync_api import expect

from catalog.models import Item, Step
from tests.factories import (
    CourseFactory,
    PathFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(open_page, office):
    return open_page(office)


def test_a_price_is_added_and_stands_on_the_page_at_once(page, europe):
    course = CourseFactory(title="Sailing")
    page.goto(f"/courses/{course.pk}/")
    page.click("#add-price")
    page.get_by_label("Amount").fill("490")
    page.get_by_role("button", name="Add Price").click()
    expect(page.get_by_role("cell", name="€490.00", exact=True)).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_publishing_is_seen_without_loading_the_page(page):
    course = CourseFactory(title="Sailing", status="draft")
    page.goto(f"/courses/{course.pk}/")
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.locator("h1 .badge")).to_have_text("Published")
    assert page.evaluate("window.same")


def test_a_description_is_typed_with_the_editor(page):
    course = CourseFactory(title="Sailing")
    page.goto(f"/items/{course.pk}/editing/")
    editor = page.locator(".prose-editor [contenteditable]").first
    editor.click()
    page.keyboard.type("Wind and ")
    page.keyboard.press("Control+b")
    page.keyboard.type("water")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What learners read")).to_be_visible()
    assert Item.objects.get().description == "<p>Wind and <strong>water</strong></p>"


def test_steps_are_moved_by_buttons(page):
    path = PathFactory(courses=[CourseFactory(title="A"), CourseFactory(title="B")])
    page.goto(f"/learning-paths/{path.pk}/")
    page.get_by_role("button", name="Move B up").click()
    expect(page.get_by_role("button", name="Move A up")).to_be_visible()
    assert [str(step.course) for step in Step.objects.all()] == ["B", "A"]


def test_the_form_of_an_event_asks_what_its_type_has(page):
    page.goto("/events/creation/")
    expect(page.get_by_label("Place")).to_be_visible()
    expect(page.get_by_label("Days of content")).to_be_hidden()
    page.get_by_label("LMS").check()
    expect(page.get_by_label("Place")).to_be_hidden()
    expect(page.get_by_label("Days of content")).to_be_visible()

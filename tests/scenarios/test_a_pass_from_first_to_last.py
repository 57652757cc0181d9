"""The story of a pass, through the real browser: set up, sold, used, expired, renewed, resumed."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import ContentUnitFactory, CourseFactory, LmsEventFactory, SectionFactory


@pytest.fixture
def course(europe):
    """A published course with an LMS event and two units."""
    course = CourseFactory(title="Leading a First Team", slug="leading")
    LmsEventFactory(course=course)
    section = SectionFactory(course=course)
    ContentUnitFactory(section=section, title="Before the first day", position=1)
    ContentUnitFactory(section=section, title="The first month", position=2)
    return course


def dialog(page):
    return page.locator("dialog[open]")


def menu(page, name, entry):
    """Open the ellipsis of a row and choose an entry."""
    page.get_by_role("button", name=f"Actions for {name}").first.click()
    page.locator("[popover]:popover-open").get_by_role("link", name=entry).click()


def set_up_a_type(page):
    page.goto("/control-panel/?q=Passes")
    page.get_by_role("link", name="Training Passes").click()
    page.get_by_role("link", name="Create Training Pass Type").first.click()
    dialog(page).get_by_label("Name").fill("Leadership Library")
    dialog(page).get_by_label("Code").fill("LEAD")
    dialog(page).get_by_role("button", name="OK").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leadership Library")

    page.get_by_role("link", name="Create Pass Option").first.click()
    dialog(page).get_by_label("Name").fill("Monthly")
    dialog(page).get_by_label("Period").fill("1")
    dialog(page).get_by_label("Unit").select_option(label="Months")
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)

    menu(page, "Monthly", "Add Price")
    dialog(page).get_by_label("Region").select_option(label="Europe")
    dialog(page).get_by_label("Amount").fill("90")
    dialog(page).locator("button[type=submit]").click()
    expect(page.get_by_text("€90.00").first).to_be_visible()

    menu(page, "Monthly", "Publish")
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)

    # The panels are drawn anew after the option's change: what is pressed on an old one is lost.
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Add Training").first.click()
    dialog(page).get_by_role("searchbox").fill("leading")
    dialog(page).locator("tbody input[type=checkbox]").first.check()
    dialog(page).get_by_role("button", name="Add Training").click()
    expect(dialog(page)).to_have_count(0)
    expect(page.get_by_role("link", name="Leading a First Team")).to_be_visible()

    page.locator(".page__actions").get_by_role("link", name="Publish").click()
    dialog(page).locator("button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Active")


def give_it_to_ada(page, ada):
    page.goto(f"/contacts/{ada.pk}/")
    page.get_by_role("link", name="Add Training Pass").click()
    dialog(page).get_by_role("combobox", name="Training Pass", exact=True).press_sequentially(
        "lead"
    )
    dialog(page).get_by_role("option", name="Leadership Library").click()
    dialog(page).get_by_label("Training Pass Option").select_option(label="Monthly, 1 months")
    expect(dialog(page).get_by_label("Training Pass Expiry")).to_have_value("2026-12-22")
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)
    expect(page.get_by_role("cell", name="22 Dec 2026")).to_be_visible()


def badge(page):
    return page.locator("li.card", has_text="Leading a First Team").locator("button.pass")


def held(page):
    return page.locator("li.card", has_text="Leading a First Team").locator("[data-held]")


def test_a_pass_from_first_to_last(open_page, office, ada, course, clock):
    staff = open_page(office)
    set_up_a_type(staff)
    give_it_to_ada(staff, ada)

    # The learner sees green, takes it, and begins.
    learner = open_page(ada.user)
    learner.goto("/catalogue/")
    expect(held(learner)).to_be_visible()
    learner.get_by_role("link", name="Leading a First Team").click()
    learner.get_by_role("button", name="Access Now").or_(
        learner.get_by_role("link", name="Access Now")
    ).first.click()
    expect(learner).to_have_url(re.compile("/learn/leading/$"))
    learner.get_by_role("link", name="Start").click()
    expect(learner.get_by_role("heading", level=1)).to_have_text("Before the first day")
    learner.get_by_role("button", name="Complete and continue").click()
    expect(learner.get_by_role("heading", level=1)).to_have_text("The first month")

    # The last second of the last day, and the first of the day after, without any job.
    clock.set("2026-12-22 23:59:59", "Europe/London")
    learner = open_page(ada.user)
    learner.goto("/catalogue/")
    expect(held(learner)).to_be_visible()
    clock.set("2026-12-23 00:00:00", "Europe/London")
    learner.goto("/catalogue/")
    expect(badge(learner)).to_be_visible()
    expect(held(learner)).to_have_count(0)
    learner.goto("/learn/leading/")
    expect(learner.get_by_text("Your pass expired on 22 December 2026.").first).to_be_visible()
    expect(learner.locator("progress").first).to_have_attribute("value", "50")
    expect(learner.get_by_role("link", name="The first month")).to_have_count(0)

    # Renewed, it resumes where it stopped.
    staff = open_page(office)
    staff.goto(f"/contacts/{ada.pk}/")
    expect(staff.get_by_text("Expired").first).to_be_visible()
    menu(staff, "Leadership Library", "Renew Training Pass")
    dialog(staff).locator("button[type=submit]").click()
    expect(dialog(staff)).to_have_count(0)
    expect(staff.get_by_role("cell", name="23 Jan 2027")).to_be_visible()
    learner.goto("/my-learning/")
    learner.get_by_role("link", name="Continue").click()
    expect(learner.get_by_role("heading", level=1)).to_have_text("The first month")

"""The catalogue in a browser: with keyboard and mouse, without scripts, for everybody."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import (
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassOptionFactory,
    PriceFactory,
    QuizQuestionFactory,
    RegistrationFactory,
)
from tests.lms.cast import held, library
from tests.lms.test_pages import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(europe, ada):
    """Coaching is in Ada's pass, First Aid in one that she doesn't have."""
    coaching = EventFactory(course__title="Coaching", place="Malmö").course
    aid = LmsEventFactory(course__title="First Aid").course
    CourseFactory(title="Alone")
    held(ada, library(coaching, slug="leadership"))
    option = PassOptionFactory(pass_type=library(aid, name="Safety", slug="safety"))
    for thing in (coaching, aid, option):
        PriceFactory(of=thing)
    return coaching, aid


def test_the_tip_opens_by_keyboard_and_mouse_and_closes_by_escape(shop, ada, open_page):
    page = open_page(ada.user)
    page.goto("/catalogue/")
    badge = page.get_by_role("button", name="Pass").first
    tip = page.get_by_text("Included in your Leadership Library until 22 November 2027.")
    expect(tip).to_be_hidden()
    badge.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    badge.hover()
    expect(tip).to_be_visible()
    badge.click()
    expect(tip).to_be_visible()
    page.mouse.move(0, 0)
    expect(badge).to_have_accessible_description(re.compile("Included in your Leadership Library"))


def test_filters_narrow_in_place_and_the_address_keeps_them(shop, ada, open_page):
    page = open_page(ada.user)
    page.goto("/catalogue/")
    page.get_by_label("Training Pass").select_option(value="leadership")
    expect(page.locator(".card__title")).to_have_text(["Coaching"])
    expect(page).to_have_url(re.compile(r"/catalogue/\?training_pass=leadership$"))
    page.get_by_label("Training Pass").select_option(value="")
    # Who goes on before the answer is there leaves no step to go back to.
    expect(page.locator(".card__title")).to_have_text(["Alone", "Coaching", "First Aid"])
    page.get_by_label("Search").fill("aid")
    expect(page.locator(".card__title")).to_have_text(["First Aid"])
    page.reload()
    expect(page.locator(".card__title")).to_have_text(["First Aid"])
    expect(page.get_by_label("Search")).to_have_value("aid")
    page.go_back()
    expect(page.locator(".card__title")).to_have_text(["Alone", "Coaching", "First Aid"])
    page.go_back()
    expect(page.locator(".card__title")).to_have_text(["Coaching"])


def test_it_all_works_without_scripts(shop, ada, open_page):
    page = open_page(ada.user, scripts=False)
    page.goto("/catalogue/")
    page.get_by_label("Search").fill("coach")
    page.get_by_label("Training Pass").select_option(value="leadership")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".card__title")).to_have_text(["Coaching"])
    page.get_by_role("link", name="Coaching").click()
    page.get_by_role("button", name="Access Now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    page.goto(at(shop[1]))
    page.get_by_role("link", name="Register").click()
    page.get_by_role("button", name="Ask for a place").click()
    expect(page.get_by_text("You asked for a place on 22 November 2026.")).to_be_visible()


def test_a_quiz_is_failed_then_passed_and_the_course_is_complete(europe, ada, open_page):
    question = QuizQuestionFactory(
        text="Which light lets you go?",
        feedback_wrong="Look at the signal.",
        quiz__unit__course=CourseFactory(title="Signals", slug="signals"),
    )
    RegistrationFactory(
        contact=ada, event=LmsEventFactory(course=question.quiz.unit.section.course)
    )
    page = open_page(ada.user)
    page.goto(f"/learn/signals/{question.quiz_id}/")
    page.get_by_role("button", name="Begin the quiz").click()
    page.get_by_label("Red").check()
    expect(page.get_by_role("status").filter(has_text="Kept at")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Red")).to_be_checked()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Look at the signal.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    page.get_by_label("Green").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("1 of 1 points (100 %)").first).to_be_visible()
    page.get_by_role("link", name="To the overview").click()
    expect(page.get_by_text("Completed on 22 November 2026")).to_be_visible()

"""What is closed says why and what opens it; what was reached stays to be seen."""

import datetime

import pytest

from lms.models import Attempt, ScormAttempt, ScormPackage, ScormState, Submission
from passes.models import Pass
from tests.factories import (
    AssignmentFactory,
    CertificateFactory,
    ContentUnitFactory,
    CourseFactory,
    LearnerFactory,
    LmsEventFactory,
    PassFactory,
    QuizQuestionFactory,
    RegistrationFactory,
)
from tests.lms.cast import held, library

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(europe):
    return CourseFactory(title="Leading a First Team", slug="leading")


@pytest.fixture
def pass_(ada, course):
    return held(ada, library(course))


@pytest.fixture
def registered(ada, course, pass_):
    event = LmsEventFactory(course=course)
    return RegistrationFactory(contact=ada, event=event, used_pass=pass_, paid_by="pass")


@pytest.fixture
def reached(ada, course, registered, clock):
    """A quiz failed and passed, an assignment marked, a package scored, a certificate."""
    section = ContentUnitFactory(course=course, title="To read", body="<p>Secret words</p>").section
    question = QuizQuestionFactory(quiz__unit__section=section, text="Which secret colour?")
    for number, score in ((1, 0), (2, 1)):
        Attempt.objects.create(
            contact=ada, unit=question.quiz.unit, number=number, asked=[], pass_mark=80, points=1,
            score=score, passed=bool(score), started_at=clock.at, submitted_at=clock.at,
        )  # fmt: skip
    Submission.objects.create(
        contact=ada, unit=AssignmentFactory(unit__section=section).unit, number=1, name="plan.pdf",
        kind="pdf", size=9, submitted_at=clock.at, marked_at=clock.at, passed=True, score=71,
        feedback="Name who decides.",
    )  # fmt: skip
    lesson = ContentUnitFactory(section=section, form="scorm", title="Lesson")
    package = ScormPackage.objects.create(
        unit=lesson, number=1, contents={"items": [], "edition": "1.2"}, files=1, size=1,
        folder="f", digest="d", standard="1.2", title="L", at=clock.at,
    )  # fmt: skip
    attempt = ScormAttempt.objects.create(
        contact=ada, unit=lesson, package=package, started_at=clock.at, last_at=clock.at
    )
    for item, best in (("a", "62.50"), ("b", None)):
        ScormState.objects.create(attempt=attempt, item=item, best=best, last_at=clock.at)
    return CertificateFactory(contact=ada, item=course)


def cancel(pass_, clock):
    Pass.objects.filter(pk=pass_.pk).update(cancelled_at=clock.at)


def said(page) -> str:
    return " ".join(page.text.split())


def test_results_are_seen_while_access_is_closed_and_content_is_not(
    ada, browse, course, pass_, reached, clock
):
    cancel(pass_, clock)
    client = browse(ada.user)
    page = said(client.get("/profile/results/"))
    for words in (
        "Attempt 1: 0 of 1 points (0 %)",
        "Attempt 2: 1 of 1 points (100 %)",
        "plan.pdf: marked with 71 %",
        "Name who decides.",
        "Best score: 62.5 %",
        f"Certificate {reached.number}",
    ):
        assert words in page
    assert "secret" not in page.lower()
    outline = client.get("/learn/leading/")
    assert f"/profile/results/#item-{course.pk}" in outline.text
    unit = course.sections.get().units.first()
    assert client.get(f"/learn/leading/{unit.pk}/").status_code == 403


def test_results_are_ones_own(browse, reached):
    stranger = LearnerFactory()
    page = browse(stranger.user).get("/profile/results/")
    assert page.context["items"] == []
    assert reached.number not in page.text


@pytest.mark.parametrize("number", [1, 3])
def test_results_take_the_same_statements_at_any_size(ada, browse, reached, count_queries, number):
    for _each in range(number):
        CertificateFactory(contact=ada)
    client = browse(ada.user)
    assert count_queries(lambda: client.get("/profile/results/")) == 10


def test_a_closed_course_says_why_and_each_way_to_open_it(
    ada, browse, office, course, pass_, registered, clock
):
    library(course, name="Board Library")
    PassFactory(account=ada.account, contact=None, pass_type=library(course, name="Spare Library"))
    cancel(pass_, clock)
    client = browse(ada.user)
    main = ada.account.main_contact
    ask = "ask who buys your training" if main in (None, ada) else f"ask {main.name}"
    for address in ("/learn/leading/", "/my-learning/"):
        page = said(client.get(address))
        for words in (
            "Your pass was cancelled on 22 November 2026.",
            "What opens it",
            "With a Board Library.",
            f"Your organisation has a Spare Library to give: {ask}.",
            "Register, or ask for a place.",
        ):
            assert words in page, (address, words)
    page = said(browse(office).get(f"/contacts/{ada.pk}/access/{course.pk}/"))
    assert "Assign the Spare Library that their account has to give." in page
    assert "Give a Board Library, which includes it." in page


def test_a_pass_that_is_to_start_is_a_way_and_so_is_access_now(
    ada, browse, course, registered, pass_, clock
):
    Pass.objects.filter(pk=pass_.pk).update(starts_on=datetime.date(2026, 12, 1))
    client = browse(ada.user)
    assert "On 1 December 2026, when your Leadership Library starts." in said(
        client.get("/learn/leading/")
    )
    registered.delete()
    Pass.objects.filter(pk=pass_.pk).update(starts_on=datetime.date(2026, 11, 1))
    page = said(client.get("/learn/leading/"))
    assert "Press Access Now: your Leadership Library includes it until" in page


def test_what_is_open_lists_no_ways(ada, browse, course, registered):
    page = browse(ada.user).get("/learn/leading/")
    assert "What opens it" not in page.text

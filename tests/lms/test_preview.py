"""Staff see a course as learners would, before anybody does, and nothing of it is kept."""

import pytest

from lms.models import Attempt, Completion, Progress
from tests.factories import (
    AssignmentFactory,
    ContentUnitFactory,
    CourseFactory,
    QuizQuestionFactory,
    SectionFactory,
)
from tms.models import JournalRow

pytestmark = pytest.mark.django_db
MARK = "Nothing of it is kept as progress."


@pytest.fixture
def section():
    return SectionFactory(course=CourseFactory(title="Leading", status="draft"), title="First")


def test_the_whole_course_is_gone_through_and_nothing_is_recorded(browse, office, section):
    units = [
        ContentUnitFactory(section=section, title="Read this", body="<p>What a team is.</p>"),
        AssignmentFactory(unit__section=section).unit,
        ContentUnitFactory(section=section, title="Watch", form="video", url="https://v.example/"),
    ]
    client = browse(office)
    page = client.get(f"/courses/{section.course_id}/preview/")
    assert MARK in page.text
    for place, unit in enumerate(units, start=1):
        page = client.get(f"/content/units/{unit.pk}/preview/")
        assert (page.status_code, MARK in page.text) == (200, True)
        assert f"Unit {place} of 3" in page.text
    assert 'name="file"' not in page.text
    assert not Progress.objects.exists()
    assert not JournalRow.objects.exists()


def test_a_quiz_is_answered_and_its_result_is_kept_nowhere(browse, office, section):
    question = QuizQuestionFactory(quiz__unit__section=section, text="Which colour?")
    address = f"/content/units/{question.quiz_id}/preview/questions/"
    client = browse(office)
    page = client.get(address)
    assert "Which colour?" in page.text
    assert "Right answer" not in page.text
    passed = client.post(address, {"q0": "1"})
    assert "1 of 1 points (100 %)" in passed.text
    failed = client.post(address, {"q0": "0"})
    assert "0 of 1 points (0 %)" in failed.text
    # Right answers are shown after passing, as to a learner.
    assert "Right answer" not in failed.text
    assert not Attempt.objects.exists()
    assert not Progress.objects.exists()
    assert not Completion.objects.exists()
    assert not JournalRow.objects.exists()


def test_a_quiz_without_questions_leads_back(browse, office, section):
    question = QuizQuestionFactory(quiz__unit__section=section)
    unit = question.quiz_id
    question.delete()
    answer = browse(office).get(f"/content/units/{unit}/preview/questions/")
    assert answer.headers["Location"] == f"/content/units/{unit}/preview/"


def test_the_preview_is_for_who_sees_the_catalogue_in_the_back_office(browse, ada, section):
    unit = ContentUnitFactory(section=section)
    for address in (
        f"/courses/{section.course_id}/preview/",
        f"/content/units/{unit.pk}/preview/",
    ):
        assert browse(ada.user).get(address).status_code == 403
        assert browse().get(address).status_code == 302

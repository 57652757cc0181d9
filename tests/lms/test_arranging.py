"""A course's content is put in order, and duplicated: units go anywhere, people don't."""

import pytest

from lms import arranging, copying
from lms.models import ContentUnit, Progress, Quiz, ScormPackage, Section
from tests.factories import (
    AssignmentFactory,
    CertificateFactory,
    ContentUnitFactory,
    CourseFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    ProgressFactory,
    QuizQuestionFactory,
    RegistrationFactory,
    SectionFactory,
)
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """Two sections: `One` of units a, b, c, and `Two` of x."""
    course = CourseFactory(title="Leading")
    one, two = (SectionFactory(course=course, title=title) for title in ("One", "Two"))
    for title in "abc":
        ContentUnitFactory(section=one, title=title)
    ContentUnitFactory(section=two, title="x")
    return course


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


def order(course):
    """One: a b c | Two: x."""
    sections = Section.objects.filter(course=course)
    units = ContentUnit.objects.filter(archived_at=None)
    return " | ".join(
        f"{each.title}: {' '.join(u.title for u in units.filter(section=each))}".strip()
        for each in sections
    )


def unit(title):
    return ContentUnit.objects.get(title=title)


def section(title):
    return Section.objects.get(title=title)


def test_a_unit_is_put_anywhere_in_its_section_or_in_another_one(course, who):
    for title, into, before, after in (
        ("c", "One", "a", "One: c a b | Two: x"),
        ("c", "One", None, "One: a b c | Two: x"),
        ("b", "Two", "x", "One: a c | Two: b x"),
        ("a", "Two", None, "One: c | Two: b x a"),
        ("c", "Two", "b", "One: | Two: c b x a"),
    ):
        place = before and unit(before).pk
        arranging.put_unit(unit(title), section=section(into), before=place, **who)
        assert order(course) == after
    rows = JournalRow.objects.filter(subject_id=course.pk).order_by("pk")
    kinds = rows.values_list("kind", "after__moved")
    assert list(kinds) == [("item.content_changed", title) for title in "ccbac"]


def test_where_it_is_already_nothing_is_done(course, who):
    arranging.put_unit(unit("b"), section=section("One"), before=unit("c").pk, **who)
    arranging.put_section(section("Two"), before=None, **who)
    assert order(course) == "One: a b c | Two: x"
    assert not JournalRow.objects.filter(subject_id=course.pk).exists()


def test_beside_a_unit_that_was_removed_meanwhile_it_goes_to_the_end(course, who):
    arranging.put_unit(unit("a"), section=section("Two"), before=987654, **who)
    assert order(course) == "One: b c | Two: x a"


def test_sections_are_put_in_order(course, who):
    arranging.put_section(section("Two"), before=section("One").pk, **who)
    assert order(course) == "Two: x | One: a b c"


def test_a_unit_goes_over_the_edge_of_its_section_by_the_buttons(course, who):
    arranging.move(unit("c"), up=False, **who)
    assert order(course) == "One: a b | Two: c x"
    arranging.move(unit("c"), up=True, **who)
    assert order(course) == "One: a b c | Two: x"
    arranging.move(unit("a"), up=True, **who)
    assert order(course) == "One: a b c | Two: x"


def test_dragging_posts_to_the_address_of_the_buttons(browse, course, office):
    client = browse(office)
    data = {"section": section("Two").pk, "before": unit("x").pk, "to": 1}
    answer = client.post(
        f"/content/units/{unit('a').pk}/place/", data, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, order(course)) == (200, "One: b c | Two: a x")
    assert 'data-arrange="unit"' in answer.text
    answer = client.post(f"/content/sections/{section('Two').pk}/place/", {"before": ""})
    assert answer.headers["Location"] == f"/courses/{course.pk}/"
    other = SectionFactory(title="Elsewhere")
    data = {"section": other.pk, "before": ""}
    assert client.post(f"/content/units/{unit('b').pk}/place/", data).status_code == 404
    assert order(course) == "One: b c | Two: a x"


def test_a_step_of_a_path_is_dragged_to_its_place(browse, office):
    path = PathFactory(courses=[CourseFactory(title=title) for title in "abc"])
    step = path.steps.get(course__title="c")
    answer = browse(office).post(
        f"/steps/{step.pk}/move/up/", {"to": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert list(path.steps.values_list("course__title", flat=True).order_by("position")) == [
        "c",
        "a",
        "b",
    ]


def test_a_unit_is_duplicated_with_all_that_it_asks_and_without_learners(course, ada, who):
    quiz = QuizQuestionFactory(quiz__unit__section=section("One"), quiz__pass_mark=60).quiz
    ProgressFactory(contact=ada, unit=quiz.unit)
    copy = copying.duplicate_unit(quiz.unit, **who)
    assert order(course) == f"One: a b c {quiz.unit.title} {copy.title} | Two: x"
    assert copy.title == "What you know (copy)"
    assert (copy.quiz.pass_mark, copy.quiz.questions.get().answers) == (
        60,
        quiz.questions.get().answers,
    )
    assert Progress.objects.get().unit == quiz.unit
    assert JournalRow.objects.get(subject_id=course.pk).after == {"copied": "What you know"}


def test_a_section_is_duplicated_right_after_it(course, who):
    AssignmentFactory(unit__section=section("One"), unit__title="d", megabytes=7)
    copy = copying.duplicate_section(section("One"), **who)
    assert order(course) == "One: a b c d | One (copy): a b c d | Two: x"
    assert copy.units.get(title="d").assignment.megabytes == 7


def test_a_package_is_duplicated_as_a_first_version_with_its_files(
    course, who, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    lesson = ContentUnitFactory(section=section("Two"), form="scorm", title="Lesson")
    for number in (1, 2):
        ScormPackage.objects.create(
            unit=lesson, number=number, contents={"items": [], "edition": "1.2"}, files=1, size=1,
            folder=f"folder{number}", digest="d", standard="1.2", title="L", at=who["at"],
        )  # fmt: skip
        (tmp_path / "scorm" / f"folder{number}").mkdir(parents=True)
        (tmp_path / "scorm" / f"folder{number}" / "index.html").write_text(f"version {number}")
    with django_capture_on_commit_callbacks(execute=True):
        copy = copying.duplicate_unit(lesson, **who)
    package = copy.packages.get()
    assert package.number == 1
    assert (tmp_path / "scorm" / package.folder / "index.html").read_text() == "version 2"


def test_a_course_is_duplicated_with_content_and_prices_not_with_dates_or_people(
    browse, course, office, ada
):
    PriceFactory(of=course)
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course))
    CertificateFactory(contact=ada, item=course)
    client, address = browse(office), f"/items/{course.pk}/duplication/"
    page = client.get(address)
    assert "4 units of its content" in page.text
    answer = client.post(
        address,
        {"title": "Leading", "code": "L-2", "digest": page.context["digest"], "operation": "1"},
    )
    copy = type(course).objects.get(code="L-2")
    assert answer.headers["Location"] == f"/courses/{copy.pk}/"
    assert order(copy) == "One: a b c | Two: x"
    assert (copy.status, copy.priced.prices.count(), copy.events.count()) == ("draft", 1, 0)
    assert copy.certificates.count() == 0
    assert order(course) == "One: a b c | Two: x"


def test_who_may_not_change_the_catalogue_duplicates_nothing(browse, course, ada):
    for address in (
        f"/content/units/{unit('a').pk}/copy/",
        f"/content/sections/{section('One').pk}/copy/",
        f"/items/{course.pk}/duplication/",
    ):
        assert browse(ada.user).post(address).status_code == 403
    assert (ContentUnit.objects.count(), Section.objects.count()) == (4, 2)
    assert Quiz.objects.count() == 0

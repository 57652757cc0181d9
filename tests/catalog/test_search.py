"""Global search over the catalogue: courses, learning paths and events, one statement each."""

import datetime

import pytest

from catalog import search
from tests.factories import CourseFactory, EventFactory, LmsEventFactory, PathFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    sailing = CourseFactory(title="Éric’s Sailing School", code="SAIL")
    CourseFactory(title="Rowing", code="ROW", status="draft")
    PathFactory(title="Sailing and more", code="PATH")
    EventFactory(course=sailing, code="S-1", place="Malmö", first_on=datetime.date(2026, 12, 7))
    LmsEventFactory(course=sailing, code="S-2")


def titles(hits):
    return [(hit.title, hit.subtitle, hit.aside) for hit in hits]


@pytest.mark.usefixtures("world")
def test_courses_and_paths_are_found_by_words_and_codes(office, django_assert_num_queries):
    with django_assert_num_queries(1):
        hits = search.courses("school eric", office, 5)
    assert titles(hits) == [("Éric’s Sailing School", "SAIL", "Published")]
    assert titles(search.courses("row", office, 5)) == [("Rowing", "ROW", "Draft")]
    assert titles(search.paths("sailing", office, 5)) == [("Sailing and more", "PATH", "Published")]
    assert search.courses("100%", office, 5) == []


@pytest.mark.usefixtures("world")
def test_events_are_found_by_course_code_and_place(office, django_assert_num_queries):
    with django_assert_num_queries(1):
        hits = search.events("sailing", office, 5)
    assert titles(hits) == [
        ("Éric’s Sailing School", "S-2", "Any time"),
        ("Éric’s Sailing School", "S-1 Malmö", "7 Dec 2026"),
    ]
    assert len(search.events("sailing malmo", office, 5)) == 1
    assert len(search.events("sailing", office, 1)) == 1


@pytest.mark.usefixtures("world")
def test_who_may_not_see_the_catalogue_finds_nothing_of_it(browse, office, ada):
    assert "Rowing" in browse(office).get("/search/?q=rowing").content.decode()
    assert browse(ada.user).get("/search/?q=rowing").status_code == 403

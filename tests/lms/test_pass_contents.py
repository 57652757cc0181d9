"""What the page of a pass type says of what is in it: everything, safely, in so many statements."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import ItemStatus
from tests.factories import CourseFactory, PathFactory
from tests.lms.cast import held, library

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _europe(europe):
    """Prices are shown for a region."""


def test_courses_and_paths_are_listed_by_title_with_what_they_are_about(browse):
    path = PathFactory(title="A way to lead", summary="Three courses in a row.")
    course = CourseFactory(title="Budgets & <b>bold</b>", summary='Count "well" <i>')
    library(course, path, CourseFactory(title="Not yet", status=ItemStatus.DRAFT), slug="lead")
    page = browse().get("/catalogue/passes/lead/").content.decode()
    assert page.index("A way to lead") < page.index("Budgets &amp; &lt;b&gt;bold")
    assert "<b>bold" not in page
    assert 'Count "well" <i>' not in page
    assert 'Count "well" <i>' in html.unescape(page)
    assert f'href="/catalogue/{path.slug}/"' in page
    assert f'href="/catalogue/{course.slug}/"' in page
    assert page.count('<span class="muted small">Learning path</span>') == 1
    assert "Not yet" not in page


def test_the_page_of_a_pass_type_asks_the_same_for_one_item_or_many(browse, ada):
    asked = []
    pass_type = library(CourseFactory(), slug="lead")
    held(ada, pass_type)
    reader = browse(ada.user)
    for more in (0, 3, 60):
        for course in CourseFactory.create_batch(more):
            pass_type.inclusions.create(item=course)
        reader.get("/catalogue/passes/lead/")
        with CaptureQueriesContext(connection) as seen:
            assert reader.get("/catalogue/passes/lead/").status_code == 200
        asked.append(len(seen))
    assert asked == [10] * 3

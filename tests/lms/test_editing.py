"""What is typed isn't lost: kept as a draft, offered back, never published by itself."""

import pytest

from catalog import drafts
from lms.models import ContentUnit
from tests.factories import ContentUnitFactory, CourseFactory, SectionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    course = CourseFactory(title="Leading")
    return ContentUnitFactory(course=course, title="Page", body="<p>As it is.</p>")


@pytest.fixture
def grace(organisation):
    return UserFactory(name="Grace Office", is_staff=True, is_superuser=True)


def typed(unit, body="<p>As I want it.</p>", **more):
    return {"about": f"unit {unit.pk}", "title": "Page", "body": body, **more}


def test_what_was_typed_is_offered_back_and_published_only_by_saving(browse, office, unit, clock):
    client, editor = browse(office), f"/content/units/{unit.pk}/"
    assert "You typed here" not in client.get(editor).text
    assert client.post("/drafts/", typed(unit)).text == "Kept as a draft at 09:00:00."
    unit.refresh_from_db()
    assert unit.body == "<p>As it is.</p>"
    clock.move(days=3)
    page = client.get(editor)
    assert "You typed here without saving" in page.text
    assert page.context["form"]["body"].value() == "<p>As it is.</p>"
    page = client.get(f"{editor}?draft=1")
    assert page.context["form"]["body"].value() == "<p>As I want it.</p>"
    answers = {"title": "Page", "body": "<p>As I want it.</p>", "required": "on", "version": 0}
    assert client.post(editor, answers).status_code == 302
    unit.refresh_from_db()
    assert unit.body == "<p>As I want it.</p>"
    assert "You typed here" not in client.get(editor).text


def test_a_draft_is_discarded_and_is_nobody_elses(browse, office, grace, unit):
    client, editor = browse(office), f"/content/units/{unit.pk}/"
    client.post("/drafts/", typed(unit))
    assert drafts.read(grace, f"unit {unit.pk}") is None
    answer = client.post("/drafts/", typed(unit, discard="1", back_to=editor))
    assert answer.headers["Location"] == editor
    assert drafts.read(office, f"unit {unit.pk}") is None
    answer = client.post("/drafts/", typed(unit, discard="1", back_to="https://evil.example/"))
    assert answer.headers["Location"] == "/"


def test_of_two_who_edit_each_is_told_and_nothing_is_lost(browse, office, grace, unit, clock):
    one, two, editor = browse(office), browse(grace), f"/content/units/{unit.pk}/"
    version = one.get(editor).context["version"]
    one.post("/drafts/", typed(unit))
    page = two.get(editor)
    assert [name for name, _at in page.context["others"]] == ["Olive Office"]
    assert "Olive Office is at this too" in page.text
    mine = {"title": "Page", "body": "<p>Grace's.</p>", "version": version}
    assert two.post(editor, mine).status_code == 302
    late = {"title": "Page", "body": "<p>Olive's.</p>", "version": version}
    answer = one.post(editor, late)
    assert answer.status_code == 422
    assert "This was changed meanwhile." in answer.text
    assert "You typed here without saving" in answer.text
    assert ContentUnit.objects.get().body == "<p>Grace's.</p>"
    page = one.get(f"{editor}?draft=1")
    assert page.context["form"]["body"].value() == "<p>Olive's.</p>"
    clock.move(hours=2)
    assert "is at this too" not in two.get(editor).text


def test_a_unit_that_is_not_there_yet_has_a_draft_too(browse, office):
    section = SectionFactory(course=CourseFactory())
    client, editor = browse(office), f"/content/sections/{section.pk}/page/"
    about = client.get(editor).context["about"]
    client.post("/drafts/", {"about": about, "title": "New", "body": "<p>Text</p>"})
    assert client.get(f"{editor}?draft=1").context["form"]["title"].value() == "New"


def test_so_has_the_description_of_a_course(browse, office):
    course = CourseFactory(description="<p>Old</p>")
    client, editor = browse(office), f"/items/{course.pk}/editing/"
    client.post("/drafts/", {"about": f"item {course.pk}", "description": "<p>New</p>"})
    page = client.get(f"{editor}?draft=1")
    assert page.context["form"]["description"].value() == "<p>New</p>"
    assert page.context["form"]["title"].value() == course.title


def test_what_is_no_draft_is_refused(browse, office, ada, unit):
    client = browse(office)
    for sent in ({"about": "../etc"}, typed(unit, body="x" * 600_000)):
        assert client.post("/drafts/", sent).status_code == 422
    assert browse(ada.user).post("/drafts/", typed(unit)).status_code == 403

"""Courses and paths: made, edited, published, archived, duplicated, deleted."""

import pytest
from django.db import IntegrityError

from catalog import item_rows, items, paths
from catalog.models import Item, ItemKind, ItemStatus, Step
from tests.factories import (
    CategoryFactory,
    CourseFactory,
    EventFactory,
    PassTypeFactory,
    PathFactory,
    PriceFactory,
)
from tests.races import NotCaught, meeting, race
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_follows")]


def make(now, title="Coaching for Managers", code="LED-210", kind="course", **more):
    return items.create(kind=kind, title=title, code=code, **more, **now)


def test_a_course_is_made_as_a_draft_with_an_address_of_its_own(now, office):
    category = CategoryFactory()
    course = make(
        now,
        "  Coaching  for Managers ",
        description="<p>Two days</p>",
        categories=[category],
        tags=["coaching", "Coaching ", "", "leading"],
    )
    assert (course.title, course.slug, course.status) == (
        "Coaching for Managers",
        "coaching-for-managers",
        "draft",
    )
    assert course.tags == ["coaching", "leading"]
    assert list(course.categories.all()) == [category]
    row = JournalRow.objects.get()
    assert (row.kind, row.subject_id, row.by_id) == ("item.created", course.pk, office.pk)
    assert row.after["code"] == "LED-210"


def test_two_of_one_title_have_two_addresses_and_a_title_without_letters_has_one(now):
    slugs = [
        make(now, "Leading", "A").slug,
        make(now, "Leading!", "B").slug,
        make(now, "管理入門", "MGT 1").slug,
        make(now, "管理入門", "管理").slug,
        make(now, "管理入門", "管理 2", kind="path").slug,
    ]
    assert slugs == ["leading", "leading-2", "mgt-1", "course", "2"]


def test_a_code_is_unique_in_any_capitals(now):
    make(now, "Leading", "LED-210")
    with pytest.raises(Refusal) as no:
        make(now, "Another", "led-210", kind="path")
    assert (str(no.value), no.value.field) == (
        "LED-210 is taken by Leading. Codes differ in more than capitals.",
        "code",
    )


@pytest.fixture
def both_look(monkeypatch):
    """Of two who make an item at once, each has looked for its code before either saves."""
    meet, look = meeting(), items.write_values

    def look_and_wait(item, values):
        look(item, values)
        meet()

    monkeypatch.setattr(items, "write_values", look_and_wait)


@pytest.mark.django_db(transaction=True)
def test_a_code_taken_at_the_same_moment_is_the_same_sentence(now, both_look):
    outcome = race(lambda: make(now, "One", "SAME"), lambda: make(now, "Two", "same"))
    assert (outcome.done, outcome.refused) == (1, 1)
    [no] = [each for each in outcome.answers if isinstance(each, Refusal)]
    assert str(no).endswith("Codes differ in more than capitals.")
    assert Item.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_where_the_constraint_is_not_listened_to_the_code_is_an_error(now, both_look, monkeypatch):
    monkeypatch.setattr(item_rows, "IntegrityError", NotCaught)
    with pytest.raises(IntegrityError, match="item_code_regardless_of_case"):
        race(lambda: make(now, "One", "SAME"), lambda: make(now, "Two", "same"))
    assert Item.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_of_one_title_at_the_same_moment_have_two_addresses(now, both_look):
    outcome = race(lambda: make(now, "Same", "A"), lambda: make(now, "Same", "B"))
    assert sorted(item.slug for item in outcome.answers) == ["same", "same-2"]


@pytest.mark.django_db(transaction=True)
def test_where_it_is_not_listened_to_the_address_is_an_error(now, both_look, monkeypatch):
    meet = meeting()
    monkeypatch.setattr(item_rows, "IntegrityError", NotCaught)
    monkeypatch.setattr(item_rows, "save", lambda item: (meet(), item.save()))
    with pytest.raises(IntegrityError, match="slug"):
        race(lambda: make(now, "Same", "A"), lambda: make(now, "Same", "B"))
    assert Item.objects.count() == 1


@pytest.mark.parametrize(("values", "field"), [({"title": " "}, "title"), ({"code": ""}, "code")])
def test_title_and_code_are_needed(now, values, field):
    with pytest.raises(Refusal) as no:
        make(now, **values)
    assert no.value.field == field


def test_an_edit_keeps_the_address_and_writes_what_changed(now):
    course = make(now)
    items.edit(course, title="Coaching", tags=["new"], **now)
    course.refresh_from_db()
    assert (course.title, course.slug, course.version) == ("Coaching", "coaching-for-managers", 1)
    row = JournalRow.objects.get(kind="item.edited")
    assert row.before == {"title": "Coaching for Managers", "tags": []}
    assert row.after == {"title": "Coaching", "tags": ["new"]}


def test_an_edit_that_changes_nothing_writes_nothing(now):
    course = make(now, categories=[CategoryFactory()])
    items.edit(course, title=course.title, categories=list(course.categories.all()), **now)
    assert JournalRow.objects.filter(kind="item.edited").count() == 0
    assert Item.objects.get().version == 0


def test_markup_is_cleaned_on_every_road_in(now):
    bad = '<p onclick="x()">Fine<script>alert(1)</script></p>'
    course = make(now, description=bad, objectives=bad, prerequisites=bad)
    assert course.description == course.objectives == course.prerequisites == "<p>Fine</p>"
    assert items.edit(course, description=bad + bad, **now).description == "<p>Fine</p><p>Fine</p>"
    assert make(now, "<b>Bold</b>", "B").title == "<b>Bold</b>"


# Publishing, archiving, restoring


def test_a_course_is_published_archived_and_restored(now, clock):
    course = make(now)
    assert items.publish(course, **now).published_at == clock.at
    consequences = items.archive(course, reason="Outdated", **now)
    assert [each.sentence for each in consequences] == [
        "Learners no longer find it in the catalogue."
    ]
    assert items.restore(course, **now).status == ItemStatus.PUBLISHED
    told = JournalRow.objects.exclude(kind="item.created").order_by("pk")
    assert [(row.kind, row.before["status"], row.after["status"]) for row in told] == [
        ("item.published", "draft", "published"),
        ("item.archived", "published", "archived"),
        ("item.restored", "archived", "published"),
    ]


def test_a_draft_that_was_archived_comes_back_as_a_draft(now):
    course = make(now)
    assert items.archive(course, **now) == []
    assert items.restore(course, **now).status == ItemStatus.DRAFT


@pytest.mark.parametrize(
    ("status", "verb", "sentence"),
    [
        ("published", items.publish, "X is published already."),
        ("archived", items.publish, "X is archived. Restore it first."),
        ("archived", items.archive, "X is archived. Restore it first."),
        ("draft", items.restore, "X is a draft."),
        ("published", items.restore, "X is published already."),
    ],
)
def test_what_doesn_t_go_from_here_is_refused(now, status, verb, sentence):
    with pytest.raises(Refusal) as no:
        verb(CourseFactory(title="X", status=status), **now)
    assert str(no.value) == sentence


def test_archiving_a_course_names_the_paths_that_keep_it(now):
    course = CourseFactory()
    PathFactory(title="Zeal", courses=[course])
    PathFactory(title="Émile", courses=[course])
    PathFactory(title="Gone", courses=[course], status=ItemStatus.ARCHIVED)
    found = items.archive(course, **now)[1]
    assert (found.tone, found.count, found.lines) == ("stays", 2, ("Émile", "Zeal"))


# Paths


def test_a_path_is_published_with_published_steps(now):
    path = make(now, kind="path")
    with pytest.raises(Refusal, match="A learning path needs at least one step"):
        items.publish(path, **now)
    draft = CourseFactory(title="Unready", status=ItemStatus.DRAFT)
    paths.add_steps(path, courses=[CourseFactory(), draft], **now)
    with pytest.raises(Refusal, match="Unready isn't published"):
        items.publish(path, **now)
    items.publish(draft, **now)
    assert items.publish(path, **now).status == ItemStatus.PUBLISHED


# Duplicating and deleting


def test_a_duplicate_is_a_draft_with_texts_categories_prices_and_steps(now):
    courses = [CourseFactory(), CourseFactory()]
    path = PathFactory(
        courses=courses, categories=[CategoryFactory()], description="<p>x</p>", tags=["a"]
    )
    Step.objects.filter(path=path, course=courses[1]).update(required=False, locked=True)
    PriceFactory(of=path)
    copy, _told = items.duplicate(path, title="Again", code="AGAIN", **now)
    assert (copy.kind, copy.status, copy.slug) == (ItemKind.PATH, "draft", "again")
    assert (copy.description, copy.tags) == ("<p>x</p>", ["a"])
    assert list(copy.categories.all()) == list(path.categories.all())
    assert copy.priced_id != path.priced_id
    assert copy.priced.prices.count() == 1
    told = [(step.position, step.course, step.required, step.locked) for step in copy.steps.all()]
    assert told == [(1, courses[0], True, False), (2, courses[1], False, True)]
    assert JournalRow.objects.get(subject_id=copy.pk).after["copy_of"] == path.pk


def test_a_duplicate_needs_a_code_of_its_own(now):
    course = CourseFactory(code="LED-1")
    with pytest.raises(Refusal, match="LED-1 is taken by"):
        items.duplicate(course, title="Again", code="led-1", **now)
    assert Item.objects.count() == 1


def test_what_was_never_used_is_deleted_with_its_prices(now):
    course = CourseFactory()
    PriceFactory(of=course)
    items.delete(course, **now)
    assert not Item.objects.exists()
    assert JournalRow.objects.get(kind="item.deleted").before["code"] == course.code


def test_what_is_used_stays(now):
    taught, in_path, in_pass = (
        CourseFactory(title="Taught"),
        CourseFactory(title="In a path"),
        CourseFactory(title="In a pass"),
    )
    EventFactory(course=taught)
    PathFactory(courses=[in_path])
    PassTypeFactory(opens=[in_pass])
    for course in (taught, in_path, in_pass):
        with pytest.raises(Refusal, match=f"{course.title} is used, so it stays"):
            items.delete(course, **now)
    assert JournalRow.objects.count() == 0


def test_what_was_deleted_meanwhile_is_said_so(now):
    with pytest.raises(Refusal, match="It was deleted meanwhile"):
        items.publish(Item(pk=4711), **now)

"""A learning path's steps: added at the end, moved, removed; always 1, 2, 3."""

import pytest

from catalog import paths
from catalog.models import Item, ItemStatus
from tests.factories import CourseFactory, PathFactory
from tests.races import meeting, race
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_follows")]


@pytest.fixture
def path():
    courses = [CourseFactory(title=title) for title in "ABC"]
    return PathFactory(title="Path", courses=courses)


def order(path):
    return [(step.position, step.course.title) for step in path.steps.all()]


def step(path, title):
    return path.steps.get(course__title=title)


def test_courses_are_added_at_the_end_in_their_order(path, now):
    courses = [CourseFactory(title="D"), CourseFactory(title="E")]
    paths.add_steps(path, courses=courses, required=False, locked_until_before=True, **now)
    assert order(path) == [(1, "A"), (2, "B"), (3, "C"), (4, "D"), (5, "E")]
    assert (step(path, "E").required, step(path, "E").locked) == (False, True)
    row = JournalRow.objects.get()
    assert (row.kind, row.after) == ("item.steps_added", {"courses": [c.pk for c in courses]})


def test_a_path_in_a_path_is_impossible(path, now):
    with pytest.raises(Refusal, match="Other is a learning path"):
        paths.add_steps(path, courses=[PathFactory(title="Other")], **now)
    with pytest.raises(Refusal, match="Only a learning path has steps"):
        paths.add_steps(CourseFactory(), courses=[CourseFactory()], **now)


def test_a_course_is_a_step_once_and_never_out_of_the_archive(path, now):
    with pytest.raises(Refusal, match="B is a step of this path already"):
        paths.add_steps(path, courses=[step(path, "B").course], **now)
    with pytest.raises(Refusal, match="Old is archived"):
        paths.add_steps(
            path, courses=[CourseFactory(title="Old", status=ItemStatus.ARCHIVED)], **now
        )
    twice = CourseFactory(title="Twice")
    with pytest.raises(Refusal, match="Twice is a step of this path already"):
        paths.add_steps(path, courses=[twice, twice], **now)


@pytest.mark.parametrize(
    ("title", "to", "after"),
    [("A", 2, "BAC"), ("A", 3, "BCA"), ("C", 1, "CAB"), ("C", -5, "CAB"), ("A", 99, "BCA")],
)
def test_a_step_is_moved_and_the_others_make_room(path, now, title, to, after):
    paths.move_step(step(path, title), to=to, **now)
    assert order(path) == list(enumerate(after, start=1))
    row = JournalRow.objects.get()
    assert row.after["position"] == min(max(to, 1), 3)


def test_a_move_to_where_it_is_writes_nothing(path, now):
    paths.move_step(step(path, "B"), to=2, **now)
    assert JournalRow.objects.count() == 0


def follower(fact):
    return [Consequence("closes", f"{fact.kind} {fact.data}", 1)]


def test_a_step_is_removed_the_gap_closes_and_others_are_told(path, now, settings):
    settings.CONSEQUENCES = [f"{__name__}.follower"]
    removed = step(path, "B")
    found = paths.remove_step(removed, **now)
    assert order(path) == [(1, "A"), (2, "C")]
    assert [each.sentence for each in found] == [
        f"item.step_removed {{'course_id': {removed.course_id}}}"
    ]
    with pytest.raises(Refusal, match="This step was removed meanwhile"):
        paths.remove_step(removed, **now)


def test_the_last_step_of_a_published_path_stays(now):
    path = PathFactory(courses=[CourseFactory()])
    with pytest.raises(Refusal, match="This is the last step"):
        paths.remove_step(path.steps.get(), **now)
    draft = PathFactory(courses=[CourseFactory()], status=ItemStatus.DRAFT)
    paths.remove_step(draft.steps.get(), **now)
    assert draft.steps.count() == 0


def test_a_step_is_made_optional_and_locked(path, now):
    changed = paths.set_step(step(path, "B"), required=False, locked_until_before=True, **now)
    assert (changed.required, changed.locked) == (False, True)
    row = JournalRow.objects.get()
    assert (row.before["required"], row.after["required"]) == (True, False)
    paths.set_step(changed, required=False, locked_until_before=True, **now)
    assert JournalRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_steps_at_once_leave_no_gap_and_no_double(path, now):
    race(
        lambda: paths.add_steps(path, courses=[CourseFactory(title="D")], **now),
        lambda: paths.add_steps(path, courses=[CourseFactory(title="E")], **now),
        lambda: paths.remove_step(step(path, "A"), **now),
    )
    assert [position for position, _title in order(path)] == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_steps_have_one_place(path, now, monkeypatch):
    meet, save = meeting(), paths.save
    monkeypatch.setattr(paths, "locked", lambda item: Item.objects.get(pk=item.pk))
    monkeypatch.setattr(paths, "save", lambda item: (meet(), save(item)))
    courses = [CourseFactory(title=title) for title in "DE"]
    race(*[lambda each=each: paths.add_steps(path, courses=[each], **now) for each in courses])
    assert [position for position, _title in order(path)] == [1, 2, 3, 4, 4]

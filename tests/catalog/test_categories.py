"""Categories: a tree of names, without circles, read in one query."""

import pytest

from catalog import categories
from catalog.models import Category
from tests.factories import CategoryFactory, CourseFactory
from tests.races import race
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(now):
    """Leadership (Coaching, First team), Finance."""

    def make(name, parent=None):
        return categories.create(name=name, parent=parent, **now)

    leadership = make("Leadership")
    return {
        "leadership": leadership,
        "coaching": make("Coaching", leadership),
        "team": make("First team", leadership),
        "finance": make("Finance"),
    }


def drawn():
    return [f"{node.depth} {node.category.name}" for node in categories.tree()]


@pytest.mark.usefixtures("made")
def test_the_tree_is_read_in_one_query_parents_first(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert drawn() == ["0 Leadership", "1 Coaching", "1 First team", "0 Finance"]
    assert categories.tree()[1].trail == ("Leadership", "Coaching")


def test_a_large_tree_is_one_query_too(django_assert_num_queries):
    top = CategoryFactory()
    for _ in range(300):
        CategoryFactory(parent=top)
    with django_assert_num_queries(1):
        assert len(categories.tree()) == 301


def test_what_belongs_to_a_category_is_one_query(made, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = categories.with_descendants(made["leadership"].pk)
    assert found == {made[name].pk for name in ("leadership", "coaching", "team")}
    assert categories.with_descendants() == set()


def test_a_name_stands_once_in_its_place(made, now):
    with pytest.raises(Refusal, match="There is a category Coaching here already"):
        categories.create(name=" coaching ", parent=made["leadership"], **now)
    elsewhere = categories.create(name="Coaching", parent=made["finance"], **now)
    assert elsewhere.slug == "coaching-2"


def test_a_category_is_renamed_and_moved_with_its_branch(made, now):
    categories.edit(made["leadership"], name="Leading", parent=made["finance"], **now)
    assert drawn() == ["0 Finance", "1 Leading", "2 Coaching", "2 First team"]
    moved = Category.objects.get(name="Leading")
    assert moved.slug == "leadership"
    row = JournalRow.objects.get(kind="category.edited")
    assert (row.before, row.after) == (
        {"name": "Leadership", "parent": None},
        {"name": "Leading", "parent": made["finance"].pk},
    )


def test_no_category_comes_under_itself_or_its_own(made, now):
    for parent in ("leadership", "coaching"):
        with pytest.raises(Refusal, match="Leadership can't be moved under itself") as no:
            categories.edit(made["leadership"], name="Leadership", parent=made[parent], **now)
        assert no.value.field == "parent"


def move_each_under_the_other(made, now):
    def under(name, other):
        return lambda: categories.edit(made[name], name=made[name].name, parent=made[other], **now)

    return race(under("leadership", "finance"), under("finance", "leadership"))


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(made, now):
    outcome = move_each_under_the_other(made, now)
    assert (outcome.done, outcome.refused) == (1, 1)
    assert len(drawn()) == 4


def test_without_the_lock_two_moves_at_once_make_a_circle(made, now, monkeypatch):
    """Both look before either has moved: that is what the lock forbids."""
    looks = [Category.objects.in_bulk(), Category.objects.in_bulk()]
    monkeypatch.setattr(categories, "locked", looks.pop)
    for name, other in (("leadership", "finance"), ("finance", "leadership")):
        categories.edit(made[name], name=made[name].name, parent=made[other], **now)
    assert drawn() == []


def test_a_category_moves_among_those_beside_it(made, now):
    categories.move(made["team"], by_one=-1, **now)
    assert drawn() == ["0 Leadership", "1 First team", "1 Coaching", "0 Finance"]
    categories.move(made["team"], by_one=-1, **now)
    assert JournalRow.objects.filter(kind="category.moved").count() == 1


def test_what_is_used_stays(made, now):
    CourseFactory(title="Coaching for Managers", categories=[made["coaching"]])
    with pytest.raises(Refusal, match="Leadership has categories under it"):
        categories.delete(made["leadership"], **now)
    with pytest.raises(Refusal, match="Coaching is used, by Coaching for Managers for one"):
        categories.delete(made["coaching"], **now)
    categories.delete(made["team"], **now)
    assert drawn() == ["0 Leadership", "1 Coaching", "0 Finance"]
    with pytest.raises(Refusal, match="This category was deleted meanwhile"):
        categories.delete(Category(pk=made["team"].pk or 4711), **now)


def test_a_name_is_needed(now):
    with pytest.raises(Refusal, match="It needs a name"):
        categories.create(name="  ", **now)

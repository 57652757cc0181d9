"""What a pass type opens: put in, taken out, narrowed, searched."""

import pytest

from catalog.models import EventStatus, EventType, ItemStatus
from passes import content, training
from passes.candidates import Asked, candidates, key_of, particulars
from passes.models import Inclusion
from tests.factories import (
    CategoryFactory,
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    several,
)
from tms import preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db

KEPT = Consequence(
    "stays", "Whoever has registered for it through a pass keeps it until that pass ends.", 0
)


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def facts(monkeypatch):
    """What the followers were told: the one call upward, caught."""
    caught = []
    monkeypatch.setattr(training, "follow", lambda fact: caught.append(fact) or [])
    return caught


def inside(pass_type):
    return sorted(
        pass_type.inclusions.values_list("item__title", "event__code", "event_types"), key=str
    )


def told(pass_type):
    rows = JournalRow.objects.filter(subject_kind="pass_type", subject_id=pass_type.pk)
    return [(row.kind, row.before, row.after) for row in rows.order_by("id")]


# Putting in


def test_paths_courses_and_events_are_put_in_at_once(who):
    pass_type = PassTypeFactory()
    path, course = PathFactory(title="New Manager Path"), CourseFactory(title="Coaching")
    event = EventFactory(code="FIN-1")
    added = training.add(
        pass_type,
        items=[(path.pk, []), (course.pk, ["lms", "classroom"])],
        events=[event.pk],
        **who,
    )
    assert added == 3
    assert inside(pass_type) == [
        ("Coaching", None, ["classroom", "lms"]),
        ("New Manager Path", None, []),
        (None, "FIN-1", []),
    ]
    kept = {
        "items": sorted([[path.pk, []], [course.pk, ["classroom", "lms"]]]),
        "events": [event.pk],
    }
    assert told(pass_type) == [("pass_type.training_added", {}, kept)]


def test_what_is_in_already_is_passed_over(who):
    course, event = CourseFactory(), EventFactory()
    pass_type = PassTypeFactory(opens=[course, event])
    assert training.add(pass_type, items=[(course.pk, ["lms"])], events=[event.pk], **who) == 0
    assert told(pass_type) == []
    assert training.add(pass_type, items=[(course.pk, []), (PathFactory().pk, [])], **who) == 1
    assert pass_type.inclusions.count() == 3


def test_an_event_that_its_course_brings_is_in_already(who):
    course = CourseFactory()
    classroom = EventFactory(course=course)
    online = LmsEventFactory(course=course)
    pass_type = PassTypeFactory()
    events = [classroom.pk, online.pk]
    assert training.add(pass_type, items=[(course.pk, ["lms"])], events=events, **who) == 2
    assert inside(pass_type) == [
        (course.title, None, ["lms"]),
        (None, classroom.code, []),
    ]
    whole = PassTypeFactory(opens=[course])
    assert training.add(whole, events=events, **who) == 0


def test_every_type_chosen_means_all_events_present_and_to_come(who):
    course, pass_type = CourseFactory(), PassTypeFactory()
    training.add(pass_type, items=[(course.pk, EventType.values)], **who)
    assert inside(pass_type) == [(course.title, None, [])]


def test_a_path_has_no_event_types(who):
    path, pass_type = PathFactory(), PassTypeFactory()
    training.add(pass_type, items=[(path.pk, ["lms"])], **who)
    assert inside(pass_type) == [(path.title, None, [])]


def test_an_unknown_event_type_is_refused(who):
    with pytest.raises(Refusal) as caught:
        training.add(PassTypeFactory(), items=[(CourseFactory().pk, ["webinar"])], **who)
    assert str(caught.value) == "Choose among Classroom, Blended and LMS."


def test_what_is_archived_cancelled_or_gone_is_passed_over(who):
    archived = CourseFactory(status=ItemStatus.ARCHIVED)
    cancelled = EventFactory(status=EventStatus.CANCELLED)
    of_archived = EventFactory(course=archived)
    pass_type = PassTypeFactory()
    added = training.add(
        pass_type,
        items=[(archived.pk, []), (10**9, [])],
        events=[cancelled.pk, of_archived.pk, 10**9],
        **who,
    )
    assert (added, pass_type.inclusions.count()) == (0, 0)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_putting_in_takes_the_same_queries_for_any_number(who, number, django_assert_num_queries):
    pass_type = PassTypeFactory()
    items = [(course.pk, []) for course in several(CourseFactory(), number)]
    event = EventFactory(sessions=False)
    courses = several(event.course, number)
    events = [e.pk for e in several(event, number, course=lambda n: courses[n + 1])]
    with django_assert_num_queries(9):
        assert training.add(pass_type, items=items, events=events, **who) == 2 * number


# Taking out


def test_a_removal_says_how_many_passes_and_learners_it_touches(who, kestrel, facts):
    course, event = CourseFactory(title="Coaching"), EventFactory(code="FIN-1")
    event.course.title = "Budget Basics"
    event.course.save()
    pass_type = PassTypeFactory(opens=[course, event])
    option = PassOptionFactory(pass_type=pass_type)
    ada, grace = (ContactFactory(account=kestrel) for _each in range(2))
    for contact in (ada, ada, grace, None):
        PassFactory(option=option, account=kestrel, contact=contact)
    rows = list(pass_type.inclusions.values_list("pk", flat=True))
    expected = [
        Consequence(
            "closes",
            "2 trainings close at once for 4 active passes and 2 learners, "
            "unless another right covers them.",
            2,
            ("Coaching", "Budget Basics (FIN-1)"),
        ),
        KEPT,
    ]
    assert preview.run(lambda: training.remove(pass_type, rows, **who)) == expected
    assert pass_type.inclusions.count() == 2
    facts.clear()
    assert training.remove(pass_type, rows, **who) == expected
    assert pass_type.inclusions.count() == 0
    assert told(pass_type) == [
        (
            "pass_type.training_removed",
            {"items": [[course.pk, []]], "events": [event.pk]},
            {},
        )
    ]
    (fact,) = facts
    assert (fact.kind, fact.subjects, fact.at, fact.on, fact.by, fact.data) == (
        "pass_type.training_removed",
        (pass_type.pk,),
        who["at"],
        who["on"],
        who["by"],
        {"pass_type": pass_type.pk, "items": [course.pk], "events": [event.pk]},
    )


def test_a_removal_without_a_live_pass_says_so(who, facts):
    pass_type = PassTypeFactory(opens=[CourseFactory(title="Coaching")])
    rows = pass_type.inclusions.values_list("pk", flat=True)
    assert training.remove(pass_type, list(rows), **who) == [
        Consequence(
            "closes",
            "1 training closes. Nobody holds an active pass of this type.",
            1,
            ("Coaching",),
        )
    ]


def test_what_follows_for_others_is_part_of_the_answer(who, monkeypatch):
    sees = Consequence("stays", "2 registrations stay open.", 2)
    monkeypatch.setattr(training, "follow", lambda fact: [sees])
    pass_type = PassTypeFactory(opens=[CourseFactory()])
    rows = list(pass_type.inclusions.values_list("pk", flat=True))
    assert training.remove(pass_type, rows, **who)[-1] == sees


def test_removing_again_or_from_another_type_does_nothing(who, facts):
    pass_type, other = PassTypeFactory(opens=[CourseFactory()]), PassTypeFactory()
    rows = list(pass_type.inclusions.values_list("pk", flat=True))
    assert training.remove(other, rows, **who) == []
    training.remove(pass_type, rows, **who)
    assert training.remove(pass_type, rows, **who) == []
    assert (len(told(pass_type)), told(other), len(facts)) == (1, [], 1)


# Narrowing


def test_narrowing_a_course_to_types_says_what_closes(who, kestrel, facts):
    course = CourseFactory(title="Coaching")
    pass_type = PassTypeFactory(opens=[course])
    PassFactory(option=PassOptionFactory(pass_type=pass_type), account=kestrel)
    row = pass_type.inclusions.get()
    answer = training.change_event_types(pass_type, row.pk, ["lms"], **who)
    assert answer == [
        Consequence(
            "closes",
            "1 training closes at once for 1 active pass and 0 learners, "
            "unless another right covers it.",
            1,
            ("Coaching: Classroom, Blended events",),
        ),
        KEPT,
    ]
    assert Inclusion.objects.get().event_types == ["lms"]
    assert facts[0].data == {
        "pass_type": pass_type.pk,
        "items": [course.pk],
        "events": [],
        "event_types": ["classroom", "blended"],
    }
    assert told(pass_type) == [
        (
            "pass_type.training_changed",
            {"items": [[course.pk, []]]},
            {"items": [[course.pk, ["lms"]]]},
        )
    ]


def test_widening_closes_nothing_and_the_same_again_records_nothing(who, facts):
    pass_type = PassTypeFactory(opens=[CourseFactory()])
    row = pass_type.inclusions.get()
    training.change_event_types(pass_type, row.pk, ["lms"], **who)
    assert training.change_event_types(pass_type, row.pk, ["lms", "blended"], **who) == []
    assert training.change_event_types(pass_type, row.pk, ["blended", "lms"], **who) == []
    assert (len(told(pass_type)), len(facts)) == (2, 1)


def test_only_courses_have_event_types(who):
    pass_type = PassTypeFactory(opens=[PathFactory()])
    row = pass_type.inclusions.get()
    with pytest.raises(Stale, match=r"^This course is no longer in the pass type\.$"):
        training.change_event_types(pass_type, row.pk, ["lms"], **who)


# Searching what is in


def titles(rows):
    return [row["title"] for row in rows.values("title")]


def test_what_is_in_is_searched_by_text_category_and_type():
    leading, teams = CategoryFactory(name="Leading"), CategoryFactory(name="Teams")
    teams.parent = leading
    teams.save()
    path = PathFactory(title="Éclair path", code="PATH-NM", categories=[teams])
    course = CourseFactory(title="Leading Safely", summary="for crews", categories=[leading])
    event = LmsEventFactory(course=CourseFactory(title="Budget Basics"), code="FIN-7")
    pass_type = PassTypeFactory(opens=[path, course, event])

    def found(**asked):
        return titles(content.included(pass_type, **asked))

    assert found() == ["Budget Basics", "Éclair path", "Leading Safely"]
    assert found(q="ECLAIR") == ["Éclair path"]
    assert found(q="path-nm path") == ["Éclair path"]
    assert found(q="crews") == ["Leading Safely"]
    assert found(q="fin-7") == found(q="budget") == ["Budget Basics"]
    assert found(q="100%") == []
    assert found(category=leading.pk) == ["Éclair path", "Leading Safely"]
    assert found(category=teams.pk) == ["Éclair path"]
    assert found(kind="course") == ["Leading Safely"]
    assert found(kind="path") == ["Éclair path"]
    assert found(kind="lms") == ["Budget Basics"]
    assert found(kind="classroom") == []
    assert found(kind="course", category=leading.pk, q="lead") == ["Leading Safely"]


# Searching what could be


@pytest.fixture
def shelf():
    """A small catalogue, and two pass types with a part of it."""
    data, leading = CategoryFactory(name="Data"), CategoryFactory(name="Leading")
    deep = CategoryFactory(name="Deep", parent=data)
    basics = CourseFactory(title="Introduction to data", code="DAT-1", categories=[deep])
    coaching = CourseFactory(title="Coaching", code="LED-1", categories=[leading])
    EventFactory(course=basics, code="DAT-1-A", place="Leeds")
    LmsEventFactory(course=basics, code="DAT-1-B")
    EventFactory(course=coaching, code="LED-1-A", type="blended")
    PathFactory(title="Data path", code="P-DAT", categories=[data])
    CourseFactory(title="Gone", status=ItemStatus.ARCHIVED)
    EventFactory(course=coaching, code="LED-1-X", status=EventStatus.CANCELLED)
    return {
        "mine": PassTypeFactory(name="Mine", opens=[coaching]),
        "other": PassTypeFactory(name="Other", opens=[basics]),
        "data": data,
        "leading": leading,
    }


def rows_of(shelf, *, new_only=False, **asked):
    return [
        (row["label"], row["what"], row["here"])
        for row in candidates(shelf["mine"], Asked(**asked), new_only=new_only)
    ]


def test_the_whole_catalogue_is_there_events_after_their_course(shelf):
    assert rows_of(shelf) == [
        ("LED-1", "course", True),
        ("LED-1-A", "blended", True),
        ("P-DAT", "path", False),
        ("DAT-1", "course", False),
        ("DAT-1-A", "classroom", False),
        ("DAT-1-B", "lms", False),
    ]


def test_text_category_type_and_pass_combine(shelf):
    def codes(**asked):
        return [code for code, _what, _here in rows_of(shelf, **asked)]

    assert codes(q="introduction") == ["DAT-1", "DAT-1-A", "DAT-1-B"]
    assert codes(q="INTRODUCTION leeds") == ["DAT-1-A"]
    assert codes(category=shelf["data"].pk) == ["P-DAT", "DAT-1", "DAT-1-A", "DAT-1-B"]
    assert codes(category=shelf["leading"].pk) == ["LED-1", "LED-1-A"]
    assert codes(kind="course") == ["LED-1", "DAT-1"]
    assert codes(kind="path") == ["P-DAT"]
    assert codes(kind="blended") == ["LED-1-A"]
    assert codes(kind="classroom") == ["DAT-1-A"]
    assert codes(kind="lms") == ["DAT-1-B"]
    assert codes(in_pass="other") == ["DAT-1", "DAT-1-A", "DAT-1-B"]
    assert codes(in_pass="none") == ["P-DAT"]
    assert codes(in_pass=str(shelf["other"].pk)) == ["DAT-1", "DAT-1-A", "DAT-1-B"]
    assert codes(in_pass=str(shelf["mine"].pk)) == ["LED-1", "LED-1-A"]
    assert codes(new_only=True) == ["P-DAT", "DAT-1", "DAT-1-A", "DAT-1-B"]
    assert codes(q="data", category=shelf["data"].pk, kind="lms", in_pass="other") == ["DAT-1-B"]
    assert codes(q="data", category=shelf["leading"].pk) == []


def test_rows_are_named_and_told_apart(shelf):
    rows = particulars(candidates(shelf["mine"], Asked(q="data")), shelf["mine"])
    assert [
        (row["key"], row["categories"], row["types"], row["steps"], row["elsewhere"])
        for row in rows
    ] == [
        (f"i{rows[0]['row']}", ["Data"], [], 0, []),
        (f"i{rows[1]['row']}", ["Deep"], ["classroom", "lms"], 0, ["Other"]),
        (f"e{rows[2]['row']}", ["Deep"], [], 0, ["Other"]),
        (f"e{rows[3]['row']}", ["Deep"], [], 0, ["Other"]),
    ]
    assert [key_of(row) for row in rows] == [row["key"] for row in rows]

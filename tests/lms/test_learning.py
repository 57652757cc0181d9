"""Where somebody goes on, what completes a course and a path, and that nothing is lost."""

import datetime

import pytest

from lms import arranging, content, learning, progress, steps
from lms.models import Completion, ContentUnit, Progress, Registration
from tests.factories import (
    ContentUnitFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    RegistrationFactory,
    SectionFactory,
)
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def who(clock, ada):
    return {"at": clock.at, "on": TODAY, "by": ada.user}


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def units(course):
    """Two required units and, between them, an optional one, in two sections."""
    first, second = (SectionFactory(course=course, position=n) for n in range(2))
    return [
        ContentUnitFactory(section=first, position=0),
        ContentUnitFactory(section=first, position=1, required=False),
        ContentUnitFactory(section=second, position=0),
    ]


def stand(ada, course):
    return learning.stands(ada.pk, [course.pk])[course.pk]


def test_what_was_taken_out_counts_for_nothing(ada, course, units, who):
    learning.complete(ada.pk, units[0], **who)
    learning.look(ada.pk, units[2].pk, at=who["at"])
    content.remove_unit(units[2], **who)
    assert progress.percents([(ada.pk, course.pk)]) == {(ada.pk, course.pk): 100}


def test_content_doesnt_complete_a_place_on_a_date(ada, course, who):
    """Whoever has learned it all by themselves still has their seat, and comes."""
    place = RegistrationFactory(contact=ada, event=EventFactory(course=course))
    online = RegistrationFactory(contact=ada, event=LmsEventFactory(course=course))
    learning.complete_item(ada.pk, course.pk, **who)
    done = dict(Registration.objects.values_list("pk", "completed_at"))
    assert (done[place.pk], done[online.pk]) == (None, who["at"])


def test_one_starts_with_the_first_unit(ada, course, units):
    found = stand(ada, course)
    assert (found.done, found.total, found.started, found.next_unit) == (0, 2, False, units[0].pk)


def test_one_goes_on_with_the_unit_looked_at_last(ada, course, units, who, clock):
    learning.look(ada.pk, units[0].pk, at=clock.at)
    learning.look(ada.pk, units[2].pk, at=clock.move(minutes=1))
    assert stand(ada, course).next_unit == units[2].pk


def test_then_with_the_first_that_is_not_complete(ada, course, units, who):
    learning.complete(ada.pk, units[0], **who)
    assert stand(ada, course).next_unit == units[1].pk


def test_the_required_units_complete_the_course_and_optional_ones_do_not_count(
    ada, course, units, who
):
    assert learning.complete(ada.pk, units[0], **who) is False
    assert progress.percents([(ada.pk, course.pk)]) == {(ada.pk, course.pk): 50}
    assert learning.complete(ada.pk, units[2], **who) is True
    assert progress.percents([(ada.pk, course.pk)]) == {(ada.pk, course.pk): 100}
    assert stand(ada, course).completed_at == who["at"]


def test_where_nothing_is_required_all_of_it_counts(ada, course, who):
    section = SectionFactory(course=course)
    one, two = ContentUnitFactory.create_batch(2, section=section, required=False)
    assert learning.complete(ada.pk, one, **who) is False
    assert progress.percents([(ada.pk, course.pk)]) == {(ada.pk, course.pk): 50}
    assert learning.complete(ada.pk, two, **who) is True


def test_completing_twice_is_once(ada, course, units, who, clock):
    for unit in units:
        learning.complete(ada.pk, unit, **who)
    later = who | {"at": clock.move(days=1)}
    assert learning.complete(ada.pk, units[2], **later) is False
    assert Completion.objects.get().at == who["at"]
    assert JournalRow.objects.filter(kind="item.completed").count() == 1


def test_what_is_completed_again_keeps_its_first_day(ada, course, units, who, clock):
    for unit in units:
        learning.complete(ada.pk, unit, **who)
    later = who | {"at": clock.move(days=3)}
    assert [learning.complete(ada.pk, unit, **later) for unit in units] == [False] * 3
    assert learning.complete_item(ada.pk, course.pk, **later) is False
    assert set(Progress.objects.values_list("completed_at", flat=True)) == {who["at"]}
    assert Completion.objects.get().at == who["at"]
    assert JournalRow.objects.filter(kind="item.completed").count() == 1


def test_a_completion_survives_later_content(ada, course, units, who):
    for unit in units:
        learning.complete(ada.pk, unit, **who)
    ContentUnitFactory(section=units[0].section)
    found = stand(ada, course)
    assert (found.percent, found.completed_at) == (100, who["at"])


def test_completing_marks_the_registration_on_its_lms_event(ada, course, units, who):
    event = LmsEventFactory(course=course)
    registration = Registration.objects.create(
        contact=ada,
        event=event,
        account=ada.account,
        paid_by="free",
        registered_at=who["at"],
        registered_on=TODAY,
    )
    for unit in units:
        learning.complete(ada.pk, unit, **who)
    registration.refresh_from_db()
    assert registration.completed_at == who["at"]


def test_the_last_required_course_completes_its_path(ada, who):
    courses = CourseFactory.create_batch(3)
    path = PathFactory(courses=courses)
    path.steps.filter(course=courses[2]).update(required=False)
    for course in courses[:2]:
        assert not Completion.objects.filter(item=path).exists()
        unit = ContentUnitFactory(section=SectionFactory(course=course))
        learning.complete(ada.pk, unit, **who)
    assert Completion.objects.filter(item=path, contact=ada).exists()


def test_a_step_that_is_not_locked_waits_for_nothing(ada):
    path = PathFactory(courses=CourseFactory.create_batch(2))
    assert [each.waits_for for each in steps.of_path(ada.pk, path.pk)] == [None, None]


def test_a_locked_step_waits_for_the_one_before(ada, who):
    courses = CourseFactory.create_batch(2)
    path = PathFactory(courses=courses)
    path.steps.filter(course=courses[1]).update(locked=True)
    Registration.objects.create(
        contact=ada,
        path=path,
        account=ada.account,
        paid_by="free",
        registered_at=who["at"],
        registered_on=TODAY,
    )
    assert steps.lock_on(ada.pk, courses[0].pk) is None
    assert steps.lock_on(ada.pk, courses[1].pk) == courses[0]
    learning.complete(ada.pk, ContentUnitFactory(section=SectionFactory(course=courses[0])), **who)
    assert steps.lock_on(ada.pk, courses[1].pk) is None


def test_who_is_registered_on_the_course_itself_does_not_wait(ada, who):
    courses = CourseFactory.create_batch(2)
    path = PathFactory(courses=courses)
    path.steps.update(locked=True)
    for where in ({"path": path}, {"event": LmsEventFactory(course=courses[1])}):
        Registration.objects.create(
            contact=ada,
            account=ada.account,
            paid_by="free",
            registered_at=who["at"],
            registered_on=TODAY,
            **where,
        )
    assert steps.lock_on(ada.pk, courses[1].pk) is None


def test_many_courses_are_one_statement(ada, django_assert_num_queries):
    courses = CourseFactory.create_batch(30)
    for course in courses:
        ContentUnitFactory(section=SectionFactory(course=course))
    with django_assert_num_queries(1):
        learning.stands(ada.pk, [course.pk for course in courses])


# Putting content together


def test_what_somebody_began_is_archived_and_the_rest_deleted(ada, course, units, office, who):
    learning.look(ada.pk, units[0].pk, at=who["at"])
    for unit in units[:2]:
        content.remove_unit(unit, at=who["at"], on=TODAY, by=office)
    assert list(ContentUnit.objects.order_by("id").values_list("archived_at", flat=True)) == [
        who["at"],
        None,
    ]
    assert Progress.objects.count() == 1
    assert [[u.pk for u in found] for _s, found in content.outline(course.pk)] == [
        [],
        [units[2].pk],
    ]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ("page", "A page needs text."),
        ("video", "A video needs a file or an address."),
        ("document", "A document needs a PDF file."),
        ("link", "A link needs an address."),
    ],
)
def test_a_unit_without_what_its_kind_needs_is_refused(course, office, who, form, sentence):
    unit = ContentUnit(section=SectionFactory(course=course), form=form, title="Empty")
    with pytest.raises(Refusal) as refusal:
        content.save_unit(unit, at=who["at"], on=TODAY, by=office)
    assert str(refusal.value) == sentence
    assert ContentUnit.objects.count() == 0


def test_text_is_cleaned_on_the_server(course, office, who):
    unit = ContentUnit(
        section=SectionFactory(course=course),
        form="page",
        title="Page",
        body='<p onclick="x()">Hello <script>alert(1)</script><strong>there</strong></p>',
    )
    content.save_unit(unit, at=who["at"], on=TODAY, by=office)
    unit.refresh_from_db()
    assert unit.body == "<p>Hello <strong>there</strong></p>"


def test_moving_swaps_neighbours_and_stops_at_the_edge(course, units, office, who):
    move = {"at": who["at"], "on": TODAY, "by": office}
    arranging.move(units[1], up=True, **move)
    arranging.move(units[1], up=True, **move)
    section = units[0].section
    assert list(section.units.values_list("pk", flat=True)) == [units[1].pk, units[0].pk]


def test_a_path_has_no_content_of_its_own(office, who):
    with pytest.raises(Refusal, match=r"^Only courses have content"):
        content.add_section(PathFactory(), title="No", at=who["at"], on=TODAY, by=office)


def test_a_place_that_was_cancelled_is_not_completed_later(ada, lesson, who):
    place = RegistrationFactory(contact=ada, event=lesson, cancelled_at=who["at"])
    learning.complete_item(ada.pk, lesson.course_id, **who)
    place.refresh_from_db()
    assert place.completed_at is None

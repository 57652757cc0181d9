"""May this person open this item now, and why?"""

import itertools

import pytest

from catalog.models import EventType
from lms import access
from lms.access import Reason
from lms.models import PaidBy, Registration
from passes.models import Inclusion, Pass
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PathFactory,
    RegistrationFactory,
    TokenUnitFactory,
)
from tests.lms.cast import TODAY, day, held, library
from tms import clock as tms_clock
from tms.models import Organisation

AFTER = day("2026-11-23")
pytestmark = pytest.mark.django_db


# The truth table: a live registration, and any one valid right

STATES = [None, "over", "valid"]


@pytest.mark.parametrize(
    ("registered", "content", "pass_", "second"),
    list(itertools.product([False, True], ["over", "valid", "for good"], STATES, STATES)),
)
def test_it_takes_a_registration_and_one_valid_right(
    registered, content, pass_, second, ada, lesson
):
    end = {"over": "2026-11-21", "valid": "2026-11-22"}
    if registered:
        until = day(end[content]) if content in end else None
        RegistrationFactory(contact=ada, event=lesson, content_until=until)
    for state in (pass_, second):
        if state:
            held(ada, library(lesson.course), until=end[state])
    by_pass = "valid" in (pass_, second)
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert answer.open is (registered and (content != "over" or by_pass))
    assert access.answer(ada.pk, event=lesson.pk, on=TODAY).open is answer.open
    if not registered:
        ended = "over" in (pass_, second)
        assert answer.reason == (
            Reason.OFFERED if by_pass else Reason.EXPIRED if ended else Reason.NEVER
        )


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_pass_is_valid_to_the_last_second_of_its_day_in_the_installations_zone(
    zone, ada, lesson, clock
):
    """No job runs here: the day alone decides."""
    Organisation.objects.update(time_zone=zone)
    used = held(ada, library(lesson.course), until="2026-12-01")
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)

    def opens(text):
        on = tms_clock.day_of(clock.set(text, zone), zone)
        return access.answer(ada.pk, course=lesson.course_id, on=on)

    assert opens("2026-12-01 23:59:59").open
    over = opens("2026-12-02 00:00:00")
    assert (over.open, over.reason) == (False, Reason.EXPIRED)
    assert over.sentence == "Your pass expired on 1 December 2026."


def test_what_was_cancelled_didnt_expire(ada, lesson):
    """Long after: it is said that somebody ended it, not that its time was over."""
    used = held(ada, library(lesson.course), until="2026-11-20")
    Pass.objects.filter(pk=used.pk).update(
        cancelled_at=tms_clock.start_of(day("2026-11-10"), "UTC")
    )
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.open, answer.reason) == (False, Reason.CANCELLED)


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Tokyo"])
def test_so_is_content(zone, ada, lesson, clock):
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-12-22"))

    def opens(text):
        on = tms_clock.day_of(clock.set(text, zone), zone)
        return access.answer(ada.pk, course=lesson.course_id, on=on)

    assert opens("2026-12-22 23:59:59").sentence == "You have it until 22 December 2026."
    assert opens("2026-12-23 00:00:00").sentence == "Your access ended on 22 December 2026."


# Why


def test_a_right_without_a_registration_opens_nothing_but_is_offered(ada, lesson):
    held(ada, library(lesson.course))
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.open, answer.reason, answer.registered) == (False, Reason.OFFERED, False)
    assert answer.offer.pass_type == "Leadership Library"
    assert answer.sentence == "Included in your Leadership Library until 22 November 2027."


def test_the_right_shown_is_the_one_that_lasts_longest(ada, lesson):
    used = held(ada, library(lesson.course, name="Short"), until="2026-12-24")
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    held(ada, library(lesson.course, name="Long"), until="2028-01-31")
    held(ada, library(lesson.course, name="Over"), until="2026-11-21")
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert answer.sentence == "Included in your Long until 31 January 2028."
    assert answer.ground == "through Long until 31 January 2028"


def test_for_good_lasts_longer_than_any_pass(ada, lesson):
    RegistrationFactory(contact=ada, event=lesson, content_until=None)
    held(ada, library(lesson.course), until="2100-12-31")
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.reason, answer.until) == (Reason.REGISTRATION, None)
    assert answer.sentence == "You have it for good."


def test_an_expired_right_never_hides_a_valid_one(ada, lesson):
    over = held(ada, library(lesson.course, name="Over"), until="2026-11-21")
    RegistrationFactory(contact=ada, event=lesson, used_pass=over)
    held(ada, library(lesson.course, name="Live"), until="2026-11-22")
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).right.pass_type == "Live"


def test_nobody_asked_is_told_so(ada, lesson):
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.open, answer.reason) == (False, Reason.NEVER)
    assert answer.sentence == "You are not registered for it."


def test_a_cancelled_pass_says_since_when(ada, lesson, clock):
    used = held(ada, library(lesson.course), cancelled_at=clock.set("2026-11-22 08:00"))
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert answer.sentence == "Your pass was cancelled on 22 November 2026."


def test_the_day_it_was_cancelled_is_that_of_the_installation(ada, lesson, clock):
    Organisation.objects.update(time_zone="Pacific/Kiritimati")  # fourteen hours ahead
    used = held(ada, library(lesson.course), cancelled_at=clock.set("2026-11-22 12:00", "UTC"))
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    answer = access.answer(ada.pk, course=lesson.course_id, on=day("2026-11-23"))
    assert answer.sentence == "Your pass was cancelled on 23 November 2026."


def test_of_what_ended_the_last_is_told(ada, lesson):
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-10-31"))
    held(ada, library(lesson.course), until="2026-11-05")
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert answer.sentence == "Your pass expired on 5 November 2026."


def test_of_a_pass_that_went_to_somebody_else_nothing_is_said_where_there_is_more(ada, lesson):
    pass_type = library(lesson.course)
    lent = held(ada, pass_type)
    RegistrationFactory(contact=ada, event=lesson, used_pass=lent)
    held(ada, pass_type, until="2026-11-05")
    Pass.objects.filter(pk=lent.pk).update(contact=ContactFactory(account=ada.account))
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert answer.sentence == "Your pass expired on 5 November 2026."


def test_nothing_turns_by_itself_for_who_is_not_registered(ada, lesson):
    held(ada, library(lesson.course), starts_on=day("2026-12-01"))
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.open, access.changes_on(answer, TODAY)) == (False, None)


def test_a_pass_to_come_opens_nothing_yet_and_says_from_when(ada, lesson):
    used = held(ada, library(lesson.course), starts_on=day("2026-12-01"))
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    assert access.answer(ada.pk, course=lesson.course_id, on=day("2026-11-30")).sentence == (
        "Your Leadership Library starts on 1 December 2026."
    )
    assert access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-01")).open


# Passes


def test_a_pass_overrules_the_end_of_content_and_content_takes_over_after_it(ada, lesson):
    """PASS-41, for what staff gave."""
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-12-01"))
    held(ada, library(lesson.course), until="2026-12-24")

    def opens(text):
        return access.answer(ada.pk, course=lesson.course_id, on=day(text)).open

    assert [opens("2026-12-01"), opens("2026-12-02"), opens("2026-12-24")] == [True] * 3
    assert opens("2026-12-25") is False


def test_content_that_lasts_longer_than_the_pass_stays(ada, lesson):
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-12-31"))
    held(ada, library(lesson.course), until="2026-12-24")
    assert access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-31")).open


def test_by_pass_the_end_of_content_says_nothing(ada, lesson):
    used = held(ada, library(lesson.course), until="2026-12-24")
    RegistrationFactory(contact=ada, event=lesson, used_pass=used, content_until=day("2028-01-01"))
    assert access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-24")).open
    assert not access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-25")).open


def test_what_leaves_a_pass_type_stays_for_who_registered_through_it(ada, lesson):
    pass_type = library(lesson.course)
    used = held(ada, pass_type, until="2026-12-24")
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    leaning = ContactFactory()
    held(leaning, pass_type)
    RegistrationFactory(contact=leaning, event=lesson, content_until=day("2026-11-21"))
    assert access.answer(leaning.pk, course=lesson.course_id, on=TODAY).open
    Inclusion.objects.all().delete()
    assert access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-24")).open
    assert not access.answer(ada.pk, course=lesson.course_id, on=day("2026-12-25")).open
    assert not access.answer(leaning.pk, course=lesson.course_id, on=TODAY).open
    assert access.answer(ContactFactory().pk, course=lesson.course_id, on=TODAY).offer is None


def test_reassigned_there_and_back(ada, lesson, kestrel):
    used = held(ada, library(lesson.course))
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    bo = ContactFactory(account=kestrel)

    def of(contact):
        return access.answer(contact.pk, course=lesson.course_id, on=TODAY)

    used.contact = bo
    used.save()
    assert of(ada).sentence == "The pass you used for it is no longer assigned to you."
    assert (of(bo).open, of(bo).reason) == (False, Reason.OFFERED)
    used.contact = ada
    used.save()
    assert of(ada).open
    assert not of(bo).open


def test_a_pass_of_somebody_else_opens_nothing(ada, lesson):
    held(ContactFactory(account=ada.account), library(lesson.course))
    PassFactory(
        option=PassOptionFactory(pass_type=library(lesson.course)),
        account=ada.account,
        contact=None,
    )
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-11-21"))
    assert not access.answer(ada.pk, course=lesson.course_id, on=TODAY).open


def test_a_pass_for_events_of_one_type_carries_no_other(ada, europe):
    course = CourseFactory()
    room, online = EventFactory(course=course), LmsEventFactory(course=course)
    pass_type = library()
    Inclusion.objects.create(pass_type=pass_type, item=course, event_types=[EventType.CLASSROOM])
    held(ada, pass_type)
    RegistrationFactory(contact=ada, event=online, content_until=day("2026-11-21"))
    assert not access.answer(ada.pk, course=course.pk, on=TODAY).open
    assert access.answer(ada.pk, course=course.pk, on=TODAY).offer is not None
    assert access.answer(ada.pk, event=online.pk, on=TODAY).offer is None
    RegistrationFactory(contact=ada, event=room, content_until=day("2026-11-21"))
    assert access.answer(ada.pk, course=course.pk, on=TODAY).open
    assert access.answer(ada.pk, event=room.pk, on=TODAY).open
    assert not access.answer(ada.pk, event=online.pk, on=TODAY).open


def test_a_pass_for_one_event_carries_that_event(ada, europe):
    course = CourseFactory()
    one, other = LmsEventFactory(course=course), LmsEventFactory(course=course)
    held(ada, library(one))
    RegistrationFactory(contact=ada, event=other, content_until=day("2026-11-21"))
    assert not access.answer(ada.pk, course=course.pk, on=TODAY).open
    RegistrationFactory(contact=ada, event=one, content_until=day("2026-11-21"))
    assert access.answer(ada.pk, course=course.pk, on=TODAY).open


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_no_date_that_cant_be_had_is_offered(ada, europe, status):
    """Neither by what includes dates of one type, nor by what includes the date itself."""
    for opens_one in (False, True):
        event = EventFactory(status=status)
        if opens_one:
            pass_type = library(event)
        else:
            pass_type = library()
            Inclusion.objects.create(
                pass_type=pass_type, item=event.course, event_types=[EventType.CLASSROOM]
            )
        held(ada, pass_type)
        for target in ({"course": event.course_id}, {"event": event.pk}):
            answer = access.answer(ada.pk, **target, on=TODAY)
            assert (answer.offer, answer.reason) == (None, Reason.NEVER)
        type(event).objects.filter(pk=event.pk).update(status="open")
        assert access.answer(ada.pk, course=event.course_id, on=TODAY).offer is not None


# Paths


@pytest.fixture
def path(lesson):
    return PathFactory(courses=[lesson.course, CourseFactory()])


def test_a_registration_on_a_path_opens_the_path_and_its_steps(ada, path, lesson):
    RegistrationFactory(contact=ada, path=path, content_until=TODAY)
    steps = [step.course_id for step in path.steps.all()]
    on_the_last_day = access.answers(ada.pk, [path.pk, *steps], TODAY)
    assert {item: answer.open for item, answer in on_the_last_day.items()} == {
        path.pk: True,
        steps[0]: True,
        steps[1]: True,
    }
    assert not any(each.open for each in access.answers(ada.pk, steps, AFTER).values())
    assert access.answer(ada.pk, path=path.pk, on=TODAY).open
    assert access.answer(ada.pk, event=lesson.pk, on=TODAY).open


def test_a_pass_with_a_path_opens_its_steps_as_parts_of_the_path_only(ada, path, lesson):
    held(ada, library(path))
    assert access.answer(ada.pk, path=path.pk, on=TODAY).offer is not None
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).offer is None
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-11-21"))
    assert not access.answer(ada.pk, course=lesson.course_id, on=TODAY).open
    RegistrationFactory(contact=ada, path=path, content_until=day("2026-11-21"))
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open
    assert access.answer(ada.pk, event=lesson.pk, on=TODAY).open


def test_a_pass_with_one_course_opens_that_step_of_a_path(ada, path, lesson):
    held(ada, library(lesson.course))
    RegistrationFactory(contact=ada, path=path, content_until=day("2026-11-21"))
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open
    other = path.steps.exclude(course=lesson.course_id).get().course_id
    assert not access.answer(ada.pk, course=other, on=TODAY).open
    assert not access.answer(ada.pk, path=path.pk, on=TODAY).open


def test_a_place_that_belongs_to_a_path_is_carried_by_a_pass_with_the_path(ada, path, lesson):
    pass_type = library(path)
    first = held(ada, pass_type, until="2026-11-30")
    onto = RegistrationFactory(contact=ada, path=path, used_pass=first)
    RegistrationFactory(contact=ada, event=lesson, used_pass=first, path_registration=onto)
    held(ada, pass_type, until="2026-12-24")
    assert access.answer(ada.pk, event=lesson.pk, on=day("2026-12-24")).open
    assert not access.answer(ada.pk, event=lesson.pk, on=day("2026-12-25")).open


def test_a_place_of_a_path_that_was_cancelled_is_no_part_of_it_any_more(ada, path, lesson, clock):
    """What was finished stays a place; a pass with the path alone doesn't open it any more."""
    pass_type = library(path)
    first = held(ada, pass_type, until="2026-11-30")
    onto = RegistrationFactory(contact=ada, path=path, used_pass=first, cancelled_at=clock.at)
    RegistrationFactory(contact=ada, event=lesson, used_pass=first, path_registration=onto)
    held(ada, pass_type, until="2026-12-24")
    assert access.answer(ada.pk, event=lesson.pk, on=day("2026-11-30")).open
    assert not access.answer(ada.pk, event=lesson.pk, on=day("2026-12-01")).open


def test_what_is_cancelled_carries_nothing(ada, path, lesson, clock):
    RegistrationFactory(contact=ada, event=lesson, cancelled_at=clock.at)
    RegistrationFactory(contact=ada, path=path, cancelled_at=clock.at)
    answer = access.answer(ada.pk, course=lesson.course_id, on=TODAY)
    assert (answer.open, answer.reason) == (False, Reason.NEVER)


# What it costs


@pytest.mark.parametrize("number", [1, 3, 50])
def test_any_number_of_items_is_one_statement(number, ada, europe, django_assert_num_queries):
    events = [LmsEventFactory() for _ in range(number)]
    pass_type = library(*[event.course for event in events])
    used = held(ada, pass_type)
    for event in events:
        RegistrationFactory(contact=ada, event=event, used_pass=used)
    with django_assert_num_queries(1):
        found = access.answers(ada.pk, [event.course_id for event in events], TODAY)
    assert [answer.open for answer in found.values()] == [True] * number
    with django_assert_num_queries(1):
        access.answer(ada.pk, course=events[0].course_id, on=TODAY)


def test_by_card_or_free_is_as_good_as_by_staff(ada, lesson):
    RegistrationFactory(contact=ada, event=lesson, content_until=TODAY)
    gold = {"unit": TokenUnitFactory(), "amount": 1, "token_move": 1}
    for paid_by in (PaidBy.CARD, PaidBy.FREE, PaidBy.INVOICE, PaidBy.TOKENS):
        paid = gold if paid_by == PaidBy.TOKENS else {}
        Registration.objects.update(paid_by=paid_by, **paid)
        assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open
        assert not access.answer(ada.pk, course=lesson.course_id, on=AFTER).open


def test_a_place_of_a_path_that_was_cancelled_is_carried_by_no_pass_with_the_path(
    ada, path, lesson, clock
):
    held(ada, library(path))
    ended = held(ada, library(lesson.course), until="2026-11-10")
    up = RegistrationFactory(contact=ada, path=path)
    RegistrationFactory(contact=ada, event=lesson, path_registration=up, used_pass=ended)
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open
    type(up).objects.filter(pk=up.pk).update(cancelled_at=clock.at)
    assert not access.answer(ada.pk, course=lesson.course_id, on=TODAY).open

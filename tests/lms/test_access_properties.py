"""The access rule, over worlds that nobody thought of: what it names is what carries it."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms import access
from lms.models import Registration
from passes.models import Pass
from tests.factories import LearnerFactory, LmsEventFactory, RegistrationFactory
from tests.lms.cast import TODAY, held, library
from tms import clock as tms_clock
from tms.models import Organisation

pytestmark = pytest.mark.django_db(transaction=False)
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)

# Days from today: how a pass begins and ends, and the last day of a place that was paid.
PASSES = st.lists(st.tuples(st.integers(-30, 4), st.integers(0, 40)), max_size=3)
PLACES = st.lists(st.none() | st.integers(-3, 6), max_size=2)


@pytest.fixture
def world(europe, db):
    """`world(passes, places)`: a learner of their own each time, and one lesson for all."""
    lesson = LmsEventFactory()
    kind = library(lesson.course)

    def made(passes, places):
        contact = LearnerFactory()
        for starts, lasts in passes:
            until = TODAY + DAY * (starts + lasts)
            held(contact, kind, until=until.isoformat(), starts_on=TODAY + DAY * starts)
        for place in places[:1]:
            until = None if place is None else TODAY + DAY * place
            RegistrationFactory(contact=contact, event=lesson, content_until=until)
        return contact, lesson.course_id

    return made


def ask(contact, course, on=TODAY):
    return access.answer(contact.pk, course=course, on=on)


def remove(right):
    if right.pass_id:
        Pass.objects.filter(pk=right.pass_id).delete()
    else:
        Registration.objects.filter(pk=right.registration_id).update(content_until=TODAY - DAY)


def test_rights_are_taken_one_by_one_and_the_last_valid_one_flips_the_answer(world):
    @settings(max_examples=15)
    @given(PASSES, PLACES)
    def removed(passes, places):
        contact, course = world(passes, places)
        answer = ask(contact, course)
        valid = [right for right in answer.rights if right.valid and right.registration_id]
        assert answer.open is bool(valid)
        while answer.open:
            # The one it rests on lasts longest, and is one of those that are valid.
            assert answer.right.lasts == max(right.lasts for right in valid)
            remove(answer.right)
            answer = ask(contact, course)
            valid = [right for right in answer.rights if right.valid and right.registration_id]
            assert answer.open is bool(valid)

    removed()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_moment_it_announces_is_the_moment_it_changes(world, zone):
    Organisation.objects.update(time_zone=zone)

    @settings(max_examples=10)
    @given(PASSES, PLACES)
    def announced(passes, places):
        contact, course = world(passes, places)
        now = ask(contact, course)
        turns = access.changes_on(now, TODAY)
        if turns is None:
            days = (1, 2, 5, 9, 30, 60)
            assert {ask(contact, course, TODAY + DAY * n).open for n in days} == {now.open}
            return
        moment = tms_clock.start_of(turns, zone)
        before = tms_clock.day_of(moment - SECOND, zone)
        after = tms_clock.day_of(moment + SECOND, zone)
        assert (before, after) == (turns - DAY, turns)
        assert ask(contact, course, before).open is now.open
        assert ask(contact, course, after).open is not now.open

    announced()

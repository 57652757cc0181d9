"""What is released, what closes and what stays when passes, training or events go."""

import pytest

from lms import access, checkout, places
from lms.models import PaidBy, Registration
from passes import lifecycle, training
from passes.models import Inclusion, Pass
from tests.factories import (
    ContactFactory,
    ContentUnitFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PathFactory,
    ProgressFactory,
    RegistrationFactory,
)
from tests.lms.cast import TODAY, day, held, library
from tms import preview
from tms.consequences import Consequence, Fact
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


def opens(contact, event, on=TODAY):
    return access.answer(contact.pk, event=event.pk, on=on).open


def seats(event):
    event.refresh_from_db()
    return event.taken


def cancelled(pass_, who, **more):
    return lifecycle.cancel(pass_.pk, version=pass_.version, **more, **who).consequences


@pytest.fixture
def room(europe):
    """A classroom event on 7 December 2026."""
    return EventFactory(course__title="Coaching for Managers")


# Cancelled


def test_cancelling_a_pass_releases_places_to_come_and_closes_content(ada, room, lesson, who):
    used = held(ada, library(room.course, lesson.course))
    lesson.course.title = "Leading a First Team"
    lesson.course.save()
    place = checkout.book_by_pass(ada, event=room, **who)
    checkout.book_by_pass(ada, event=lesson, **who)
    units = [ContentUnitFactory(course=lesson.course) for _ in range(5)]
    for unit in units[:2]:
        ProgressFactory(contact=ada, unit=unit)
    told = cancelled(used, who, reason="Left the company", operation="k")
    assert told == [
        Consequence(
            "closes",
            "Places on events that are released",
            1,
            ("Coaching for Managers, 7 December 2026: Ada Lindqvist",),
        ),
        Consequence(
            "closes",
            "Training that closes; progress is kept",
            1,
            ("Leading a First Team: Ada Lindqvist, 40 % done",),
        ),
    ]
    assert seats(room) == 0
    assert not opens(ada, lesson)
    assert Registration.objects.live().get().event_id == lesson.pk
    row = JournalRow.objects.get(kind="registration.cancelled")
    assert (row.subject_id, row.reason, row.operation) == (place.pk, "Left the company", "k")


def test_the_preview_says_what_then_happens(ada, room, lesson, who):
    used = held(ada, library(room.course, lesson.course))
    for event in (room, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    shown = preview.run(lambda: cancelled(used, who))
    assert seats(room) == 1
    assert shown == cancelled(used, who)


def test_an_event_that_has_begun_is_finished(ada, who, clock, europe):
    event = EventFactory(first_on=day("2026-11-21"), days=3, course__title="Coaching")
    used = held(ada, library(event.course))
    RegistrationFactory(contact=ada, event=event, used_pass=used)
    (told,) = cancelled(used, who)
    assert told.sentence == "Events that have begun: finished as booked, their content closes"
    assert told.lines == ("Coaching, 21 November 2026: Ada Lindqvist",)
    assert seats(event) == 1
    assert Registration.objects.live().count() == 1


def test_what_another_pass_covers_is_carried_by_the_longest(ada, room, lesson, who):
    used = held(ada, library(room.course, lesson.course), until="2029-01-01")
    for event in (room, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    held(ada, library(room.course, lesson.course), until="2027-01-01")
    long = held(ada, library(room.course, lesson.course, name="Data Skills"), until="2028-01-01")
    held(ada, library(), until="2030-01-01")
    (told,) = cancelled(used, who)
    assert (told.tone, told.sentence, told.count) == ("stays", "Stays open", 2)
    assert told.lines[0] == (
        "Coaching for Managers, 7 December 2026: Ada Lindqvist; "
        "through Data Skills until 1 January 2028"
    )
    assert set(Registration.objects.values_list("used_pass", flat=True)) == {long.pk}
    assert (seats(room), opens(ada, lesson)) == (1, True)
    assert JournalRow.objects.filter(kind="registration.moved").count() == 2


def test_another_pass_that_ends_before_the_event_covers_no_place(ada, room, who):
    used = held(ada, library(room.course))
    checkout.book_by_pass(ada, event=room, **who)
    held(ada, library(room.course), until="2026-12-06")
    cancelled(used, who)
    assert seats(room) == 0


def test_what_a_path_was_paid_for_covers_is_carried_by_the_path(ada, room, who):
    path = PathFactory(courses=[room.course])
    paid = RegistrationFactory(contact=ada, path=path)
    used = held(ada, library(room.course))
    place = checkout.book_by_pass(ada, event=room, **who)
    (told,) = cancelled(used, who)
    assert (told.tone, told.lines[0][-25:]) == ("stays", "; as registered, for good")
    place.refresh_from_db()
    assert (place.cancelled_at, place.paid_by, place.used_pass, place.path_registration) == (
        None,
        PaidBy.STAFF,
        None,
        paid,
    )
    assert seats(room) == 1


def test_places_of_others_and_by_staff_are_left_alone(ada, room, lesson, who):
    used = held(ada, library(room.course))
    other = ContactFactory()
    held(other, used.pass_type)
    checkout.book_by_pass(other, event=room, **who)
    RegistrationFactory(contact=ada, event=room)
    assert cancelled(used, who) == []
    assert seats(room) == 2


def test_what_only_leaned_on_the_pass_is_said_to_close(ada, lesson, who):
    """Given by staff, its own content over, kept open by a pass that it wasn't made through."""
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-11-21"))
    used = held(ada, library(lesson.course))
    assert opens(ada, lesson)
    (told,) = cancelled(used, who)
    assert (told.tone, told.sentence, told.count) == (
        "closes",
        "Training that closes; progress is kept",
        1,
    )
    assert not opens(ada, lesson)


def test_cancelling_an_expired_pass_takes_nothing(ada, lesson, who):
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-11-21"))
    used = held(ada, library(lesson.course), until="2026-11-21")
    assert cancelled(used, who) == []


# Reassigned


def test_reassigned_the_former_holders_places_go_and_content_closes(ada, room, lesson, who):
    used = held(ada, library(room.course, lesson.course))
    bo = ContactFactory(account=ada.account)
    for event in (room, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    told = lifecycle.assign(used.pk, version=0, contact=bo, **who).consequences
    assert [(each.tone, each.count) for each in told] == [("closes", 1), ("closes", 1)]
    assert (seats(room), opens(ada, lesson), opens(bo, lesson)) == (0, False, False)


def test_there_and_back_the_content_returns_and_the_other_starts_afresh(ada, room, lesson, who):
    used = held(ada, library(room.course, lesson.course))
    bo = ContactFactory(account=ada.account)
    for event in (room, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    lifecycle.assign(used.pk, version=0, contact=bo, **who)
    for event in (room, lesson):
        checkout.book_by_pass(bo, event=event, **who)
    assert (seats(room), opens(ada, lesson), opens(bo, lesson)) == (1, False, True)
    lifecycle.assign(used.pk, version=1, contact=ada, **who)
    assert (seats(room), opens(ada, lesson), opens(bo, lesson)) == (0, True, False)


def test_unassigned_releases_too(ada, room, who):
    used = held(ada, library(room.course))
    checkout.book_by_pass(ada, event=room, **who)
    lifecycle.assign(used.pk, version=0, contact=None, **who)
    assert seats(room) == 0


# Shortened


def test_shortened_only_places_after_the_new_end_go(ada, lesson, who, europe):
    early, late = EventFactory(first_on=day("2026-12-07")), EventFactory(first_on=day("2026-12-08"))
    used = held(ada, library(early.course, late.course, lesson.course))
    for event in (early, late, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    change = lifecycle.extend(used.pk, version=0, expires_on=day("2026-12-07"), **who)
    assert [(each.tone, each.count) for each in change.consequences] == [
        ("closes", 1),
        ("stays", 2),
    ]
    assert (seats(early), seats(late)) == (1, 0)
    assert opens(ada, lesson, day("2026-12-07"))
    assert not opens(ada, lesson, day("2026-12-08"))


# Training taken out


def test_training_taken_out_stays_for_who_registered_through_a_pass(ada, room, lesson, who):
    pass_type = library(room.course, lesson.course)
    held(ada, pass_type)
    leaning = ContactFactory(first_name="Leon", last_name="Leaning")
    held(leaning, pass_type)
    RegistrationFactory(contact=leaning, event=lesson, content_until=day("2026-11-21"))
    for event in (room, lesson):
        checkout.book_by_pass(ada, event=event, **who)
    ids = list(Inclusion.objects.values_list("pk", flat=True))
    told = training.remove(pass_type, ids, **who)
    mine = {each.sentence: each for each in told}
    assert mine["Training that closes; progress is kept"].lines == (
        f"{lesson.course.title}: Leon Leaning",
    )
    assert mine["Registered through a pass, and open until that pass ends"].count == 2
    assert (seats(room), opens(ada, lesson), opens(leaning, lesson)) == (1, True, False)


# Events cancelled


def test_an_event_that_is_cancelled_loses_all_of_its_places(ada, room, who):
    held(ada, library(room.course))
    checkout.book_by_pass(ada, event=room, **who)
    RegistrationFactory(event=room)
    (told,) = places.release_uncovered(Fact("event.cancelled", (room.pk,), **who))
    assert (told.tone, told.count) == ("closes", 2)
    assert seats(room) == 0
    assert Pass.objects.get().cancelled_at is None


def test_what_was_cancelled_before_ends_once(ada, room, who):
    place = checkout.register_by_staff(ada, event=room, tell=False, **who)
    for _twice in range(2):
        places.end([place.pk], at=who["at"], on=who["on"], by=who["by"])
    assert seats(room) == 0
    assert JournalRow.objects.filter(kind="registration.cancelled").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "cancelled"}, "full"),
        ({"first_on": day("2026-12-08"), "last_on": day("2026-12-08")}, "moved to another day"),
    ],
)
def test_what_changes_after_it_was_looked_at_is_not_booked(change, sentence, ada, room, who):
    type(room).objects.filter(pk=room.pk).update(**change)
    with pytest.raises(Refusal, match=sentence):
        checkout.register_by_staff(ada, event=room, tell=False, **who)
    assert seats(room) == 0


# Many at once


@pytest.mark.parametrize("number", [1, 3, 300])
def test_any_number_of_passes_takes_the_same_statements(
    number, who, europe, kestrel, count_queries
):
    room = EventFactory(capacity=None, course__title="Coaching")
    lesson = LmsEventFactory()
    option = held(ContactFactory(account=kestrel), library(room.course, lesson.course)).option
    covering = held(ContactFactory(account=kestrel), library(room.course)).option
    passes = []
    for index in range(number):
        contact = ContactFactory(account=kestrel)
        passes.append(PassFactory(option=option, contact=contact))
        for event in (room, lesson):
            RegistrationFactory(contact=contact, event=event, used_pass=passes[-1])
        if index % 3 == 2:
            PassFactory(option=covering, contact=contact, expires_on=day("2027-06-01"))
    told = []

    def cancel_all():
        def verb():
            ids = [pass_.pk for pass_ in passes]
            told[:] = lifecycle.cancel_many(ids, **who).consequences

        preview.run(verb)

    carried = number // 3
    # Five more where places are carried by other passes: an update and its rows in the journal.
    assert count_queries(cancel_all) == (29 if carried else 24)
    assert [(each.tone, each.count, len(each.lines)) for each in told] == [
        ("closes", number - carried, min(20, number - carried)),
        ("closes", number, min(20, number)),
        *([("stays", carried, min(20, carried))] if carried else []),
    ]

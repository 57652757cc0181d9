"""How a place is booked, by pass and by staff."""

import pytest
from django.db import IntegrityError

from catalog.models import EventStatus, ItemStatus
from crm.models import Membership
from lms import access, cancelling, checkout
from lms.models import Completion, PaidBy, Progress, Registration
from passes import entitlements
from tests.factories import (
    AccountFactory,
    ContactFactory,
    ContentUnitFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    ProgressFactory,
    RegistrationFactory,
)
from tests.lms.cast import TODAY, day, held, library
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


def seats(event):
    event.refresh_from_db()
    return event.taken


# By pass


def test_access_now_books_without_payment_and_opens(ada, lesson, who):
    used = held(ada, library(lesson.course))
    made = checkout.book_by_pass(ada, event=lesson, **who)
    assert (made.paid_by, made.used_pass_id, made.account_id) == (
        PaidBy.PASS,
        used.pk,
        used.account_id,
    )
    assert (made.registered_on, made.content_until) == (TODAY, day("2026-12-22"))
    assert seats(lesson) == 1
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open


def test_it_is_written_down_for_contact_and_account(ada, lesson, who):
    used = held(ada, library(lesson.course))
    made = checkout.book_by_pass(ada, event=lesson, operation="k1", **who)
    row = JournalRow.objects.get(kind="registration.made")
    assert (row.subject_id, row.account_id, row.contact_id, row.operation) == (
        made.pk,
        ada.account_id,
        ada.pk,
        "k1",
    )
    assert (row.after["paid_by"], row.after["pass"]) == ("pass", used.pk)


def test_a_second_press_returns_the_same_registration(ada, lesson, who):
    held(ada, library(lesson.course))
    first = checkout.book_by_pass(ada, event=lesson, **who)
    assert checkout.book_by_pass(ada, event=lesson, **who) == first
    assert (Registration.objects.count(), seats(lesson)) == (1, 1)
    assert JournalRow.objects.filter(kind="registration.made").count() == 1


def test_of_several_passes_the_longest_is_used(ada, lesson, who):
    held(ada, library(lesson.course), until="2026-12-01")
    long = held(ada, library(lesson.course), until="2028-12-01")
    held(ada, library(CourseFactory()), until="2030-12-01")
    assert checkout.book_by_pass(ada, event=lesson, **who).used_pass_id == long.pk


def test_the_place_belongs_to_the_account_that_owns_the_pass(ada, lesson, who):
    other = AccountFactory()
    Membership.objects.create(contact=ada, account=other)
    held(ada, library(lesson.course), account=other)
    assert checkout.book_by_pass(ada, event=lesson, **who).account_id == other.pk


def test_a_pass_that_ended_between_page_and_click_is_refused(ada, lesson, who):
    held(ada, library(lesson.course), until="2026-11-21")
    with pytest.raises(Refusal, match=r"^Your pass expired on 21 November 2026\. None of your"):
        checkout.book_by_pass(ada, event=lesson, **who)
    assert (Registration.objects.count(), seats(lesson)) == (0, 0)


def test_a_pass_that_went_to_somebody_else_between_page_and_click_is_refused(
    ada, lesson, who, monkeypatch
):
    theirs = held(ContactFactory(), library(lesson.course))
    monkeypatch.setattr(entitlements, "covering_pass", lambda *_asked, **_more: theirs)
    with pytest.raises(Refusal, match="None of your passes includes it now"):
        checkout.book_by_pass(ada, event=lesson, **who)
    assert not Registration.objects.exists()


def test_the_last_day_still_books(ada, lesson, who):
    held(ada, library(lesson.course), until="2026-11-22")
    assert checkout.book_by_pass(ada, event=lesson, **who).pk


def test_a_pass_books_only_events_that_begin_on_or_before_its_last_day(ada, europe, who):
    event = EventFactory(first_on=day("2026-12-07"), days=2)
    pass_ = held(ada, library(event.course), until="2026-12-06")
    with pytest.raises(Refusal) as refused:
        checkout.book_by_pass(ada, event=event, **who)
    assert str(refused.value) == (
        "Your Leadership Library ends on 6 December 2026, before this event begins on "
        "7 December 2026. Choose an earlier date, or ask for your pass to be renewed."
    )
    pass_.expires_on = day("2026-12-07")
    pass_.save()
    assert checkout.book_by_pass(ada, event=event, **who).content_until is None


def test_a_full_event_is_refused_to_who_has_a_pass(ada, europe, who):
    event = EventFactory(capacity=1)
    RegistrationFactory(event=event)
    held(ada, library(event.course))
    with pytest.raises(
        Refusal, match=r"^This date is full\. Choose another one, or join the waiting list\.$"
    ):
        checkout.book_by_pass(ada, event=event, **who)
    assert (Registration.objects.count(), seats(event)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": EventStatus.CANCELLED}, "This date is no longer offered. Choose another one."),
        ({"status": EventStatus.DRAFT}, "This date is no longer offered. Choose another one."),
        ({"first_on": day("2026-11-21")}, "This event has begun. Choose another date."),
        (
            {"closes_on": day("2026-11-21")},
            "Registration closed on 21 November 2026. Choose another date.",
        ),
    ],
)
def test_what_cant_be_booked_says_why(change, sentence, ada, europe, who):
    event = EventFactory(**change)
    held(ada, library(event.course))
    with pytest.raises(Refusal) as refused:
        checkout.book_by_pass(ada, event=event, **who)
    assert str(refused.value) == sentence


def test_who_is_archived_books_nothing_by_pass(lesson, who, clock):
    gone = ContactFactory(archived_at=clock.at)
    held(gone, library(lesson.course))
    with pytest.raises(Refusal, match="is archived"):
        checkout.book_by_pass(gone, event=lesson, **who)
    assert seats(lesson) == 0


def test_an_archived_course_is_no_longer_booked(ada, lesson, who):
    lesson.course.status = ItemStatus.ARCHIVED
    lesson.course.save()
    held(ada, library(lesson.course))
    with pytest.raises(Refusal, match=r"is no longer offered\.$"):
        checkout.book_by_pass(ada, event=lesson, **who)


def test_twice_on_one_event_is_refused_by_the_database_too(ada, lesson):
    RegistrationFactory(contact=ada, event=lesson)
    with pytest.raises(IntegrityError, match="registration_once_on_event"):
        RegistrationFactory(contact=ada, event=lesson)


def test_a_path_that_is_offered_no_more_is_no_longer_booked(ada, path, who):
    held(ada, library(path))
    path.status = ItemStatus.ARCHIVED
    path.save()
    for verb in (checkout.book_by_pass, checkout.register_by_staff):
        with pytest.raises(Refusal, match="is no longer offered"):
            verb(ada, path=path, **who)


def test_book_cancel_book_again_resumes_and_keeps_both_in_the_history(ada, lesson, who):
    held(ada, library(lesson.course))
    unit = ContentUnitFactory(course=lesson.course)
    first = checkout.book_by_pass(ada, event=lesson, **who)
    ProgressFactory(contact=ada, unit=unit)
    cancelling.cancel_by_learner(first.pk, ada, **who)
    assert seats(lesson) == 0
    second = checkout.book_by_pass(ada, event=lesson, **who)
    assert second.pk != first.pk
    assert (Registration.objects.count(), Registration.objects.live().count()) == (2, 1)
    assert Progress.objects.get(contact=ada, unit=unit).completed_at is not None


# Paths


@pytest.fixture
def path(europe):
    """Two steps in the LMS and one in the classroom."""
    lessons = [LmsEventFactory(content_days=30), LmsEventFactory()]
    room = EventFactory()
    path = PathFactory(courses=[lessons[0].course, room.course, lessons[1].course])
    path.lessons, path.room = lessons, room
    return path


def test_a_path_registers_on_its_lms_steps_at_once(ada, path, who):
    used = held(ada, library(path))
    made = checkout.book_by_pass(ada, path=path, **who)
    places = Registration.objects.filter(path_registration=made)
    assert set(places.values_list("event", "used_pass", "paid_by")) == {
        (lesson.pk, used.pk, "pass") for lesson in path.lessons
    }
    assert checkout.book_by_pass(ada, path=path, **who) == made
    assert Registration.objects.count() == 3


def test_steps_that_are_booked_already_are_left_alone(ada, path, who):
    before = RegistrationFactory(contact=ada, event=path.lessons[0])
    held(ada, library(path))
    made = checkout.book_by_pass(ada, path=path, **who)
    places = Registration.objects.filter(path_registration=made)
    assert [place.event_id for place in places] == [path.lessons[1].pk]
    before.refresh_from_db()
    assert (before.paid_by, before.path_registration) == (PaidBy.STAFF, None)


def test_a_path_with_a_full_or_archived_step_is_all_or_nothing_with_reasons(ada, path, who):
    full, gone = path.lessons
    full.capacity = 1
    full.save()
    RegistrationFactory(event=full)
    gone.course.status = ItemStatus.ARCHIVED
    gone.course.save()
    held(ada, library(path))
    with pytest.raises(Refusal) as refused:
        checkout.book_by_pass(ada, path=path, **who)
    assert str(refused.value) == (
        f"Not all of this path can be taken now: {full.course.title} is full; "
        f"{gone.course.title} is no longer offered."
    )
    assert not Registration.objects.filter(contact=ada).exists()
    path.steps.update(required=False)
    checkout.book_by_pass(ada, path=path, **who)
    assert Registration.objects.filter(contact=ada).count() == 1


def test_the_other_steps_get_a_date_through_the_path(ada, path, who):
    used = held(ada, library(path))
    made = checkout.book_by_pass(ada, path=path, **who)
    place = checkout.choose_date(made.pk, ada, path.room, **who)
    assert (place.paid_by, place.used_pass_id, place.path_registration_id) == (
        PaidBy.PASS,
        used.pk,
        made.pk,
    )
    assert seats(path.room) == 1
    assert checkout.choose_date(made.pk, ada, path.room, **who) == place


def test_a_date_after_the_pass_ends_is_refused_through_a_path_too(ada, path, who):
    held(ada, library(path, name="Short"), until="2026-12-06")
    made = checkout.book_by_pass(ada, path=path, **who)
    with pytest.raises(Refusal, match=r"^Your Short ends on 6 December 2026, before this event"):
        checkout.choose_date(made.pk, ada, path.room, **who)
    long = held(ada, library(path.room.course), until="2026-12-07")
    assert checkout.choose_date(made.pk, ada, path.room, **who).used_pass_id == long.pk


def test_a_path_that_staff_gave_gives_its_dates_too(ada, path, who):
    made = checkout.register_by_staff(ada, path=path, **who)
    place = checkout.choose_date(made.pk, ada, path.room, **who)
    assert (place.paid_by, place.used_pass) == (PaidBy.STAFF, None)
    assert Registration.objects.filter(path_registration=made).count() == 3


def test_a_date_that_isnt_a_step_is_refused(ada, path, who):
    made = checkout.register_by_staff(ada, path=path, **who)
    with pytest.raises(Refusal, match="You are not registered on the learning path any more"):
        checkout.choose_date(made.pk, ada, EventFactory(), **who)


def test_a_path_of_somebody_else_or_one_that_was_cancelled_gives_no_dates(ada, path, who):
    theirs = checkout.register_by_staff(ContactFactory(), path=path, **who)
    mine = checkout.register_by_staff(ada, path=path, **who)
    cancelling.cancel(mine.pk, **who)
    for made in (theirs, mine):
        with pytest.raises(Refusal, match="You are not registered on the learning path any more"):
            checkout.choose_date(made.pk, ada, path.room, **who)
    assert seats(path.room) == 0


def test_cancelling_a_path_cancels_what_is_unfinished_of_it(ada, path, who, clock):
    made = checkout.register_by_staff(ada, path=path, **who)
    done = Registration.objects.get(event=path.lessons[0])
    done.completed_at = clock.at
    done.save()
    checkout.choose_date(made.pk, ada, path.room, **who)
    told = cancelling.cancel(made.pk, version=0, **who).consequences
    assert list(Registration.objects.live()) == [done]
    assert seats(path.room) == 0
    assert [(each.tone, each.count) for each in told] == [("closes", 3)]


# By staff


def test_staff_give_a_place_with_its_content_days(ada, lesson, who):
    made = checkout.register_by_staff(ada, event=lesson, **who)
    assert (made.paid_by, made.used_pass, made.account_id) == (PaidBy.STAFF, None, ada.account_id)
    assert made.content_until == day("2026-12-22")


def test_staff_register_after_the_deadline_but_never_above_the_capacity(ada, europe, who):
    event = EventFactory(capacity=1, closes_on=day("2026-11-01"))
    checkout.register_by_staff(ada, event=event, **who)
    with pytest.raises(Refusal, match="This date is full"):
        checkout.register_by_staff(ContactFactory(), event=event, **who)


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_staff_register_on_what_is_open_alone(status, ada, europe, who):
    event = EventFactory(status=status)
    with pytest.raises(Refusal, match="This event is not open"):
        checkout.register_by_staff(ada, event=event, **who)
    assert seats(event) == 0


def test_staff_register_nobody_twice_and_nobody_archived(ada, lesson, who, clock):
    checkout.register_by_staff(ada, event=lesson, **who)
    with pytest.raises(Refusal, match=r"^Ada Lindqvist is registered already\.$"):
        checkout.register_by_staff(ada, event=lesson, **who)
    gone = ContactFactory(archived_at=clock.at)
    with pytest.raises(Refusal, match="is archived"):
        checkout.register_by_staff(gone, event=lesson, **who)


def test_staff_cancel_at_any_time_and_once(ada, lesson, who, clock):
    made = checkout.register_by_staff(ada, event=lesson, **who)
    with pytest.raises(Stale):
        cancelling.cancel(made.pk, version=7, **who)
    cancelling.cancel(made.pk, version=0, reason="Wrong person", **who)
    with pytest.raises(Refusal, match="It is cancelled already"):
        cancelling.cancel(made.pk, **who)
    assert seats(lesson) == 0
    row = JournalRow.objects.get(kind="registration.cancelled")
    assert (row.subject_id, row.contact_id, row.reason) == (made.pk, ada.pk, "Wrong person")


# By the learner


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda ada: {"event": EventFactory()}, "A place on a date can't be cancelled here."),
        (lambda ada: {"path": PathFactory()}, "A learning path can't be cancelled here."),
        (
            lambda ada: {"event": LmsEventFactory(), "used_pass": None},
            "Only what you registered for by pass can be cancelled here.",
        ),
    ],
)
def test_what_learners_cant_cancel_says_whom_to_ask(make, sentence, ada, europe, who):
    given = make(ada)
    if "used_pass" not in given:
        given["used_pass"] = held(ada, library())
    made = RegistrationFactory(contact=ada, **given)
    with pytest.raises(Refusal) as refused:
        cancelling.cancel_by_learner(made.pk, ada, whom="office@example.com", **who)
    assert str(refused.value) == (f"{sentence} Write to office@example.com if you can't take part.")


def test_a_completed_course_isnt_cancelled_by_the_learner(ada, lesson, who, clock):
    made = RegistrationFactory(
        contact=ada, event=lesson, used_pass=held(ada, library(lesson.course))
    )
    Completion.objects.create(contact=ada, item=lesson.course, at=clock.at)
    with pytest.raises(Refusal, match="You have completed it"):
        cancelling.cancel_by_learner(made.pk, ada, **who)


def test_once_it_begins_no_deadline_lets_the_learner_cancel(ada, europe):
    room = EventFactory(first_on=TODAY, cancel_until=day("2026-11-30"))
    made = RegistrationFactory(contact=ada, event=room)
    why = cancelling.why_not(made, whom="", may=True, on=TODAY)
    assert why.startswith("It could be cancelled until 30 November 2026.")
    assert cancelling.why_not(made, whom="", may=True, on=day("2026-11-21")) == ""


def test_a_completed_place_isnt_cancelled_by_the_learner_either(ada, lesson, who):
    """Whether or not the course counts as complete, as after an import."""
    used = held(ada, library(lesson.course))
    made = checkout.book_by_pass(ada, event=lesson, **who)
    assert made.used_pass == used
    Registration.objects.update(completed_at=who["at"])
    with pytest.raises(Refusal, match="You have completed it"):
        cancelling.cancel_by_learner(made.pk, ada, **who)


def test_nobody_cancels_for_somebody_else(ada, lesson, who):
    made = RegistrationFactory(
        contact=ada, event=lesson, used_pass=held(ada, library(lesson.course))
    )
    with pytest.raises(Refusal, match="is not yours"):
        cancelling.cancel_by_learner(made.pk, ContactFactory(), **who)

"""The last seat, the same press, a pass that goes while it books: at the same time, for real.

Each race has a twin with the lock taken out, which goes wrong.
"""

import datetime

import pytest
from django.db import IntegrityError

from catalog.models import Event
from crm.models import Contact
from lms import attempts, cancelling, checkout, places, taking
from lms.models import Attempt, Registration
from passes import beats, entitlements, lifecycle
from passes.models import Pass
from tests.factories import AccountFactory, ContactFactory, EventFactory, QuizQuestionFactory
from tests.lms.cast import TODAY, held, library
from tests.races import meeting, race, rounds
from tms.models import JournalRow

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
WHO = {"at": AT, "on": TODAY, "by": None}
ROUNDS = rounds(50)


# The last seat


def one_seat(pressing):
    """An event with one seat, and people of as many accounts whose passes open it."""
    event = EventFactory(capacity=1)
    pass_type = library(event.course)
    people = [ContactFactory(account=AccountFactory()) for _ in range(pressing)]
    for contact in people:
        held(contact, pass_type)
    return event, people


def last_seat(event, people):
    """All of them take it at the same time: how many got it, and what is written down."""
    outcome = race(
        *[lambda contact=contact: checkout.book_by_pass(contact, event=event, **WHO)
          for contact in people]
    )  # fmt: skip
    event.refresh_from_db()
    return outcome.done, event.taken, Registration.objects.live().filter(event=event).count()


def test_the_last_seat_is_taken_once(europe, monkeypatch):
    # The letter with its calendar goes out after the commit, and took longer than the race.
    monkeypatch.setattr(taking.letters, "confirm_later", lambda *_place, **_when: None)
    event, people = one_seat(pressing=2)
    for _round in range(ROUNDS):
        assert last_seat(event, people) == (1, 1, 1)
        # Nothing refers to it: one statement, instead of asking all that could.
        Registration.objects.all()._raw_delete("default")
        Event.objects.update(taken=0)


def test_the_last_seat_is_taken_once_by_eight_at_once(europe):
    assert last_seat(*one_seat(pressing=8)) == (1, 1, 1)


def test_without_the_one_statement_it_is_sold_twice(europe, monkeypatch):
    """The twin: look, then write. If this passed, the test above would prove nothing."""
    meet = meeting()

    def look_then_write(event, *, at):
        event = Event.objects.get(pk=event.pk)
        if event.taken >= event.capacity:
            return False
        meet()
        Event.objects.filter(pk=event.pk).update(taken=event.taken + 1)
        return True

    monkeypatch.setattr(places, "take", look_then_write)
    assert last_seat(*one_seat(pressing=2)) == (2, 1, 2)


# One learner presses many times


def pressed(times):
    contact, event = ContactFactory(), EventFactory(capacity=12)
    held(contact, library(event.course))
    outcome = race(*[lambda: checkout.book_by_pass(contact, event=event, **WHO)] * times)
    event.refresh_from_db()
    return len({each.pk for each in outcome.answers}), event.taken


def test_one_learner_pressing_many_times_gets_one_place(europe):
    for _round in range(rounds(5)):
        assert pressed(4) == (1, 1)


def test_without_the_lock_the_second_press_is_an_error(europe, monkeypatch):
    meet, look = meeting(), checkout._live

    def looked_together(*asked):
        found = look(*asked)
        meet()
        return found

    monkeypatch.setattr(checkout, "_lock_people", lambda contact: None)
    monkeypatch.setattr(checkout, "_live", looked_together)
    with pytest.raises(IntegrityError, match="registration_once_on_event"):
        pressed(2)


# Two cancel one place


def cancelled_by(number):
    contact, event = ContactFactory(), EventFactory(capacity=12)
    made = checkout.register_by_staff(contact, event=event, **WHO)
    outcome = race(*[lambda: cancelling.cancel(made.pk, **WHO)] * number)
    event.refresh_from_db()
    assert event.taken == 0
    assert JournalRow.objects.filter(kind="registration.cancelled").count() == 1
    return outcome.done, outcome.refused


def test_cancelled_by_two_it_frees_one_seat(europe):
    assert cancelled_by(4) == (1, 3)


def test_without_the_lock_both_are_told_that_they_cancelled_it(europe, monkeypatch):
    """The seat itself is freed once even so: places.end looks again at what is live."""
    meet, end = meeting(), places.end

    def ended_after_both_have_looked(*given, **who):
        meet()
        return end(*given, **who)

    monkeypatch.setattr(Contact.objects, "select_for_update", lambda **_how: Contact.objects.all())
    monkeypatch.setattr(places, "lock_events", lambda ids: None)
    monkeypatch.setattr(places, "end", ended_after_both_have_looked)
    assert cancelled_by(2) == (2, 0)


# A pass is cancelled while it books


def booked_while_cancelled(cancel=lifecycle.cancel):
    contact, event = ContactFactory(), EventFactory()
    used = held(contact, library(event.course))
    race(
        lambda: checkout.book_by_pass(contact, event=event, **WHO),
        lambda: cancel(used.pk, version=0, **WHO),
    )
    assert Pass.objects.get(pk=used.pk).cancelled_at == AT
    event.refresh_from_db()
    return event.taken, Registration.objects.live().filter(event=event).count()


def test_a_pass_cancelled_while_it_books_never_keeps_a_place(europe):
    for _round in range(rounds(10)):
        assert booked_while_cancelled() == (0, 0)


def test_without_the_lock_a_place_stays_on_a_cancelled_pass(europe, monkeypatch):
    meet, seat = meeting(), taking.take_place

    def found_without_lock(contact, event, path, on):
        return entitlements.covering_pass(contact.pk, on=on, event=event)

    def seated_after_the_cancelling(*given, **who):
        meet()
        meet()
        return seat(*given, **who)

    def cancelled_between(*given, **who):
        meet()
        lifecycle.cancel(*given, **who)
        meet()

    monkeypatch.setattr(checkout, "_lock_people", lambda contact: None)
    monkeypatch.setattr(checkout, "_pass_for", found_without_lock)
    monkeypatch.setattr(taking, "take_place", seated_after_the_cancelling)
    assert booked_while_cancelled(cancelled_between) == (1, 1)


# Two passes of one person go


def both_passes_go():
    contact, event = ContactFactory(), EventFactory()
    passes = [held(contact, library(event.course)) for _ in range(2)]
    checkout.book_by_pass(contact, event=event, **WHO)
    race(*[lambda pk=pass_.pk: lifecycle.cancel(pk, version=0, **WHO) for pass_ in passes])
    assert not contact.passes.filter(cancelled_at=None).exists()
    event.refresh_from_db()
    return event.taken


def test_two_passes_that_go_at_once_leave_no_place_on_either(europe):
    for _round in range(rounds(10)):
        assert both_passes_go() == 0


def test_without_the_lock_each_leaves_the_place_to_the_other(europe, monkeypatch):
    meet, follow = meeting(), beats.follow_on

    def found_without_lock(ids, versions):
        return list(Pass.objects.select_related("pass_type").filter(pk__in=ids))

    def followed_together(*fact, **who):
        found = follow(*fact, **who)
        meet()
        return found

    monkeypatch.setattr(beats, "locked", found_without_lock)
    monkeypatch.setattr(beats, "follow_on", followed_together)
    assert both_passes_go() == 1


# The last attempt at a quiz


def begun(monkeypatch=None):
    """One learner begins a quiz of one attempt in two windows: the attempts there are then."""
    question = QuizQuestionFactory(quiz__attempts=1)
    contact, unit = ContactFactory(account=AccountFactory()), question.quiz.unit
    if monkeypatch:
        meet, made = meeting(), Attempt.objects.create

        def create(**given):
            meet()
            return made(**given)

        monkeypatch.setattr(attempts, "lock", lambda *_whose, **_when: None)
        monkeypatch.setattr(Attempt.objects, "create", create)
    race(*[lambda: attempts.start(contact.pk, unit, **WHO)] * 2)
    return Attempt.objects.count()


def test_the_last_attempt_is_begun_once(europe):
    assert begun() == 1


def test_without_the_lock_the_second_window_breaks_on_the_constraint(europe, monkeypatch):
    with pytest.raises(IntegrityError, match="attempt_one_open"):
        begun(monkeypatch)

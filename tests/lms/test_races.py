"""The last seat, the same press, a pass that goes while it books: at the same time, for real."""

import datetime
import threading
import time

import pytest
from django.db import connections

from catalog.models import Event
from lms import cancelling, checkout, places
from lms.models import Registration
from passes import lifecycle
from tests.factories import AccountFactory, ContactFactory, EventFactory
from tests.lms.cast import TODAY, held, library
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
WHO = {"at": AT, "on": TODAY, "by": None}


def at_once(*calls) -> list:
    """Call them in threads that start together; what each returned, or the refusal it met."""
    outcomes, start = [None] * len(calls), threading.Barrier(len(calls))

    def run(number, call):
        try:
            start.wait()
            outcomes[number] = call()
        except Refusal as no:
            outcomes[number] = no
        except Exception as trouble:
            outcomes[number] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bugs = [each for each in outcomes if isinstance(each, Exception) and type(each) is not Refusal]
    assert bugs == []
    return outcomes


def last_seat(pressing=8):
    """One seat, and `pressing` people of as many accounts who take it at the same time."""
    event = EventFactory(capacity=1)
    pass_type = library(event.course)
    people = [ContactFactory(account=AccountFactory()) for _ in range(pressing)]
    for contact in people:
        held(contact, pass_type)
    outcomes = at_once(
        *[lambda contact=contact: checkout.book_by_pass(contact, event=event, **WHO)
          for contact in people]
    )  # fmt: skip
    won = [each for each in outcomes if isinstance(each, Registration)]
    event.refresh_from_db()
    return len(won), event.taken, Registration.objects.live().filter(event=event).count()


def test_the_last_seat_is_taken_once(europe):
    for _round in range(10):
        assert last_seat() == (1, 1, 1)


def test_without_the_one_statement_it_is_sold_twice(europe, monkeypatch):
    """The twin: look, then write. If this passed, the test above would prove nothing."""

    def look_then_write(event_id):
        event = Event.objects.get(pk=event_id)
        if event.taken >= event.capacity:
            return False
        time.sleep(0.05)
        Event.objects.filter(pk=event_id).update(taken=event.taken + 1)
        return True

    monkeypatch.setattr(places, "take", look_then_write)
    assert any(last_seat()[2] > 1 for _round in range(10))


def test_one_learner_pressing_many_times_gets_one_place(europe):
    for _round in range(5):
        contact, event = ContactFactory(), EventFactory(capacity=12)
        held(contact, library(event.course))
        outcomes = at_once(
            *[lambda: checkout.book_by_pass(contact, event=event, **WHO)] * 8  # noqa: B023
        )
        assert len({each.pk for each in outcomes}) == 1
        event.refresh_from_db()
        assert event.taken == 1


def test_cancelled_by_two_it_frees_one_seat(europe):
    contact, event = ContactFactory(), EventFactory(capacity=12)
    made = checkout.register_by_staff(contact, event=event, **WHO)
    outcomes = at_once(*[lambda: cancelling.cancel(made.pk, **WHO)] * 4)
    assert sum(isinstance(each, Refusal) for each in outcomes) == 3
    event.refresh_from_db()
    assert event.taken == 0
    assert JournalRow.objects.filter(kind="registration.cancelled").count() == 1


def test_a_pass_cancelled_while_it_books_never_keeps_a_place(europe):
    for _round in range(10):
        contact, event = ContactFactory(), EventFactory()
        used = held(contact, library(event.course))
        at_once(
            lambda: checkout.book_by_pass(contact, event=event, **WHO),  # noqa: B023
            lambda: lifecycle.cancel(used.pk, version=0, **WHO),  # noqa: B023
        )
        event.refresh_from_db()
        assert event.taken == 0
        assert not Registration.objects.live().filter(event=event).exists()


def test_two_passes_that_go_at_once_leave_no_place_on_either(europe):
    for _round in range(10):
        contact, event = ContactFactory(), EventFactory()
        passes = [held(contact, library(event.course)) for _ in range(2)]
        checkout.book_by_pass(contact, event=event, **WHO)
        at_once(*[lambda pk=pass_.pk: lifecycle.cancel(pk, version=0, **WHO) for pass_ in passes])
        event.refresh_from_db()
        assert event.taken == 0

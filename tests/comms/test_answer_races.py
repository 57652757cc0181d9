"""Two people, or one press twice, at one message: right once, every time. Each has a twin."""

import functools

import pytest
from django.test import Client

from comms import answers
from comms.models import Message
from tests.comms.made import message
from tests.races import meeting, race, rounds
from tms import operations
from tms.models import JournalRow

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = rounds(15)


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def rule(trigger):
    return trigger()


def by_hand(rule, ada):
    """A message that no rule looks after any more: what is raced for is its state alone."""
    return message(None, ada, subject_id=rule.pk)


def approved_and_voided(row, who):
    """(how many weren't refused, the journal's kinds, the state at the end)"""
    seen = {"version": row.version, **who}
    answer = race(
        functools.partial(answers.approve, [row.pk], **seen),
        functools.partial(answers.void, [row.pk], **seen),
    )
    rows = JournalRow.objects.filter(subject_kind="message", subject_id=row.pk)
    kinds = sorted(rows.values_list("kind", flat=True))
    return answer.done, kinds, Message.objects.get(pk=row.pk).state


def test_what_is_approved_and_voided_at_once_is_one_of_both(rule, ada, who):
    for _round in range(ROUNDS):
        done, kinds, state = approved_and_voided(by_hand(rule, ada), who)
        assert done == 1
        expected = {"queued": ["message.approved"], "skipped": ["message.voided"]}
        assert kinds == expected[state]


def test_without_the_lock_nobody_is_told_that_it_is_the_other(rule, ada, who, monkeypatch):
    meet = meeting()

    def looked(ids, version=None):
        found = list(Message.objects.filter(pk__in=ids))
        meet()
        return found

    monkeypatch.setattr(answers, "_locked", looked)
    assert approved_and_voided(by_hand(rule, ada), who)[0] == 2


def pressed_twice(row, office, key):
    def press():
        client = Client()
        client.force_login(office)
        address = f"/messages/{row.pk}/resending/"
        return client.post(address, {"operation": key}).status_code

    race(press, press)
    return Message.objects.filter(resend_of=row).count()


def test_resend_pressed_twice_makes_one(rule, ada, office):
    row = message(rule, ada, "sent")
    for number in range(1, ROUNDS + 1):
        assert pressed_twice(row, office, f"key-{number}") == number


def test_without_the_key_it_makes_two(rule, ada, office, monkeypatch):
    monkeypatch.setattr(operations, "earlier", lambda *_given: None)
    monkeypatch.setattr(operations, "keep", lambda *_given, **_more: None)
    assert pressed_twice(message(rule, ada, "sent"), office, "key") == 2


def test_two_who_send_again_at_once_make_two_with_numbers_of_their_own(rule, ada, who):
    row = message(rule, ada, "sent", occurrence="j:7")
    again = functools.partial(answers.resend, [row.pk], **who)
    for _round in range(ROUNDS):
        assert race(again, again).done == 2
    made = Message.objects.filter(resend_of=row).values_list("occurrence", flat=True)
    assert set(made) == {f"j:7#again:{number}" for number in range(1, 2 * ROUNDS + 1)}

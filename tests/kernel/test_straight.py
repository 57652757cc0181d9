"""Is a statement that goes to the database with little in between answered like any other?"""

import datetime
import threading

import pytest
from django.db import DataError, connection, transaction

from tms.straight import Straight

MOMENT = datetime.datetime(2026, 11, 23, 6, 30, 0, 7, tzinfo=datetime.UTC)
ALL = Straight("""
SELECT %(number)s::bigint, %(text)s::text, %(day)s::date, %(at)s::timestamptz, '100%%'::text,
       ARRAY[%(number)s::bigint, NULL], %(nothing)s::bigint
""")
GIVEN = {
    "number": -7,
    "text": "ß'\\ $1 %s",
    "day": datetime.date(2026, 11, 23),
    "at": MOMENT,
    "nothing": None,
}
ANSWER = [(-7, "ß'\\ $1 %s", GIVEN["day"], MOMENT, "100%", [-7, None], None)]
DIVIDED = Straight("SELECT 1 / %(number)s::int")


@pytest.fixture
def sent(monkeypatch):
    """How many statements went straight."""
    seen, really = [], Straight.sent

    def counted(self, *given):
        seen.append(self)
        return really(self, *given)

    monkeypatch.setattr(Straight, "sent", counted)
    return seen


@pytest.mark.django_db(transaction=True)
def test_it_is_answered_the_same_within_a_transaction_and_without(sent):
    assert ALL(**GIVEN) == ANSWER
    assert len(sent) == 1
    with transaction.atomic():
        assert ALL(**GIVEN) == ANSWER
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_seen_by_whoever_looks_on(sent, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert ALL(**GIVEN) == ANSWER
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_an_error_is_djangos_and_the_next_one_goes_through(sent):
    with pytest.raises(DataError, match="division by zero"):
        DIVIDED(number=0)
    assert DIVIDED(number=1) == [(1,)]
    with pytest.raises(DataError, match="NUL"):
        ALL(**GIVEN | {"text": "a\0b"})
    with pytest.raises(KeyError):
        ALL(**GIVEN | {"text": 1.5})
    assert len(sent) == 2


@pytest.mark.django_db(transaction=True)
def test_plans_that_are_gone_are_made_again(sent):
    assert ALL(**GIVEN) == ANSWER
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert ALL(**GIVEN) == ANSWER
    connection.close()
    assert ALL(**GIVEN) == ANSWER
    assert len(sent) == 3


@pytest.mark.django_db(transaction=True)
def test_what_it_writes_is_there_for_all_at_once():
    name = "straight"
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE straight")
    try:
        assert Straight("SELECT nextval(%(name)s::text::regclass)")(name=name) == [(1,)]
        assert not connection.in_atomic_block
        assert connection.connection.info.transaction_status.name == "IDLE"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE straight")


@pytest.mark.django_db(transaction=True)
def test_others_go_on_while_one_waits():
    waits = Straight("SELECT pg_sleep(%(seconds)s::int)")
    turns = []

    def wait():
        waits(seconds=1)
        connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        turns.append(1)
        waiting.join(0.01)
    assert len(turns) > 5

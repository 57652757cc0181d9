"""Is a statement that goes to the database with little in between answered like any other?"""

import datetime
import gc
import select
import threading
import time
import weakref

import pytest
from django.db import DataError, connection, connections, transaction
from psycopg.pq import TransactionStatus

from tests import races
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
def test_within_a_transaction_begun_by_hand_it_goes_the_drivers_way(sent):
    new = Straight("SELECT 'never asked before', %(number)s::int")
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            # libpq would find no plan of it, and the transaction would be over.
            assert new(number=1) == [("never asked before", 1)]
            assert connection.connection.info.transaction_status.name == "INTRANS"
        finally:
            cursor.execute("ROLLBACK")
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_without_autocommit_nothing_is_kept_before_the_commit(sent):
    connection.set_autocommit(False)
    try:
        assert ALL(**GIVEN) == ANSWER
        assert connection.connection.info.transaction_status.name == "INTRANS"
    finally:
        connection.rollback()
        connection.set_autocommit(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed_is_not_kept():
    assert ALL(**GIVEN) == ANSWER
    gone = weakref.ref(connection.connection)
    connection.close()
    assert ALL(**GIVEN) == ANSWER
    gc.collect()
    assert gone() is None


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_database_ended_is_opened_anew(sent):
    assert ALL(**GIVEN) == ANSWER
    line = connection.connection
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [line.info.backend_pid])
    finally:
        other.close()
    select.select([line.fileno()], [], [], 10)
    connection.health_check_enabled, connection.health_check_done = True, False
    assert ALL(**GIVEN) == ANSWER
    assert connection.connection is not line
    assert len(sent) == 2


def in_a_thread(verb):
    """What `verb` raises in a thread that was handed this one's connection; None if nothing."""
    ours, raised = connections["default"], []

    def run():
        connections["default"] = ours
        try:
            verb()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


@pytest.mark.django_db(transaction=True)
def test_a_connection_of_another_thread_is_refused(sent):
    assert ALL(**GIVEN) == ANSWER
    thread, raised = in_a_thread(lambda: ALL(**GIVEN))
    thread.join()
    assert "can only be used in that same thread" in str(raised)
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_connection_that_threads_share_each_has_its_turn():
    waits = Straight("SELECT pg_sleep(%(seconds)s::int)")
    assert ALL(**GIVEN) == ANSWER
    connection.inc_thread_sharing()
    try:
        thread, raised = in_a_thread(lambda: waits(seconds=1))
        while thread.is_alive():
            if connection.connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                assert ALL(**GIVEN) == ANSWER
                break
            time.sleep(0.01)
        thread.join()
    finally:
        connection.dec_thread_sharing()
    assert raised == []


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


BEHIND = Straight(
    """
SELECT %(number)s::int, %(text)s::text, pg_current_xact_id()::text,
       1 / (%(number)s::int + count(*)::int - 1), unnest(ARRAY[1, 2])
FROM pg_advisory_xact_lock(%(key)s::bigint)
""",
    behind="key",
)


def those_behind(number: int, key: int = 7) -> dict:
    """What so many threads are told that ask while somebody else has the lock; errors included."""
    told = {}

    def ask(each):
        try:
            told[each] = BEHIND(number=each, text=f"of {each}", key=key)
        except DataError as error:
            told[each] = error
        connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        threads = []
        for each in range(number):
            threads.append(threading.Thread(target=ask, args=[each]))
            threads[-1].start()
            races.until(lambda n=each: len(BEHIND.combined.waiting.get(key, "-" * 9)) == n)
    for each in threads:
        each.join()
    return told


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_same_shares_a_transaction_and_gets_their_own_rows(sent):
    # The first of them is refused, and alone: the others are not.
    told = those_behind(5)
    assert "division by zero" in str(told.pop(0))
    for number, rows in told.items():
        assert [row[:2] for row in rows] == [(number, f"of {number}")] * 2
        assert [row[-1] for row in rows] == [1, 2]
    assert len({rows[0][2] for rows in told.values()}) == 1
    assert len(sent) == 2


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nobody_is_waited_for(sent):
    with transaction.atomic():
        assert BEHIND(number=1, text="", key=7)[0][0] == 1
    assert sent == []


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

"""From the journal to the deliveries: nothing passed over, nothing twice, each record in order."""

import os
import signal
import warnings

import pytest
from django.db import connection, connections, transaction

from tests.races import race
from tms import journal, tasks
from tms.models import JournalRow, WebhookDelivery, WebhookEndpoint
from tms.programs import feed, sending, webhooks

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "https://hooks.example.com/lanyard"


@pytest.fixture
def another():
    """A second connection to the database, with a transaction of its own."""
    made = connections.create_connection("default")
    made.set_autocommit(False)
    yield made
    made.rollback()
    made.close()


@pytest.fixture
def elsewhere(another, clock):
    """`elsewhere("pass.issued", 7)`: written in the other transaction; `another` commits it."""

    def write(kind, subject_id):
        with another.cursor() as cursor:
            cursor.execute(
                """INSERT INTO journal (kind, subject_kind, subject_id, before, after, source,
                                        reason, at, "on", operation)
                   VALUES (%s, %s, %s, '{}', '{}', 'page', '', %s, %s, '') RETURNING id""",
                [kind, kind.partition(".")[0], subject_id, clock.at, clock.on()],
            )
            return cursor.fetchone()[0]

    return write


def collected(endpoint):
    """[(event, sequence)] in the order of the events."""
    return list(endpoint.deliveries.order_by("event_id").values_list("event_id", "sequence"))


def test_what_is_chosen_is_collected_from_now_on(hook, fact, clock):
    fact("pass.issued", 1)
    endpoint, _secret = hook(HERE, "pass.issued", "pass.renewed")
    rows = [fact("pass.issued", 7), fact("pass.cancelled", 7), fact("pass.renewed", 7)]
    other = fact("pass.issued", 8)
    feed.collect(at=clock.at)
    assert collected(endpoint) == [(rows[0].pk, 1), (rows[2].pk, 2), (other.pk, 1)]
    assert feed.collect(at=clock.at) == 0


def test_what_is_committed_late_is_not_passed_over(hook, fact, clock, another, elsewhere):
    """The transaction that began first commits last, with the lower id."""
    endpoint, _secret = hook(HERE)
    late = elsewhere("pass.issued", 1)
    early = fact("pass.issued", 2).pk
    feed.collect(at=clock.at)
    assert late < early
    assert collected(endpoint) == []
    another.commit()
    feed.collect(at=clock.at)
    assert collected(endpoint) == [(late, 1), (early, 1)]


def test_by_id_alone_the_late_one_would_be_passed_over(hook, fact, clock, another, elsewhere):
    """The twin: what a cursor of ids would have made of the same two transactions."""
    hook(HERE)
    late = elsewhere("pass.issued", 1)
    early = fact("pass.issued", 2).pk
    seen = list(JournalRow.objects.filter(kind="pass.issued").values_list("pk", flat=True))
    another.commit()
    later = JournalRow.objects.filter(kind="pass.issued", pk__gt=max(seen))
    assert (seen, list(later.values_list("pk", flat=True))) == ([early], [])
    assert JournalRow.objects.filter(pk=late).exists()


def test_of_one_record_the_order_is_that_of_its_lock(hook, fact, clock, another, elsewhere):
    """The older transaction waited for the record: its row is the later one."""
    endpoint, _secret = hook(HERE)
    elsewhere("account.created", 5)  # the transaction has its number now
    first = fact("pass.issued", 7).pk
    second = elsewhere("pass.renewed", 7)
    another.commit()
    third = connections.create_connection("default")
    try:
        third.set_autocommit(False)
        third.cursor().execute("SELECT pg_current_xact_id()")
        feed.collect(at=clock.at)
        assert collected(endpoint) == [(first, 1), (second, 2)]
    finally:
        third.rollback()
        third.close()


def test_a_chunk_that_ends_between_them_changes_nothing(
    hook, fact, clock, another, elsewhere, monkeypatch
):
    # The webhook's own row, the account's, the later of the pass; the earlier one is beyond.
    monkeypatch.setattr(feed, "CHUNK", 3)
    endpoint, _secret = hook(HERE)
    elsewhere("account.created", 5)
    first = fact("pass.issued", 7).pk
    second = elsewhere("pass.renewed", 7)
    another.commit()
    assert feed.collect_chunk(endpoint.pk, at=clock.at) == 3
    assert collected(endpoint) == [(first, 1), (second, 2)]
    third = fact("pass.renewed", 7).pk
    feed.collect(at=clock.at)
    assert collected(endpoint) == [(first, 1), (second, 2), (third, 3)]


def test_the_mark_moves_over_what_nobody_asked_for(hook, fact, clock, monkeypatch):
    monkeypatch.setattr(feed, "CHUNK", 50)
    endpoint, _secret = hook(HERE, "pass.issued")
    journal.write_all(
        [
            journal.row("pass.renewed", each, at=clock.at, on=clock.on(), by=None)
            for each in range(220)
        ]
    )
    wanted = fact("pass.issued", 7).pk
    assert feed.collect(at=clock.at) >= 221
    assert collected(endpoint) == [(wanted, 1)]
    assert feed.collect(at=clock.at) == 0


def test_a_chunk_is_found_by_its_index(monkeypatch):
    monkeypatch.undo()  # the statement as it is sent
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM journal WHERE (xact, id) > ('5'::xid8, 5) AND "
            + feed.CLOSED
            + " ORDER BY xact, id LIMIT 100"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")
    assert "journal_xact" in plan
    assert "Sort" not in plan


def test_two_ticks_at_once_collect_once(hook, fact, clock):
    endpoint, _secret = hook(HERE)
    for round_ in range(10):
        rows = [fact("pass.issued", each).pk for each in range(5)]
        race(*[lambda: feed.collect(at=clock.at)] * 4)
        feed.collect(at=clock.at)
        found = [event for event, _sequence in collected(endpoint)][-5:]
        assert found == rows
        assert endpoint.deliveries.count() == 5 * (round_ + 1)


def test_each_webhook_follows_for_itself(hook, fact, clock, office):
    one, _secret = hook(HERE, "pass.issued", name="One")
    two, _secret = hook(HERE, "pass.renewed", name="Two")
    issued, renewed = fact("pass.issued", 7).pk, fact("pass.renewed", 7).pk
    feed.collect(at=clock.at)
    assert (collected(one), collected(two)) == ([(issued, 1)], [(renewed, 1)])


@pytest.mark.parametrize("skip", [False, True])
def test_what_happens_while_it_is_paused_follows_or_is_left_out(hook, fact, clock, office, skip):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    endpoint, _secret = hook(HERE)
    webhooks.pause(endpoint.pk, **who)
    meanwhile = fact("pass.issued", 7).pk
    feed.collect(at=clock.at)
    assert collected(endpoint) == []
    webhooks.resume(endpoint.pk, skip=skip, **who)
    after = fact("pass.renewed", 7).pk
    feed.collect(at=clock.at)
    assert collected(endpoint) == ([(after, 1)] if skip else [(meanwhile, 1), (after, 2)])


def test_after_a_restore_on_another_server_nothing_is_lost(hook, fact, clock):
    """The other server had counted further: its transactions' numbers are in the future here."""
    endpoint, _secret = hook(HERE)
    with connection.cursor() as cursor:

        def restored(subject_id, xact):
            cursor.execute(
                """INSERT INTO journal (kind, subject_kind, subject_id, before, after, source,
                                        reason, at, "on", operation, xact)
                   VALUES ('pass.issued', 'pass', %s, '{}', '{}', 'page', '', %s, %s, '',
                           (pg_current_xact_id()::text::bigint + %s)::text::xid8) RETURNING id,
                           xact::text::bigint""",
                [subject_id, clock.at, clock.on(), xact],
            )
            return cursor.fetchone()

        _sent, mark = restored(1, 1_000_000)
        waited, _xact = restored(2, 1_000_500)
    WebhookEndpoint.objects.update(mark_xact=mark, mark_id=_sent)
    new = fact("pass.issued", 3).pk
    feed.collect(at=clock.at)
    assert collected(endpoint) == [(waited, 1), (new, 1)]
    newer = fact("pass.issued", 4).pk
    feed.collect(at=clock.at)
    assert collected(endpoint) == [(waited, 1), (new, 1), (newer, 1)]


def test_a_tick_collects_and_sends(hook, fact, receiver, monkeypatch):
    asked = []
    monkeypatch.setattr(sending, "ask", asked.append)
    endpoint, _secret = hook(receiver)
    row = fact("pass.issued", 7)
    tasks.webhooks()
    tasks.webhooks()
    assert asked == [endpoint.pk, endpoint.pk]
    for each in asked:
        tasks.send_webhooks(each)
    assert receiver.received == [(row.pk, 1, "pass.issued")]


def test_two_workers_at_once_send_once(hook, fact, receiver, clock):
    endpoint, _secret = hook(receiver)
    rows = [fact("pass.issued", each % 7).pk for each in range(40)]
    feed.collect(at=clock.at)
    race(*[lambda: sending.send(endpoint.pk, at=clock.at)] * 3)
    assert sorted(event for event, *_more in receiver.received) == rows


def test_a_worker_killed_before_it_wrote_it_down_has_it_sent_again(hook, fact, receiver, clock):
    """kill -9 between the post and its record: sent twice, never lost."""
    endpoint, _secret = hook(receiver)
    row = fact("pass.issued", 7).pk
    feed.collect(at=clock.at)
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the receiver
        worker = os.fork()
    if worker == 0:
        receiver_kills = lambda *_more: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
        sending.delivered = receiver_kills
        sending.send(endpoint.pk, at=clock.at)
        os._exit(1)
    _pid, status = os.waitpid(worker, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert WebhookDelivery.objects.get().state == "waiting"
    assert sending.send(endpoint.pk, at=clock.at) == 0, "leased to the dead worker"
    clock.move(minutes=2)
    assert sending.asked_for(at=clock.at) == [endpoint.pk]
    assert sending.send(endpoint.pk, at=clock.at) == 1
    assert receiver.received == [(row, 1, "pass.issued")] * 2


def test_a_rolled_back_happening_is_never_told(hook, fact, clock):
    endpoint, _secret = hook(HERE)
    with transaction.atomic():
        fact("pass.issued", 7)
        transaction.set_rollback(True)
    feed.collect(at=clock.at)
    assert collected(endpoint) == []


def test_the_log_forgets_what_arrived_long_ago_but_not_where_it_stood(hook, fact, clock, receiver):
    endpoint, _secret = hook(receiver)
    for _each in range(3):
        fact("pass.issued", 7)
    parked = fact("pass.issued", 8).pk
    feed.collect(at=clock.at)
    sending.send(endpoint.pk, at=clock.at)
    WebhookDelivery.objects.filter(event_id=parked).update(state="parked")
    clock.move(days=91)
    assert feed.forget(on=clock.on(), at=clock.at) == {"webhook_log": 2}
    assert [sequence for _event, sequence in collected(endpoint)] == [3, 1]
    fact("pass.renewed", 7)
    feed.collect(at=clock.at)
    assert [sequence for _event, sequence in collected(endpoint)] == [3, 1, 4]

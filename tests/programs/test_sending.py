"""What is posted, in which order, how often, and what becomes of it when the receiver doesn't."""

import datetime
import hashlib
import hmac
import json
import re

import pytest
from django.conf import settings

from tms import sealing
from tms.models import WebhookDelivery, WebhookEndpoint
from tms.programs import sending, signing, webhooks

from .receiver import drop

pytestmark = pytest.mark.django_db


def send(endpoint, clock):
    return sending.send(endpoint.pk, at=clock.at)


def states(endpoint):
    return list(endpoint.deliveries.order_by("id").values_list("state", flat=True))


def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


# What is posted


def test_the_fact_is_posted_in_ids_and_signed(receiver, hook, queue, clock, office):
    endpoint, secret = hook(receiver)
    row = queue(
        endpoint,
        "pass.renewed",
        7,
        account_id=3,
        contact_id=4,
        before={"expires_on": datetime.date(2026, 12, 31)},
        after={"expires_on": datetime.date(2027, 12, 31)},
        reason="Asked by Ada Lindqvist on the phone",
    )
    assert send(endpoint, clock) == 1
    ((path, headers, body),) = receiver.posts
    assert path == "/hook"
    assert json.loads(body) == {
        "id": row.event_id,
        "kind": "pass.renewed",
        "at": "2026-11-22T09:00:00+00:00",
        "on": "2026-11-22",
        "subject": {"kind": "pass", "id": 7},
        "sequence": 1,
        "account": 3,
        "contact": 4,
        "other_contact": None,
        "before": {"expires_on": "2026-12-31"},
        "after": {"expires_on": "2027-12-31"},
        "by": None,
        "key": None,
        "source": "system",
    }
    assert headers["Lanyard-Event"] == str(row.event_id)
    timestamp = headers["Lanyard-Timestamp"]
    assert int(timestamp) == int(clock.at.timestamp())
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    assert headers["Lanyard-Signature"] == f"v1={signed.hexdigest()}"
    assert headers["Content-Type"] == "application/json"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.status, row.delivered_at.date()) == (
        "delivered",
        1,
        204,
        clock.on(),
    )


def test_nobody_is_named(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    queue(
        endpoint,
        "event.session_changed",
        before={"instructor": "Ada Lindqvist", "place": "London"},
        after={"instructor": "Jonas Berg", "place": "London"},
        reason="Ada is ill",
    )
    send(endpoint, clock)
    body = json.loads(receiver.posts[0][2])
    assert (body["before"], body["after"]) == ({"place": "London"}, {"place": "London"})
    assert "Ada" not in str(body)


def test_the_signature_is_the_one_in_the_documentation():
    body = b'{"id":1,"kind":"pass.issued"}'
    signature = "0b9007dc64644c477cfaf470a62da9cbf67ed53617bbf66b578ee98c9d4d8e4e"
    assert signing.sign("whsec_example", 1_795_338_000, body) == signature
    text = (settings.BASE_DIR / "docs/webhooks.md").read_text()
    for part in ("whsec_example", "1795338000", body.decode(), signature):
        assert part in text


def test_the_verification_in_the_documentation_works():
    """The code of docs/webhooks.md, run: right, another body, another secret, too old."""
    text = (settings.BASE_DIR / "docs/webhooks.md").read_text()
    given = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], given)  # noqa: S102 (our own page)
    verify, body, now = given["verify"], b'{"id":1}', 1_795_338_000
    headers = signing.headers(["new", "old"], 1, now, body)
    stamp, signature = headers[signing.TIMESTAMP], headers[signing.SIGNATURE]
    assert verify("new", stamp, signature, body, now=now + 299)
    assert verify("old", stamp, signature, body, now=now)
    assert not verify("none", stamp, signature, body, now=now)
    assert not verify("new", stamp, signature, body + b" ", now=now)
    assert not verify("new", str(now + 1), signature, body, now=now)
    assert not verify("new", stamp, signature, body, now=now + 301)
    assert not verify("new", "soon", signature, body, now=now)


def test_for_a_day_both_secrets_sign(receiver, hook, queue, clock, office):
    endpoint, old = hook(receiver)
    _row, new = webhooks.rotate_secret(endpoint.pk, **who(clock, office))
    assert new != old

    def signed_by():
        queue(endpoint, subject_id=len(receiver.posts) + 1)
        send(endpoint, clock)
        _path, headers, body = receiver.posts[-1]
        found = headers["Lanyard-Signature"].split(" ")
        timestamp = int(headers["Lanyard-Timestamp"])
        return [f"v1={signing.sign(each, timestamp, body)}" in found for each in (new, old)]

    assert signed_by() == [True, True]
    clock.move(hours=24)
    assert signed_by() == [True, False]


def test_a_secret_is_sealed_in_the_database(receiver, hook):
    endpoint, secret = hook(receiver)
    assert secret not in str(WebhookEndpoint.objects.values().get())
    assert sealing.unseal(signing.PURPOSE, endpoint.secret) == secret


# Order


def test_a_record_is_told_in_its_order(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    rows = [queue(endpoint, subject_id=each) for each in (1, 2, 1, 1, 2)]
    assert send(endpoint, clock) == 5
    of_first = {row.event_id for row in rows if row.subject_id == 1}
    assert [
        (event, sequence) for event, sequence, _kind in receiver.received if event in of_first
    ] == [
        (rows[0].event_id, 1),
        (rows[2].event_id, 2),
        (rows[3].event_id, 3),
    ]
    assert set(states(endpoint)) == {"delivered"}


def test_what_comes_after_waits_for_what_comes_before(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    first, second, other = queue(endpoint), queue(endpoint), queue(endpoint, subject_id=2)
    receiver.says = [400]
    assert send(endpoint, clock) == 2
    assert [event for event, *_more in receiver.received] == [first.event_id, other.event_id]
    assert states(endpoint) == ["waiting", "waiting", "delivered"]
    clock.move(seconds=16)
    send(endpoint, clock)
    assert [event for event, *_more in receiver.received][2:] == [first.event_id, second.event_id]


def test_what_is_parked_holds_its_record_until_a_person_decides(
    receiver, hook, queue, clock, office
):
    endpoint, _secret = hook(receiver)
    first, second = queue(endpoint), queue(endpoint)
    WebhookDelivery.objects.filter(pk=first.pk).update(state="parked")
    clock.move(days=1)
    assert send(endpoint, clock) == 0
    webhooks.resend(first.pk, **who(clock, office))
    assert send(endpoint, clock) == 2
    assert [event for event, *_more in receiver.received] == [first.event_id, second.event_id]


def test_what_is_skipped_lets_its_record_go_on(receiver, hook, queue, clock, office):
    endpoint, _secret = hook(receiver)
    first, second = queue(endpoint), queue(endpoint)
    WebhookDelivery.objects.filter(pk=first.pk).update(state="parked")
    webhooks.skip(first.pk, **who(clock, office))
    assert send(endpoint, clock) == 1
    assert receiver.received == [(second.event_id, 2, "pass.issued")]


# Failing


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 500, 503])
def test_all_but_success_is_tried_again(receiver, hook, queue, clock, status):
    endpoint, _secret = hook(receiver)
    queue(endpoint)
    receiver.says = [(status, {"Location": "http://127.0.0.1/"}, b"Not today")]
    send(endpoint, clock)
    row = endpoint.deliveries.get()
    assert (row.state, row.attempts, row.status, row.answer) == (
        "waiting",
        1,
        status,
        "Not today",
    )
    assert 14 <= (row.next_at - clock.at).total_seconds() <= 16


def test_the_pauses_grow_until_48_hours_are_over_and_then_it_is_parked(
    receiver, hook, queue, clock
):
    endpoint, _secret = hook(receiver)
    row = queue(endpoint)
    receiver.says, began, times = [400] * 50, clock.at, []
    while True:
        assert send(endpoint, clock) == 1
        times.append(round((clock.at - began).total_seconds()))
        row.refresh_from_db()
        if row.state == "parked":
            break
        clock.at = row.next_at
    minutes = [round(each / 60) for each in times]
    assert minutes == [0, 0, 1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880]
    assert row.attempts == len(times) == 12
    clock.move(days=3)
    assert send(endpoint, clock) == 0


def test_a_receiver_that_is_silent_is_left_alone_longer_and_longer(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    for each in range(5):
        queue(endpoint, subject_id=each)
    receiver.says, pauses = [drop] * 20, []
    for _each in range(6):
        assert send(endpoint, clock) == 1
        assert send(endpoint, clock) == 0
        endpoint.refresh_from_db()
        pauses.append(round((endpoint.not_before - clock.at).total_seconds()))
        clock.at = endpoint.not_before
    assert pauses == [15, 60, 300, 900, 900, 900]
    assert endpoint.deliveries.exclude(trouble="").count() == 5


@pytest.mark.parametrize("status", [429, 500, 503])
def test_who_asks_for_a_rest_gets_one(receiver, hook, queue, clock, status):
    endpoint, _secret = hook(receiver)
    for each in range(3):
        queue(endpoint, subject_id=each)
    receiver.says = [status]
    assert send(endpoint, clock) == 1
    assert send(endpoint, clock) == 0


def test_what_was_resent_has_48_hours_again(receiver, hook, queue, clock, office):
    endpoint, _secret = hook(receiver)
    row = queue(endpoint)
    old = clock.at - sending.GIVEN_UP
    WebhookDelivery.objects.filter(pk=row.pk).update(state="parked", first_at=old)
    webhooks.resend(row.pk, **who(clock, office))
    receiver.says = [400]
    send(endpoint, clock)
    assert states(endpoint) == ["waiting"]


def test_what_arrived_twice_says_when_it_did_first(receiver, hook, queue, clock, office):
    endpoint, _secret = hook(receiver)
    row, first = queue(endpoint), clock.at
    send(endpoint, clock)
    clock.move(hours=5)
    webhooks.resend(row.pk, **who(clock, office))
    send(endpoint, clock)
    row.refresh_from_db()
    assert (row.attempts, row.delivered_at - first < sending.LEASE) == (2, True)
    assert row.last_at >= clock.at


def test_a_receiver_that_comes_back_gets_everything_in_order(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    rows = [queue(endpoint, subject_id=each % 3) for each in range(12)]
    receiver.says = [drop] * 8
    for _each in range(8):
        send(endpoint, clock)
        endpoint.refresh_from_db()
        clock.at = endpoint.not_before
    receiver.received.clear()
    assert send(endpoint, clock) == 12
    assert sorted(event for event, *_more in receiver.received) == [row.event_id for row in rows]
    by_record = {}
    for event, sequence, _kind in receiver.received:
        by_record.setdefault((event - rows[0].event_id) % 3, []).append(sequence)
    assert by_record == {0: [1, 2, 3, 4], 1: [1, 2, 3, 4], 2: [1, 2, 3, 4]}
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.not_before, set(states(endpoint))) == (
        0,
        None,
        {"delivered"},
    )


def test_a_private_address_is_not_posted_to_once_the_setting_forbids_it(
    receiver, hook, queue, clock, settings
):
    endpoint, _secret = hook(receiver)
    row = queue(endpoint)
    settings.WEBHOOKS_PRIVATE_ADDRESSES = False
    send(endpoint, clock)
    row.refresh_from_db()
    assert (receiver.connections, row.state, row.attempts) == (0, "waiting", 1)
    assert row.trouble == "Use https: what is sent must not be readable on its way."


# Workers


def test_while_one_worker_sends_no_other_does(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    queue(endpoint)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(leased_until=clock.at + sending.LEASE)
    assert (sending.asked_for(at=clock.at), send(endpoint, clock)) == ([], 0)
    clock.move(minutes=2)
    assert sending.asked_for(at=clock.at) == [endpoint.pk]
    assert send(endpoint, clock) == 1
    endpoint.refresh_from_db()
    assert endpoint.leased_until is None


def test_a_paused_webhook_is_left_alone(receiver, hook, queue, clock, office):
    endpoint, _secret = hook(receiver)
    queue(endpoint)
    webhooks.pause(endpoint.pk, **who(clock, office))
    assert (sending.asked_for(at=clock.at), send(endpoint, clock)) == ([], 0)
    webhooks.resume(endpoint.pk, skip=False, **who(clock, office))
    assert send(endpoint, clock) == 1


def test_who_pauses_it_while_it_is_sent_to_stops_it(
    receiver, hook, queue, clock, office, monkeypatch
):
    endpoint, _secret = hook(receiver)
    for each in range(3):
        queue(endpoint, subject_id=each)

    def paused():
        webhooks.pause(endpoint.pk, **who(clock, office))

    after_the_first(monkeypatch, paused)
    assert send(endpoint, clock) == 1
    assert states(endpoint) == ["delivered", "waiting", "waiting"]


def test_who_lost_the_lease_stops_and_leaves_it_to_the_other(
    receiver, hook, queue, clock, monkeypatch
):
    endpoint, _secret = hook(receiver)
    for each in range(3):
        queue(endpoint, subject_id=each)
    later = clock.at + 2 * sending.LEASE

    def taken():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(leased_until=later)

    after_the_first(monkeypatch, taken)
    assert send(endpoint, clock) == 1
    endpoint.refresh_from_db()
    assert endpoint.leased_until == later


def after_the_first(monkeypatch, do):
    """Post one at a time, and `do` that once the first is written down."""
    monkeypatch.setattr(sending, "BATCH", 1)
    write = sending.delivered

    def written(*given):
        write(*given)
        do()

    monkeypatch.setattr(sending, "delivered", written)


def test_what_a_slow_worker_says_late_changes_nothing(receiver, hook, queue, clock):
    endpoint, _secret = hook(receiver)
    row = queue(endpoint)
    send(endpoint, clock)
    sending.failed(row, clock.at, trouble="Late")
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("delivered", "")


def test_the_work_of_a_batch_costs_the_same_for_each_post(
    receiver, hook, queue, clock, django_assert_num_queries
):
    endpoint, _secret = hook(receiver)
    for each in range(3):
        queue(endpoint, subject_id=each)
    # lease, rows, endpoint, facts, 3 × written down, rows and endpoint again, release
    with django_assert_num_queries(10):
        assert send(endpoint, clock) == 3

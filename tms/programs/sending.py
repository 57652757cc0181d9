"""How does a delivery reach its receiver? One worker an endpoint, for a while at a time.

A worker leases an endpoint, so that nobody else sends to it meanwhile, and holds no lock while it
waits for an answer. If it dies the lease runs out, and what it had not written down is sent again:
every event arrives at least once.
"""

import datetime
import json
import time

from celery import current_app
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from tms.models import JournalRow, WebhookDelivery, WebhookEndpoint
from tms.models.webhooks import UNFINISHED, DeliveryState, EndpointState
from tms.refusals import Refusal

from . import signing
from .outside import NoAnswer, place_of
from .posting import Answer, Line

LEASE = datetime.timedelta(minutes=2)
BUDGET = 30.0  # seconds in which one worker begins posts to one endpoint
BATCH = 20
GIVEN_UP = datetime.timedelta(hours=48)
MINUTE, HOUR = 60, 3600
# Seconds after each failed attempt; the last one is repeated until 48 hours have passed.
PAUSES = [15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR]
# An endpoint that doesn't answer at all is left alone so long, whatever waits for it.
SILENCE = [15, MINUTE, 5 * MINUTE, 15 * MINUTE]
# What the journal keeps by name: an instructor, who is written into a session.
NAMES = {"instructor"}
OUTAGE = 3  # so many silences in a row are one


def blocked():
    """Is an earlier happening of the same record unfinished? Then this one waits."""
    return Exists(
        WebhookDelivery.objects.filter(
            endpoint_id=OuterRef("endpoint_id"),
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            sequence__lt=OuterRef("sequence"),
            state__in=UNFINISHED,
            delivered_at=None,
        )
    )


def due(endpoint_id, at: datetime.datetime):
    """The deliveries that may be sent now."""
    return WebhookDelivery.objects.filter(
        ~blocked(), endpoint_id=endpoint_id, state=DeliveryState.WAITING, next_at__lte=at
    )


def free(at: datetime.datetime):
    """The endpoints to which something may be sent now, and nobody does."""
    return WebhookEndpoint.objects.filter(
        Q(leased_until=None) | Q(leased_until__lte=at),
        Q(not_before=None) | Q(not_before__lte=at),
        state=EndpointState.ACTIVE,
        removed_at=None,
    )


def asked_for(*, at: datetime.datetime) -> list[int]:
    """The endpoints that a worker should see to. One query."""
    waiting = WebhookDelivery.objects.filter(
        endpoint_id=OuterRef("pk"), state=DeliveryState.WAITING, next_at__lte=at
    )
    return list(free(at).filter(Exists(waiting)).order_by("pk").values_list("pk", flat=True))


def ask(endpoint_id: int) -> None:
    """Ask a worker to send; where none can be asked, the next tick does."""
    try:
        current_app.send_task(
            "tms.tasks.send_webhooks", [endpoint_id], ignore_result=True, expires=60
        )
    except Exception:  # what a broker's transport raises is its own affair
        return


def send(endpoint_id: int, *, at: datetime.datetime) -> int:
    """Send what is due to one endpoint, for half a minute at most; answers how many posts.

    `at` is the moment at which it begins. Does nothing where another worker holds the endpoint.
    """
    lease = at + LEASE
    if not free(at).filter(pk=endpoint_id).update(leased_until=lease):
        return 0
    run = Run(endpoint_id, lease, at)
    try:
        while run.batch():
            pass
    finally:
        run.mine().update(leased_until=None)
    return run.posts


class Run:
    """One worker's half minute with one endpoint."""

    def __init__(self, endpoint_id: int, lease: datetime.datetime, at: datetime.datetime):
        self.endpoint_id, self.lease, self.at = endpoint_id, lease, at
        self.began, self.posts = time.monotonic(), 0

    def moment(self) -> datetime.datetime:
        return self.at + datetime.timedelta(seconds=time.monotonic() - self.began)

    def mine(self):
        """The endpoint, as long as it is leased to us."""
        return WebhookEndpoint.objects.filter(pk=self.endpoint_id, leased_until=self.lease)

    def batch(self) -> bool:
        """The next few posts; False when it is enough."""
        rows = list(due(self.endpoint_id, self.moment()).order_by("next_at", "id")[:BATCH])
        # Paused, removed or changed meanwhile? Asked once a batch.
        endpoint = self.mine().filter(state=EndpointState.ACTIVE, removed_at=None).first()
        if not rows or endpoint is None:
            return False
        private = settings.WEBHOOKS_PRIVATE_ADDRESSES
        try:
            place = place_of(endpoint.address, private=private)
        except Refusal as no:  # allowed once, and not any more
            failed(rows[0], self.moment(), trouble=str(no))
            fall_silent(endpoint, self.moment())
            return False
        facts = JournalRow.objects.in_bulk([row.event_id for row in rows])
        with Line(place, private=private) as line:
            for row in rows:
                if time.monotonic() - self.began > BUDGET:
                    return False
                self.posts += 1
                if not attempt(line, endpoint, row, facts[row.event_id], self.moment):
                    return False
        return True


def attempt(line: Line, endpoint: WebhookEndpoint, row: WebhookDelivery, fact, moment) -> bool:
    """One post, and what came of it written down. False: leave the receiver alone for a while."""
    at = moment()
    body, timestamp = body_of(fact, row.sequence), int(at.timestamp())
    headers = signing.headers(signing.secrets_of(endpoint, at), row.event_id, timestamp, body)
    try:
        answer = line.post(body, headers)
    except NoAnswer as no:
        failed(row, moment(), trouble=str(no))
        fall_silent(endpoint, moment())
        return False
    if 200 <= answer.status < 300:
        delivered(row, answer, moment())
        if endpoint.failures:
            answers_again(endpoint, moment())
        return True
    failed(row, moment(), answer=answer)
    if answer.status >= 500 or answer.status == 429:
        fall_silent(endpoint, moment())
        return False
    return True


def without_names(values: dict) -> dict:
    return {key: value for key, value in values.items() if key not in NAMES}


def body_of(fact: JournalRow, sequence: int) -> bytes:
    """What is posted: the fact in JSON, in ids. Never what people wrote (`reason`)."""
    return json.dumps(
        {
            "id": fact.pk,
            "kind": fact.kind,
            "at": fact.at.astimezone(datetime.UTC).isoformat(),
            "on": fact.on.isoformat(),
            "subject": {"kind": fact.subject_kind, "id": fact.subject_id},
            "sequence": sequence,
            "account": fact.account_id,
            "contact": fact.contact_id,
            "other_contact": fact.other_contact_id,
            "before": without_names(fact.before),
            "after": without_names(fact.after),
            "by": fact.by_id,
            "key": fact.key_id,
            "source": fact.source,
        },
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


# What came of it


def waiting(row: WebhookDelivery):
    """The row, unless somebody else has ended it meanwhile."""
    return WebhookDelivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING)


def delivered(row: WebhookDelivery, answer: Answer, at: datetime.datetime) -> None:
    waiting(row).update(
        state=DeliveryState.DELIVERED,
        attempts=F("attempts") + 1,
        first_at=row.first_at or at,
        last_at=at,
        delivered_at=row.delivered_at or at,
        status=answer.status,
        answer=answer.text,
        trouble="",
    )


def failed(row: WebhookDelivery, at: datetime.datetime, *, answer=None, trouble: str = "") -> None:
    """Try again later, at the latest when 48 hours have passed since the first time; then park."""
    first = row.first_at or at
    over = first + GIVEN_UP
    pause = PAUSES[min(row.attempts, len(PAUSES) - 1)]
    waiting(row).update(
        state=DeliveryState.PARKED if at >= over else DeliveryState.WAITING,
        next_at=min(at + datetime.timedelta(seconds=pause), max(over, at)),
        attempts=F("attempts") + 1,
        first_at=first,
        last_at=at,
        status=answer.status if answer else None,
        answer=answer.text if answer else "",
        trouble=trouble[:300],
    )


def fall_silent(endpoint: WebhookEndpoint, at: datetime.datetime) -> None:
    """Leave the endpoint alone for a while, longer each time."""
    pause = SILENCE[min(endpoint.failures, len(SILENCE) - 1)]
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        failures=F("failures") + 1, not_before=at + datetime.timedelta(seconds=pause)
    )


def answers_again(endpoint: WebhookEndpoint, at: datetime.datetime) -> None:
    """After an outage everything that waits for its next try is tried now."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=0, not_before=None)
    if endpoint.failures >= OUTAGE:
        WebhookDelivery.objects.filter(
            endpoint=endpoint, state=DeliveryState.WAITING, next_at__gt=at
        ).update(next_at=at)
    endpoint.failures = 0

"""The cast of webhooks: a receiver on this machine, and what it is told."""

import pytest

from tms import journal
from tms.programs import feed, webhooks

from .receiver import Receiver

OLDEST = "pg_snapshot_xmin(pg_current_snapshot())"
OLDEST_HERE = """(SELECT coalesce(
    (SELECT backend_xid::text::xid8 FROM pg_stat_activity
     WHERE datname = current_database() AND backend_xid IS NOT NULL
     ORDER BY backend_xid::text::bigint LIMIT 1),
    pg_snapshot_xmax(pg_current_snapshot())))"""


@pytest.fixture(autouse=True)
def others_do_not_hold_up_the_feed(monkeypatch):
    """What is open in another database of the server delays the feed, as the docs say; here that
    would be the tests of another process.
    """
    for name, text in list(vars(feed).items()):
        if isinstance(text, str) and OLDEST in text:
            monkeypatch.setattr(feed, name, text.replace(OLDEST, OLDEST_HERE))


@pytest.fixture
def receiver():
    """A receiver of webhooks on this machine, which the settings allow here."""
    with Receiver() as made:
        yield made


@pytest.fixture
def hook(office, clock, settings):
    """`hook(receiver, "pass.issued")`: a webhook to a receiver (or an address), and its secret."""
    settings.WEBHOOKS_PRIVATE_ADDRESSES = True

    def made(to, *kinds, name="Payroll"):
        return webhooks.add(
            name=name,
            address=to if isinstance(to, str) else to.address,
            kinds=kinds or ("pass.issued", "pass.renewed"),
            at=clock.at,
            on=clock.on(),
            by=office,
        )

    return made


@pytest.fixture
def fact(clock):
    """`fact("pass.issued", 7)`: it happened now."""

    def happened(kind, subject_id=1, **more):
        return journal.write(kind, subject_id, at=clock.at, on=clock.on(), by=None, **more)

    return happened


@pytest.fixture
def queue(fact):
    """`queue(endpoint, "pass.issued", 7)`: it happened, and is on its way to the endpoint."""

    def queued(endpoint, kind="pass.issued", subject_id=1, **more):
        row = fact(kind, subject_id, **more)
        record = endpoint.deliveries.filter(subject_kind=row.subject_kind, subject_id=subject_id)
        return endpoint.deliveries.create(
            event_id=row.pk,
            kind=kind,
            subject_kind=row.subject_kind,
            subject_id=subject_id,
            sequence=record.count() + 1,
            at=row.at,
            next_at=row.at,
        )

    return queued

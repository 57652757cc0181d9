"""An installation where everything works, so that one fault is the only one."""

import json
import os

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import moment
from tms import broker, nightly, pulse
from tms.reporting import checking


class Queue:
    """The broker's messages, in a real broker under a name of this process's own."""

    def __init__(self, connection):
        self.connection = connection

    def ask(self, task, at):
        """A message that no worker has taken yet."""
        message = {"headers": {"task": task, "asked_at": at.isoformat()}, "body": ""}
        self.connection.lpush(broker.QUEUE, json.dumps(message))


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setattr(broker, "QUEUE", f"celery-of-{os.getpid()}")
    connection = broker.line()
    connection.delete(broker.QUEUE)
    yield Queue(connection)
    connection.delete(broker.QUEUE)
    connection.close()


@pytest.fixture
def seen(clock):
    """`seen(at)`: a worker did at `at` what the scheduler had asked then."""

    def beat(at):
        pulse.beat(pulse.WORKER, at=at, asked_at=at.isoformat(), by="worker@one")

    return beat


@pytest.fixture
def well(organisation, clock, queue, seen, tmp_path, monkeypatch):
    """An installation a year old in which everything was done up to now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = %s", [moment("2025-11-22 08:00")])
        cursor.execute("SELECT now()")
        clock.at = cursor.fetchone()[0]
    smtp = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    monkeypatch.setattr(settings, "MAILERS", {"default": smtp})
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    seen(clock.at)
    pulse.beat(pulse.BACKUP, at=clock.at)
    nightly.run(clock.on(), clock.at)
    assert checking.check(on=clock.on(), at=clock.at).broken == {}
    return clock

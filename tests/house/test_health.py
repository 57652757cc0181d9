"""A load balancer learns whether this process is alive and whether visitors may be sent to it."""

import pytest
from django.db import connection
from django.utils.module_loading import import_string

from tests.conftest import moment
from tms import health
from tms.environment import Redis
from tms.models import NightRun

SILENT = {
    "ok": False,
    "decides": False,
    "reason": ("It asks every minute. Nights are not begun, and lost work is not found again."),
}


@pytest.fixture
def young(organisation, clock):
    """The installation is from an hour ago."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = %s", [moment("2026-11-22 08:00")])


def ready(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_alive_needs_no_database_and_no_host_name(client):
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_a_new_installation_is_ready(young, client):
    assert ready(client) == (
        200,
        {
            "ready": True,
            "checks": {
                "database": {"ok": True},
                "broker": {"ok": True},
                "migrations": {"ok": True},
                "night": {
                    "ok": True,
                    "reason": "No nightly run yet; the installation is new.",
                },
                "scheduler": SILENT,
            },
        },
    )


def test_the_age_of_the_last_night_is_told(young, client):
    NightRun.objects.create(
        on="2026-11-22",
        started_at=moment("2026-11-22 00:00"),
        finished_at=moment("2026-11-22 00:30"),
    )
    status, said = ready(client)
    assert status == 200
    assert said["checks"]["night"] == {"ok": True, "on": "2026-11-22", "age_hours": 8.5}


def test_a_night_that_was_missed_is_not_ready(young, client):
    NightRun.objects.create(
        on="2026-11-20",
        started_at=moment("2026-11-20 00:00"),
        finished_at=moment("2026-11-20 00:15"),
    )
    status, said = ready(client)
    assert status == 503
    assert said["checks"]["night"]["reason"] == (
        "The last nightly run was for 2026-11-20, 2 days ago."
    )


def test_without_any_night_after_a_day_the_scheduler_is_missing(young, client, clock):
    clock.move(days=2)
    status, said = ready(client)
    assert status == 503
    assert said["checks"]["night"] == {
        "ok": False,
        "reason": "No nightly run yet: is the scheduler running?",
    }


def test_a_migration_that_is_missing_is_not_ready(young, client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0002_journal_append_only'")
    status, said = ready(client)
    assert status == 503
    assert said["checks"]["migrations"] == {
        "ok": False,
        "reason": "1 migrations are not applied.",
    }


def test_a_broker_that_is_away_is_not_ready(young, client, settings):
    settings.REDIS = Redis(cache="unix:///nowhere/valkey.sock", broker="")
    status, said = ready(client)
    assert status == 503
    assert said["checks"]["broker"] == {"ok": False, "reason": "The broker does not answer."}


def test_health_comes_before_everything_that_could_refuse_it(settings):
    assert import_string(settings.MIDDLEWARE[0]) is health.Health

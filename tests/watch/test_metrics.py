"""Prometheus reads what every process of a server counted, and how the installation is."""

import os
import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from catalog.models import Event
from tests.factories import EventFactory
from tms import serving
from tms.reporting import checking
from tms.watch import metrics

TOKEN = "a token of sixteen characters"


@pytest.fixture
def told(monkeypatch, tmp_path, client, well):
    """`told()`: {(name, labels): value} as Prometheus reads it."""
    monkeypatch.setattr(settings, "METRICS_TOKEN", TOKEN)
    monkeypatch.setattr(settings, "METRICS_DIR", tmp_path)

    def read() -> dict:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return read


def test_without_a_token_there_is_no_such_address(client, organisation):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ü"])
def test_nobody_else_reads_them(client, monkeypatch, given):
    monkeypatch.setattr(settings, "METRICS_TOKEN", TOKEN)
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"lanyard" not in answer.content


def test_how_the_installation_is(told, well):
    found = told()
    assert found["lanyard_red", "scheduler"] == 0
    assert found["lanyard_scheduler_age_seconds",] == 0
    assert found["lanyard_nights_due",] == 0
    assert found["lanyard_jobs_waiting",] == 0
    assert found["lanyard_broker_up",] == 1
    assert found["lanyard_migrations_missing",] == 0
    assert found["lanyard_invariant_rows", "I6 taken"] == 0
    well.move(minutes=4)
    found = told()
    assert found["lanyard_red", "scheduler"] == 1
    assert found["lanyard_scheduler_age_seconds",] == 240


def test_how_often_an_invariant_is_broken(told, well):
    EventFactory(taken=1)
    EventFactory(taken=1)
    checking.check(on=well.on(), at=well.at)
    found = told()
    assert found["lanyard_invariant_rows", "I6 taken"] == 2
    assert found["lanyard_red", "invariants"] == 1
    Event.objects.update(taken=0)
    well.move(days=1)
    checking.check(on=well.on(), at=well.at)
    assert told()["lanyard_invariant_rows", "I6 taken"] == 0


def test_tasks_are_counted_where_everybody_sees_them(told):
    @current_app.task(name="tests.once")
    def once(breaks=False):
        if breaks:
            raise ZeroDivisionError

    once.apply()
    once.apply()
    once.apply(kwargs={"breaks": True})
    found = told()
    assert found["lanyard_tasks_total", "success", "tests.once"] == 2
    assert found["lanyard_tasks_total", "failure", "tests.once"] == 1
    current_app.tasks.unregister("tests.once")


COUNT = """
import django; django.setup()
from tms.watch import metrics
metrics.count("passes:passes", "GET", 200, 0.02)
metrics.count("passes:passes", "GET", 200, 0.3)
metrics.count("passes:passes", "GET", 500, 0.02)
"""
READ = """
import django; django.setup()
from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
print(generate_latest(registry).decode())
"""


def run(words: str, folder, slot: int) -> str:
    ours = {"METRICS_TOKEN": TOKEN, "METRICS_DIR": str(folder), "METRICS_SLOT": str(slot)}
    ours |= {"DJANGO_SETTINGS_MODULE": "tms.settings", "LANYARD_MODE": "test"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", words],
        env={**os.environ, **ours},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_whichever_process_is_asked_adds_up_what_all_counted(tmp_path):
    run(COUNT, tmp_path, 0)
    run(COUNT, tmp_path, 1)
    run(COUNT, tmp_path, 1)  # the successor of the second carries on in its files
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "counter_0.db",
        "counter_1.db",
        "histogram_0.db",
        "histogram_1.db",
    ]
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(run(READ, tmp_path, 2))
        for sample in family.samples
    }
    assert samples["lanyard_requests_total", "GET", "200", "passes:passes"] == 6
    assert samples["lanyard_requests_total", "GET", "500", "passes:passes"] == 3
    assert samples["lanyard_request_seconds_bucket", "0.025", "GET", "passes:passes"] == 6
    assert samples["lanyard_request_seconds_count", "GET", "passes:passes"] == 9


class Worker:
    pass


def test_workers_are_numbered_anew_as_they_come_and_go():
    server = type("Server", (), {"WORKERS": {}})

    def start(pid):
        worker = server.WORKERS[pid] = Worker()
        del server.WORKERS[pid]  # gunicorn adds it after the hook
        serving.pre_fork(server, worker)
        server.WORKERS[pid] = worker
        return worker.slot

    assert [start(11), start(12), start(13)] == [0, 1, 2]
    del server.WORKERS[12]
    assert start(14) == 1


def test_a_new_server_begins_at_nothing(tmp_path, monkeypatch):
    for name in ("counter_0.db", "histogram_7.db", "other.txt"):
        (tmp_path / name).touch()
    monkeypatch.setenv("METRICS_DIR", str(tmp_path))
    serving.on_starting(None)
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_a_request_is_counted_by_its_view(client, organisation, monkeypatch):
    seen = []
    monkeypatch.setattr(settings, "METRICS_TOKEN", TOKEN)
    monkeypatch.setattr(metrics, "count", lambda *given: seen.append(given[:3]))
    client.get("/catalogue/?q=1")
    client.get("/nowhere/at/all/")
    client.get("/static/css/none.css")
    client.generic("BREW", "/catalogue/")
    assert seen == [
        ("lms:catalogue", "GET", 200),
        ("unknown", "GET", 404),
        ("static", "GET", 404),
        ("unknown", "OTHER", 405),
    ]

"""Whatever breaks turns red, with a reason and what to do, and green once it is repaired."""

import datetime
import shutil
import socketserver
import subprocess
import sys
import threading

import pytest
from celery import current_app
from celery.signals import before_task_publish
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from lms import checkout
from tests.factories import EventFactory
from tms import broker, jobs, nightly, pulse, tasks
from tms.environment import Redis
from tms.models import Job, JournalRow, NightRun, Pulse, User
from tms.models.work import JobState
from tms.people import roles
from tms.reporting import checking
from tms.watch import conditions, machinery

MINUTES = {"minutes": 4}


def red(clock) -> dict[str, str]:
    """What is red now: name → reason."""
    return {each.name: each.reason for each in conditions.red(conditions.every(clock.at))}


def tone(clock, name: str) -> str:
    return next(each.tone for each in conditions.every(clock.at) if each.name == name)


@pytest.fixture
def page(well, office, browse):
    """`page()`: the text of the operations page as it is now."""
    return lambda: browse(office).get("/control-panel/operations/").content.decode()


def test_where_everything_works_the_page_says_so(page, well):
    assert red(well) == {}
    said = page()
    assert "Everything works." in said
    assert 'data-status="bad"' not in said


# One fault each


def test_a_dead_scheduler(well, seen, queue):
    well.move(**MINUTES)
    assert red(well)["scheduler"] == (
        "It asks every minute. Nights are not begun, and lost work is not found again."
    )
    assert tone(well, "worker") == "warn"  # nobody asked them
    queue.ask("tms.tasks.pulse", well.at)  # it is back, and no worker has come to it yet
    assert "scheduler" not in red(well)
    seen(well.at)
    assert tone(well, "worker") == "good"


def test_dead_workers_are_told_from_a_dead_scheduler(well, seen, queue):
    well.move(**MINUTES)
    queue.ask("tms.tasks.pulse", well.at)
    queue.ask("tms.tasks.night", well.at)
    found = red(well)
    assert "scheduler" not in found
    assert found["worker"] == (
        "What is asked of them waits in the broker. Nights, imports and letters stand still."
    )
    seen(well.at)
    assert "worker" not in red(well)


def test_a_broker_that_is_away(well, monkeypatch):
    there = settings.REDIS
    monkeypatch.setattr(settings, "REDIS", Redis(cache="unix:///nowhere/valkey.sock", broker=""))
    assert red(well) == {"broker": "Long work waits until it is back; pages work on."}
    monkeypatch.setattr(settings, "REDIS", there)
    assert red(well) == {}


def test_workers_that_do_not_keep_up(well, monkeypatch):
    for number, expected in ((1000, "good"), (1001, "warn")):
        monkeypatch.setattr(broker, "waiting", lambda number=number: number)
        assert tone(well, "broker") == expected


@pytest.mark.parametrize(
    ("used", "oldest", "expected"),
    [(90, 3600, "good"), (91, 0, "bad"), (91, 4000, "bad"), (1, 3601, "warn")],
)
def test_a_database_that_is_nearly_full_or_held_open(well, monkeypatch, used, oldest, expected):
    told = f"SELECT {used}, 100, 1, {oldest}"
    monkeypatch.setattr(machinery, "CONNECTIONS", told)
    assert tone(well, "database") == expected


class Greeting(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mail.example ESMTP\r\n")
        for line in self.rfile:
            self.wfile.write(b"221 Bye\r\n" if line.startswith(b"QUIT") else b"250 Ok\r\n")


def test_a_mail_server_that_is_away(well, monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), Greeting) as server:
        host, port = server.server_address
        options = {"host": host, "port": port}
        smtp = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
        monkeypatch.setattr(settings, "MAILERS", {"default": smtp})
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert red(well) == {}
            assert tone(well, "mail") == "good"
        finally:
            server.shutdown()
            thread.join()
    # Asked once a minute: what was known is forgotten by the cache.
    cache.clear()
    assert red(well) == {"mail": "No letter leaves: no invitation, no new password."}


def test_without_a_mail_server_letters_are_kept_and_somebody_should_know(well, monkeypatch):
    monkeypatch.setattr(settings, "MAILERS", {"default": {"BACKEND": "tms.mail.KeepBackend"}})
    assert tone(well, "mail") == "warn"


def test_a_count_that_drifted_is_found_by_the_next_look(well, page):
    event = EventFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_event SET taken = 1 WHERE id = %s", [event.pk])
    assert checking.nightly(on=well.on(), at=well.at) == {"broken": ["I6 taken"]}
    assert red(well) == {"invariants": "The data is not as it must be: I6 taken."}
    assert f"<code>id {event.pk}, taken 1, active 0</code>" in page()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_event SET taken = 0 WHERE id = %s", [event.pk])
    checking.nightly(on=well.on(), at=well.at)
    assert red(well) == {}


def test_invariants_that_nobody_looked_at(well, seen):
    well.move(days=3)
    assert "Nobody has looked for two days." in red(well)["invariants"]
    checking.nightly(on=well.on(), at=well.at)
    assert "invariants" not in red(well)


def refuses_to_work(job, *, at):
    raise ZeroDivisionError


def works(job, *, at):
    return {}


def parked(well, office) -> Job:
    job = jobs.start(
        verb=f"{__name__}.refuses_to_work", title="Import", arguments={}, by=office, at=well.at
    )
    jobs.run(job.pk, at=well.at)
    return job


def test_work_that_nobody_begins(well, office, seen):
    job = jobs.start(verb=f"{__name__}.works", title="X", arguments={}, by=office, at=well.at)
    assert red(well) == {}
    seen(well.move(minutes=6))
    assert red(well)["jobs"] == "Some of it has waited for 6 minutes."
    jobs.run(job.pk, at=well.at)
    assert "jobs" not in red(well)


def test_work_that_was_left_in_the_middle(well, office, seen):
    job = jobs.start(verb=f"{__name__}.works", title="X", arguments={}, by=office, at=well.at)
    assert jobs.claim(job.pk, at=well.at)  # and the worker is killed
    seen(well.move(minutes=6))
    assert "jobs" in red(well)
    jobs.run(job.pk, at=well.at)
    assert "jobs" not in red(well)


def test_work_that_broke_is_run_again_by_hand(well, office, browse, page, monkeypatch):
    monkeypatch.setattr(current_app, "send_task", lambda *given, **more: None)
    job = parked(well, office)
    assert red(well) == {"parked": "It broke on our side. Nothing of it was done."}
    said = page()
    assert f"Job {job.pk}" in said
    address = f"/control-panel/operations/jobs/{job.pk}/"
    assert address in said
    Job.objects.filter(pk=job.pk).update(verb=f"{__name__}.works")  # the next version can
    answer = browse(office).post(address, {"verb": "again"})
    assert answer.status_code == 302
    assert red(well) == {}
    assert jobs.run(job.pk, at=well.at) is True
    assert Job.objects.get().state == JobState.DONE
    assert JournalRow.objects.get(kind="job.run_again").by_id == office.pk


def test_work_that_broke_may_be_left(well, office, browse):
    job = parked(well, office)
    address = f"/control-panel/operations/jobs/{job.pk}/"
    assert browse(office).post(address, {"verb": "leave"}).status_code == 302
    assert red(well) == {}
    again = browse(office).post(address, {"verb": "again"})
    assert again.status_code == 422
    assert "not parked any more" in again.content.decode()


def test_a_migration_that_is_missing(well):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0002_journal_append_only'")
    assert red(well) == {"migrations": "The program is newer than the database."}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('tms', '0002_journal_append_only', '2025-11-22')"
        )
    assert red(well) == {}


def test_a_backup_that_is_old(well, seen):
    seen(well.move(hours=27))
    assert red(well)["backup"] == "What was done since then would be lost with the database."
    call_command("backup_done")
    assert "backup" not in red(well)


def test_a_backup_may_leave_a_file_instead(well, seen, tmp_path, monkeypatch):
    Pulse.objects.filter(part=pulse.BACKUP).delete()
    assert "backup" in red(well)
    stamp = tmp_path / "last-backup"
    monkeypatch.setattr(settings, "BACKUP_STAMP", str(stamp))
    assert "backup" in red(well)
    stamp.touch()
    assert red(well) == {}


def test_clocks_that_disagree(well, seen):
    seen(well.move(seconds=6))
    assert red(well) == {
        "clocks": ("This machine and the database disagree about the time, so about the day too.")
    }
    seen(well.move(seconds=-6))
    assert red(well) == {}


def test_a_full_disk(well, monkeypatch):
    there = shutil.disk_usage
    full = type(there("/"))(100, 95, 5)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    assert red(well) == {"disk": "Uploads will be refused when it is full."}
    monkeypatch.setattr(shutil, "disk_usage", there)
    assert "disk" not in red(well)


def test_a_night_that_was_not_worked_through(well, seen, clock):
    NightRun.objects.all().delete()
    on = clock.on()
    nightly.run(on - datetime.timedelta(days=2), clock.at)
    assert red(well)["night"] == (
        "What expired is not written down. Nobody's access is wrong by it."
    )
    nightly.run(on, clock.at)
    assert "night" not in red(well)


def broken_step(on, at):
    raise ZeroDivisionError


def test_a_night_that_broke_says_which_step(well, clock, monkeypatch):
    NightRun.objects.all().delete()
    on = clock.on()
    nightly.run(on - datetime.timedelta(days=2), clock.at)
    monkeypatch.setattr(settings, "NIGHTLY", [f"{__name__}.broken_step"])
    with pytest.raises(nightly.Unfinished):
        nightly.run(on, clock.at)
    assert f"this broke: {__name__}.broken_step." in red(well)["night"]


def test_a_check_that_breaks_is_red_itself(well, monkeypatch):
    monkeypatch.setattr(settings, "WATCHED", [f"{__name__}.broken_check"])
    assert red(well) == {"broken_check": "It could not be asked: ZeroDivisionError."}


def broken_check(at):
    raise ZeroDivisionError


# How it is seen


def test_what_a_worker_is_asked_every_minute_shows_that_it_lives(well):
    Pulse.objects.all().delete()
    tasks.pulse()
    assert pulse.last(pulse.WORKER).at == well.at


def test_every_entry_of_the_schedule_is_a_task_and_never_piles_up():
    for entry in current_app.conf.beat_schedule.values():
        assert entry["task"] in current_app.tasks
        assert entry["options"]["expires"] < 15 * 60


SCHEDULER = """
import sys
from tms.scheduler import app
app.loader.init_worker()  # what beat begins with
headers = {}
from celery.signals import before_task_publish
before_task_publish.send(sender="tms.tasks.pulse", headers=headers, body=())
print(*sorted(app.conf.beat_schedule), *headers)
print(*(name for name in ("tms.tasks", "tms.urls", "crm.models") if name in sys.modules))
"""


def test_the_scheduler_asks_for_the_same_and_loads_nothing_of_it():
    asked = [sys.executable, "-c", SCHEDULER]
    said = subprocess.run(asked, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    names = " ".join(sorted(current_app.conf.beat_schedule))
    assert said.stdout.splitlines() == [f"{names} asked_at request_id", ""]


def test_a_message_says_when_it_was_asked_for(clock):
    headers = {}
    before_task_publish.send(sender="tms.tasks.pulse", headers=headers, body=())
    assert headers["asked_at"] == clock.at.isoformat()


def test_only_who_watches_over_the_installation_sees_it(well, browse):
    roles.sync()
    for name, status in (("Administrator", 200), ("Support", 403), ("Training Manager", 403)):
        user = User.objects.create_user(f"{status}{name[0]}@example.com", is_staff=True)
        user.groups.set(roles.Group.objects.filter(name=name))
        user = User.objects.get(pk=user.pk)
        assert browse(user).get("/control-panel/operations/").status_code == status, name


def test_looking_now_is_a_job(well, office, browse, monkeypatch):
    monkeypatch.setattr(current_app, "send_task", lambda *given, **more: None)
    EventFactory(taken=1)
    answer = browse(office).post("/control-panel/operations/look/")
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    jobs.run(job.pk, at=well.at)
    assert set(red(well)) == {"invariants"}
    job.refresh_from_db()
    assert job.result["sentences"][0].startswith("I6 taken: 1 × Events whose number of taken")


def test_the_page_asks_the_same_number_of_times_whatever_there_is(
    well, office, browse, count_queries, ada
):
    client = browse(office)
    before = count_queries(lambda: client.get("/control-panel/operations/"))
    for _number in range(3):
        parked(well, office)
        checkout.register_by_staff(
            ada, event=EventFactory(), at=well.at, on=well.on(), by=office, tell=False
        )
    assert count_queries(lambda: client.get("/control-panel/operations/")) == before


# What a load balancer and whoever is called at night are told


def test_a_dead_scheduler_takes_no_web_process_out_of_service(well, client):
    well.move(**MINUTES)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()["checks"]["scheduler"]
    assert (told["ok"], told["decides"], told["scheduler_age_seconds"]) == (False, False, 240)


def test_whoever_is_called_at_night_asks_for_all_of_it(well, client):
    assert client.get("/readyz?all").status_code == 200
    well.move(**MINUTES)
    answer = client.get("/readyz?all")
    assert answer.status_code == 503
    told = answer.json()["checks"]
    assert {name for name, check in told.items() if not check["ok"]} == {"scheduler", "clocks"}
    assert set(told) == {
        "database",
        "migrations",
        "broker",
        "scheduler",
        "worker",
        "night",
        "jobs",
        "parked",
        "mail",
        "webhooks",
        "payments",
        "triggers",
        "messages",
        "invariants",
        "backup",
        "disk",
        "clocks",
    }

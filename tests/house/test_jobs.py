"""Long work is done once, whole or not at all, and found again when its worker died."""

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from django.db import connection, connections

from tms import jobs
from tms.models import Job, Organisation
from tms.models.work import JobState
from tms.refusals import Refusal


def rename(job, *, at):
    Organisation.objects.filter(pk=1).update(name=job.arguments["name"])
    jobs.report(job, 1)
    return {"sentences": [f"Renamed at {at:%H:%M}."]}


def refuse(job, *, at):
    rename(job, at=at)
    raise Refusal("That name is taken. Choose another.")


def break_down(job, *, at):
    rename(job, at=at)
    raise ZeroDivisionError


def look(job, *, at):
    """How far others see the job while its transaction runs."""
    jobs.report(job, 25)
    jobs.report(job, 26, total=52)
    return {"seen": jobs.progress(Job(pk=job.pk, state=JobState.RUNNING))}


def step_by_step(job, *, at):
    """Ten rows, three a step; it breaks down once, where it is told to."""
    seen = list(job.result.get("seen", []))
    for done in range(job.done, 10, 3):
        seen.append(done)
        Organisation.objects.filter(pk=1).update(name=f"Row {done}")
        if done == job.arguments.get("breaks"):
            raise ZeroDivisionError
        if done < 9:
            yield jobs.Step(done + 3, {"seen": list(seen)})
    return {"sentences": ["All done."], "seen": seen}


@pytest.fixture
def asked(monkeypatch):
    """The jobs that workers were asked for."""
    numbers = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args, **more: numbers.append((name, *args))
    )
    return numbers


def begin(office, clock, verb, **more):
    given = {"title": "Rename", "arguments": {"name": "Harbour"}, "by": office, "at": clock.at}
    return jobs.start(verb=f"{__name__}.{verb}", **given | more)


def test_a_job_is_asked_for_once_it_is_committed(
    office, clock, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        job = begin(office, clock, "rename", total=3, back_to="/passes/")
    assert asked == []
    for callback in callbacks:
        callback()
    assert asked == [("tms.tasks.run_job", job.pk)]
    assert (job.state, job.by, job.asked_at) == (JobState.WAITING, office, clock.at)
    assert (job.total, job.back_to) == (3, "/passes/")


def test_without_a_broker_the_job_still_waits(
    office, clock, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis+socket:///nowhere/valkey.sock")
    with django_capture_on_commit_callbacks(execute=True):
        job = begin(office, clock, "rename")
    assert jobs.abandoned() == [job.pk]


def test_a_job_is_done_once(office, clock):
    job = begin(office, clock, "rename", total=1)
    clock.move(minutes=3)
    assert jobs.run(job.pk, at=clock.at) is True
    assert jobs.run(job.pk, at=clock.at) is False
    job.refresh_from_db()
    assert (job.state, job.done, job.starts) == (JobState.DONE, 1, 1)
    assert job.result == {"sentences": ["Renamed at 09:03."]}
    assert job.finished_at == clock.at
    assert Organisation.objects.get().name == "Harbour"
    assert jobs.abandoned() == []


@pytest.mark.parametrize(
    ("verb", "state", "sentence"),
    [
        ("refuse", JobState.FAILED, "That name is taken. Choose another."),
        (
            "break_down",
            JobState.PARKED,
            "Something broke on our side; the log has it under job {pk}.",
        ),
    ],
)
def test_a_job_that_fails_changes_nothing_and_says_why(office, clock, verb, state, sentence):
    job = begin(office, clock, verb)
    assert jobs.run(job.pk, at=clock.at) is True
    job.refresh_from_db()
    assert (job.state, job.result) == (
        state,
        {"refusal": sentence.format(pk=job.pk)},
    )
    assert Organisation.objects.get().name == "Harbour Training"
    assert jobs.abandoned() == []


def test_others_see_how_far_a_job_is(office, clock):
    job = begin(office, clock, "look", total=100)
    jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert job.result == {"seen": [26, 52]}
    assert jobs.progress(job) == (100, 100)


def test_a_job_whose_workers_die_is_parked_after_three_starts(office, clock):
    job = begin(office, clock, "rename")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, starts=3)
    assert jobs.run(job.pk, at=clock.at) is False
    job.refresh_from_db()
    assert (job.state, job.result) == (
        JobState.PARKED,
        {"refusal": f"This was started 3 times and never came to its end. Job {job.pk}."},
    )


def test_a_file_that_comes_with_the_job_is_kept(office, clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = begin(office, clock, "rename", upload=ContentFile(b"a,b", name="contacts.csv"))
    with Job.objects.get(pk=job.pk).upload as upload:
        assert upload.read() == b"a,b"


def test_a_job_in_steps_keeps_what_it_did_and_goes_on_from_there(office, clock):
    job = begin(office, clock, "step_by_step", arguments={"breaks": 6}, total=10)
    assert jobs.in_steps(job)
    assert jobs.run(job.pk, at=clock.at) is True
    job.refresh_from_db()
    assert (job.state, job.done, job.starts) == (JobState.PARKED, 6, 1)
    assert job.result["seen"] == [0, 3]
    assert Organisation.objects.get().name == "Row 3"
    job.arguments = {}
    job.save()
    jobs.again(job.pk, at=clock.at, on=clock.on(), by=office)
    assert jobs.run(job.pk, at=clock.at) is True
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 10)
    assert job.result == {"sentences": ["All done."], "seen": [0, 3, 6, 9]}


def test_a_job_in_steps_that_came_on_did_not_kill_its_workers(office, clock):
    job = begin(office, clock, "step_by_step", total=10)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, starts=2, done=6)
    assert jobs.run(job.pk, at=clock.at) is True
    job.refresh_from_db()
    assert (job.state, job.result["seen"]) == (JobState.DONE, [6, 9])


def test_a_job_that_another_worker_went_on_with_is_theirs(office, clock, monkeypatch):
    job = begin(office, clock, "step_by_step", total=10)
    free, asked = jobs.free, []

    def overtaken(job_id):
        asked.append(job_id)
        if len(asked) == 3:  # claimed, the first step, and now the second
            Job.objects.filter(pk=job_id).update(done=9)
        return free(job_id)

    monkeypatch.setattr(jobs, "free", overtaken)
    assert jobs.run(job.pk, at=clock.at) is True
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.RUNNING, 9)
    assert Organisation.objects.get().name == "Row 0"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_another_worker_holds_is_left_alone(office, clock):
    job = begin(office, clock, "rename")
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM tms_job WHERE id = %s FOR UPDATE", [job.pk])
            assert jobs.abandoned() == []
            assert jobs.run(job.pk, at=clock.at) is False
            # The other worker is killed: the database lets go of its row.
            cursor.execute("ROLLBACK")
        assert jobs.abandoned() == [job.pk]
        assert jobs.run(job.pk, at=clock.at) is True
    finally:
        other.close()
    assert connection.connection.info.transaction_status.name == "IDLE"

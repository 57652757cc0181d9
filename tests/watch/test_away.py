"""A database that restarts costs a visitor one page that says so, and nothing else."""

import threading

import pytest
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)
from django.test import Client

from passes.models import Pass
from tms import away, jobs
from tms.models import Job, Organisation
from tms.models.work import JobState


def kill_us() -> None:
    """What a restart does to the connection of this thread: it is gone."""
    other = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (number,) = cursor.fetchone()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    finally:
        other.close()


class Interrupting:
    """In the middle of the next request, after its first statement, the database restarts."""

    def __init__(self):
        self.armed = True

    def __call__(self, execute, sql, params, many, context):
        if self.armed and "tms_organisation" in sql:
            self.armed = False
            kill_us()
        return execute(sql, params, many, context)


class Visitor(Client):
    """As the web server has it: each request begins with a look at the connection, which Django's
    own client for tests leaves out."""

    def get(self, *given, **more):
        close_old_connections()
        return super().get(*given, **more)


@pytest.fixture
def visitor(transactional_db, office):
    client = Visitor(raise_request_exception=False)
    client.force_login(office)
    yield client
    close_old_connections()


def test_a_request_that_meets_a_restart_says_so_and_the_next_works(visitor):
    for _time in range(3):
        with connection.execute_wrapper(Interrupting()):
            answer = visitor.get("/passes/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Just a moment" in answer.content.decode()
        assert visitor.get("/passes/").status_code == 200


def test_a_connection_that_died_between_two_requests_is_not_noticed(visitor):
    assert visitor.get("/passes/").status_code == 200
    kill_us()
    assert visitor.get("/passes/").status_code == 200


def test_a_program_hears_it_as_a_problem(visitor):
    with connection.execute_wrapper(Interrupting()):
        answer = visitor.get("/api/v1/passes")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "5"


def test_who_holds_what_a_page_waits_for_makes_it_say_so(visitor, kestrel):
    """A statement that waits too long for a lock is no bug of the page."""
    held, done = threading.Event(), threading.Event()

    def hold():
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE passes_pass IN ACCESS EXCLUSIVE MODE")
            held.set()
            done.wait(30)
            cursor.execute("ROLLBACK")
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        assert visitor.get("/passes/").status_code == 503
        assert visitor.get("/accounts/").status_code == 200  # everybody else works on
    finally:
        done.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
    assert visitor.get("/passes/").status_code == 200


def rename(job, *, at):
    Organisation.objects.filter(pk=1).update(name="Half done")
    if job.starts == 1:
        kill_us()
    Organisation.objects.filter(pk=1).update(name="Done")
    return {}


def test_a_job_that_meets_a_restart_changes_nothing_and_is_done_the_next_time(
    transactional_db, office, clock
):
    job = jobs.start(verb=f"{__name__}.rename", title="X", arguments={}, by=office, at=clock.at)
    with pytest.raises((OperationalError, InterfaceError)):
        jobs.run(job.pk, at=clock.at)
    connection.close_if_unusable_or_obsolete()
    assert Organisation.objects.get().name == "Harbour Training"
    assert jobs.abandoned() == [job.pk]  # the scan of the next minute
    assert jobs.run(job.pk, at=clock.at) is True
    assert Organisation.objects.get().name == "Done"
    assert Job.objects.get().state == JobState.DONE


def raised(state: str | None, kind=OperationalError) -> BaseException:
    cause = Exception()
    cause.sqlstate = state
    error = kind("…")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (raised(None), True),
        (raised("57P01"), True),  # the server is told to stop
        (raised("53300"), True),  # too many connections
        (raised("53100"), True),  # the disk is full
        (raised("55P03"), True),
        (raised("57014"), True),
        (raised("22003"), False),  # a number out of range
        (InterfaceError("connection already closed"), True),
        (Pass.DoesNotExist(), False),
        (None, False),
    ],
)
def test_which_errors_are_no_bugs(error, expected):
    assert away.is_away(error) is expected


def test_an_error_met_while_handling_a_lost_connection_is_the_lost_connection():
    error = ValueError()
    error.__context__ = raised(None)
    assert away.is_away(error)


def test_a_visitor_without_a_session_is_answered_too(transactional_db, organisation):
    visitor = Visitor(raise_request_exception=False)
    with connection.execute_wrapper(Interrupting()):
        assert visitor.get("/catalogue/").status_code == 503
    assert visitor.get("/catalogue/").status_code == 200

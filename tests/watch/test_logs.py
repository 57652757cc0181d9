"""A log line says which request it belongs to, in the worker too, and never a secret."""

import io
import json
import logging

import pytest
from celery import current_app
from celery.signals import before_task_publish
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver

from tms import jobs, logs, trace
from tms.models import Job, Organisation
from tms.programs import keys

CANARY = "CaNaRy-7f3a91"


@pytest.fixture
def lines(monkeypatch):
    """`lines()`: the log of this test as production writes it, a dict a line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    root, requests = logging.getLogger(), logging.getLogger("lanyard.request")
    root.addHandler(handler)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    monkeypatch.setattr(requests, "level", logging.INFO)
    monkeypatch.setattr(settings, "SLOW_REQUEST_MS", 60_000)
    logging.getLogger().manager._clear_cache()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def about_requests(lines) -> list[dict]:
    return [line for line in lines() if line["logger"] == "lanyard.request"]


# Which request


def test_every_answer_says_its_number_and_the_log_line_has_it(office, browse, lines):
    answer = browse(office).get("/passes/", {"q": CANARY})
    (line,) = about_requests(lines)
    assert len(answer["X-Request-ID"]) == 32
    assert line["request"] == answer["X-Request-ID"]
    assert line["message"].startswith("GET passes:list 200 in ")
    assert (line["level"], line["view"], line["status"]) == ("INFO", "passes:list", 200)
    assert line["user"] == office.pk
    assert CANARY not in json.dumps(lines())


def test_two_requests_have_two_numbers(office, browse):
    numbers = {browse(office).get("/passes/")["X-Request-ID"] for _time in range(2)}
    assert len(numbers) == 2


def test_numbers_in_the_address_are_told(office, browse, lines):
    browse(office).get("/contacts/7/")
    (line,) = about_requests(lines)
    assert (line["view"], line["pk"], line["status"]) == ("crm:contact", 7, 404)


def test_what_was_refused_is_told_by_the_names_of_fields(office, browse, lines):
    answer = {"first_name": CANARY, "email": CANARY}
    assert browse(office).post("/contacts/creation/", answer).status_code == 422
    (line,) = about_requests(lines)
    assert line["refused"] == ["email"]
    assert CANARY not in json.dumps(lines())


def test_what_a_program_sent_wrongly_is_told_by_its_kind(client, office, clock, lines):
    _row, secret = keys.make(
        name="HR", scopes=["people:write"], expires_on=None, by=office, at=clock.at, on=clock.on()
    )
    answer = client.post(
        "/api/v1/contacts",
        {CANARY: CANARY},
        "application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 422
    assert about_requests(lines)[-1]["refused"] == ["invalid"]
    assert CANARY not in json.dumps(lines())


def test_who_knocks_under_another_name_is_told_so(client, organisation, lines, monkeypatch):
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["training.example"])
    assert client.get("/", headers={"Host": f"{CANARY}.example"}).status_code == 400
    (line,) = about_requests(lines)
    assert (line["status"], line["refused"]) == (400, ["host"])
    assert CANARY not in json.dumps(lines())


def test_what_goes_well_tells_nothing_of_it(office, browse, lines):
    browse(office).get("/passes/")
    (line,) = about_requests(lines)
    assert "refused" not in line


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, "edge-42.abcdef", True),
        (0, "edge-42.abcdef", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, 'a"},{"forged":1', False),
        (1, "abcdefgh\x85next", False),
    ],
)
def test_only_our_own_proxy_names_a_request(
    client, organisation, monkeypatch, proxies, given, kept
):
    monkeypatch.setattr(settings, "PROXIES", proxies)
    answer = client.get("/accounts/nowhere/", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept


def test_a_slow_request_is_a_warning(client, organisation, lines, monkeypatch):
    monkeypatch.setattr(settings, "SLOW_REQUEST_MS", 0)
    client.get("/catalogue/")
    (line,) = about_requests(lines)
    assert line["level"] == "WARNING"
    assert line["message"].startswith("Slow: GET lms:catalogue ")


def rename(job, *, at):
    logging.getLogger("lanyard.test").warning("renaming")
    Organisation.objects.filter(pk=1).update(name=trace.current())
    return {}


def test_the_number_follows_into_the_worker(office, clock, lines, monkeypatch):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda *given, **more: sent.append(given))
    with trace.following("the-request"):
        job = jobs.start(verb=f"{__name__}.rename", title="X", arguments={}, by=office, at=clock.at)
    assert trace.current() == ""
    assert Job.objects.get().request_id == "the-request"
    jobs.run(job.pk, at=clock.at)
    assert Organisation.objects.get().name == "the-request"
    (line,) = [line for line in lines() if line["message"] == "renaming"]
    assert line["request"] == "the-request"


def test_the_number_is_in_the_message_and_every_task_has_one(organisation):
    headers = {}
    with trace.following("the-request"):
        before_task_publish.send(sender="x", headers=headers, body=())
    assert headers["request_id"] == "the-request"
    seen = []

    @current_app.task(name="tests.look")
    def look():
        seen.append(trace.current())

    look.apply(headers={"request_id": "the-request"}, task_id="a-task")
    look.apply(task_id="a-task")
    assert seen == ["the-request", "a-task"]
    assert trace.current() == ""
    current_app.tasks.unregister("tests.look")


def test_the_audit_trail_has_the_same_number(office, browse):
    client = browse(office)
    answer = client.post("/control-panel/organisation/", {"name": "Quay", "version": 0})
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT request FROM audit WHERE request <> ''")
        seen = [number for (number,) in cursor.fetchall()]
    assert seen in ([], [answer["X-Request-ID"]])


# One line each


def test_a_line_stays_a_line(lines):
    logging.getLogger("lanyard.test").warning("one\r\nERROR forged\x1b[31m %s", "two\n\x00\u2028")
    (line,) = lines()
    assert line["message"] == "one\r\nERROR forged\x1b[31m two\n\x00\u2028"
    record = logging.LogRecord("x", 30, "", 0, "one\r\nERROR %s\x1b", ("two\n\u2028",), None)
    assert logs.Line().format(record).endswith("WARNING x one\\x0d\\x0aERROR two\\x0a\\x2028\\x1b")


def test_an_exception_is_in_its_line(lines):
    try:
        raise ZeroDivisionError("one\ntwo")
    except ZeroDivisionError:
        logging.getLogger("lanyard.test").exception("broke")
    (line,) = lines()
    assert line["message"] == "broke"
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("ZeroDivisionError: one\ntwo")


# Nothing secret


def carrying(patterns, before="/"):
    """The addresses that carry a token, with one in it."""
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from carrying(each.url_patterns, here)
        elif "<str:token>" in here:
            yield here.replace("<str:token>", CANARY).replace("<int:pk>", "7")


def test_no_line_names_the_token_of_a_link():
    links = list(carrying(get_resolver().url_patterns))
    assert len(links) > 6
    assert [link for link in links if CANARY in logs.discreet(f"Not found: {link}")] == []


def test_no_secret_is_in_any_line(office, ada, browse, lines, monkeypatch, clock):
    """What people type, what their browsers keep, what links carry: nowhere in the log."""
    office.set_password(f"{CANARY}-right")
    office.save()
    secrets = [CANARY]
    visitor = Client(raise_request_exception=False)
    sign_in = {"login": office.email, "password": f"{CANARY}-wrong"}
    visitor.post("/account/login/", sign_in)
    visitor.post("/account/login/", sign_in | {"password": f"{CANARY}-right"})
    secrets.append(visitor.cookies["session"].value)
    for address in (
        f"/account/password/reset/key/1-{CANARY}/",
        f"/invitation/{ada.user_id}/{CANARY}/",
        f"/nowhere/{CANARY}/",
        f"/catalogue/?token={CANARY}&next=/x",
        f"/%0d%0aFORGED {CANARY}",
    ):
        visitor.get(address, headers={"Cookie": f"session={CANARY}", "User-Agent": CANARY})
        visitor.post(address, {"password": CANARY})
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.post(f"/invitation/{ada.user_id}/{CANARY}/", {"password": CANARY})
    _key, secret = keys.make(
        name="Payroll", scopes=["people:read"], by=office, at=clock.at, on=clock.on()
    )
    secrets.append(secret)
    for given in (secret, f"lk_{CANARY}"):
        visitor.get("/api/v1/passes", headers={"Authorization": f"Bearer {given}"})

    def broken(*given, **more):
        raise RuntimeError(
            f"could not reach redis://:{CANARY}@host/0 with lk_{CANARY}abcdef, whsec_{CANARY}abcdef"
        )

    monkeypatch.setattr("tms.people.views.invitation.get_user_model", broken, raising=False)
    monkeypatch.setattr("tms.people.invitations.opened", broken, raising=False)
    monkeypatch.setattr("tms.edge.clock.day_of", broken)
    told = visitor.get(f"/invitation/{ada.user_id}/{CANARY}/")
    assert told.status_code == 500
    assert CANARY not in told.content.decode()
    text = json.dumps(lines())
    assert "Traceback" in text  # the last one is there, without what it must not say
    assert [secret for secret in secrets if secret in text] == []


def test_what_broke_shows_its_number_and_nothing_else(office, lines, monkeypatch):
    def broken(*given, **more):
        raise RuntimeError("secret particulars")

    monkeypatch.setattr("tms.edge.clock.day_of", broken)
    answer = Client(raise_request_exception=False).get("/catalogue/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-ID']}</code>" in page
    assert "secret particulars" not in page
    traced = [line for line in lines() if "exception" in line]
    assert {line["request"] for line in traced} == {answer["X-Request-ID"]}
    assert traced[0]["exception"].endswith("RuntimeError: secret particulars")


def test_in_production_logs_are_json(monkeypatch):
    given = {"form": "json", "level": "INFO", "quiet": False}
    assert logs.configuration(**given)["handlers"]["stderr"]["formatter"] == "json"
    assert logs.configuration(**given)["loggers"]["lanyard.request"]["level"] == "INFO"
    assert settings.LOG_FORMAT == "line"

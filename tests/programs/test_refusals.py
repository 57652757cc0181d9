"""Bad input: a problem document that names the field and says what to do, and nothing changed."""

import datetime

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from passes.models import Pass
from tests.factories import PassFactory
from tests.programs.calling import BASE, Program
from tms.api import described
from tms.models import ApiKey, AuditRow, JournalRow, OperationKey
from tms.programs import keys, limits

pytestmark = pytest.mark.django_db
TABLES = [
    "crm_contact",
    "crm_account",
    "passes_pass",
    "lms_registration",
    "journal",
    "operation_key",
]


def everything():
    """What the business tables hold, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


@pytest.fixture
def pass_(ada):
    return PassFactory(contact=ada)


def refused(answer, status, kind):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["type"]) == (status, f"urn:lanyard:problem:{kind}")
    assert told["detail"].endswith(".")
    assert told.pop("request") == answer["X-Request-ID"]
    return told


BAD = {
    "an unknown field": (
        {"colour": "red"},
        (422, "invalid", "colour", "Nothing of this name is known here."),
    ),
    "a wrong type": ({"reason": 7}, (422, "invalid", "reason", "Send text")),
    "a number as text": ({"version": "0"}, (422, "invalid", "version", "without quotation marks")),
    "true for a number": ({"version": True}, (422, "invalid", "version", "whole number")),
    "a list for the whole": ([], (422, "invalid", "body", "Send an object.")),
    "null for the whole": (None, (422, "invalid", "body", "")),
    "too long a text": ({"reason": "x" * 301}, (422, "invalid", "reason", "300 characters")),
    "a broken character": ({"reason": "a\x00"}, (422, "invalid", "reason", "can't be shown")),
    "no JSON": ("{", (400, "malformed", None, "This is not JSON")),
    "a name twice": ('{"reason": "a", "reason": "b"}', (400, "malformed", None, "twice")),
    "nested too deep": ("[" * 100_000, (400, "malformed", None, "nested too deep")),
    "not UTF-8": (b'{"reason": "\xff"}', (400, "malformed", None, "not JSON")),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_body(program, pass_, what):
    body, (status, kind, field, words) = BAD[what]
    able, before = program(), everything()
    path = f"/passes/{pass_.pk}/cancellation"
    if body is None:
        body = "null"
    told = refused(able.post(path, body, key="k"), status, kind)
    assert told["field"] == field
    assert words in told["detail"]
    assert [each["field"] for each in told["errors"]] == ([field] if field else [])
    assert everything() == before


def test_two_bad_fields_are_both_named(program, pass_):
    told = refused(
        program().post(f"/passes/{pass_.pk}/cancellation", {"a": 1, "reason": 2}), 422, "invalid"
    )
    assert {each["field"] for each in told["errors"]} == {"a", "reason"}
    assert told["detail"] == "2 fields are not right."


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ("limit=201", "limit", "less than or equal to 200"),
        ("limit=1000000000", "limit", "less than or equal to 200"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=ten", "limit", "Send a whole number."),
        ("limit=%D9%A1", "limit", "Send a whole number."),
        ("limit=5&limit=6", "limit", "Say this once."),
        ("cursor=broken", "cursor", "not from this list"),
        ("cursor=MTA:xxxx", "cursor", "not from this list"),
        ("order_by=password", "order_by", "no parameter of this name"),
        ("status=gone", "status", "Send one of: 'not_started'"),
        ("unassigned=maybe", "unassigned", "Send true or false."),
        ("active_from=2026-02-30", "active_from", "YYYY-MM-DD"),
        ("contact=0", "contact", "greater than or equal to 1"),
        ("contact=99999999999999999999", "contact", "whole number"),
        ("contact__user__password__startswith=a", "contact__user__password__startswith", "no par"),
    ],
)
def test_a_bad_parameter(program, asked, field, words):
    told = refused(program().get(f"/passes?{asked}"), 422, "invalid")
    assert told["field"] == field
    assert words in told["detail"]


EXTREMES = {
    "date": ["0001-01-01", "9999-12-31", ""],
    "integer": ["", "0", "9223372036854775808"],
    "boolean": [""],
    "string": ["", "%00", "a%00b", "%EF%BF%BF", "'", "%", "\\", "{", "x" * 200],
}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Midway"])
def test_no_parameter_whatever_it_says_breaks_a_list(program, pass_, organisation, settings, zone):
    """Each parameter of each list, with the first and the last of what its kind can be."""
    settings.API_CALLS_PER_MINUTE = 1_000_000
    organisation.time_zone = zone
    organisation.save()
    able, broken = program(), []
    able.client.raise_request_exception = False
    for path, methods in described()["paths"].items():
        if "get" not in methods or "{" in path:
            continue
        for parameter in methods["get"]["parameters"]:
            schema = parameter["schema"]
            kind = schema.get("format") or schema.get("type", "string")
            for value in EXTREMES[kind]:
                asked = f"{path.removeprefix(BASE)}?{parameter['name']}={value}"
                with transaction.atomic():
                    answer = able.get(asked)
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    broken.append(asked)
    assert not broken, " ".join(broken)


def test_a_cursor_of_another_list(program, pass_):
    able = program()
    PassFactory()
    cursor = able.get("/passes?limit=1").json()["next"]
    told = refused(able.get(f"/passes/{pass_.pk}/history?cursor={cursor}"), 422, "invalid")
    assert told["field"] == "cursor"


def test_a_page_follows_the_other_and_nothing_comes_twice(program, ada):
    made = [PassFactory(contact=ada).pk for _number in range(5)]
    able, seen, cursor = program(), [], ""
    while cursor is not None:
        answer = able.get(f"/passes?limit=2&cursor={cursor}").json()
        seen += [each["id"] for each in answer["items"]]
        cursor = answer["next"]
    assert seen == made


def test_what_is_asked_in_the_address_of_a_call_that_writes_is_refused(program, pass_):
    """Whoever believes that it is a preview has nothing cancelled."""
    path = f"/passes/{pass_.pk}/cancellation?preview=true"
    told = refused(program().post(path, {}), 422, "invalid")
    assert told["field"] == "preview"
    pass_.refresh_from_db()
    assert pass_.cancelled_at is None


def test_an_id_that_no_row_can_have(program, pass_):
    body = {"option": pass_.option_id, "contacts": [2**63]}
    told = refused(program().post("/passes", body), 422, "invalid")
    assert told["field"] == "contacts.0"


# Keys


def test_who_has_no_key_that_works_is_told_why(program, office, clock, browse):
    def why(stranger):
        answer = stranger.get("/passes")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        told = refused(answer, 401, "sign-in")
        assert told["field"] == "Authorization"
        return told["detail"]

    assert why(Program()) == "Send a key with the header Authorization: Bearer, and the secret."
    assert why(Program("lk_nobody")).startswith("There is no such key.")
    for scheme in ("Basic", "Token", ""):
        header = f"{scheme} {program().secret}".strip()
        answer = Program().get("/passes", Authorization=header)
        assert refused(answer, 401, "sign-in")["detail"].startswith("Send a key with the header")
    expired = program(expires_on=clock.on())
    clock.move(days=1)
    assert why(expired).startswith("This key expired on 22 November 2026.")
    revoked = program()
    key = keys.whose(revoked.secret)
    keys.revoke(key.pk, by=office, at=clock.at, on=clock.on())
    assert why(revoked).startswith("This key was revoked.")


def test_a_disabled_owner_takes_the_key_along(program, office):
    able = program()
    assert able.get("/passes").status_code == 200
    office.is_active = False
    office.save()
    assert refused(able.get("/passes"), 401, "sign-in")["detail"] == (
        "The owner of this key no longer works in the back office."
    )


def test_a_key_without_the_scope_is_told_which(program):
    told = refused(program("passes:read").post("/passes"), 403, "forbidden")
    assert told["detail"].startswith("This key lacks the scope passes:issue.")


def test_too_many_calls_are_told_when_to_come_again(program, settings, clock, monkeypatch):
    monkeypatch.setattr(limits, "own", limits.Own())
    settings.API_CALLS_PER_MINUTE = 2
    able = program()
    clock.set("2026-11-22 09:00:20")
    assert [able.get("/passes").status_code for _call in range(2)] == [200, 200]
    answer = able.get("/passes")
    refused(answer, 429, "too-many-calls")
    assert answer["Retry-After"] == "40"


def test_the_day_of_the_last_use_is_kept(program, clock):
    able = program()
    able.get("/passes")
    assert ApiKey.objects.get().last_used_on == clock.on()


# The frame


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/passes/", 404, "not-found"),
        ("GET", "/passes/abc", 404, "not-found"),
        ("GET", "", 404, "not-found"),
        ("POST", "/../v2/", 404, "not-found"),
        ("DELETE", "/passes", 405, "method"),
        ("GET", "/passes/1/cancellation", 405, "method"),
    ],
)
def test_what_is_not_there_is_a_problem_too(program, method, path, status, kind):
    refused(program().call(method, path), status, kind)


def test_a_method_that_is_not_taken_says_which_are(program):
    assert program().call("DELETE", "/passes")["Allow"].split(", ") in (
        ["GET", "POST"],
        ["POST", "GET"],
    )


def test_only_json_is_taken(program, pass_):
    able = program()
    answer = able.client.post(
        f"/api/v1/passes/{pass_.pk}/cancellation",
        {"reason": "x"},
        headers={"Authorization": f"Bearer {able.secret}"},
    )
    assert refused(answer, 415, "media-type")["field"] == "Content-Type"


def test_a_body_that_is_too_large(program, pass_, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = program().post(f"/passes/{pass_.pk}/cancellation", {"reason": "x" * 2000})
    refused(answer, 413, "too-large")


def test_too_many_parameters(program, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    refused(program().get("/passes?a=1&b=2&c=3&d=4&e=5"), 400, "malformed")


def test_a_bug_is_a_problem_without_particulars(program, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret particulars")

    able = program()
    monkeypatch.setattr("passes.api.page", broken)
    able.client.raise_request_exception = False
    told = refused(able.get("/passes"), 500, "bug")
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("state", "status", "kind"), [("23505", 409, "changed"), ("23514", 500, "bug")]
)
def test_of_broken_constraints_only_the_second_of_the_same_is_news(
    program, monkeypatch, state, status, kind
):
    class Broken(Exception):
        sqlstate = state

    def broken(*args, **kwargs):
        raise IntegrityError("secret particulars") from Broken

    able = program()
    monkeypatch.setattr("passes.api.page", broken)
    able.client.raise_request_exception = False
    assert "secret" not in str(refused(able.get("/passes"), status, kind))


def test_a_database_that_is_away(program, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("gone")

    able = program()
    able.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr("passes.api.page", away)
        answer = able.get("/passes")
        refused(answer, 503, "away")
        assert answer["Retry-After"] == "5"
    with monkeypatch.context() as patched:
        patched.setattr("tms.edge.SETTINGS", away)
        refused(able.get("/passes"), 503, "away")


def test_answers_are_not_kept_by_strangers_but_may_be_compared(program, pass_):
    able = program()
    answer = able.get(f"/passes/{pass_.pk}")
    assert answer["Cache-Control"] == "private, no-cache"
    again = able.get(f"/passes/{pass_.pk}", If_None_Match=answer["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    Pass.objects.update(expires_on=datetime.date(2028, 1, 1))
    assert able.get(f"/passes/{pass_.pk}", If_None_Match=answer["ETag"]).status_code == 200
    assert program().post("/nothing")["Cache-Control"] == "no-store"


def test_no_cookie_is_given_and_the_language_is_the_same_for_all(program, pass_):
    answer = program().get(f"/passes/{pass_.pk}", Accept_Language="de")
    assert not answer.cookies
    assert answer["Content-Language"] == "en"


# Doing it once


def test_a_repeated_key_is_answered_as_the_first_time(program, pass_):
    able, path = program(), f"/passes/{pass_.pk}/cancellation"
    first = able.post(path, {"reason": "x"}, key="one")
    again = able.post(path, {"reason": "x"}, key="one")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotency-Replayed"] == "true"
    assert JournalRow.objects.filter(kind="pass.cancelled").count() == 1
    # And the program that sends it as other bytes means the same.
    assert able.post(path, '{ "reason":"x" }', key="one").content == first.content


def test_a_new_thing_is_made_once(program, pass_):
    able = program()
    body = {"option": pass_.option_id, "account": pass_.account_id, "unassigned": 1}
    first, again = (able.post("/passes", body, key="one") for _time in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert Pass.objects.count() == 2


def test_the_same_key_with_another_body(program, pass_):
    able, path = program(), f"/passes/{pass_.pk}/cancellation"
    able.post(path, {"reason": "x"}, key="one")
    before = everything()
    told = refused(able.post(path, {"reason": "y"}, key="one"), 422, "key-reused")
    assert told["field"] == "Idempotency-Key"
    assert everything() == before


def test_the_same_key_for_another_address_does_nothing(program, pass_):
    """It isn't answered as if the second one had been done, too."""
    able, other = program(), PassFactory()
    able.post(f"/passes/{pass_.pk}/cancellation", {"reason": "x"}, key="one")
    answer = able.post(f"/passes/{other.pk}/cancellation", {"reason": "x"}, key="one")
    assert refused(answer, 422, "key-reused")["field"] == "Idempotency-Key"
    other.refresh_from_db()
    assert other.cancelled_at is None


def test_what_is_emptied_is_not_what_is_left_alone(program, ada):
    able, path = program(), f"/contacts/{ada.pk}"
    assert able.patch(path, {}, key="one").status_code == 200
    refused(able.patch(path, {"email": None}, key="one"), 422, "key-reused")


def test_two_programs_may_use_the_same_words(program, pass_):
    other = PassFactory()
    program().post(f"/passes/{pass_.pk}/cancellation", {}, key="one")
    answer = program().post(f"/passes/{other.pk}/cancellation", {}, key="one")
    assert answer.status_code == 200
    assert OperationKey.objects.count() == 2


def test_what_was_refused_is_tried_anew(program, pass_, clock):
    able, path = program(), f"/passes/{pass_.pk}/extension"
    body = {"expires_on": "2026-11-01"}
    refused(able.post(path, body, key="one"), 422, "refused")
    assert OperationKey.objects.count() == 0
    clock.set("2026-10-30 09:00")
    Pass.objects.update(starts_on=datetime.date(2026, 10, 1))
    body["confirmed_shorter"] = True
    assert able.post(path, body, key="one").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 65, "é"])
def test_a_key_that_can_not_be_kept(program, pass_, key):
    path = f"/passes/{pass_.pk}/cancellation"
    answer = program().post(path, {}, Idempotency_Key=key)
    assert refused(answer, 422, "invalid")["field"] == "Idempotency-Key"
    pass_.refresh_from_db()
    assert pass_.cancelled_at is None


def test_the_audit_trail_says_which_key_it_was(program, pass_, office):
    able = program()
    able.post(f"/passes/{pass_.pk}/cancellation", {})
    row = AuditRow.objects.filter(model="passes.pass", record=pass_.pk).latest("id")
    key = keys.whose(able.secret)
    assert (row.source, row.user_id, row.key_id) == ("api", office.pk, key.pk)

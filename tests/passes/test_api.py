"""Passes by program: the same verbs, the same rows, the same refusals as by page."""

import datetime

import pytest

from passes.models import OptionStatus, Pass
from tests.factories import (
    AccountFactory,
    ContactFactory,
    EventFactory,
    PassFactory,
    PassOptionFactory,
    RegistrationFactory,
)
from tms.models import JournalRow, OperationKey

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def all_scopes(program):
    return program()


def facts():
    names = ("kind", "subject_id", "account_id", "contact_id", "other_contact_id", "before",
             "after", "reason", "by_id", "on")  # fmt: skip
    return list(JournalRow.objects.filter(subject_kind="pass").order_by("id").values(*names))


def columns(pk):
    row = Pass.objects.filter(pk=pk).values().get()
    return {name: value for name, value in row.items() if name not in {"id", "source"}}


# Giving


def test_a_pass_is_given_as_by_page_but_for_where_it_came_from(all_scopes, yearly, ada, issue):
    issue()
    answer = all_scopes.post("/passes", {"option": yearly.pk, "contacts": [ada.pk]}, key="1")
    assert answer.status_code == 201
    by_page, by_api = Pass.objects.order_by("id")
    assert columns(by_page.pk) == columns(by_api.pk)
    assert (by_page.source, by_api.source) == ("hand", "api")
    (told,) = answer.json()["passes"]
    assert told == {
        "id": by_api.pk,
        "pass_type": yearly.pass_type_id,
        "pass_type_name": "Leadership Library",
        "option": yearly.pk,
        "option_name": "Annual",
        "account": ada.account_id,
        "contact": ada.pk,
        "status": "active",
        "starts_on": "2026-11-22",
        "expires_on": "2027-11-22",
        "issued_at": "2026-11-22T09:00:00Z",
        "assigned_on": "2026-11-22",
        "cancelled_at": None,
        "external_ids": [],
        "source": "api",
        "opportunity": None,
        "version": 0,
    }
    fact = JournalRow.objects.get(kind="pass.issued", subject_id=by_api.pk)
    assert (fact.source, fact.operation) == ("api", "1")
    assert fact.key_id is not None


@pytest.mark.parametrize(
    ("starts_on", "status", "expires_on"),
    [
        ("2026-01-31", "active", "2027-01-31"),
        ("2024-02-29", "expired", "2025-02-28"),
        ("2026-12-01", "not_started", "2027-12-01"),
    ],
)
def test_a_program_may_date_back_and_ahead(all_scopes, yearly, ada, starts_on, status, expires_on):
    body = {"option": yearly.pk, "contacts": [ada.pk], "starts_on": starts_on}
    (told,) = all_scopes.post("/passes", body).json()["passes"]
    assert (told["status"], told["expires_on"]) == (status, expires_on)


def test_several_at_once_some_of_them_unassigned(all_scopes, yearly, ada):
    other = ContactFactory(account=ada.account)
    body = {
        "option": yearly.pk,
        "account": ada.account_id,
        "contacts": [ada.pk, other.pk],
        "unassigned": 2,
        "external_ids": ["SO-1"],
    }
    told = all_scopes.post("/passes", body).json()["passes"]
    assert [each["contact"] for each in told] == [ada.pk, other.pk, None, None]
    assert {tuple(each["external_ids"]) for each in told} == {("SO-1",)}


def test_the_preview_of_a_new_pass_makes_none(all_scopes, yearly, ada):
    body = {"option": yearly.pk, "contacts": [ada.pk], "preview": True}
    answer = all_scopes.post("/passes", body, key="1")
    assert answer.status_code == 200
    (told,) = answer.json()["passes"]
    assert (told["id"], told["expires_on"]) == (None, "2027-11-22")
    assert Pass.objects.count() == 0
    assert OperationKey.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"option": 999_999}, "option", "There is no pass option 999999."),
        ({"contacts": [999_999]}, "contacts", "There is no contact 999999."),
        ({"contacts": []}, "contacts", "Name contacts"),
        ({"contacts": [], "unassigned": 1}, "account", "Say whose they are"),
        ({"starts_on": "2100-06-01"}, None, "ends in the year 2100 at the latest"),
        ({"starts_on": "9999-12-31"}, None, "ends in the year 2100 at the latest"),
        ({"expires_on": "2026-11-21"}, "expires_on", "This day is in the past."),
        ({"expires_on": "2101-01-01"}, "expires_on", "2100 at the latest"),
        ({"starts_on": "2026-02-30"}, "starts_on", "YYYY-MM-DD"),
        ({"starts_on": "22.11.2026"}, "starts_on", "YYYY-MM-DD"),
        ({"starts_on": 1795305600}, "starts_on", "YYYY-MM-DD"),
        ({"expires_on": "2027-11-22T00:00:00"}, "expires_on", "YYYY-MM-DD"),
        ({"unassigned": 20_001}, "unassigned", "20000"),
        ({"unassigned": "1"}, "unassigned", "without quotation marks"),
        ({"unassigned": True}, "unassigned", "whole number"),
        ({"external_ids": ["a\x00b"]}, "external_ids.0", "can't be shown"),
        ({"status": "active"}, "status", "Nothing of this name is known here."),
    ],
)
def test_what_can_not_be_given(all_scopes, yearly, ada, changed, field, words):
    body = {"option": yearly.pk, "contacts": [ada.pk], **changed}
    answer = all_scopes.post("/passes", body)
    assert answer.status_code == 422
    told = answer.json()
    assert told["field"] == field
    assert words in told["detail"]
    assert Pass.objects.count() == JournalRow.objects.filter(kind="pass.issued").count() == 0


def test_a_draft_option_is_not_given(all_scopes, library, ada):
    draft = PassOptionFactory(pass_type=library, name="New", status=OptionStatus.DRAFT)
    answer = all_scopes.post("/passes", {"option": draft.pk, "contacts": [ada.pk]})
    assert (answer.status_code, answer.json()["field"]) == (422, "option")


def test_an_archived_account_is_given_nothing(all_scopes, yearly, clock):
    gone = AccountFactory(archived_at=clock.at)
    body = {"option": yearly.pk, "account": gone.pk, "unassigned": 1}
    answer = all_scopes.post("/passes", body)
    assert (answer.status_code, answer.json()["field"]) == (422, "account")
    assert Pass.objects.count() == 0


# One pass: by page and by program

VERBS = [
    ("renewal", {"option": None}, {"by": "option", "option": None}),
    ("renewal", {"expires_on": "2029-01-31"}, {"by": "date", "expires_on": "2029-01-31"}),
    ("extension", {"expires_on": "2028-01-31"}, {"expires_on": "2028-01-31"}),
    (
        "extension",
        {"expires_on": "2027-01-31", "confirmed_shorter": True},
        {"expires_on": "2027-01-31"},
    ),
    ("cancellation", {}, {}),
    ("assignment", {"contact": None}, {"to": "nobody"}),
]


@pytest.mark.parametrize(("noun", "asked", "answers"), VERBS)
def test_a_verb_does_the_same_by_page_and_by_program(
    all_scopes, dialog, issue, yearly, noun, asked, answers
):
    by_page, by_api = issue(), issue()
    before = len(facts())
    if "option" in asked:
        asked, answers = {"option": yearly.pk}, {"by": "option", "option": yearly.pk}
    form = dialog(f"/passes/{by_page.pk}/{noun}/")
    form.look(**answers, reason="Because")
    assert form.send(**answers, reason="Because").status_code == 204
    answer = all_scopes.post(f"/passes/{by_api.pk}/{noun}", {**asked, "reason": "Because"})
    assert answer.status_code == 200
    assert columns(by_page.pk) == columns(by_api.pk)
    one, two = facts()[before:]
    assert one.pop("subject_id") == by_page.pk
    assert two.pop("subject_id") == by_api.pk
    assert one == two
    assert answer.json()["changed"]["version"] == 1


def test_a_preview_tells_what_follows_and_changes_nothing(all_scopes, issue, ada, library):
    event = EventFactory()
    library.inclusions.create(item=event.course)
    pass_ = issue()
    place = RegistrationFactory(contact=ada, event=event, used_pass=pass_)
    before = columns(pass_.pk), facts()
    path = f"/passes/{pass_.pk}/cancellation"
    shown = all_scopes.post(path, {"preview": True}).json()
    assert shown["preview"] is True
    assert shown["changed"]["status"] == "cancelled"
    assert shown["consequences"] != []
    assert (columns(pass_.pk), facts()) == before
    place.refresh_from_db()
    assert place.cancelled_at is None
    done = all_scopes.post(path, {"digest": shown["digest"]}).json()
    assert done["preview"] is False
    assert done["consequences"] == shown["consequences"]


@pytest.mark.parametrize("path", ["/passes", "/token-issues"])
def test_who_looks_for_no_external_id_is_told_and_not_given_everything(all_scopes, issue, path):
    """A program whose variable is empty would take the first row for the one it meant."""
    issue()
    answer = all_scopes.get(f"{path}?external_id=")
    assert (answer.status_code, answer.json()["field"]) == (422, "external_id")


def test_what_was_shown_and_is_no_longer_so_is_refused(all_scopes, issue):
    pass_ = issue()
    answer = all_scopes.post(f"/passes/{pass_.pk}/cancellation", {"digest": "0" * 64})
    assert (answer.status_code, answer.json()["field"]) == (409, "digest")
    assert columns(pass_.pk)["cancelled_at"] is None


def test_who_saw_an_older_version_is_refused(all_scopes, issue):
    pass_ = issue()
    path = f"/passes/{pass_.pk}/extension"
    assert all_scopes.post(path, {"expires_on": "2028-01-31", "version": 0}).status_code == 200
    answer = all_scopes.post(path, {"expires_on": "2029-01-31", "version": 0})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:lanyard:problem:changed"
    assert columns(pass_.pk)["expires_on"] == datetime.date(2028, 1, 31)


def test_shortening_has_to_be_confirmed(all_scopes, issue):
    pass_ = issue()
    for noun in ("extension", "renewal"):
        answer = all_scopes.post(f"/passes/{pass_.pk}/{noun}", {"expires_on": "2027-01-31"})
        assert (answer.status_code, answer.json()["field"]) == (422, "expires_on")
        body = {"expires_on": "2027-01-31", "preview": True}
        shown = all_scopes.post(f"/passes/{pass_.pk}/{noun}", body).json()
        assert shown["consequences"][0]["sentence"].startswith("The pass ends earlier")
    assert columns(pass_.pk)["expires_on"] == datetime.date(2027, 11, 22)


def test_nothing_can_be_done_with_a_cancelled_pass(all_scopes, issue, yearly):
    pass_ = issue()
    all_scopes.post(f"/passes/{pass_.pk}/cancellation")
    for noun, asked in [
        ("cancellation", {}),
        ("renewal", {"option": yearly.pk}),
        ("extension", {"expires_on": "2028-01-31"}),
        ("assignment", {"contact": None}),
    ]:
        answer = all_scopes.post(f"/passes/{pass_.pk}/{noun}", asked)
        assert (answer.status_code, answer.json()["type"]) == (
            422,
            "urn:lanyard:problem:refused",
        ), noun


def test_a_pass_goes_only_to_contacts_of_its_account(all_scopes, issue):
    pass_, stranger = issue(), ContactFactory()
    answer = all_scopes.post(f"/passes/{pass_.pk}/assignment", {"contact": stranger.pk})
    assert (answer.status_code, answer.json()["field"]) == (422, "contact")


def test_what_is_not_there_is_not_found(all_scopes):
    for method, path, body in [
        ("GET", "/passes/999999", None),
        ("GET", "/passes/999999/history", None),
        ("GET", "/passes/99999999999999999999", None),
        ("POST", "/passes/999999/cancellation", {}),
    ]:
        answer = all_scopes.call(method, path, body)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "There is no pass 999999." in answer.json()["detail"]


# Several


def test_several_are_extended_cancelled_and_assigned_or_none(all_scopes, issue, ada):
    one, two, free = issue(), issue(), issue(contact=None)
    body = {"passes": [one.pk, two.pk], "expires_on": "2028-01-31"}
    told = all_scopes.post("/passes/extension", body).json()["passes"]
    assert [each["expires_on"] for each in told] == ["2028-01-31"] * 2
    body = {"assignments": [{"pass_id": free.pk, "contact": ada.pk}]}
    (told,) = all_scopes.post("/passes/assignment", body).json()["passes"]
    assert told["contact"] == ada.pk
    answer = all_scopes.post("/passes/cancellation", {"passes": [one.pk, 999_999]})
    assert (answer.status_code, answer.json()["field"]) == (422, "passes")
    assert columns(one.pk)["cancelled_at"] is None
    shown = all_scopes.post("/passes/cancellation", {"passes": [one.pk], "preview": True})
    assert shown.json()["preview"] is True
    assert columns(one.pk)["cancelled_at"] is None
    told = all_scopes.post("/passes/cancellation", {"passes": [one.pk, two.pk]}).json()["passes"]
    assert {each["status"] for each in told} == {"cancelled"}


def test_of_one_pass_it_is_said_once_who_holds_it(all_scopes, issue, ada, kestrel):
    free, other = issue(contact=None), ContactFactory(account=kestrel)
    twice = [{"pass_id": free.pk, "contact": each.pk} for each in (ada, other)]
    answer = all_scopes.post("/passes/assignment", {"assignments": twice})
    assert (answer.status_code, answer.json()["field"]) == (422, "assignments")
    assert columns(free.pk)["contact_id"] is None


def test_assigned_to_nobody_that_there_is_a_pass_stays_where_it_was(all_scopes, issue, ada):
    held = issue()
    wanted = [{"pass_id": held.pk, "contact": 999_999}]
    answer = all_scopes.post("/passes/assignment", {"assignments": wanted})
    assert (answer.status_code, answer.json()["field"]) == (422, "assignments")
    assert columns(held.pk)["contact_id"] == ada.pk


def test_a_list_of_more_than_200_is_refused(all_scopes):
    answer = all_scopes.post("/passes/cancellation", {"passes": list(range(1, 202))})
    assert (answer.status_code, answer.json()["field"]) == (422, "passes")


# Looking


@pytest.fixture
def many(yearly, ada):
    kestrel, other = ada.account, AccountFactory()
    return {
        "held": PassFactory(option=yearly, contact=ada),
        "free": PassFactory(option=yearly, account=kestrel, external_ids=["SO-7"]),
        "ended": PassFactory(
            option=yearly,
            account=other,
            starts_on=datetime.date(2025, 1, 1),
            expires_on=datetime.date(2026, 1, 1),
        ),
        "other": PassFactory(option=PassOptionFactory(), account=other),
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["held", "free", "ended", "other"]),
        ("status=expired", ["ended"]),
        ("status=active", ["held", "free", "other"]),
        ("unassigned=true", ["free", "ended", "other"]),
        ("external_id=SO-7", ["free"]),
        ("active_to=2025-12-31", ["ended"]),
        ("active_from=2026-01-02&active_to=2026-11-22", ["held", "free", "other"]),
        ("expires_from=2026-01-01&expires_to=2026-12-31", ["ended"]),
        ("contact={ada}", ["held"]),
        ("account={kestrel}", ["held", "free"]),
        ("pass_type={library}", ["held", "free", "ended"]),
    ],
)
def test_passes_are_found_by(all_scopes, many, ada, library, asked, found):
    asked = asked.format(ada=ada.pk, kestrel=ada.account_id, library=library.pk)
    answer = all_scopes.get(f"/passes?{asked}").json()
    assert [each["id"] for each in answer["items"]] == [many[name].pk for name in found]


def test_in_a_span_a_cancelled_pass_was_valid_until_then(all_scopes, many, clock):
    moment = datetime.datetime(2026, 11, 15, 9, 0, tzinfo=datetime.UTC)
    Pass.objects.filter(pk=many["held"].pk).update(cancelled_at=moment)

    def found(asked):
        items = all_scopes.get(f"/passes?{asked}").json()["items"]
        return many["held"].pk in [each["id"] for each in items]

    assert found("active_from=2026-11-15")
    assert not found("active_from=2026-11-16")
    assert found("active_to=2026-11-22")


def test_history_tells_everything_in_order(all_scopes, issue, ada, office):
    pass_ = issue()
    all_scopes.post(f"/passes/{pass_.pk}/extension", {"expires_on": "2028-01-31", "reason": "x"})
    first, second = all_scopes.get(f"/passes/{pass_.pk}/history").json()["items"]
    assert (first["kind"], first["source"], first["key"]) == ("pass.issued", "page", None)
    second.pop("id")
    assert second.pop("key") is not None
    assert second == {
        "kind": "pass.extended",
        "at": "2026-11-22T09:00:00Z",
        "on": "2026-11-22",
        "by": office.pk,
        "source": "api",
        "reason": "x",
        "expires_on_before": "2027-11-22",
        "expires_on_after": "2028-01-31",
        "contact_before": ada.pk,
        "contact_after": ada.pk,
        "option": None,
    }
    assert len(all_scopes.get(f"/passes/{pass_.pk}/history?limit=1").json()["items"]) == 1


def test_a_list_costs_the_same_with_1_3_and_300(all_scopes, yearly, kestrel, count_queries):
    costs = []
    for more in (1, 2, 297):
        Pass.objects.bulk_create(
            PassFactory.build_batch(
                more, option=yearly, pass_type=yearly.pass_type, account=kestrel
            )
        )
        costs.append(count_queries(lambda: all_scopes.get("/passes?limit=200")))
    assert costs == [3, 3, 3]

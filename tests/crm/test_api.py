"""Accounts and contacts by program: read, made, changed, archived, restored."""

import pytest

from crm.models import Account, Contact, ExternalId, Membership
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
    IndividualAccountFactory,
    RegionFactory,
    UserFactory,
)
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program, europe):
    return program("people:read", "people:write")


def problem(answer):
    told = answer.json()
    return answer.status_code, told["field"], told["detail"]


def test_a_contact_is_told_whole(able, ada):
    other = AccountFactory()
    Membership.objects.create(contact=ada, account=other)
    ExternalId.objects.create(contact=ada, system="HR", value="7")
    assert able.get(f"/contacts/{ada.pk}").json() == {
        "id": ada.pk,
        "first_name": "Ada",
        "last_name": "Lindqvist",
        "email": "ada@kestrelrail.example",
        "phone": "",
        "job_title": "Operations Lead",
        "account": ada.account_id,
        "further_accounts": [other.pk],
        "user": ada.user_id,
        "may_sign_in": True,
        "is_instructor": False,
        "time_zone": "",
        "language": "",
        "notes": "",
        "reminders": True,
        "announcements": True,
        "custom": {},
        "external_ids": [{"system": "HR", "value": "7"}],
        "archived_at": None,
        "merged_into": None,
        "version": 0,
    }


def test_a_contact_is_made_with_an_account_of_its_own(able, office):
    body = {
        "first_name": "Zoë",
        "last_name": "Marchetti",
        "email": "Zoe@Example.com",
        "external_ids": [{"system": "HubSpot", "value": "77"}],
    }
    answer = able.post("/contacts", body, key="one")
    assert answer.status_code == 201
    told = answer.json()
    made = Contact.objects.get(pk=told["id"])
    assert (made.name, made.email) == ("Zoë Marchetti", "zoe@example.com")
    assert Account.objects.get(pk=told["account"]).kind == "individual"
    assert told["external_ids"] == [{"system": "HubSpot", "value": "77"}]
    facts = JournalRow.objects.filter(kind__in=["contact.created", "account.created"])
    assert {(fact.source, fact.by_id) for fact in facts} == {("api", office.pk)}
    assert all(fact.key_id for fact in facts)
    assert able.post("/contacts", body, key="one").json() == told
    assert Contact.objects.count() == 1


def test_a_change_touches_only_what_is_sent(able, ada):
    CustomFieldFactory(key="size", kind="text")
    answer = able.patch(f"/contacts/{ada.pk}", {"job_title": "Head", "custom": {"size": "M"}})
    told = answer.json()
    assert (told["job_title"], told["custom"], told["first_name"]) == ("Head", {"size": "M"}, "Ada")
    assert told["version"] == 1
    assert able.patch(f"/contacts/{ada.pk}", {"custom": {"size": None}}).json()["custom"] == {}


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        ({"version": 7}, 409, None, "was changed meanwhile"),
        ({"email": "other@example.com"}, 422, "email", "signs in with this address"),
        ({"time_zone": "Mars/Base"}, 422, "time_zone", "no time zone"),
        ({"language": "tlh"}, 422, "language", "Send one of: en"),
        ({"first_name": "x" * 101}, 422, "first_name", "100 characters"),
        ({"first_name": "a\x07"}, 422, "first_name", "can't be shown"),
        ({"custom": {"nothing": "x"}}, 422, "custom", "no custom field “nothing”"),
        ({"custom": {"born": "soon"}}, 422, "custom.born", "takes a day"),
        ({"account": 1}, 422, "account", "Nothing of this name"),
        ({"user": 1}, 422, "user", "Nothing of this name"),
        ({"archived_at": None}, 422, "archived_at", "Nothing of this name"),
        ({"job_title": None}, 422, "job_title", "Send text"),
    ],
)
def test_what_a_contact_can_not_be(able, ada, body, status, field, words):
    CustomFieldFactory(key="born", kind="date")
    before = Contact.objects.filter(pk=ada.pk).values().get()
    found = problem(able.patch(f"/contacts/{ada.pk}", body))
    assert found[:2] == (status, field)
    assert words in found[2]
    assert Contact.objects.filter(pk=ada.pk).values().get() == before


def test_an_address_that_is_taken_is_told_without_markup(able, ada):
    found = problem(able.post("/contacts", {"email": ada.email.upper()}))
    assert found == (
        422,
        "email",
        "Ada Lindqvist has this email address already. Two contacts can't share one.",
    )


def test_nobody_is_no_contact(able):
    assert problem(able.post("/contacts", {}))[:2] == (422, "last_name")
    assert problem(able.post("/contacts", {"first_name": "A", "account": 999_999})) == (
        422,
        "account",
        "There is no account 999999.",
    )
    assert Contact.objects.count() == Account.objects.count() == 0


def test_archiving_is_previewed_done_and_taken_back(able, ada):
    path = f"/contacts/{ada.pk}"
    shown = able.post(f"{path}/archiving", {"preview": True}).json()
    assert shown["consequences"][0]["sentence"] == "Ada Lindqvist can't use the LMS any more."
    assert able.get(path).json()["archived_at"] is None
    body = {"digest": shown["digest"], "reason": "Left"}
    done = able.post(f"{path}/archiving", body).json()
    assert done["changed"]["archived_at"] == "2026-11-22T09:00:00Z"
    assert JournalRow.objects.get(kind="contact.archived").reason == "Left"
    assert problem(able.post(f"{path}/archiving"))[0] == 422
    assert able.post(f"{path}/restoring").json()["changed"]["archived_at"] is None


def test_an_account_is_made_and_changed(able, ada, europe):
    body = {"name": "Tidewell Foods", "country": "GB", "currency": "EUR", "parent": ada.account_id}
    told = able.post("/accounts", body).json()
    assert (told["name"], told["region"], told["currency"]) == ("Tidewell Foods", europe.pk, "EUR")
    path = f"/accounts/{told['id']}"
    owner = UserFactory(is_staff=True)
    told = able.patch(path, {"owner": owner.pk, "currency": None, "version": 0}).json()
    assert (told["owner"], told["currency"], told["version"]) == (owner.pk, None, 1)
    assert told["name"] == "Tidewell Foods"
    assert able.post(f"{path}/archiving").json()["changed"]["archived_at"] is not None
    assert problem(able.patch(path, {"name": "Other"}))[0] == 422
    assert able.post(f"{path}/restoring").json()["changed"]["archived_at"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"country": "Sweden"}, "country"),
        ({"currency": "XXX"}, "currency"),
        ({"region": 999_999}, "region"),
        ({"owner": 999_999}, "owner"),
        ({"main_contact": 999_999}, "main_contact"),
        ({"kind": "individual"}, "kind"),
        ({"balance": 7}, "balance"),
    ],
)
def test_what_an_account_can_not_be(able, kestrel, body, field):
    assert problem(able.patch(f"/accounts/{kestrel.pk}", body))[:2] == (422, field)


def test_a_stranger_is_no_main_contact(able, kestrel):
    found = problem(able.patch(f"/accounts/{kestrel.pk}", {"main_contact": ContactFactory().pk}))
    assert found[:2] == (422, "main_contact")


@pytest.fixture
def many(ada, clock):
    ExternalId.objects.create(contact=ada, system="HR", value="7:8")
    return {
        "ada": ada,
        "ben": ContactFactory(first_name="Ben", account=ada.account),
        "old": ContactFactory(archived_at=clock.at),
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["ada", "ben"]),
        ("show=all", ["ada", "ben", "old"]),
        ("show=archived", ["old"]),
        ("q=lindq", ["ada"]),
        ("email=ADA@kestrelrail.example", ["ada"]),
        ("account={kestrel}", ["ada", "ben"]),
        ("signs_in=true", ["ada"]),
        ("signs_in=false", ["ben"]),
        ("external_id=HR:7:8", ["ada"]),
        ("external_id=HR:9", []),
    ],
)
def test_contacts_are_found_by(able, many, ada, asked, found):
    answer = able.get(f"/contacts?{asked.format(kestrel=ada.account_id)}").json()
    assert [each["id"] for each in answer["items"]] == [many[name].pk for name in found]


def test_accounts_are_found_by(able, kestrel):
    alone = IndividualAccountFactory(name="Zoë", region=RegionFactory(name="North"))

    def found(asked):
        return [each["id"] for each in able.get(f"/accounts?{asked}").json()["items"]]

    assert found("") == [kestrel.pk, alone.pk]
    assert found("q=zoe") == found("kind=individual") == [alone.pk]
    assert found(f"region={kestrel.region_id}") == [kestrel.pk]
    assert found("owner=999999") == []


def test_lists_cost_the_same_with_1_3_and_300(able, kestrel, count_queries):
    costs = []
    for more in (1, 2, 297):
        Contact.objects.bulk_create(ContactFactory.build_batch(more, account=kestrel))
        costs.append(count_queries(lambda: able.get("/contacts?limit=200")))
        costs.append(count_queries(lambda: able.get("/accounts?limit=200")))
    assert costs == [5, 5] * 3


# External IDs and further accounts


@pytest.mark.parametrize("noun", ["contacts", "accounts"])
def test_what_others_call_it_is_noted_and_forgotten(able, ada, noun):
    path = f"/{noun}/{ada.pk if noun == 'contacts' else ada.account_id}/external-ids"
    body = {"system": "HR", "value": "4711"}
    answer = able.post(path, body, key="one")
    assert (answer.status_code, answer.json()["external_ids"]) == (201, [body])
    again = able.post(path, body).json()
    assert (again["status"], again["field"]) == (422, "value")
    unknown = able.post(f"{path}/removal", {"system": "HR", "value": "1"}).json()
    assert (unknown["field"], unknown["detail"]) == ("value", "There is no ID HR 1 here.")
    assert able.post(f"{path}/removal", body).json()["external_ids"] == []
    facts = JournalRow.objects.filter(kind__contains="external_id").order_by("id")
    kinds = facts.values_list("kind", "source")
    singular = noun.removesuffix("s")
    assert list(kinds) == [
        (f"{singular}.external_id_added", "api"),
        (f"{singular}.external_id_removed", "api"),
    ]


def test_a_contact_joins_and_leaves_further_accounts(able, ada):
    other = AccountFactory(name="Harbour")
    path = f"/contacts/{ada.pk}/accounts"
    assert able.post(path, {"account": other.pk}).json()["further_accounts"] == [other.pk]
    assert able.post(path, {"account": other.pk}).json()["field"] == "account"
    other.main_contact = ada
    other.save()
    body = {"account": other.pk, "reason": "Left"}
    shown = able.post(f"{path}/removal", body | {"preview": True}).json()
    assert [each["lines"] for each in shown["consequences"]] == [["Harbour"]]
    assert shown["changed"]["further_accounts"] == []
    assert able.get(f"/contacts/{ada.pk}").json()["further_accounts"] == [other.pk]
    done = able.post(f"{path}/removal", body | {"digest": shown["digest"]}).json()
    assert done["changed"]["further_accounts"] == []
    assert JournalRow.objects.get(kind="contact.account_removed").reason == "Left"


def test_a_contact_moves_to_another_account(able, ada, kestrel):
    other = AccountFactory(name="Harbour")
    path = f"/contacts/{ada.pk}/account"
    told = able.post(path, {"account": other.pk, "keep": True, "version": 0}).json()["changed"]
    assert (told["account"], told["further_accounts"]) == (other.pk, [kestrel.pk])
    assert able.post(path, {"account": kestrel.pk, "version": 0}).status_code == 409
    assert able.post(path, {"account": other.pk}).json()["field"] == "account"


def test_a_contact_is_invited(able, kestrel):
    someone = ContactFactory(account=kestrel, email="piet@kestrel.example")
    answer = able.post(f"/contacts/{someone.pk}/invitation", {})
    assert answer.json()["user"] is None
    assert JournalRow.objects.get(kind="contact.invited").source == "api"
    someone.may_sign_in = False
    someone.save()
    assert able.post(f"/contacts/{someone.pk}/invitation", {}).status_code == 422

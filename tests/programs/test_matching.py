"""`If-Match`: what somebody changed meanwhile is not overwritten by who says what they had read."""

import pytest

from crm import contacts, external_ids
from tests.factories import PassFactory
from tests.programs.calling import Program
from tests.races import race
from tms.models import JournalRow
from tms.programs import matching

pytestmark = pytest.mark.django_db


@pytest.fixture
def pass_(ada):
    return PassFactory(contact=ada)


def refused(answer, status, kind):
    told = answer.json()
    assert (answer.status_code, told["type"]) == (status, f"urn:lanyard:problem:{kind}"), told
    assert told["field"] == "If-Match"
    return told["detail"]


def test_what_is_as_it_was_read_is_changed_and_told_with_its_new_tag(program, ada):
    able = program()
    path = f"/contacts/{ada.pk}"
    read = able.get(path)
    answer = able.patch(path, {"job_title": "Director"}, If_Match=read["ETag"])
    assert answer.status_code == 200
    assert answer["ETag"] == able.get(path)["ETag"] != read["ETag"]
    again = able.patch(path, {"job_title": "Head"}, If_Match=f"W/{answer['ETag']}")
    assert again.json()["job_title"] == "Head"  # what was compressed on its way says W/


def test_what_was_changed_meanwhile_is_not_overwritten(program, ada, office, clock):
    able, path = program(), f"/contacts/{ada.pk}"
    etag = able.get(path)["ETag"]
    who = {"at": clock.at, "on": clock.on(), "by": office}
    contacts.edit(ada.pk, job_title="Director", **who)
    answer = able.patch(path, {"phone": "1"}, If_Match=etag)
    assert refused(answer, 412, "not-as-read") == (
        "It is not as it was when you read it. Read it again, decide, and send its ETag as it is "
        "now."
    )
    assert able.get(path).json()["phone"] == ""
    # What stands beside the row counts too, as it was read with it.
    etag = able.get(path)["ETag"]
    external_ids.add(ada, system="HR", value="4711", **who)
    refused(able.patch(path, {"phone": "1"}, If_Match=etag), 412, "not-as-read")
    assert able.patch(path, {"phone": "1"}, If_Match=able.get(path)["ETag"]).status_code == 200


def test_an_action_is_about_what_its_address_begins_with(program, pass_):
    able, path = program(), f"/passes/{pass_.pk}"
    etag = able.get(path)["ETag"]
    wrong = able.post(f"{path}/cancellation", {"preview": True}, If_Match='"old"')
    refused(wrong, 412, "not-as-read")
    assert able.post(f"{path}/cancellation", {}, If_Match=etag).status_code == 200
    assert able.post(f"{path}/cancellation", {}, If_Match=etag).status_code == 412


def test_what_is_changed_between_the_look_and_the_lock_is_not_overwritten(
    program, ada, office, clock, monkeypatch
):
    def looked(etag, sent):
        contacts.edit(ada.pk, job_title="Director", at=clock.at, on=clock.on(), by=office)
        return True

    able, path = program(), f"/contacts/{ada.pk}"
    etag = able.get(path)["ETag"]
    monkeypatch.setattr(matching, "is_among", looked)
    refused(able.patch(path, {"job_title": "Head"}, If_Match=etag), 412, "not-as-read")


def test_another_consequence_than_was_shown_is_told_as_such(program, pass_):
    able, path = program(), f"/passes/{pass_.pk}"
    etag = able.get(path)["ETag"]
    answer = able.post(f"{path}/cancellation", {"digest": "another"}, If_Match=etag)
    told = answer.json()
    assert (answer.status_code, told["field"]) == (409, "digest")


def test_a_repeated_call_is_answered_as_the_first_time(program, ada):
    """Its own change is no reason to refuse the repetition."""
    able, path = program(), f"/contacts/{ada.pk}"
    etag = able.get(path)["ETag"]
    first = able.patch(path, {"phone": "1"}, key="one", If_Match=etag)
    second = able.patch(path, {"phone": "1"}, key="one", If_Match=etag)
    assert (second.status_code, second.content) == (200, first.content)
    assert (second["ETag"], second["Idempotency-Replayed"]) == (first["ETag"], "true")
    assert JournalRow.objects.filter(kind="contact.edited").count() == 1


def test_what_is_about_no_single_thing_has_nothing_to_match(program, pass_):
    answer = program().post("/passes/cancellation", {"passes": [pass_.pk]}, If_Match='"x"')
    refused(answer, 422, "invalid")
    pass_.refresh_from_db()
    assert pass_.cancelled_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_read_the_same_one_writes(program, ada):
    """Neither sees the other's change before it decides: only one of them may be right."""
    able, path = program(), f"/contacts/{ada.pk}"
    etag = able.get(path)["ETag"]

    def write(number):
        body = {"phone": str(number)}
        return Program(able.secret).patch(path, body, If_Match=etag).status_code

    statuses = sorted(race(*(lambda n=n: write(n) for n in range(4))).answers)
    assert (statuses[0], set(statuses[1:]) <= {409, 412}) == (200, True), statuses
    assert JournalRow.objects.filter(kind="contact.edited").count() == 1

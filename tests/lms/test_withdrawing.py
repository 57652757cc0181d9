"""A certificate that proves what isn't so is withdrawn with a reason, and a right one is issued."""

import pytest
from django.urls import reverse

from lms import certificates, learning, withdrawing
from lms.models import Certificate
from lms.views import certificates as pages
from tests.factories import CourseFactory
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def proof(organisation, who, ada):
    """Ada's, of a course that grants one for a year."""
    course = CourseFactory(title="Signalling Basics")
    certificates.set_terms(course.pk, granted=True, months=12, text="", **who)
    learning.complete_item(ada.pk, course.pk, **who)
    return Certificate.objects.get()


def test_it_holds_no_more_and_the_history_keeps_why(proof, who, ada):
    withdrawing.withdraw(proof.pk, reason="  Somebody else  sat it ", operation="x", **who)
    proof.refresh_from_db()
    assert (proof.withdrawn_at, proof.valid_on(who["on"])) == (who["at"], False)
    fact = JournalRow.objects.get(kind="certificate.withdrawn")
    assert (fact.subject_id, fact.contact_id, fact.reason, fact.after) == (
        proof.pk, ada.pk, "Somebody else sat it", {"number": proof.number},
    )  # fmt: skip
    with pytest.raises(Refusal, match="It was withdrawn already"):
        withdrawing.withdraw(proof.pk, reason="Again", **who)
    assert ada.completions.exists()


def test_why_has_to_be_said(proof, who):
    with pytest.raises(Refusal, match="Say why it is withdrawn"):
        withdrawing.withdraw(proof.pk, reason="  ", **who)
    proof.refresh_from_db()
    assert proof.withdrawn_at is None


def test_a_right_one_is_issued_once_for_the_same_day(proof, who, ada, clock):
    with pytest.raises(Refusal, match="It holds"):
        withdrawing.replace(proof.pk, **who)
    withdrawing.withdraw(proof.pk, reason="Misspelt", **who)
    type(ada).objects.filter(pk=ada.pk).update(last_name="Lind")
    clock.move(days=30)
    later = who | {"at": clock.at, "on": clock.on()}
    made = withdrawing.replace(proof.pk, **later)
    assert (made.name, made.completed_on, made.valid_until) == (
        "Ada Lind", proof.completed_on, proof.valid_until,
    )  # fmt: skip
    assert made.number != proof.number
    assert made.valid_on(later["on"])
    with pytest.raises(Refusal, match="A new one was issued already"):
        withdrawing.replace(proof.pk, **later)
    assert JournalRow.objects.filter(kind="certificate.issued").count() == 2


def test_none_is_issued_where_the_training_grants_none_any_more(proof, who):
    withdrawing.withdraw(proof.pk, reason="Misspelt", **who)
    certificates.set_terms(proof.item_id, granted=False, months=None, text="", **who)
    with pytest.raises(Refusal, match="grants no certificate any more"):
        withdrawing.replace(proof.pk, **who)


def test_everybody_who_looks_at_it_is_told(proof, who, ada, browse, program, monkeypatch):
    mine = browse(ada.user)
    item = reverse("lms:item", args=[proof.item.slug])
    assert "You have the certificate" in mine.get(item).content.decode()
    withdrawing.withdraw(proof.pk, reason="Secret", **who)
    verified = browse().get(reverse("lms:certificate", args=[proof.number])).content.decode()
    assert "This certificate was withdrawn on 22 November 2026." in verified
    assert "genuine" not in verified
    listed = mine.get(reverse("lms:profile_certificates")).content.decode()
    assert "It was withdrawn on 22 November 2026" in listed
    assert "You have the certificate" not in mine.get(item).content.decode()
    assert "Secret" not in verified + listed
    printed = {}
    answer = pages.printing.answer
    monkeypatch.setattr(
        pages.printing,
        "answer",
        lambda name, data, **more: printed.update(data) or answer(name, data, **more),
    )
    assert mine.get(reverse("lms:my_certificate", args=[proof.number])).status_code == 200
    assert printed["title"] == "Withdrawn certificate"
    assert printed["facts"][0] == ("Withdrawn on", "22 November 2026")
    told = program("registrations:read").get(f"/certificates/{proof.pk}").json()
    assert told["withdrawn_at"] == who["at"].isoformat().replace("+00:00", "Z")


def test_staff_withdraw_it_and_issue_a_right_one_from_the_list(proof, office, browse):
    client, address = browse(office), f"/all-certificates/{proof.pk}/withdrawal/"
    hx = {"HX-Request": "true"}
    assert address in client.get("/all-certificates/").content.decode()
    assert client.post(address, {"reason": ""}, headers=hx).status_code == 422
    assert (
        client.post(address, {"reason": "Misspelt", "operation": "a"}, headers=hx).status_code
        == 204
    )
    page = client.get("/all-certificates/").content.decode()
    again = f"/all-certificates/{proof.pk}/replacement/"
    assert again in page
    assert address not in page
    assert client.post(again, {"operation": "b"}, headers=hx).status_code == 204
    assert client.post(again, {"operation": "c"}, headers=hx).status_code == 422
    assert Certificate.objects.count() == 2


# By program


@pytest.fixture
def able(program):
    return program("registrations:write")


def test_programs_withdraw_it_once_with_a_reason(proof, able, program, office, ada):
    path = f"/certificates/{proof.pk}/withdrawal"
    body = {"reason": "Somebody else sat it"}
    assert program("registrations:read").post(path, body).status_code == 403
    for wrong in ({}, {"reason": ""}, {"reason": "  "}):
        no = able.post(path, wrong)
        assert (no.status_code, no.json()["field"]) == (422, "reason")
    assert able.post("/certificates/999999/withdrawal", body).status_code == 404
    shown = able.post(path, body | {"preview": True}).json()
    assert (shown["preview"], shown["changed"]["withdrawn_at"] is None) == (True, False)
    assert able.post(path, body, If_Match='"old"').status_code == 412
    proof.refresh_from_db()
    assert proof.withdrawn_at is None
    first = able.post(path, body, key="w")
    assert (first.status_code, first.json()["changed"]["id"]) == (200, proof.pk)
    assert able.post(path, body, key="w").json() == first.json()
    fact = JournalRow.objects.get(kind="certificate.withdrawn")
    assert (fact.reason, fact.source, fact.by_id, fact.operation, fact.contact_id) == (
        "Somebody else sat it", "api", office.pk, "w", ada.pk,
    )  # fmt: skip
    again = able.post(path, body)
    assert (again.status_code, again.json()["detail"]) == (422, "It was withdrawn already.")


def test_programs_issue_a_right_one_once(proof, able, program, who):
    path = f"/certificates/{proof.pk}/replacement"
    assert program("registrations:read").post(path).status_code == 403
    assert able.post("/certificates/999999/replacement").status_code == 404
    assert able.post(path).json()["detail"] == "It holds. Withdraw it first."
    withdrawing.withdraw(proof.pk, reason="Misspelt", **who)
    shown = able.post(path, {"preview": True}).json()["changed"]
    assert (shown["id"], shown["number"], shown["title"]) == (None, "", "Signalling Basics")
    assert Certificate.objects.count() == 1
    first = able.post(path, key="n")
    made = Certificate.objects.exclude(pk=proof.pk).get()
    assert (first.status_code, first.json()["changed"]["number"]) == (201, made.number)
    assert able.post(path, key="n").json() == first.json()
    again = able.post(path)
    assert (again.status_code, again.json()["detail"]) == (422, "A new one was issued already.")
    assert Certificate.objects.count() == 2

"""Pass types and token types by program."""

import pytest

from passes.models import PassType, TypeStatus
from tests.factories import (
    CourseFactory,
    EventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PriceFactory,
)
from tms.models import JournalRow
from tokens import types as token_types

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program):
    return program("passes:read", "pass-types:write", "tokens:read")


def test_a_type_is_told_with_options_prices_and_training(able, library, yearly, europe):
    course = CourseFactory()
    row = library.inclusions.create(item=course, event_types=["lms"])
    PriceFactory(of=yearly, region=europe)
    told = able.get(f"/pass-types/{library.pk}").json()
    assert (told["name"], told["code"], told["status"]) == ("Leadership Library", "LEAD", "active")
    (option,) = told["options"]
    assert (option["id"], option["period"], option["period_unit"]) == (yearly.pk, 12, "months")
    assert option["prices"][0]["unit"] == "EUR"
    assert told["training"] == [
        {"id": row.pk, "item": course.pk, "event": None, "event_types": ["lms"]}
    ]


def test_a_type_is_made_changed_and_put_on_sale(able, office):
    told = able.post("/pass-types", {"name": "Rail", "code": "RAIL"}, key="one").json()
    path = f"/pass-types/{told['id']}"
    assert told["status"] == "draft"
    assert able.patch(path, {"description": "All of it", "version": 0}).json()["name"] == "Rail"
    answer = able.patch(path, {"name": "Other", "version": 0})
    assert answer.status_code == 409
    answer = able.post(f"{path}/publication")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:lanyard:problem:refused")
    facts = JournalRow.objects.filter(subject_kind="pass_type")
    assert {(fact.source, fact.by_id) for fact in facts} == {("api", office.pk)}


def test_a_type_goes_off_sale_and_back(able, library, yearly, ada):
    PassFactory(option=yearly, contact=ada)
    path = f"/pass-types/{library.pk}"
    shown = able.post(f"{path}/archiving", {"preview": True}).json()
    assert shown["changed"]["status"] == "archived"
    assert shown["consequences"] != []
    assert PassType.objects.get(pk=library.pk).status == TypeStatus.ACTIVE
    done = able.post(f"{path}/archiving", {"digest": shown["digest"]}).json()
    assert done["consequences"] == shown["consequences"]
    assert able.post(f"{path}/restoring").json()["changed"]["status"] == "active"


def test_a_code_that_is_taken(able, library):
    answer = able.post("/pass-types", {"name": "Other", "code": "lead"})
    assert (answer.status_code, answer.json()["field"]) == (422, "code")
    assert PassType.objects.count() == 1


def test_types_are_found_by(able, library):
    PassTypeFactory(name="Signals", code="SIG", status=TypeStatus.DRAFT)

    def found(asked):
        return [each["code"] for each in able.get(f"/pass-types?{asked}").json()["items"]]

    assert found("") == ["LEAD", "SIG"]
    assert found("q=signal") == found("code=sig") == found("status=draft") == ["SIG"]


def test_lists_cost_the_same_with_1_3_and_300(able, count_queries):
    costs = []
    for more in (1, 2, 297):
        PassType.objects.bulk_create(PassTypeFactory.build_batch(more))
        costs.append(count_queries(lambda: able.get("/pass-types?limit=200")))
    assert costs == [3, 3, 3]


def test_token_types_are_told(able, office, clock):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    gold = token_types.create(name="Gold", period=12, **who)
    old = token_types.archive(token_types.create(name="Lead", **who), **who)
    (told,) = able.get("/token-types").json()["items"]
    assert (told["name"], told["period"], told["period_unit"]) == ("Gold", 12, "months")
    assert able.get(f"/token-types/{gold.pk}").json() == told
    listed = able.get("/token-types?archived=true").json()["items"]
    assert [each["id"] for each in listed] == [gold.pk, old.pk]


# Options, prices, training


def problem(answer, status=422):
    told = answer.json()
    assert answer.status_code == status, told
    return told["field"], told["detail"]


def test_a_type_is_built_up_and_put_on_sale(able, office, europe):
    """As PASS-5 to PASS-11 by page: type, option, price, training, publish."""
    course, event = CourseFactory(), EventFactory()
    base = f"/pass-types/{able.post('/pass-types', {'name': 'Rail', 'code': 'RAIL'}).json()['id']}"
    option = {"name": "Annual", "period": 12, "period_unit": "months"}
    (told,) = able.post(f"{base}/options", option, key="one").json()["options"]
    assert (told["name"], told["period"], told["status"]) == ("Annual", 12, "draft")
    one = f"{base}/options/{told['id']}"
    assert "no price" in problem(able.post(f"{one}/publication"))[1]
    price = {"region": europe.pk, "unit": "EUR", "amount": "490"}
    (told,) = able.post(f"{one}/prices", price).json()["options"]
    (price,) = told["prices"]
    assert price["amount"] == "490.0000"
    (told,) = able.patch(f"{one}/prices/{price['id']}", {"amount": "500"}).json()["options"]
    assert told["prices"][0]["amount"] == "500.0000"
    (told,) = able.patch(one, {"name": "Yearly", "option_version": 0}).json()["options"]
    assert (told["name"], told["period"]) == ("Yearly", 12)
    stale = able.patch(one, {"name": "Other", "option_version": 0})
    assert stale.status_code == 409
    assert able.post(f"{one}/publication").json()["changed"]["options"][0]["status"] == "published"
    assert "last price" in problem(able.post(f"{one}/prices/{price['id']}/removal", {}))[1]
    body = {"items": [course.pk], "event_types": ["classroom"], "events": [event.pk]}
    told = able.post(f"{base}/training", body).json()["changed"]["training"]
    assert [(each["item"], each["event"], each["event_types"]) for each in told] == [
        (course.pk, None, ["classroom"]),
        (None, event.pk, []),
    ]
    assert able.post(f"{base}/publication").json()["changed"]["status"] == "active"
    assert "last published option" in problem(able.post(f"{one}/archiving"))[1]
    facts = JournalRow.objects.filter(subject_kind__in=["pass_type", "pass_option", "priced"])
    assert set(facts.values_list("source", "by_id")) == {("api", office.pk)}
    assert JournalRow.objects.get(kind="pass_option.created").operation == "one"


def test_options_go_off_sale_and_are_deleted(able, library, yearly, ada):
    spare = PassOptionFactory(pass_type=library, name="Spare")
    PassFactory(option=yearly, contact=ada)
    base = f"/pass-types/{library.pk}/options"
    shown = able.post(f"{base}/{yearly.pk}/archiving", {"preview": True}).json()
    assert [each["tone"] for each in shown["consequences"]] == ["closes", "stays"]
    able.post(f"{base}/{yearly.pk}/archiving", {"digest": shown["digest"]})
    yearly.refresh_from_db()
    assert yearly.status == "archived"
    assert "was issued by this option" in problem(able.post(f"{base}/{yearly.pk}/deletion"))[1]
    assert "last published option" in problem(able.post(f"{base}/{spare.pk}/deletion"))[1]
    other = PassTypeFactory()
    assert able.post(f"/pass-types/{other.pk}/options/{spare.pk}/deletion").status_code == 404


def test_training_is_narrowed_and_taken_out(able, library, yearly, ada):
    course = CourseFactory(title="Signals")
    row = library.inclusions.create(item=course)
    PassFactory(option=yearly, contact=ada)
    base = f"/pass-types/{library.pk}/training"
    told = able.patch(f"{base}/{row.pk}", {"event_types": ["lms"]}).json()
    assert told["changed"]["training"][0]["event_types"] == ["lms"]
    assert told["consequences"][0]["lines"] == ["Signals: Classroom, Blended events"]
    shown = able.post(f"{base}/removal", {"training": [row.pk], "preview": True}).json()
    assert shown["consequences"][0]["lines"] == ["Signals"]
    assert library.inclusions.count() == 1
    able.post(f"{base}/removal", {"training": [row.pk], "digest": shown["digest"]})
    assert library.inclusions.count() == 0
    assert able.patch(f"{base}/{row.pk}", {"event_types": []}).status_code == 404


def test_a_type_that_was_never_issued_is_deleted(able, library, yearly, ada):
    draft = PassTypeFactory(name="Rail", status=TypeStatus.DRAFT)
    PassOptionFactory(pass_type=draft)
    shown = able.post(f"/pass-types/{draft.pk}/deletion", {"preview": True}).json()
    assert shown["consequences"][0]["sentence"] == "1 option is deleted with its prices."
    assert able.post(f"/pass-types/{draft.pk}/deletion", {"digest": shown["digest"]}).json() == (
        shown | {"preview": False}
    )
    PassFactory(option=yearly, contact=ada)
    assert "was issued" in problem(able.post(f"/pass-types/{library.pk}/deletion"))[1]
    assert list(PassType.objects.values_list("pk", flat=True)) == [library.pk]


def test_whoever_matches_a_type_matches_its_options_too(able, library, yearly, europe):
    path = f"/pass-types/{library.pk}"
    etag = able.get(path)["ETag"]
    one = f"{path}/options/{yearly.pk}"
    body = {"region": europe.pk, "unit": "EUR", "amount": "490"}
    assert able.post(f"{one}/prices", body, If_Match=etag).status_code == 201
    assert able.patch(one, {"name": "Yearly"}, If_Match=etag).status_code == 412

"""Pass types and token types by program."""

import pytest

from passes.models import PassType, TypeStatus
from tests.factories import CourseFactory, PassFactory, PassTypeFactory, PriceFactory
from tms.models import JournalRow
from tokens import types as token_types

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program):
    return program("passes:read", "pass-types:write", "tokens:read")


def test_a_type_is_told_with_options_prices_and_training(able, library, yearly, europe):
    course = CourseFactory()
    library.inclusions.create(item=course, event_types=["lms"])
    PriceFactory(of=yearly, region=europe)
    told = able.get(f"/pass-types/{library.pk}").json()
    assert (told["name"], told["code"], told["status"]) == ("Leadership Library", "LEAD", "active")
    (option,) = told["options"]
    assert (option["id"], option["period"], option["period_unit"]) == (yearly.pk, 12, "months")
    assert option["prices"][0]["unit"] == "EUR"
    assert told["training"] == [{"item": course.pk, "event": None, "event_types": ["lms"]}]


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

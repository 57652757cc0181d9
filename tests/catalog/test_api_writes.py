"""The catalogue changed by program: the same verbs as the pages, refused where they are."""

import datetime

import pytest

from catalog.models import Event, EventStatus, Item, ItemStatus, Session
from lms import checkout
from lms.models import Registration
from tests.factories import (
    CategoryFactory,
    CourseFactory,
    EventFactory,
    PathFactory,
    PriceFactory,
)
from tests.lms.cast import held, library
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program, europe):
    return program("catalogue:read", "catalogue:write", "prices:write")


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


def problem(answer, status=422):
    told = answer.json()
    assert answer.status_code == status, told
    return told["field"], told["detail"]


# Courses and learning paths


def test_a_course_is_made_changed_and_published(able, office):
    category = CategoryFactory()
    body = {
        "kind": "course",
        "title": "Signals",
        "code": "SIG",
        "description": "<p>All <strong>of</strong> it</p><script>x()</script>",
        "categories": [category.pk],
        "tags": ["Rail", "rail", "Safety"],
    }
    answer = able.post("/items", body, key="one")
    told = answer.json()
    assert (answer.status_code, told["status"]) == (201, "draft")
    assert told["description"] == "<p>All <strong>of</strong> it</p>"
    assert (told["categories"], told["tags"]) == ([category.pk], ["Rail", "Safety"])
    assert able.post("/items", body, key="one").json() == told
    path = f"/items/{told['id']}"
    assert answer["ETag"] == able.get(path)["ETag"]
    told = able.patch(path, {"title": "Signalling", "categories": [], "version": 0}).json()
    assert (told["title"], told["code"], told["categories"]) == ("Signalling", "SIG", [])
    assert problem(able.patch(path, {"title": "Other", "version": 0}), 409)[0] == "version"
    shown = able.post(f"{path}/publication", {"preview": True}).json()
    assert (shown["changed"]["status"], shown["preview"]) == ("published", True)
    assert able.get(path).json()["status"] == "draft"
    able.post(f"{path}/publication")
    assert Item.objects.get().status == ItemStatus.PUBLISHED
    facts = JournalRow.objects.filter(subject_kind="item").values_list("source", "by_id")
    assert set(facts) == {("api", office.pk)}


def test_a_course_is_archived_restored_copied_and_deleted(able):
    course = CourseFactory(title="Signals", code="SIG")
    path = f"/items/{course.pk}"
    shown = able.post(f"{path}/archiving", {"preview": True}).json()
    assert shown["consequences"][0]["sentence"] == "Learners no longer find it in the catalogue."
    able.post(f"{path}/archiving", {"digest": shown["digest"], "reason": "Over"})
    assert JournalRow.objects.get(kind="item.archived").reason == "Over"
    assert able.post(f"{path}/restoring").json()["changed"]["status"] == "published"
    copy = able.post(f"{path}/duplication", {"title": "Signals 2", "code": "SIG2"}).json()
    assert copy["status"] == "draft"
    assert problem(able.post(f"{path}/duplication", {"title": "X", "code": "sig"}))[0] == "code"
    assert able.post(f"/items/{copy['id']}/deletion").json()["id"] == copy["id"]
    EventFactory(course=course)
    assert "is used, so it stays" in problem(able.post(f"{path}/deletion"))[1]
    assert list(Item.objects.values_list("pk", flat=True)) == [course.pk]


def test_the_steps_of_a_path(able):
    first, second, third = (CourseFactory() for _number in range(3))
    path = PathFactory(courses=[first])
    base = f"/items/{path.pk}"
    body = {"courses": [second.pk, third.pk], "locked": True}
    told = able.post(f"{base}/steps", body).json()["steps"]
    assert [(step["course"], step["locked"]) for step in told] == [
        (first.pk, False),
        (second.pk, True),
        (third.pk, True),
    ]
    step = f"{base}/steps/{told[2]['id']}"
    told = able.patch(step, {"position": 1, "required": False}).json()["steps"]
    assert [(each["course"], each["required"]) for each in told] == [
        (third.pk, False),
        (first.pk, True),
        (second.pk, True),
    ]
    assert told[0]["locked"] is True
    shown = able.post(f"{step}/removal", {"preview": True}).json()
    assert len(shown["changed"]["steps"]) == 2
    able.post(f"{step}/removal")
    assert [step["course"] for step in able.get(base).json()["steps"]] == [first.pk, second.pk]
    other = PathFactory(courses=[first])
    missing = able.patch(f"/items/{other.pk}/steps/{told[1]['id']}", {"position": 1})
    assert problem(missing, 404)[0] is None
    assert problem(able.post(f"{base}/steps", {"courses": [first.pk]}))[0] == "courses"


# Events


def plan(course, **more):
    return {
        "course": course.pk,
        "type": "classroom",
        "capacity": 8,
        "sessions": [{"starts": "2026-12-07T09:00", "ends": "2026-12-07T17:00"}],
        **more,
    }


def test_an_event_is_planned_opened_and_called_off(able, ada, clock, office):
    course = CourseFactory()
    told = able.post("/events", plan(course, code="E1"), key="one").json()
    assert (told["status"], told["first_on"], told["capacity"]) == ("draft", "2026-12-07", 8)
    assert told["sessions"][0]["time_zone"] == "Europe/London"
    path = f"/events/{told['id']}"
    assert able.patch(path, {"place": "Leeds"}).json()["place"] == "Leeds"
    assert able.post(f"{path}/opening").json()["changed"]["state"] == "open"
    event = Event.objects.select_related("course").get()
    who = {"at": clock.at, "on": clock.on(), "by": office}
    place = checkout.register_by_staff(ada, event=event, **who)
    assert "1 place is taken" in problem(able.post(f"{path}/withdrawal"))[1]
    assert problem(able.patch(path, {"capacity": 0}))[0] == "capacity"
    assert problem(able.post(f"{path}/cancellation", {}))[0] == "reason"
    asked = {"reason": "Snow", "preview": True}
    shown = able.post(f"{path}/cancellation", asked).json()
    assert [each["lines"] for each in shown["consequences"]] == [
        [f"{course.title}, 7 December 2026: Ada Lindqvist"],
        ["Ada Lindqvist"],
    ]
    event.refresh_from_db()
    assert event.status == EventStatus.OPEN
    done = able.post(f"{path}/cancellation", {"reason": "Snow", "digest": shown["digest"]})
    assert done.json()["changed"]["status"] == "cancelled"
    place.refresh_from_db()
    assert place.cancelled_at == clock.at


def test_who_has_a_place_on_what_is_called_off_moves_to_another_date(able, program, ada, who):
    event, full = EventFactory(), EventFactory()
    onto = EventFactory(course=event.course, first_on=datetime.date(2026, 12, 14))
    place = checkout.register_by_staff(ada, event=event, **who)
    path, asked = f"/events/{event.pk}/cancellation", {"reason": "Snow", "onto": onto.pk}
    assert problem(able.post(path, asked | {"onto": full.pk}))[0] == "onto"
    assert "invoices:credit" in problem(able.post(path, asked | {"credit": True}), 403)[1]
    able.post(path, asked | {"preview": True})
    place.refresh_from_db()
    assert place.event_id == event.pk
    crediting = program("catalogue:read", "catalogue:write", "invoices:credit")
    assert crediting.post(path, asked | {"credit": True}).status_code == 200
    place.refresh_from_db()
    assert (place.event_id, place.cancelled_at) == (onto.pk, None)


def test_an_event_is_withdrawn_copied_and_deleted(able):
    event = EventFactory(code="E1")
    path = f"/events/{event.pk}"
    assert able.post(f"{path}/withdrawal").json()["changed"]["status"] == "draft"
    copy = able.post(f"{path}/duplication", {"first_on": "2027-03-01", "code": "E2"}).json()
    assert (copy["first_on"], copy["code"], copy["status"]) == ("2027-03-01", "E2", "draft")
    assert able.post(f"/events/{copy['id']}/deletion").status_code == 200
    assert list(Event.objects.values_list("pk", flat=True)) == [event.pk]


def test_sessions_are_added_moved_and_taken_off(able):
    event = EventFactory(first_on=datetime.date(2026, 12, 7))
    path = f"/events/{event.pk}"
    body = {"starts": "2026-12-09T09:00", "ends": "2026-12-09T12:00", "time_zone": "Asia/Tokyo"}
    answer = able.post(f"{path}/sessions", body)
    told = answer.json()["changed"]
    assert (answer.status_code, told["first_on"], told["last_on"]) == (
        201,
        "2026-12-07",
        "2026-12-09",
    )
    added = f"{path}/sessions/{told['sessions'][1]['id']}"
    assert told["sessions"][1]["starts_at"] == "2026-12-09T00:00:00Z"
    moved = {"starts": "2026-12-10T09:00", "ends": "2026-12-10T12:00"}
    told = able.patch(added, moved).json()["changed"]
    assert (told["last_on"], told["sessions"][1]["time_zone"]) == ("2026-12-10", "Asia/Tokyo")
    assert able.post(f"{added}/removal").json()["changed"]["last_on"] == "2026-12-07"
    (last,) = Session.objects.all()
    assert "last session" in problem(able.post(f"{path}/sessions/{last.pk}/removal"))[1]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"starts": "2027-03-28T01:30"}, "starts", "skips 01:30"),
        ({"starts": "0001-01-01T09:00"}, "starts", "from 1970 to 2200"),
        ({"starts": "2026-12-07T09:00Z"}, "starts", "clock on the wall"),
        ({"starts": "2026-13-07T09:00"}, "starts", "clock on the wall"),
        ({"ends": "2026-12-07T08:00"}, "ends", "ends before it begins"),
        ({"ends": "2026-12-09T09:00"}, "ends", "a day at most"),
        ({"time_zone": "Mars/Base"}, "time_zone", "no time zone"),
        ({"link": "javascript:alert(1)"}, "link", "in full"),
        ({"instructor": "x" * 121}, "instructor", "120"),
    ],
)
def test_what_can_be_no_session(able, change, field, words):
    event = EventFactory()
    body = {"starts": "2026-12-07T09:00", "ends": "2026-12-07T17:00", **change}
    found = problem(able.post(f"/events/{event.pk}/sessions", body))
    assert (found[0], words in found[1]) == (field, True), found
    assert Session.objects.count() == 1


def test_a_session_that_moves_beyond_a_pass_keeps_the_place_and_says_so(able, ada, clock, office):
    event = EventFactory(course__title="Coaching", first_on=datetime.date(2026, 12, 7))
    held(ada, library(event.course), until="2026-12-31")
    who = {"at": clock.at, "on": clock.on(), "by": office}
    checkout.book_by_pass(ada, event=event, **who)
    session = event.sessions.get()
    body = {
        "starts": "2027-01-11T09:00",
        "ends": "2027-01-11T17:00",
        "preview": True,
        "tell": False,
    }
    path = f"/events/{event.pk}/sessions/{session.pk}"
    (told,) = able.patch(path, body).json()["consequences"]
    assert (told["tone"], told["lines"]) == (
        "stays",
        ["Coaching, 11 January 2027: Ada Lindqvist; the pass ends on 31 December 2026"],
    )
    able.patch(path, body | {"preview": False})
    assert Registration.objects.get().kept_for == datetime.date(2026, 12, 7)


# Prices


@pytest.mark.parametrize("make", [CourseFactory, PathFactory, EventFactory])
def test_a_price_is_set_changed_and_removed(able, europe, make):
    of = make()
    base = "/events" if make is EventFactory else "/items"
    path = f"{base}/{of.pk}"
    body = {"region": europe.pk, "unit": "EUR", "amount": "490.50", "valid_to": "2027-12-31"}
    (price,) = able.post(f"{path}/prices", body).json()["prices"]
    assert (price["amount"], price["unit"], price["tax_level"]) == (
        "490.5000",
        "EUR",
        europe.tax_level_id,
    )
    assert problem(able.post(f"{path}/prices", body))[0] == "valid_from"
    one = f"{path}/prices/{price['id']}"
    (price,) = able.patch(one, {"amount": "500", "valid_to": None}).json()["prices"]
    assert (price["amount"], price["valid_to"]) == ("500.0000", None)
    assert able.post(f"{one}/removal", {}).json()["prices"] == []
    kinds = JournalRow.objects.filter(subject_kind="priced").values_list("kind", flat=True)
    assert sorted(kinds) == ["priced.price_changed", "priced.price_removed", "priced.price_set"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"amount": 490}, "amount", "as text"),
        ({"amount": "-1"}, "amount", "as text"),
        ({"amount": "1.005"}, "amount", "at most 2 decimals"),
        ({"unit": "XXX"}, "unit", "There is no unit XXX."),
        ({"region": 999_999}, "region", "There is no region"),
        ({"valid_from": "2027-02-01", "valid_to": "2027-01-01"}, "valid_to", "before the first"),
    ],
)
def test_what_can_be_no_price(able, europe, change, field, words):
    course = CourseFactory()
    body = {"region": europe.pk, "unit": "EUR", "amount": "490", **change}
    found = problem(able.post(f"/items/{course.pk}/prices", body))
    assert (found[0], words in found[1]) == (field, True), found


def test_a_price_of_something_else_is_not_found(able, europe):
    price = PriceFactory(of=CourseFactory(), region=europe)
    other = CourseFactory()
    assert able.patch(f"/items/{other.pk}/prices/{price.pk}", {"amount": "1"}).status_code == 404


def test_what_is_matched_is_the_event_with_its_sessions(able):
    event = EventFactory()
    path = f"/events/{event.pk}"
    etag = able.get(path)["ETag"]
    body = {"starts": "2026-12-09T09:00", "ends": "2026-12-09T12:00"}
    assert able.post(f"{path}/sessions", body, If_Match=etag).status_code == 201
    assert able.post(f"{path}/sessions", body, If_Match=etag).status_code == 412
    assert Session.objects.count() == 2

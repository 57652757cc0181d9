"""Registrations and access by program: as by page, and the same answer as the learner gets."""

import datetime

import pytest

from lms import access, api_marking
from lms.models import Registration
from passes import lifecycle
from tests.factories import (
    ContactFactory,
    EventFactory,
    LearnerFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    RegistrationFactory,
)
from tests.lms.paying import balances, give, priced
from tms import jobs
from tms.models import Job, JournalRow

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def able(program):
    return program("registrations:read", "registrations:write")


@pytest.fixture
def event(db):
    return EventFactory()


@pytest.fixture
def held(ada, event):
    """A pass of Ada's that includes the event's course."""
    pass_type = PassTypeFactory(name="Leadership Library", opens=[event.course])
    return PassFactory(option=PassOptionFactory(pass_type=pass_type), contact=ada)


def problem(answer):
    told = answer.json()
    return answer.status_code, told["field"], told["detail"]


# Registrations


def test_a_place_by_pass(able, ada, event, held, office):
    body = {"contact": ada.pk, "event": event.pk, "by": "pass"}
    answer = able.post("/registrations", body, key="one")
    assert answer.status_code == 201
    told = answer.json()["changed"]
    assert (told["paid_by"], told["used_pass"], told["event"]) == ("pass", held.pk, event.pk)
    event.refresh_from_db()
    assert event.taken == 1
    fact = JournalRow.objects.get(kind="registration.made")
    assert (fact.source, fact.by_id, fact.operation) == ("api", office.pk, "one")
    assert able.get(f"/registrations/{told['id']}").json() == told


def test_a_place_by_staff_on_a_path_takes_its_steps_along(able, ada):
    step = LmsEventFactory()
    path = PathFactory(courses=[step.course])
    body = {"contact": ada.pk, "path": path.pk, "by": "staff", "reason": "Agreed"}
    told = able.post("/registrations", body).json()["changed"]
    assert (told["path"], told["paid_by"]) == (path.pk, "staff")
    (part,) = able.get(f"/registrations?event={step.pk}").json()["items"]
    assert part["path_registration"] == told["id"]


def test_the_preview_of_a_place_takes_none(able, ada, event, held):
    body = {"contact": ada.pk, "event": event.pk, "by": "pass", "preview": True}
    answer = able.post("/registrations", body)
    assert (answer.status_code, answer.json()["changed"]["id"]) == (200, None)
    event.refresh_from_db()
    assert (event.taken, Registration.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"event": None}, "event", "only one"),
        ({"path": 1}, "event", "only one"),
        ({"by": "card"}, "by", "Send one of"),
        ({"contact": 999_999}, "contact", "There is no contact"),
        ({"event": 999_999}, "event", "There is no event"),
        ({"reason": "x"}, "reason", "Leave it out"),
        ({"used_pass": 1}, "used_pass", "Nothing of this name"),
    ],
)
def test_what_can_not_be_registered(able, ada, event, held, change, field, words):
    body = {"contact": ada.pk, "event": event.pk, "by": "pass", **change}
    found = problem(able.post("/registrations", body))
    assert found[:2] == (422, field)
    assert words in found[2]
    assert Registration.objects.count() == 0


def test_a_course_is_no_path(able, ada, event, held):
    for by in ("pass", "staff"):
        body = {"contact": ada.pk, "path": event.course_id, "by": by}
        assert problem(able.post("/registrations", body))[:2] == (422, "path")
    assert Registration.objects.count() == 0


def test_without_a_pass_or_a_seat_it_is_refused(able, ada):
    event = EventFactory(capacity=1, taken=1)
    for by in ("pass", "staff"):
        body = {"contact": ada.pk, "event": event.pk, "by": by}
        assert able.post("/registrations", body).status_code == 422


def test_a_place_by_tokens_takes_both_scopes_and_pays_at_once(
    program, able, ada, event, europe, office, clock
):
    priced(event, 3)
    issue = give(ada.account, 5, by=office, at=clock.at, on=TODAY)
    body = {"contact": ada.pk, "event": event.pk, "by": "tokens"}
    body["token_type"] = issue.token_type_id
    refused = able.post("/registrations", body)
    assert (refused.status_code, refused.json()["detail"][:33]) == (
        403,
        "This key lacks the scope tokens:r",
    )
    spender = program("registrations:read", "registrations:write", "tokens:redeem")
    assert problem(spender.post("/registrations", {**body, "token_type": None}))[1] == "token_type"
    assert problem(spender.post("/registrations", {**body, "by": "pass"}))[1] == "token_type"
    assert balances(ada.account) == [5]
    told = spender.post("/registrations", body).json()["changed"]
    assert (told["paid_by"], told["unit"], told["amount"]) == ("tokens", "Gold", "3.0000")
    assert balances(ada.account) == [2]
    again = spender.post(
        "/registrations", {**body, "contact": LearnerFactory(account=ada.account).pk}
    )
    assert again.status_code == 422
    assert balances(ada.account) == [2]


def test_cancelling_is_previewed_and_done(able, ada, event):
    place = RegistrationFactory(contact=ada, event=event)
    path = f"/registrations/{place.pk}/cancellation"
    assert able.post(path, {"preview": True}).json()["changed"]["cancelled_at"] is not None
    place.refresh_from_db()
    assert place.cancelled_at is None
    assert problem(able.post(path, {"version": 7}))[0] == 409
    assert able.post(path, {"version": 0}).json()["preview"] is False
    place.refresh_from_db()
    event.refresh_from_db()
    assert (place.cancelled_at is not None, event.taken) == (True, 0)


def test_registrations_are_found_by(able, ada, event, held, clock):
    mine = RegistrationFactory(contact=ada, event=event, used_pass=held)
    over = RegistrationFactory(event=event, cancelled_at=clock.at)

    def found(asked):
        return [each["id"] for each in able.get(f"/registrations?{asked}").json()["items"]]

    assert found("") == found(f"event={event.pk}") == [mine.pk, over.pk]
    assert found("live=true") == found(f"contact={ada.pk}") == [mine.pk]
    assert found(f"used_pass={held.pk}") == found(f"account={ada.account_id}") == [mine.pk]


def test_a_list_costs_the_same_with_1_3_and_300(able, ada, event, count_queries):
    costs = []
    for more in (1, 2, 297):
        people = ContactFactory.create_batch(more, account=ada.account)
        Registration.objects.bulk_create(
            RegistrationFactory.build(contact=contact, account=ada.account, event=event)
            for contact in people
        )
        costs.append(count_queries(lambda: able.get("/registrations?limit=200")))
    assert costs == [3, 3, 3]


# Who was there


@pytest.fixture
def begun(ada, kestrel):
    """Ada's place and 202 others on an event that began yesterday."""
    event = EventFactory(first_on=datetime.date(2026, 11, 21))
    people = [ada, *ContactFactory.create_batch(202, account=kestrel)]
    made = [RegistrationFactory.build(contact=c, account=kestrel, event=event) for c in people]
    return [row.pk for row in Registration.objects.bulk_create(made)]


def test_who_was_there_is_said_of_one_and_of_several(able, begun, office):
    one, two, three = begun[:3]
    told = able.post(f"/registrations/{one}/attendance", {"attended": True, "version": 0}, key="k")
    assert (told.json()["changed"]["attended"], told.json()["changed"]["version"]) == (True, 1)
    stale = able.post(f"/registrations/{one}/attendance", {"attended": False, "version": 0})
    assert problem(stale)[:2] == (409, "version")
    body = {"registrations": [one, two, three], "attended": False}
    told = able.post("/registrations/attendance", body | {"preview": True}).json()
    assert (told["count"], [row["attended"] for row in told["registrations"]]) == (3, [False] * 3)
    assert Registration.objects.filter(attended=False).count() == 0
    assert able.post("/registrations/attendance", body).json()["count"] == 3
    assert able.post("/registrations/attendance", body).json()["count"] == 0
    fact = JournalRow.objects.filter(kind="registration.attended").earliest("id")
    assert (fact.source, fact.by_id, fact.operation) == ("api", office.pk, "k")


def test_completion_is_said_of_one_and_of_many_by_a_job(able, begun, ada, clock):
    told = able.post(f"/registrations/{begun[0]}/completion").json()["changed"]
    assert told["completed_at"] == "2026-11-22T09:00:00Z"
    answer = able.post("/registrations/completion", {"registrations": begun}, key="all")
    assert answer.status_code == 202
    assert Registration.objects.exclude(completed_at=None).count() == 1
    jobs.run(answer.json()["id"], at=clock.at)
    told = able.get(f"/jobs/{answer.json()['id']}").json()
    assert (told["state"], told["sentences"]) == ("done", ["202 registrations were marked."])
    assert Registration.objects.filter(completed_at=None).count() == 0
    facts = JournalRow.objects.filter(kind="registration.completed", operation="all")
    assert (facts.count(), set(facts.values_list("source", flat=True))) == (202, {"api"})


def test_of_many_it_is_said_before_any_job_what_can_not_be(able, ada, event, monkeypatch):
    monkeypatch.setattr(api_marking, "AT_ONCE", 0)
    to_come = RegistrationFactory(contact=ada, event=event)
    for action, what in (("attendance", {"attended": True}), ("completion", {})):
        body = {"registrations": [to_come.pk], **what}
        found = problem(able.post(f"/registrations/{action}", body))
        assert (found[0], "from that day on" in found[2]) == (422, True)
    assert not Job.objects.exists()


def test_before_it_begins_and_of_who_cancelled_nothing_is_marked(able, ada, event, clock):
    to_come = RegistrationFactory(contact=ada, event=event)
    over = RegistrationFactory(event=event, cancelled_at=clock.at)
    for place, words in ((to_come, "from that day on"), (over, "is cancelled")):
        for what in ({"attended": True}, {}):
            action = "attendance" if what else "completion"
            body = {"registrations": [place.pk], **what}
            assert words in problem(able.post(f"/registrations/{action}", body))[2]
    found = problem(able.post("/registrations/completion", {"registrations": [999_999]}))
    assert found[:2] == (422, "registrations")


# Access


def why(able, contact, **target):
    (name, row) = next(iter(target.items()))
    return able.get(f"/access?contact={contact.pk}&{name}={row.pk}").json()


def test_a_yes_says_by_which_right_and_until_when(able, ada, event, held):
    place = RegistrationFactory(contact=ada, event=event, used_pass=held)
    told = why(able, ada, item=event.course)
    assert (told["open"], told["reason"], told["until"]) == (True, "pass", "2027-11-22")
    # Valid to the end of its last day, in London.
    assert told["changes_at"] == "2027-11-23T00:00:00Z"
    assert told["right"] == {
        "state": "active",
        "until": "2027-11-22",
        "starts_on": "2026-11-22",
        "cancelled_on": None,
        "registration": place.pk,
        "paid_by": "pass",
        "pass_id": held.pk,
        "pass_type": "Leadership Library",
    }
    assert told["ways"] == []
    assert why(able, ada, event=event)["open"] is True


def test_a_no_says_what_would_open_it(able, ada, event, held):
    told = why(able, ada, item=event.course)
    assert (told["open"], told["reason"], told["registered"]) == (False, "offered", False)
    assert [(way["kind"], way["name"]) for way in told["ways"]] == [
        ("book", "Leadership Library"),
        ("register", event.course.title),
    ]
    stranger = ContactFactory()
    told = why(able, stranger, item=event.course)
    assert (told["reason"], told["changes_at"], told["right"]) == ("never", None, None)
    assert [way["kind"] for way in told["ways"]] == ["pass", "register"]


def test_the_answer_is_the_one_that_the_learner_gets(able, ada, event, held, office, clock):
    RegistrationFactory(contact=ada, event=event, used_pass=held)
    lifecycle.cancel(held.pk, version=None, at=clock.at, on=TODAY, by=office)
    told = why(able, ada, event=event)
    answer = access.answer(ada.pk, event=event.pk, on=TODAY)
    assert (told["open"], told["reason"], told["sentence"]) == (
        answer.open,
        answer.reason.value,
        answer.ground,
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("contact=1", "item"),
        ("contact=1&item=1&event=1", "item"),
        ("item=1", "contact"),
        ("contact=999999&item=1", "contact"),
        ("contact={ada}&item=999999", "item"),
        ("contact={ada}&event=999999", "event"),
        ("contact={ada}&item=1&on=2026-01-01", "on"),
    ],
)
def test_what_can_not_be_asked(able, ada, asked, field):
    assert problem(able.get(f"/access?{asked.format(ada=ada.pk)}"))[:2] == (422, field)


@pytest.mark.parametrize(
    ("periods", "today", "turns"),
    [
        ([("2026-11-22", "2026-12-31")], True, "2027-01-01"),
        ([("2026-11-22", "2026-12-31"), ("2027-01-01", "2027-06-30")], True, "2027-07-01"),
        ([("2026-11-22", "2026-12-31"), ("2027-01-02", "2027-06-30")], True, "2027-01-01"),
        ([("2027-01-01", "2027-06-30")], False, "2027-01-01"),
        ([("2026-01-01", "2026-11-21")], False, None),
        ([("2026-11-22", "2026-11-22")], True, "2026-11-23"),
    ],
)
def test_when_the_answer_turns(ada, event, periods, today, turns):
    pass_type = PassTypeFactory(opens=[event.course])
    option = PassOptionFactory(pass_type=pass_type)
    held = [
        PassFactory(
            option=option,
            contact=ada,
            starts_on=datetime.date.fromisoformat(first),
            expires_on=datetime.date.fromisoformat(last),
        )
        for first, last in periods
    ]
    RegistrationFactory(contact=ada, event=event, used_pass=held[0])
    answer = access.answer(ada.pk, course=event.course_id, on=TODAY)
    day = access.changes_on(answer, TODAY)
    assert (answer.open, day and day.isoformat()) == (today, turns)
    if day:  # And so it is: asked on that day, and on the one before.
        before = day - datetime.timedelta(days=1)
        assert access.answer(ada.pk, course=event.course_id, on=day).open is not today
        assert access.answer(ada.pk, course=event.course_id, on=before).open is today


def test_for_good_never_turns(ada, event):
    RegistrationFactory(contact=ada, event=event)
    answer = access.answer(ada.pk, course=event.course_id, on=TODAY)
    assert (answer.open, access.changes_on(answer, TODAY)) == (True, None)


def test_the_page_for_staff_says_when_it_turns(browse, office, ada, event, held):
    RegistrationFactory(contact=ada, event=event, used_pass=held)
    page = browse(office).get(f"/contacts/{ada.pk}/access/{event.course_id}/").content.decode()
    assert "As things stand it closes on 23 Nov 2027, 00:00." in page


def test_the_moment_it_turns_is_midnight_of_the_installation(able, ada, event, held, organisation):
    organisation.time_zone = "America/New_York"
    organisation.save()
    RegistrationFactory(contact=ada, event=event, used_pass=held)
    assert why(able, ada, item=event.course)["changes_at"] == "2027-11-23T05:00:00Z"


def test_what_would_open_it_is_not_said_to_open_it(browse, office, ada, event, held):
    address = f"/contacts/{ada.pk}/access/{event.course_id}/"
    page = browse(office).get(address).content.decode()
    assert ("Would open it" in page, "Opens it" in page) == (True, False)
    RegistrationFactory(contact=ada, event=event, used_pass=held)
    page = browse(office).get(address).content.decode()
    assert "Opens it" in page

"""Waiting lists, certificates, results, payments and other dates by program: as by page."""

import datetime

import pytest
from django.core import mail

from lms.models import Certificate, Completion, Payment, Progress, Registration, Waiting
from tests.factories import (
    AssignmentFactory,
    ContactFactory,
    EventFactory,
    PaymentFactory,
    QuizFactory,
    RegistrationFactory,
    UserFactory,
)
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program):
    return program("registrations:read", "registrations:write")


@pytest.fixture
def cashier(program):
    return program("payments:read", "payments:settle")


def problem(answer):
    told = answer.json()
    return answer.status_code, told["field"], told["detail"]


def listed(able, path):
    answer = able.get(path)
    assert answer.status_code == 200, answer.json()
    return [each["id"] for each in answer.json()["items"]]


# Waiting lists, and another date


@pytest.fixture
def full(europe):
    """A full event of one seat, and who has it."""
    event = EventFactory(capacity=1)
    return event, RegistrationFactory(event=event)


def test_a_learner_joins_is_offered_what_comes_free_and_is_taken_out(able, ada, full, office):
    event, place = full
    body = {"contact": ada.pk, "event": event.pk}
    shown = able.post("/waiting-list", body | {"preview": True})
    assert (shown.status_code, shown.json()["changed"]["id"]) == (200, None)
    assert Waiting.objects.count() == 0
    made = able.post("/waiting-list", body, key="one")
    assert made.status_code == 201
    told = made.json()["changed"]
    assert (told["contact"], told["event"], told["outcome"]) == (ada.pk, event.pk, "")
    fact = JournalRow.objects.get(kind="waiting.joined")
    assert (fact.source, fact.by_id, fact.operation) == ("api", office.pk, "one")
    assert listed(able, f"/waiting-list?event={event.pk}&live=true") == [told["id"]]
    assert able.post("/waiting-list/offer", {"event": event.pk}).status_code == 422
    able.post(f"/registrations/{place.pk}/cancellation")
    told = able.get(f"/waiting-list/{told['id']}").json()
    assert told["offered_until"] is not None
    gone = able.post(f"/waiting-list/{told['id']}/removal", {"reason": "Asked to"}).json()
    assert gone["changed"]["outcome"] == "removed"
    event.refresh_from_db()
    assert event.taken == 0
    assert listed(able, f"/waiting-list?contact={ada.pk}") == [told["id"]]
    assert listed(able, "/waiting-list?live=true") == []


def test_nobody_waits_for_what_has_a_free_place(able, ada, europe):
    found = problem(able.post("/waiting-list", {"contact": ada.pk, "event": EventFactory().pk}))
    assert (found[0], found[2]) == (
        422,
        "This date has a free place. Register for it instead.",
    )


def test_a_registration_moves_to_another_date_with_its_seat(able, full):
    event, place = full
    other = EventFactory(course=event.course, first_on=datetime.date(2026, 12, 14))
    path = f"/registrations/{place.pk}/transfer"
    assert problem(able.post(path, {"event": 999_999}))[:2] == (422, "event")
    assert able.post(path, {"event": other.pk, "version": 7}).status_code == 409
    shown = able.post(path, {"event": other.pk, "preview": True}).json()
    assert shown["changed"]["event"] == other.pk
    assert Registration.objects.get().event_id == event.pk
    assert able.post(path, {"event": other.pk, "version": 0}).json()["preview"] is False
    event.refresh_from_db()
    other.refresh_from_db()
    assert (Registration.objects.get().event_id, event.taken, other.taken) == (other.pk, 0, 1)


def test_who_moves_is_written_to_unless_the_program_says_no(
    able, full, django_capture_on_commit_callbacks
):
    event, place = full
    place.contact.user = UserFactory(email=place.contact.email)
    place.contact.save()
    other = EventFactory(course=event.course, first_on=datetime.date(2026, 12, 14))
    told = []
    for to, tell in ((other, False), (event, True)):
        with django_capture_on_commit_callbacks(execute=True):
            body = {"event": to.pk, "tell": tell}
            assert able.post(f"/registrations/{place.pk}/transfer", body).status_code == 200
        told.append(len(mail.outbox))
    assert told == [0, 1]


# Results


@pytest.fixture
def certified(ada, clock):
    """Certificates of Ada's and of somebody else's."""
    course = EventFactory().course
    return [
        Certificate.objects.create(
            number=number,
            contact=contact,
            item=course,
            cause=number,
            name=contact.name,
            title=course.title,
            issuer="Northlight",
            completed_on=clock.on(),
            issued_at=clock.at,
        )
        for number, contact in (("K7QF-2M9X-TB4H", ada), ("AAAA-BBBB-CCCC", ContactFactory()))
    ]


def test_certificates_are_found_and_verified_by_their_number(able, certified, ada):
    mine, other = (each.pk for each in certified)
    assert listed(able, "/certificates") == [mine, other]
    assert listed(able, f"/certificates?contact={ada.pk}") == [mine]
    assert listed(able, f"/certificates?item={certified[0].item_id}") == [mine, other]
    assert listed(able, "/certificates?number=k7qf2m9xtb4h") == [mine]
    assert listed(able, "/certificates?number=K7QF-2M9X-TB4J") == []
    told = able.get(f"/certificates/{mine}").json()
    assert (told["number"], told["name"], told["valid_until"]) == (
        "K7QF-2M9X-TB4H",
        "Ada Lindqvist",
        None,
    )


def test_results_of_quizzes_are_read_without_answers(able, ada, clock):
    unit = QuizFactory().unit
    given = {"unit": unit, "asked": [], "pass_mark": 50, "points": 4, "started_at": clock.at}
    done = {"submitted_at": clock.at, "score": 3, "passed": True}
    passed = ada.attempts.create(number=1, **given, **done)
    running = ada.attempts.create(number=2, **given)
    assert listed(able, f"/quiz-attempts?contact={ada.pk}") == [passed.pk, running.pk]
    assert listed(able, f"/quiz-attempts?course={unit.section.course_id}&passed=true") == [
        passed.pk
    ]
    assert listed(able, "/quiz-attempts?passed=false") == []
    assert listed(able, "/quiz-attempts?counts=true") == [passed.pk]
    assert listed(able, "/quiz-attempts?counts=false") == [running.pk]
    told = able.get(f"/quiz-attempts/{passed.pk}").json()
    assert told["counts"] is True
    assert (told["unit"], told["score"], told["points"], told["passed"]) == (unit.pk, 3, 4, True)
    assert "answers" not in told
    assert "asked" not in told


def test_what_was_handed_in_is_marked_once_and_passing_completes_the_unit(able, ada, clock):
    unit = AssignmentFactory().unit
    file = {"number": 1, "name": "plan.pdf", "kind": "pdf", "size": 9, "submitted_at": clock.at}
    waits = ada.submissions.create(unit=unit, **file)
    assert listed(able, "/submissions?waiting=true") == [waits.pk]
    path = f"/submissions/{waits.pk}/mark"
    assert problem(able.post(path, {"passed": True, "score": 101}))[:2] == (422, "score")
    body = {"passed": True, "score": 80, "feedback": "Well done", "version": 0}
    assert able.post(path, body | {"preview": True}).json()["changed"]["passed"] is True
    assert listed(able, "/submissions?waiting=true") == [waits.pk]
    told = able.post(path, body, key="m").json()["changed"]
    assert (told["passed"], told["score"], told["feedback"]) == (True, 80, "Well done")
    assert problem(able.post(path, body))[0] == 409
    taken_back = problem(able.post(path, {"passed": False}))
    assert taken_back[:2] == (422, "passed")
    assert Progress.objects.get(contact=ada, unit=unit).completed_at == clock.at
    assert Completion.objects.filter(contact=ada).count() == 1
    assert listed(able, "/submissions?passed=true") == [waits.pk]
    assert listed(able, "/submissions?waiting=true") == []


# Payments


def test_payments_are_read_and_what_needs_action_is_given_or_refunded(cashier, ada, europe, clock):
    event, other = EventFactory(), EventFactory()
    paid = {"contact": ada, "paid_at": clock.at, "received": 120, "received_currency": "EUR"}
    stuck = PaymentFactory(event=event, trouble="It was full.", **paid)
    back = PaymentFactory(event=other, **paid)
    begun = PaymentFactory(event=other)
    assert listed(cashier, "/payments") == [stuck.pk, back.pk, begun.pk]
    assert listed(cashier, f"/payments?state=needs_action&contact={ada.pk}") == [stuck.pk, back.pk]
    assert listed(cashier, "/payments?state=started") == [begun.pk]
    told = cashier.get(f"/payments/{stuck.pk}").json()
    assert (told["state"], told["currency"], told["net"]) == ("needs_action", "EUR", "100.0000")
    assert told["trouble"] == "It was full."
    unpaid = problem(cashier.post(f"/payments/{begun.pk}/settling"))
    assert unpaid[::2] == (422, "It isn't paid.")
    assert cashier.post(f"/payments/{stuck.pk}/settling", {"version": 9}).status_code == 409
    shown = cashier.post(f"/payments/{stuck.pk}/settling", {"preview": True}).json()
    assert [each["tone"] for each in shown["consequences"]] == ["gives"]
    assert Registration.objects.count() == 0
    body = {"digest": shown["digest"]}
    told = cashier.post(f"/payments/{stuck.pk}/settling", body, key="s").json()["changed"]
    assert (told["state"], told["registration"]) == ("paid", Registration.objects.get().pk)
    older = cashier.post(f"/payments/{back.pk}/refund", {"reason": "Full", "version": 9})
    assert (older.status_code, Payment.objects.get(pk=back.pk).refund_asked_at) == (409, None)
    told = cashier.post(f"/payments/{back.pk}/refund", {"reason": "Full"}).json()
    assert told["changed"]["state"] == "refunding"
    assert [each["tone"] for each in told["consequences"]] == ["stays"]
    assert Payment.objects.get(pk=back.pk).refund_asked_at == clock.at


@pytest.mark.parametrize("path", ["waiting-list", "certificates", "quiz-attempts", "submissions"])
def test_nothing_is_told_to_a_key_for_payments(cashier, able, path):
    assert cashier.get(f"/{path}").status_code == 403
    assert able.get("/payments").status_code == 403


def test_a_list_costs_the_same_with_1_and_3(able, cashier, ada, clock, europe, count_queries):
    costs = []
    for number in range(3):
        person = ContactFactory()
        Waiting.objects.create(contact=person, event=EventFactory(), joined_at=clock.at)
        PaymentFactory(contact=person, event=EventFactory())
        about = {"number": 1, "unit": QuizFactory().unit, "asked": [], "pass_mark": 50}
        person.attempts.create(points=4, started_at=clock.at, **about)
        file = {"name": "a.pdf", "kind": "pdf", "size": 9, "submitted_at": clock.at}
        person.submissions.create(unit=AssignmentFactory().unit, number=1, **file)
        if number != 1:
            asked = ("/waiting-list", "/quiz-attempts", "/submissions", "/certificates")
            costs.append([count_queries(lambda path=path: able.get(path)) for path in asked])
            costs[-1].append(count_queries(lambda: cashier.get("/payments")))
    assert costs == [[3, 3, 3, 3, 3]] * 2

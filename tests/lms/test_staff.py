"""What staff see of registrations and requests, and what they do about them."""

import re

import pytest
from django.urls import reverse

from lms import attendance
from lms.models import Completion, PaidBy, Registration, Request, RequestState
from lms.views import registrations
from passes.models import Pass
from tests.factories import (
    ContactFactory,
    ContentUnitFactory,
    EventFactory,
    LmsEventFactory,
    PassOptionFactory,
    PathFactory,
    ProgressFactory,
    RegistrationFactory,
    UserFactory,
)
from tests.lms.cast import day, held, library
from tests.lms.test_pages import text
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    return EventFactory(course__title="Coaching", place="Malmö", first_on=day("2026-12-07"))


def asked_for(contact, clock, **about):
    return Request.objects.create(contact=contact, asked_at=clock.at, **about)


# Looking


def test_a_contacts_page_has_their_registrations_with_progress(browse, office, ada, lesson):
    units = [ContentUnitFactory(course=lesson.course) for _ in range(4)]
    ProgressFactory(contact=ada, unit=units[0])
    used = held(ada, library(lesson.course))
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    said = text(browse(office).get(f"/contacts/{ada.pk}/"))
    assert f"Registered {lesson.course.title} LMS Leadership Library 25 % 22 Nov 2026" in said


def test_a_path_counts_its_required_courses(browse, office, ada, lesson, clock):
    path = PathFactory(courses=[lesson.course, LmsEventFactory().course])
    RegistrationFactory(contact=ada, path=path)
    Completion.objects.create(contact=ada, item=lesson.course, at=clock.at)
    said = text(browse(office).get(f"/contacts/{ada.pk}/registrations/"))
    assert f"{path.title} Learning path By staff 50 %" in said


@pytest.mark.parametrize("where", ["contact", "event", "pass", "account", "all"])
@pytest.mark.parametrize("number", [1, 3, 60])
def test_lists_take_the_same_statements(where, number, browse, office, ada, room, count_queries):
    room.capacity = None
    room.save()
    pass_type = library(room.course)
    used = held(ada, pass_type)
    for _index in range(number):
        other = ContactFactory(account=ada.account)
        event = EventFactory() if where == "contact" else room
        who = ada if where == "contact" else other
        RegistrationFactory(contact=who, event=event, used_pass=used if where == "pass" else None)
    address = {
        "contact": f"/contacts/{ada.pk}/registrations/",
        "event": f"/events/{room.pk}/registrations/",
        "pass": f"/passes/{used.pk}/registrations/",
        "account": f"/accounts/{ada.account_id}/registrations/",
        "all": "/all-registrations/",
    }[where]
    expected = {"contact": 5, "event": 5, "pass": 5, "account": 5, "all": 4}[where]
    client = browse(office)
    # The rows alone: the tabs of an account cost what other apps count on them.
    rows = {"HX-Request": "true", "HX-Target": "list-rows"}
    assert count_queries(lambda: client.get(address, headers=rows)) == expected
    assert client.get(address).status_code == 200


def test_lists_are_narrowed_and_exported(browse, office, ada, room, clock):
    RegistrationFactory(contact=ada, event=room)
    RegistrationFactory(event=room, cancelled_at=clock.at)
    client = browse(office)
    everything = text(client.get("/all-registrations/"))
    assert "1–2 of 2" in everything
    assert "1–1 of 1" in text(client.get("/all-registrations/?standing=cancelled"))
    assert "1–1 of 1" in text(client.get("/all-registrations/?q=lindqvist+coaching"))
    answer = client.get("/all-registrations/?q=lindqvist&export=csv")
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "Ada Lindqvist" in rows[1]


# Doing


def test_staff_register_a_contact_on_an_event(browse, office, ada, room):
    answer = browse(office).post(
        f"/events/{room.pk}/registrations/new/", {"contact": ada.pk, "reason": "", "operation": "k"}
    )
    assert answer.status_code == 302
    made = Registration.objects.get()
    assert (made.contact, made.event, made.paid_by) == (ada, room, PaidBy.STAFF)
    again = browse(office).post(
        f"/events/{room.pk}/registrations/new/", {"contact": ada.pk, "operation": "k2"}
    )
    assert (again.status_code, "Ada Lindqvist is registered already." in text(again)) == (422, True)


def test_staff_register_on_a_path_or_an_event_from_the_contact(browse, office, ada, room, lesson):
    path = PathFactory(courses=[lesson.course])
    client = browse(office)
    address = f"/contacts/{ada.pk}/registrations/new/"
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"event": room.pk, "path": path.pk}).status_code == 422
    client.post(address, {"path": path.pk, "operation": "1"})
    client.post(address, {"event_typed": "coaching", "operation": "2"})
    assert set(Registration.objects.values_list("path", "event")) == {
        (path.pk, None),
        (None, lesson.pk),
        (None, room.pk),
    }
    assert "Coaching, 7 December 2026, Malmö" in text(
        client.get("/all-registrations/events/?q=malmo")
    )
    assert path.title in text(client.get("/all-registrations/paths/?q=path"))


def test_staff_cancel_after_reading_what_it_means(browse, office, ada, room):
    place = RegistrationFactory(contact=ada, event=room)
    client, address = browse(office), f"/all-registrations/{place.pk}/cancellation/"
    page = client.get(address)
    assert "Cancelled; progress is kept Coaching, 7 December 2026: Ada Lindqvist" in text(page)
    digest = re.search(r'name="digest" value="([^"]+)"', page.content.decode())[1]
    sent = {"reason": "Ill", "digest": digest, "version": 0, "operation": "k"}
    for _press in range(2):
        assert client.post(address, sent).status_code == 302
    room.refresh_from_db()
    place.refresh_from_db()
    assert (room.taken, place.cancelled_at is not None) == (0, True)
    assert JournalRow.objects.get(kind="registration.cancelled").reason == "Ill"
    stale = client.post(address, {**sent, "operation": "k2"})
    assert stale.status_code == 422


def test_attendance_and_completion_are_marked_in_bulk_once_it_has_begun(
    browse, office, room, clock
):
    places = [RegistrationFactory(event=room) for _ in range(3)]
    asked = "&".join(f"ids={place.pk}" for place in places[:2])
    client = browse(office)
    address = f"/events/{room.pk}/registrations/attendance/?{asked}"
    early = client.post(address, {"operation": "1"})
    assert early.status_code == 422
    assert "The event begins on 7 December 2026. Mark it from that day on." in text(early)
    clock.set("2026-12-07 18:00")
    client = browse(office)
    client.post(address, {"operation": "2"})
    client.post(f"/events/{room.pk}/registrations/attendance/?not=1&ids={places[2].pk}", {})
    client.post(f"/events/{room.pk}/registrations/completion/?{asked}", {"operation": "3"})
    rows = Registration.objects.order_by("pk")
    assert [row.attended for row in rows] == [True, True, False]
    assert [row.completed_at is not None for row in rows] == [True, True, False]
    assert Completion.objects.filter(item=room.course).count() == 2
    kinds = list(JournalRow.objects.values_list("kind", flat=True))
    assert (kinds.count("registration.attended"), kinds.count("registration.completed")) == (3, 2)


# Requests


def test_a_request_for_a_place_is_granted_with_the_place(browse, office, ada, room, clock):
    asked = asked_for(ada, clock, item=room.course, event=room)
    client = browse(office)
    address = f"/requests/{asked.pk}/place/"
    assert "7 December 2026, Malmö" in text(client.get(address))
    client.post(address, {"event": room.pk, "answer": "See you there.", "operation": "k"})
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.answered_by) == (
        RequestState.GRANTED,
        "See you there.",
        office,
    )
    assert Registration.objects.get().paid_by == PaidBy.STAFF
    assert "See you there." in text(browse(ada.user).get(reverse("lms:profile_requests")))
    again = client.post(address, {"event": room.pk, "operation": "k2"})
    assert (again.status_code, Registration.objects.count()) == (422, 1)


def test_a_place_that_cant_be_given_leaves_the_request_open(browse, office, ada, room, clock):
    asked = asked_for(ada, clock, item=room.course, event=room)
    room.capacity = 0
    room.save()
    answer = browse(office).post(f"/requests/{asked.pk}/place/", {"event": room.pk})
    assert answer.status_code == 422
    asked.refresh_from_db()
    assert asked.state == RequestState.OPEN


def test_a_request_for_a_pass_is_granted_with_the_pass(browse, office, ada, clock):
    pass_type = library()
    option = PassOptionFactory(pass_type=pass_type)
    asked = asked_for(ada, clock, pass_type=pass_type)
    client = browse(office)
    assert "Leadership Library" in client.get(f"/requests/{asked.pk}/pass/").content.decode()
    answers = {
        "pass_type": pass_type.pk,
        "option": option.pk,
        "expires_on": "2027-11-22",
        "external_ids": "",
        "account": ada.account_id,
        "operation": "k",
    }
    for _press in range(2):
        assert client.post(f"/requests/{asked.pk}/pass/", answers).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, Pass.objects.get().contact) == (RequestState.GRANTED, ada)


def test_a_request_is_declined_with_a_sentence_that_the_learner_reads(
    browse, office, ada, room, clock
):
    asked = asked_for(ada, clock, item=room.course)
    client = browse(office)
    assert client.post(f"/requests/{asked.pk}/refusal/", {"answer": ""}).status_code == 422
    client.post(f"/requests/{asked.pk}/refusal/", {"answer": "Next year.", "operation": "k"})
    page = text(browse(ada.user).get(f"/catalogue/{room.course.slug}/"))
    assert "Next year." in page
    assert "Register" in page


def test_the_list_of_requests(browse, office, ada, room, clock, count_queries):
    client = browse(office)
    assert "Nobody asked for anything yet" in text(client.get("/requests/"))
    for number in (1, 3, 30):
        for _index in range(number):
            asked_for(ContactFactory(), clock, item=room.course)
        assert count_queries(lambda: client.get("/requests/")) == 4
    page = text(client.get("/requests/?state=granted"))
    assert "Show everything" in page or "Nothing" in page


# Nobody else


STAFF_ONLY = [
    "/dashboard/",
    "/requests/",
    "/requests/{request}/place/",
    "/requests/{request}/refusal/",
    "/all-registrations/",
    "/all-registrations/{place}/cancellation/",
    "/all-registrations/events/",
    "/all-registrations/paths/",
    "/contacts/{contact}/registrations/",
    "/contacts/{contact}/registrations/new/",
    "/accounts/{account}/registrations/",
    "/events/{event}/registrations/",
    "/events/{event}/registrations/new/",
    "/events/{event}/registrations/attendance/",
    "/events/{event}/registrations/completion/",
]


@pytest.mark.parametrize("address", STAFF_ONLY)
def test_visitors_and_learners_are_kept_out(address, browse, ada, room, clock):
    place = RegistrationFactory(contact=ada, event=room)
    asked = asked_for(ada, clock, item=room.course)
    address = address.format(
        request=asked.pk,
        place=place.pk,
        contact=ada.pk,
        account=ada.account_id,
        event=room.pk,
    )
    assert browse().get(address).status_code == 302
    assert browse(ada.user).get(address).status_code == 403
    assert browse(ada.user).post(address).status_code in {403, 405}
    if address != "/dashboard/":
        assert browse(UserFactory(is_staff=True)).get(address).status_code == 403


def test_a_mark_is_refused_for_what_is_cancelled(room, who, clock):
    place = RegistrationFactory(event=room, cancelled_at=clock.at)
    with pytest.raises(Refusal, match="One of them is cancelled"):
        attendance.mark_attended([place.pk], True, **who)


# Why can she open this?


def test_staff_see_why_somebody_can_open_it_or_not(browse, office, ada, lesson):
    course = lesson.course
    address = f"/contacts/{ada.pk}/access/{course.pk}/"
    client = browse(office)
    said = text(client.get(address))
    assert "Ada Lindqvist can't open it now: not registered." in said
    assert "Register the contact on it, or on a learning path that holds it." in said
    over = held(ada, library(course, name="Over"), until="2026-11-21")
    RegistrationFactory(contact=ada, event=lesson, used_pass=over)
    said = text(client.get(address))
    assert "Ada Lindqvist can't open it now: Over expired on 21 November 2026." in said
    held(ada, library(course, name="Live"))
    said = text(client.get(address))
    assert "Ada Lindqvist can open it now: through Live until 22 November 2027." in said
    assert "Opens it Live" in said
    assert "Expired Over" in said
    assert browse(ada.user).get(address).status_code == 403


def test_the_question_is_asked_from_the_page_of_a_course_too(browse, office, ada, lesson):
    course, client = lesson.course, browse(office)
    address = reverse("lms:ask_why", args=[course.pk])
    assert f'href="{address}"' in client.get(f"/courses/{course.pk}/").content.decode()
    assert client.post(address, {"contact": ""}).status_code == 422
    answer = client.post(address, {"contact": ada.pk})
    assert answer["Location"] == f"/contacts/{ada.pk}/access/{course.pk}/"


def test_panels_of_one_list_keep_their_statements_together():
    assert registrations.Brief(registrations.OfContact) is registrations.Brief(
        registrations.OfContact
    )

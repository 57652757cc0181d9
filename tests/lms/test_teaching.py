"""Instructors see, in the LMS, their events and who takes part, and mark who was there."""

import datetime

import pytest

from crm import contacts, teaching
from lms import overlaps
from lms.models import Registration
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LearnerFactory,
    RegistrationFactory,
    copies,
    several,
)
from tms.models import JournalRow

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


@pytest.fixture
def ingrid(kestrel):
    return LearnerFactory(
        first_name="Ingrid", last_name="Solberg", account=kestrel, is_instructor=True
    )


def taught_by(contact, first_on, who, title="Coaching", **more):
    event = EventFactory(course=CourseFactory(title=title), first_on=day(first_on), **more)
    teaching.choose(event.sessions.first(), [contact], every_session=True, **who)
    return event


@pytest.fixture
def today(ingrid, who):
    """An event that began this morning."""
    return taught_by(ingrid, "2026-11-22", who, "Today")


def titles(response):
    return [row["course__title"] for row in response.context["listing"].slice.rows]


def test_their_events_are_those_they_were_chosen_for(browse, ingrid, today, who):
    taught_by(ingrid, "2026-12-03", who, "Ahead")
    taught_by(ingrid, "2026-11-02", who, "Past")
    taught_by(ingrid, "2026-12-03", who, "Planned", status="draft")
    taught_by(LearnerFactory(is_instructor=True), "2026-12-03", who, "Somebody else's")
    RegistrationFactory(event=today)
    RegistrationFactory(event=today, cancelled_at=who["at"])
    client = browse(ingrid.user)
    page = client.get("/my-teaching/")
    assert titles(page) == ["Today", "Ahead"]
    assert [row["people"] for row in page.context["listing"].slice.rows] == [1, 0]
    assert titles(client.get("/my-teaching/?q=ahe")) == ["Ahead"]
    assert titles(client.get("/my-teaching/past/")) == ["Past"]
    assert "/my-teaching/" in client.get("/catalogue/").content.decode()


def test_nobody_else_sees_them_and_a_mark_that_is_gone_ends_it_at_once(
    browse, ingrid, ada, today, who, office
):
    other = LearnerFactory(is_instructor=True)
    place = RegistrationFactory(contact=ada, event=today)
    paths = ["", "list/", f"attendance/?ids={place.pk}"]
    for part in paths:
        address = f"/my-teaching/{today.pk}/{part}"
        assert browse(ingrid.user).get(address).status_code == 200, part
        assert browse(other.user).get(address).status_code == 404, part
        assert browse(ada.user).get(address).status_code == 403, part
        assert browse(office).get(address).status_code == 403, part
        assert browse().get(address).status_code == 302, part
    client = browse(ingrid.user)
    assert "/my-teaching/" not in browse(ada.user).get("/catalogue/").content.decode()
    contacts.edit(ingrid.pk, is_instructor=False, **who)
    for part in paths:
        assert client.get(f"/my-teaching/{today.pk}/{part}").status_code == 403
    assert client.post(f"/my-teaching/{today.pk}/attendance/?ids={place.pk}").status_code == 403
    assert "/my-teaching/" not in client.get("/catalogue/").content.decode()


def test_of_participants_they_see_who_they_are_and_no_more(browse, ingrid, ada, today):
    contacts.Contact.objects.filter(pk=ada.pk).update(phone="0123 456", notes="Secret note")
    RegistrationFactory(contact=ada, event=today)
    for part in ("", "list/"):
        text = browse(ingrid.user).get(f"/my-teaching/{today.pk}/{part}").content.decode()
        assert "Ada Lindqvist" in text
        assert "Kestrel Rail Group" in text
        for secret in (ada.email, "0123 456", "Operations Lead", "Secret note"):
            assert secret not in text, (part, secret)


def test_they_mark_who_was_there_as_staff_do(browse, ingrid, ada, today, clock):
    place = RegistrationFactory(contact=ada, event=today)
    elsewhere = RegistrationFactory(contact=ada, event=EventFactory())
    client = browse(ingrid.user)
    address = f"/my-teaching/{today.pk}/attendance/"
    both = f"?ids={place.pk}&ids={elsewhere.pk}"
    press = {"data": {"operation": "1"}, "headers": {"HX-Request": "true"}}
    assert client.post(address + both, **press).status_code == 204
    press["data"] = {"operation": "2"}
    place.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (place.attended, elsewhere.attended) == (True, None)
    fact = JournalRow.objects.get(kind="registration.attended")
    assert (fact.subject_id, fact.by_id) == (place.pk, ingrid.user_id)
    assert client.post(f"{address}?all=1&not=1", **press).status_code == 204
    place.refresh_from_db()
    assert place.attended is False


def test_nobody_is_marked_before_the_event_begins(browse, ingrid, ada, who):
    event = taught_by(ingrid, "2026-12-03", who)
    place = RegistrationFactory(contact=ada, event=event)
    client = browse(ingrid.user)
    page = client.get(f"/my-teaching/{event.pk}/").content.decode()
    assert "Attendance is marked from 3 December 2026 on." in page
    assert "/attendance/" not in page
    answer = client.post(
        f"/my-teaching/{event.pk}/attendance/?ids={place.pk}",
        {"operation": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "The event begins on 3 December 2026. Mark it from that day on." in (
        answer.content.decode()
    )


def test_the_list_to_print_has_a_box_for_each_day(browse, ingrid, ada, who):
    event = taught_by(ingrid, "2026-12-03", who, days=2)
    RegistrationFactory(contact=ContactFactory(first_name="Zoë", last_name="Abel"), event=event)
    RegistrationFactory(contact=ada, event=event)
    page = browse(ingrid.user).get(f"/my-teaching/{event.pk}/list/")
    assert [row["name"] for row in page.context["people"]] == ["Zoë Abel", "Ada Lindqvist"]
    assert page.context["days"] == ["3 Dec 2026", "4 Dec 2026"]
    assert page.context["who"] == "Ingrid Solberg"


def test_staff_who_look_as_an_instructor_mark_nobody(browse, ingrid, ada, today, office):
    place = RegistrationFactory(contact=ada, event=today)
    client = browse(office)
    client.post(f"/contacts/{ingrid.pk}/viewing/")
    address = f"/my-teaching/{today.pk}/attendance/?ids={place.pk}"
    assert client.get(f"/my-teaching/{today.pk}/").status_code == 200
    assert client.post(address, {"operation": "1"}).status_code == 403
    place.refresh_from_db()
    assert place.attended is None


@pytest.mark.parametrize("number", [1, 3, 300])
def test_lists_ask_as_often_for_many_as_for_one(number, browse, ingrid, today, who, count_queries):
    place = RegistrationFactory(event=today)
    people = copies(
        place.contact, number - 1, email=lambda n: f"p{n}@x.example", user=lambda n: None
    )
    copies(place, number - 1, contact=lambda n: people[n])
    events = several(today, number)
    copies(today.sessions.get(), number - 1, event=lambda n: events[n + 1])
    copies(
        teaching.Teaching.objects.get(),
        number - 1,
        session=lambda n: events[n + 1].sessions.get(),
    )
    client = browse(ingrid.user)
    assert len(titles(client.get("/my-teaching/"))) == min(number, 50)
    asked = [
        count_queries(lambda path=path: client.get(path))
        for path in ("/my-teaching/", f"/my-teaching/{today.pk}/", f"/my-teaching/{today.pk}/list/")
    ]
    assert asked == [5, 7, 6]
    assert Registration.objects.count() == number


def test_what_they_teach_counts_where_two_events_meet_at_once(ingrid, today, who):
    beside = EventFactory(first_on=day("2026-11-22"))
    assert overlaps.of(ingrid.pk, beside) == ["Today, 22 Nov 2026, 09:00"]
    RegistrationFactory(contact=ingrid, event=today)
    assert overlaps.of(ingrid.pk, beside) == ["Today, 22 Nov 2026, 09:00"]
    assert overlaps.of(LearnerFactory().pk, beside) == []

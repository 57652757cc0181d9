"""The pages of an item and of a pass type, booking on them, the confirmation, giving up."""

import html
import re

import icalendar
import pytest

from catalog.models import EventType, ItemStatus
from lms.models import Registration, Request
from passes.models import TypeStatus
from tests.factories import (
    CourseFactory,
    EventFactory,
    LearnerFactory,
    PassOptionFactory,
    PathFactory,
    PriceFactory,
    RegistrationFactory,
    TokenUnitFactory,
)
from tests.lms.cast import day, held, library

pytestmark = pytest.mark.django_db


def text(answer):
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(words).split())


def at(item):
    return f"/catalogue/{item.slug}/"


@pytest.fixture
def room(europe):
    return EventFactory(course__title="Coaching", place="Malmö")


# Who sees it


def test_drafts_are_nowhere_and_what_is_archived_is_for_its_learners(browse, ada, lesson):
    course = lesson.course
    assert browse().get(at(course)).status_code == 200
    course.status = ItemStatus.DRAFT
    course.save()
    assert browse(ada.user).get(at(course)).status_code == 404
    course.status = ItemStatus.ARCHIVED
    course.save()
    assert browse(ada.user).get(at(course)).status_code == 404
    RegistrationFactory(contact=ada, event=lesson)
    assert "No longer offered; it stays yours." in text(browse(ada.user).get(at(course)))
    assert browse().get(at(course)).status_code == 404


def test_visitors_are_led_to_sign_in_and_back(browse, room):
    page = browse().get(at(room.course))
    assert "Register You sign in first, and come back here." in text(page)
    answer = browse().get(at(room.course) + "request/")
    assert answer.url == f"/account/login/?next=/catalogue/{room.course.slug}/request/"
    assert browse().post(at(room.course) + "booking/").status_code == 302


def test_staff_without_a_contact_look_but_dont_register(browse, office, room):
    said = text(browse(office).get(at(room.course)))
    assert "Your sign-in belongs to no learner, so you can look but not register." in said
    assert browse(office).post(at(room.course) + "booking/", {"event": room.pk}).status_code == 403


# By pass


def test_register_becomes_access_now(browse, ada, room):
    without = text(browse(ada.user).get(at(room.course)))
    assert "Register" in without
    assert "Access Now" not in without
    held(ada, library(room.course))
    said = text(browse(ada.user).get(at(room.course)))
    assert (
        "You have it Included in your Leadership Library until 22 November 2027. "
        "Nothing to pay, no questions." in said
    )
    assert "Access Now" in said
    assert "Register" not in said


def test_access_now_leads_into_an_lms_course(browse, ada, lesson):
    held(ada, library(lesson.course))
    answer = browse(ada.user).post(at(lesson.course) + "booking/", {"event": lesson.pk})
    assert answer.url == f"/learn/{lesson.course.slug}/"
    assert Registration.objects.get().contact == ada


def test_access_now_pressed_twice_books_once(browse, ada, room):
    held(ada, library(room.course))
    client = browse(ada.user)
    first = client.post(at(room.course) + "booking/", {"event": room.pk})
    assert client.post(at(room.course) + "booking/", {"event": room.pk}).url == first.url
    assert Registration.objects.count() == 1
    said = text(client.get(first.url))
    assert "You are registered Coaching When 7 December 2026 Where Malmö" in said
    assert "Add to calendar" in said
    assert "A place on a date can't be cancelled here." in said


def test_only_dates_that_the_pass_covers_can_be_chosen(browse, ada, room):
    held(ada, library(room.course), until="2026-12-31")
    late = EventFactory(course=room.course, first_on=day("2027-01-15"))
    full = EventFactory(course=room.course, first_on=day("2026-12-08"), capacity=1)
    RegistrationFactory(event=full)
    page = browse(ada.user).get(at(room.course)).content.decode()
    radios = dict(re.findall(r'value="(\d+)" required( disabled| checked|)>', page))
    assert radios == {
        str(room.pk): " checked",
        str(full.pk): " disabled",
        str(late.pk): " disabled",
    }
    assert "Your Leadership Library ends on 31 December 2026." in page


def test_a_refusal_stands_on_the_page_and_nothing_is_booked(browse, ada, room):
    pass_ = held(ada, library(room.course))
    client = browse(ada.user)
    client.get(at(room.course))
    pass_.expires_on = day("2026-12-06")
    pass_.save()
    answer = client.post(at(room.course) + "booking/", {"event": room.pk})
    assert answer.status_code == 422
    assert "before this event begins on 7 December 2026" in text(answer)
    assert not Registration.objects.exists()
    answer = client.post(at(room.course) + "booking/")
    assert (answer.status_code, "Choose a date first." in text(answer)) == (422, True)


def test_an_event_of_another_course_cant_be_slipped_in(browse, ada, room):
    held(ada, library(room.course))
    other = EventFactory()
    client = browse(ada.user)
    assert client.post(at(room.course) + "booking/", {"event": other.pk}).status_code == 404
    for nonsense in ("x", "9" * 30, "-1"):
        answer = client.post(at(room.course) + "booking/", {"event": nonsense})
        assert answer.status_code == 422


def test_who_is_registered_continues(browse, ada, lesson):
    RegistrationFactory(contact=ada, event=lesson, content_until=day("2026-12-22"))
    said = text(browse(ada.user).get(at(lesson.course)))
    assert "You are registered You have it until 22 December 2026. Continue" in said
    assert "Access Now" not in said


def test_what_ended_says_why_and_how_to_go_on(browse, ada, lesson):
    used = held(ada, library(lesson.course), until="2026-11-21")
    RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    said = text(browse(ada.user).get(at(lesson.course)))
    assert "Your pass expired on 21 November 2026." in said
    assert "Your progress is kept" in said
    assert "How to get Leadership Library" in said


def test_a_path_registers_and_lets_choose_dates(browse, ada, lesson, room):
    path = PathFactory(title="New Manager", courses=[lesson.course, room.course])
    held(ada, library(path))
    client = browse(ada.user)
    answer = client.post(at(path) + "booking/")
    onto = Registration.objects.get(path=path)
    assert answer.url == f"/registrations/{onto.pk}/"
    assert "Take this date" in text(client.get(answer.url))
    answer = client.post(
        f"/registrations/{onto.pk}/date/", {"course": room.course_id, "event": room.pk}
    )
    place = Registration.objects.get(event=room)
    assert place.path_registration == onto
    assert "Take this date" not in text(client.get(answer.url))


# Prices and contents


def test_an_items_page_says_prices_passes_and_steps(browse, lesson, europe):
    path = PathFactory(title="New Manager", courses=[lesson.course])
    PriceFactory(of=path, amount=890, region=europe)
    option = PassOptionFactory(pass_type=library(path))
    PriceFactory(of=option, amount=490, region=europe)
    said = text(browse().get(at(path)))
    assert f"What it contains 1 {lesson.course.title}" in said
    assert "Passes that include it Leadership Library Annual: €490.00 plus tax" in said
    assert "Without a pass €890.00 plus tax" in said


def test_a_pass_types_page_says_everything_about_it(browse, ada, lesson, europe):
    pass_type = library(lesson.course, slug="leadership", description="For people who lead.")
    option = PassOptionFactory(pass_type=pass_type)
    PriceFactory(of=option, amount=490, region=europe)
    said = text(browse(ada.user).get("/catalogue/passes/leadership/"))
    assert "What it is For people who lead." in said
    assert f"What is in it {lesson.course.title}" in said
    assert "Annual 12 months €490.00 plus tax" in said
    assert "Ask for this pass" in said
    held(ada, pass_type)
    said = text(browse(ada.user).get("/catalogue/passes/leadership/"))
    assert "Yours until 22 November 2027" in said
    assert "Ask for this pass" not in said


@pytest.mark.parametrize("status", [TypeStatus.DRAFT, TypeStatus.ARCHIVED])
def test_a_pass_type_that_isnt_offered_has_no_page(status, browse, ada):
    pass_type = library(slug="leadership", status=status)
    assert browse().get("/catalogue/passes/leadership/").status_code == 404
    held(ada, pass_type)
    archived = status == TypeStatus.ARCHIVED
    assert browse(ada.user).get("/catalogue/passes/leadership/").status_code == (
        200 if archived else 404
    )


# Asking


def test_register_without_a_pass_asks_for_a_place(browse, ada, room):
    client = browse(ada.user)
    address = at(room.course) + "request/"
    assert "7 December 2026, Malmö" in text(client.get(address))
    answer = client.post(address, {"event": room.pk, "note": "With  my team", "operation": "k"})
    assert answer.url == at(room.course)
    asked = Request.objects.get()
    assert (asked.contact, asked.event, asked.note) == (ada, room, "With my team")
    assert "You asked for a place on 22 November 2026." in text(client.get(at(room.course)))
    again = client.post(address, {"event": room.pk, "note": "", "operation": "k2"})
    assert again.status_code == 422
    assert "You asked on 22 November 2026 already" in text(again)
    repeated = client.post(address, {"event": room.pk, "note": "With  my team", "operation": "k"})
    assert repeated.status_code == 302
    assert Request.objects.count() == 1


def test_asking_for_a_pass(browse, ada):
    library(slug="leadership")
    client = browse(ada.user)
    answer = client.post("/catalogue/passes/leadership/request/", {"note": "", "operation": "k"})
    assert answer.url == "/catalogue/passes/leadership/"
    assert Request.objects.get().pass_type.name == "Leadership Library"
    assert "You asked for it on 22 November 2026" in text(client.get(answer.url))


# Mine, and nobody else's


@pytest.mark.parametrize("part", ["", "calendar.ics", "giving-up/"])
def test_registrations_of_others_arent_there(part, browse, ada, room):
    place = RegistrationFactory(contact=ada, event=room)
    other = LearnerFactory(account=ada.account)
    assert browse(ada.user).get(f"/registrations/{place.pk}/{part}").status_code == 200
    assert browse(other.user).get(f"/registrations/{place.pk}/{part}").status_code == 404
    assert browse().get(f"/registrations/{place.pk}/{part}").status_code == 302


def test_the_calendar_file_has_each_session_in_its_zone(browse, ada, europe):
    event = EventFactory(course__title="Coaching", first_on=day("2026-12-03"), days=2)
    event.sessions.update(time_zone="Europe/Stockholm", instructor="Ingrid Solberg")
    place = RegistrationFactory(contact=ada, event=event)
    answer = browse(ada.user).get(f"/registrations/{place.pk}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    entries = calendar.walk("VEVENT")
    assert [str(entry["dtstart"].dt) for entry in entries] == [
        "2026-12-03 10:00:00+01:00",
        "2026-12-04 10:00:00+01:00",
    ]
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Stockholm"]
    assert len({entry["uid"] for entry in entries}) == 2
    place.cancelled_at = place.registered_at
    place.save()
    gone = browse(ada.user).get(f"/registrations/{place.pk}/calendar.ics")
    calendar = icalendar.Calendar.from_ical(gone.content)
    assert calendar["method"] == "CANCEL"
    assert [(entry["uid"], entry["status"]) for entry in calendar.walk("VEVENT")] == [
        (entry["uid"], "CANCELLED") for entry in entries
    ]


def test_giving_up_says_what_it_means_and_does_it_once(browse, ada, lesson):
    lesson.course.title = "Leading"
    lesson.course.save()
    used = held(ada, library(lesson.course))
    place = RegistrationFactory(contact=ada, event=lesson, used_pass=used)
    client = browse(ada.user)
    page = client.get(f"/registrations/{place.pk}/giving-up/")
    assert "Cancelled; progress is kept Leading: Ada Lindqvist" in text(page)
    digest = re.search(r'name="digest" value="([^"]+)"', page.content.decode())[1]
    for _press in range(2):
        answer = client.post(
            f"/registrations/{place.pk}/giving-up/", {"digest": digest, "operation": "k"}
        )
        assert answer.url == at(lesson.course)
    place.refresh_from_db()
    assert place.cancelled_at is not None
    assert "Access Now" in text(client.get(at(lesson.course)))


def test_what_cant_be_given_up_is_refused_when_forced(browse, ada, room):
    place = RegistrationFactory(contact=ada, event=room, used_pass=held(ada, library(room.course)))
    answer = browse(ada.user).post(f"/registrations/{place.pk}/giving-up/", {"digest": "x"})
    assert answer.status_code == 422
    place.refresh_from_db()
    assert place.cancelled_at is None


# What it costs


@pytest.mark.parametrize("number", [1, 3, 300])
def test_an_items_page_takes_the_same_statements_with_any_number_of_dates(
    number, browse, ada, europe, count_queries
):
    course = CourseFactory()
    for _index in range(number):
        EventFactory(course=course, type=EventType.BLENDED)
    held(ada, library(course))
    PriceFactory(of=course, amount=100)
    client = browse(ada.user)
    assert count_queries(lambda: client.get(at(course))) == 13


def test_the_passes_that_include_it_are_text_and_lead_to_their_pages(browse, europe):
    course = CourseFactory()
    bold = "<b>&\"'</b>"
    option = PassOptionFactory(pass_type=library(course, name=bold, slug="bold"), name=bold)
    PriceFactory(of=option, amount=3, region=europe, unit=TokenUnitFactory(label=bold))
    page = browse().get(at(course)).content.decode()
    said = "&lt;b&gt;&amp;&quot;&#x27;&lt;/b&gt;"
    assert f'<a href="/catalogue/passes/bold/">{said}</a>' in page
    assert f'<a href="/catalogue/passes/bold/">How to get {said}</a>' in page
    assert f'<span class="muted">{said}: 3 {said}</span>' in page
    assert bold not in page

"""An event meets at other times: whoever has a place keeps it, is told, and may say otherwise."""

import datetime

import icalendar
import pytest
from django.core import mail
from django.urls import reverse

from catalog import sessions
from lms import cancelling, checkout, choice_links, transferring
from lms.models import Registration
from tests.factories import ContactFactory, EventFactory, RegistrationFactory
from tests.lms.cast import TODAY, day, held, library
from tests.lms.test_pages import text
from tests.lms.test_paying_pages import digest, preview
from tms.models import JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
A_WEEK = TODAY + datetime.timedelta(days=7)
ASKED = "Until 29 November 2026 they may take another date, or give the place up"
TOLD = "That it changed goes by email to"


@pytest.fixture
def room(europe):
    """A classroom event on 7 December 2026, and another date of its course in March."""
    room = EventFactory(course__title="Coaching", course__slug="coaching", place="Leeds")
    EventFactory(course=room.course, first_on=day("2027-03-01"), place="Hull")
    return room


@pytest.fixture
def place(room, ada, who):
    held(ada, library(room.course), until="2027-06-30")
    return checkout.book_by_pass(ada, event=room, **who)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def edit(who):
    """`edit(event, days=1, place="York", tell=False)`: its one session changes by that."""

    def edited(event, *, days=0, minutes=0, **given):
        session = event.sessions.get()
        by = datetime.timedelta(days=days, minutes=minutes)
        starts, ends = (each + by for each in sessions.wall_of(session))
        as_it_is = {name: getattr(session, name) for name in ("time_zone", "place", "link")}
        return sessions.edit_session(
            session, **{"starts": starts, "ends": ends, **as_it_is, **given}, **who
        )

    return edited


def said(consequences):
    return [(each.tone, each.sentence, each.lines) for each in consequences]


def test_on_another_day_they_are_asked_and_told(place, room, edit, commit):
    with commit():
        told = edit(room, days=1, choose_until=A_WEEK)
    assert said(told) == [
        ("stays", ASKED, ("Coaching, 8 December 2026: Ada Lindqvist",)),
        ("sent", TOLD, ("Ada Lindqvist",)),
    ]
    version = place.version
    place.refresh_from_db()
    assert (place.choose_until, place.cancelled_at, place.version) == (A_WEEK, None, version + 1)
    row = JournalRow.objects.get(kind="registration.rescheduled")
    assert (row.contact_id, row.after) == (place.contact_id, {"choose_until": "2026-11-29"})
    (letter,) = mail.outbox
    assert letter.subject == "Changed: Coaching, 8 December 2026"
    assert letter.to == ["ada@kestrelrail.example"]
    assert "take another one or give the place up until 29 November 2026" in letter.body
    assert choice_links.link(place) in letter.body
    (file,) = letter.attachments
    (entry,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert entry["DTSTART"].dt.date() == day("2026-12-08")


def test_at_another_hour_or_elsewhere_they_are_told_and_not_asked(place, room, edit, commit):
    for change in ({"minutes": 30}, {"place": "York"}, {"link": "https://meet.example/7"}):
        mail.outbox.clear()
        with commit():
            told = edit(room, choose_until=A_WEEK, **change)
        assert said(told) == [("sent", TOLD, ("Ada Lindqvist",))]
        (letter,) = mail.outbox
        assert "take another" not in letter.body
        assert reverse("lms:registration", args=[place.pk]) in letter.body
    assert "York" in letter.body
    place.refresh_from_db()
    assert place.choose_until is None


def test_nobody_hears_of_what_does_not_touch_them(place, room, edit, commit):
    with commit():
        assert edit(room, instructor="Ingrid Solberg") == []
        assert edit(room, days=1, tell=False) == []
    assert mail.outbox == []


def test_asked_and_not_written_to(place, room, edit, commit):
    with commit():
        told = edit(room, days=1, tell=False, choose_until=A_WEEK)
    assert said(told) == [("stays", ASKED, ("Coaching, 8 December 2026: Ada Lindqvist",))]
    assert mail.outbox == []


def test_a_day_more_and_a_day_less_are_told_and_asked_about(place, room, who, commit):
    when = {
        "starts": datetime.datetime.fromisoformat("2026-12-08 09:00"),
        "ends": datetime.datetime.fromisoformat("2026-12-08 17:00"),
        "time_zone": "Europe/London",
    }
    with commit():
        added = sessions.add_session(room, **when, choose_until=A_WEEK, **who)
    assert [each.sentence for each in added.consequences] == [ASKED, TOLD]
    assert "8 December 2026" in mail.outbox[0].body
    mail.outbox.clear()
    with commit():
        told = sessions.remove_session(added.session, choose_until=None, **who)
    assert [each.sentence for each in told] == [TOLD]
    assert "8 December 2026" not in mail.outbox[0].body


def test_the_day_to_choose_by_comes_before_the_event_begins(place, room, edit):
    edit(room, days=-12, choose_until=A_WEEK)
    place.refresh_from_db()
    assert place.choose_until == day("2026-11-24")


def test_a_day_to_choose_by_in_the_past_is_refused(place, room, edit):
    with pytest.raises(Refusal, match="This day is in the past") as no:
        edit(room, days=1, choose_until=day("2026-11-21"))
    assert no.value.field == "choose_until"


def test_what_is_over_is_put_right_and_nobody_hears_of_it(place, room, edit, who, commit):
    who["at"], who["on"] = who["at"] + datetime.timedelta(days=30), day("2026-12-22")
    with commit():
        session = room.sessions.get()
        starts, ends = sessions.wall_of(session)
        hour = datetime.timedelta(hours=1)
        told = sessions.edit_session(
            session, starts=starts + hour, ends=ends + hour, time_zone=session.time_zone, **who
        )
    assert (told, mail.outbox) == ([], [])


def test_only_who_has_a_place_to_come_is_told(place, room, edit, who, commit):
    others = [RegistrationFactory(contact=ContactFactory(), event=room) for _ in range(3)]
    Registration.objects.filter(pk=others[0].pk).update(completed_at=who["at"])
    cancelling.cancel(others[1].pk, **who)
    others[2].contact.email = None
    others[2].contact.save()
    with commit():
        told = edit(room, days=1)
    assert said(told) == [("sent", TOLD, ("Ada Lindqvist",))]
    assert [each.to for each in mail.outbox] == [["ada@kestrelrail.example"]]


def test_who_gave_the_place_up_before_the_letter_left_gets_none(place, room, edit, who, commit):
    with commit():
        edit(room, days=1)
        cancelling.cancel(place.pk, **who)
    assert [each for each in mail.outbox if each.subject.startswith("Changed")] == []


def test_they_take_another_date_or_give_it_up_though_the_settings_forbid_it(
    place, room, edit, ada, who
):
    later = room.course.events.get(place="Hull")
    with pytest.raises(Refusal):
        transferring.transfer_by_learner(place.pk, ada, event=later, **who)
    edit(room, days=1, choose_until=A_WEEK)
    transferring.transfer_by_learner(place.pk, ada, event=later, **who)
    place.refresh_from_db()
    assert (place.event, place.choose_until) == (later, None)


def test_its_letter_is_in_the_readers_language(place, room, edit, ada, commit):
    ada.language = "de"
    ada.save()
    with commit():
        edit(room, days=1, choose_until=A_WEEK)
    assert mail.outbox[0].subject == "Geändert: Coaching, 8. Dezember 2026"
    assert "bis 29. November 2026" in mail.outbox[0].body


def test_costs_the_same_for_many(room, edit, count_queries, commit):
    def of(number):
        for _ in range(number):
            RegistrationFactory(contact=ContactFactory(), event=room)
        return count_queries(lambda: edit(room, days=1, choose_until=A_WEEK))

    assert of(2) == of(9) == 23


# Pages and programs


@pytest.fixture
def change(browse, office, room):
    """Post the dialog that edits the event's session, moved to that day."""
    client = browse(office)
    url = reverse("catalog:edit_session", args=[room.sessions.get().pk])

    def posted(to="2026-12-08", **given):
        values = {"day": to, "starts": "09:00", "ends": "17:00", "time_zone": "Europe/London"}
        return confirmed(client, url, values | given)

    posted.url, posted.client = url, client
    return posted


def confirmed(client, url, answers):
    """What the preview said, once what it said was confirmed."""
    shown = preview(client, url, **answers)
    client.post(url, answers | {"digest": digest(shown)})
    return text(shown)


def test_the_dialog_asks_where_people_have_places(place, change, room, commit):
    page = change.client.get(change.url).content.decode()
    assert 'name="choose_until" value="2026-11-29"' in page
    assert 'name="tell"' in page
    with commit():
        said = change(choose_until="2026-11-27", tell="on")
    assert "Until 27 November 2026 they may take another date" in said
    assert TOLD in said
    place.refresh_from_db()
    assert place.choose_until == day("2026-11-27")
    assert len(mail.outbox) == 1


def test_the_dialog_asks_nothing_where_nobody_has_a_place(change):
    page = change.client.get(change.url).content.decode()
    assert 'name="choose_until"' not in page
    assert 'name="tell"' not in page


def test_taking_a_session_off_asks_too(place, room, browse, office, who, commit):
    sessions.add_session(
        room,
        starts=datetime.datetime.fromisoformat("2026-12-08 09:00"),
        ends=datetime.datetime.fromisoformat("2026-12-08 17:00"),
        time_zone="Europe/London",
        tell=False,
        **who,
    )
    client, url = browse(office), reverse("catalog:remove_session", args=[room.sessions.last().pk])
    assert 'name="tell"' in client.get(url).content.decode()
    with commit():
        assert TOLD in confirmed(client, url, {"choose_until": "", "tell": "on"})
    assert room.sessions.count() == 1
    place.refresh_from_db()
    assert (place.choose_until, len(mail.outbox)) == (None, 1)


def test_the_learner_is_asked_in_my_learning(place, room, edit, ada, browse):
    edit(room, days=1, choose_until=A_WEEK)
    page = text(browse(ada.user).get(reverse("lms:my_learning")))
    assert "We had to change your date." in page


def test_it_stands_in_the_history(place, room, edit, browse, office):
    edit(room, days=1, choose_until=A_WEEK)
    page = text(browse(office).get(reverse("crm:contact_history", args=[place.contact_id])))
    assert "Asked whether the changed date suits" in page
    assert "They may say otherwise until 29 November 2026" in page


def test_programs_say_who_is_told_and_asked(place, room, program, commit):
    desk = program("catalogue:write", "catalogue:read")
    session = room.sessions.get()
    url = f"/events/{room.pk}/sessions/{session.pk}"
    asked = {"starts": "2026-12-08T09:00", "ends": "2026-12-08T17:00", "tell": False}
    with commit():
        answer = desk.patch(url, asked | {"choose_until": "2026-11-29"})
    assert answer.status_code == 200, answer.content
    assert [each["sentence"] for each in answer.json()["consequences"]] == [ASKED]
    place.refresh_from_db()
    assert (place.choose_until, mail.outbox) == (A_WEEK, [])

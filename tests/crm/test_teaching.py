"""Contacts marked as instructors are chosen for sessions, which say who they are."""

import datetime
from importlib import import_module

import pytest
from django.db import connection

from catalog import events, sessions
from catalog.models import Event, Session
from crm import archiving, contacts, erasure, merging, teaching
from crm.models import Teaching
from tests.factories import ContactFactory, CourseFactory, EventFactory
from tms import preview
from tms.models import AuditRow, JournalRow
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def ingrid(kestrel):
    return ContactFactory(
        first_name="Ingrid", last_name="Solberg", account=kestrel, is_instructor=True
    )


@pytest.fixture
def room(europe):
    """Two days in December, so far with words about who teaches."""
    event = EventFactory(course__title="Coaching", first_on=day("2026-12-03"), days=2)
    event.sessions.update(instructor="To be said")
    return event


def names(event):
    return list(event.sessions.values_list("taught_by", flat=True))


def test_whoever_is_chosen_stands_in_the_place_of_the_words(ingrid, room, who):
    first, _second = room.sessions.all()
    other = ContactFactory(first_name="Zoë", last_name="Ask", is_instructor=True)
    assert teaching.choose(first, [ingrid, other], **who) == []
    assert names(room) == ["Zoë Ask, Ingrid Solberg", "To be said"]
    teaching.choose(first, [ingrid], every_session=True, **who)
    assert names(room) == ["Ingrid Solberg", "Ingrid Solberg"]
    teaching.choose(first, [], **who)
    assert names(room) == ["To be said", "Ingrid Solberg"]
    facts = JournalRow.objects.filter(kind="event.instructors_chosen").order_by("id")
    assert [fact.after["instructors"] for fact in facts] == [
        sorted([ingrid.pk, other.pk]), [ingrid.pk], [ingrid.pk], [],
    ]  # fmt: skip
    room.refresh_from_db()
    assert room.version == 3  # calendars follow
    assert AuditRow.objects.filter(model="crm.teaching").count() == 5


def test_only_instructors_in_use_are_chosen_and_not_too_many(ingrid, room, who):
    first = room.sessions.first()
    ada = ContactFactory(first_name="Ada", last_name="Lind")
    gone = ContactFactory(last_name="Gone", first_name="", is_instructor=True)
    archiving.archive_contact(gone.pk, **who)
    for people, sentence in [
        ([ada], "Ada Lind isn't marked as an instructor. Tick it on the contact first."),
        ([gone], "Gone is archived. Restore the contact first."),
        ([*(ContactFactory(is_instructor=True) for _n in range(5)), ingrid],
         "A session has at most 5 instructors."),
    ]:  # fmt: skip
        with pytest.raises(Refusal, match=sentence):
            teaching.choose(first, people, **who)
    assert names(room) == ["To be said", "To be said"]
    # Who teaches no more stays chosen where they were.
    teaching.choose(first, [ingrid], **who)
    contacts.edit(ingrid.pk, is_instructor=False, **who)
    teaching.choose(first, [ingrid], every_session=True, **who)
    assert names(room) == ["Ingrid Solberg", "Ingrid Solberg"]


def test_that_they_teach_elsewhere_at_the_same_time_is_said(ingrid, room, who):
    beside = EventFactory(course=CourseFactory(title="Sailing"), first_on=day("2026-12-04"))
    teaching.choose(beside.sessions.get(), [ingrid], **who)
    told = preview.run(
        lambda: teaching.choose(room.sessions.first(), [ingrid], every_session=True, **who)
    )
    assert [(each.sentence, each.lines) for each in told] == [
        (
            "They teach another event at the same time",
            ("Ingrid Solberg: Sailing, 4 Dec 2026, 09:00",),
        )
    ]
    assert teaching.choose(room.sessions.first(), [ingrid], **who) == []


def test_that_a_moved_session_meets_while_they_teach_elsewhere_is_said(ingrid, room, who):
    beside = EventFactory(course=CourseFactory(title="Sailing"), first_on=day("2026-12-10"))
    teaching.choose(beside.sessions.get(), [ingrid], **who)
    first = room.sessions.first()
    teaching.choose(first, [ingrid], **who)

    def edited(on, **more):
        starts, ends = (each.replace(day=on) for each in sessions.wall_of(first))
        zone = first.time_zone
        found = sessions.edit_session(
            first, starts=starts, ends=ends, time_zone=zone, **(more | who)
        )
        return [each.lines for each in found if each.sentence.startswith("They teach")]

    clash = ("Ingrid Solberg: Sailing, 10 Dec 2026, 09:00",)
    assert preview.run(lambda: edited(10)) == [clash]
    assert preview.run(lambda: edited(11)) == []
    # What is only said anew of a session that clashes already isn't about its time.
    assert edited(10) == [clash]
    first.refresh_from_db()
    assert edited(10, place="Room 2") == []


def test_they_are_called_what_they_are_called_now(ingrid, room, who):
    teaching.choose(room.sessions.first(), [ingrid], **who)
    contacts.edit(ingrid.pk, last_name="Berg", **who)
    assert names(room) == ["Ingrid Berg", "To be said"]


def test_an_event_that_is_held_again_has_the_instructors_who_still_teach(ingrid, room, who):
    left = ContactFactory(last_name="Left", is_instructor=True)
    teaching.choose(room.sessions.first(), [ingrid, left], every_session=True, **who)
    contacts.edit(left.pk, is_instructor=False, **who)
    copy = events.duplicate(room, first_on=day("2027-02-01"), code="AGAIN", **who)
    assert names(copy) == ["Ingrid Solberg", "Ingrid Solberg"]
    assert Teaching.objects.filter(session__event=copy, contact=ingrid).count() == 2


def test_who_is_put_away_is_said_to_teach_what_comes(ingrid, room, who):
    teaching.choose(room.sessions.first(), [ingrid], every_session=True, **who)
    told = archiving.archive_contact(ingrid.pk, **who)
    assert (
        "2 sessions to come name them as instructor. Choose somebody else.",
        ("Coaching",),
    ) in [(each.sentence, each.lines) for each in told]


def test_a_double_taught_what_the_one_kept_teaches(ingrid, room, who):
    double = ContactFactory(first_name="I.", last_name="Solberg", is_instructor=True)
    first, second = room.sessions.all()
    teaching.choose(first, [ingrid, double], **who)
    teaching.choose(second, [double], **who)
    merging.merge_contacts(ingrid.pk, double.pk, version=None, **who)
    assert names(room) == ["Ingrid Solberg", "Ingrid Solberg"]
    assert list(Teaching.objects.values_list("contact", flat=True)) == [ingrid.pk] * 2


def test_who_is_erased_teaches_nothing_to_come_and_is_named_nowhere(ingrid, room, who):
    held = EventFactory(first_on=day("2026-11-02"))
    teaching.choose(held.sessions.get(), [ingrid], **who)
    teaching.choose(room.sessions.first(), [ingrid], every_session=True, **who)
    told = erasure.erase(ingrid.pk, **who)
    assert "2 sessions to come aren't theirs to teach any more." in [t.sentence for t in told]
    assert names(room) == ["To be said", "To be said"]
    assert names(held) == ["Erased person"]


def test_words_change_without_touching_who_was_chosen(ingrid, room, who):
    first = room.sessions.first()
    teaching.choose(first, [ingrid], **who)
    starts, ends = sessions.wall_of(first)
    sessions.edit_session(
        first, starts=starts, ends=ends, time_zone=first.time_zone, instructor="Words", **who
    )
    first = Session.objects.get(pk=first.pk)
    assert (first.instructor, first.taught_by) == ("Words", "Ingrid Solberg")


def test_what_sessions_said_in_words_is_carried_over(ingrid, room, europe):
    """The migration, told of one who is meant, one who isn't marked and one name of two."""
    move = import_module("crm.migrations.0015_instructors_by_name").FORWARDS
    ContactFactory(first_name="Ada", last_name="Lind")
    for _n in range(2):
        ContactFactory(first_name="Bo", last_name="Ek", is_instructor=True)
    said = ["ingrid SOLBERG", "Ada Lind", "Bo Ek"]
    made = [EventFactory(first_on=day("2026-12-10")).sessions.get() for _each in said]
    for session, words in zip(made, said, strict=True):
        Session.objects.filter(pk=session.pk).update(instructor=words)
    with connection.cursor() as cursor:
        cursor.execute(move.partition("'account');")[2])
    rows = Session.objects.filter(pk__in=[each.pk for each in made]).order_by("pk")
    assert list(rows.values_list("instructor", "taught_by")) == [
        ("ingrid SOLBERG", "Ingrid Solberg"), ("Ada Lind", "Ada Lind"), ("Bo Ek", "Bo Ek"),
    ]  # fmt: skip
    assert list(Teaching.objects.values_list("contact", flat=True)) == [ingrid.pk]


# In the back office


def test_they_are_chosen_on_the_events_page(ingrid, room, office, browse):
    client = browse(office)
    first = room.sessions.first()
    address = f"/sessions/{first.pk}/instructors/"
    assert address in client.get(f"/events/{room.pk}/").content.decode()
    found = client.get("/instructors/options/?q=sol").content.decode()
    assert "Ingrid Solberg" in found
    ContactFactory(first_name="Sol", last_name="Learner")
    assert "Learner" not in client.get("/instructors/options/?q=sol").content.decode()
    page = client.get(address, headers={"HX-Request": "true"})
    digest = page.context["digest"]
    answer = client.post(
        address,
        {"contacts": [ingrid.pk], "every_session": "on", "operation": "x", "digest": digest},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert names(room) == ["Ingrid Solberg", "Ingrid Solberg"]
    assert "Ingrid Solberg" in client.get(f"/events/{room.pk}/").content.decode()


def test_instructors_are_found_in_the_list_of_contacts(ingrid, ada, office, browse):
    listing = browse(office).get("/contacts/?instructor=yes").context["listing"]
    assert [row["pk"] for row in listing.slice.rows] == [ingrid.pk]
    listing = browse(office).get("/contacts/?instructor=no").context["listing"]
    assert [row["pk"] for row in listing.slice.rows] == [ada.pk]


def test_programs_choose_who_teaches(ingrid, ada, room, who, program):
    first, second = room.sessions.all()
    beside = EventFactory(course=CourseFactory(title="Sailing"), first_on=day("2026-12-04"))
    teaching.choose(beside.sessions.get(), [ingrid], **who)
    able = program("catalogue:read", "catalogue:write")
    address = f"/events/{room.pk}/sessions/{first.pk}/instructors"
    body = {
        "contacts": [ingrid.pk],
        "every_session": True,
        "version": Event.objects.get(pk=room.pk).version,
    }
    told = able.post(address, body | {"preview": True}).json()
    assert [each["lines"] for each in told["consequences"]] == [
        ["Ingrid Solberg: Sailing, 4 Dec 2026, 09:00"]
    ]
    assert names(room) == ["To be said", "To be said"]
    answer = able.post(address, body | {"digest": told["digest"]}, key="one")
    assert (answer.status_code, names(room)) == (200, ["Ingrid Solberg", "Ingrid Solberg"])
    assert (
        answer.json()["changed"]
        == able.get(f"/events/{room.pk}/instructors").json()
        == {
            "event": room.pk,
            "sessions": [
                {"session": pk, "instructors": [{"contact": ingrid.pk, "name": "Ingrid Solberg"}]}
                for pk in (first.pk, second.pk)
            ],
        }
    )
    again = able.post(address, body | {"digest": told["digest"]}, key="one")
    assert again["Idempotency-Replayed"] == "true"
    assert able.post(address, {"contacts": [], "version": 0}).status_code == 409
    refused = able.post(address, {"contacts": [ada.pk]})
    # Who is no instructor isn't named to a key for the catalogue.
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        f"There is no contact {ada.pk}.",
    )
    assert JournalRow.objects.filter(kind="event.instructors_chosen").count() == 3
    elsewhere = f"/events/{beside.pk}/sessions/{first.pk}/instructors"
    assert able.post(elsewhere, {"contacts": []}).status_code == 404


def test_a_key_for_the_catalogue_learns_no_name_of_who_does_not_teach(ingrid, ada, room, program):
    able, first = program("catalogue:read", "catalogue:write"), room.sessions.first()
    type(ingrid).objects.filter(pk=ingrid.pk).update(archived_at=first.starts_at)
    for stranger in (ingrid, ada):
        body = {"contacts": [stranger.pk]}
        told = able.post(f"/events/{room.pk}/sessions/{first.pk}/instructors", body).json()
        assert (told["field"], told["detail"]) == (
            "contacts",
            f"There is no contact {stranger.pk}.",
        )


def test_programs_say_who_looks_after_an_account(ingrid, ada, program):
    able = program("people:read", "people:write")
    address = f"/accounts/{ada.account_id}"
    version = able.get(address).json()["version"]
    body = {"contacts": [ada.pk], "version": version}
    answer = able.post(f"{address}/managers", body)
    assert answer.json()["managers"] == able.get(address).json()["managers"] == [ada.pk]
    assert answer["ETag"] == able.get(address)["ETag"]
    assert able.post(f"{address}/managers", body).status_code == 409  # as it was seen before
    stranger = ContactFactory(last_name="Ask", first_name="Zoë")
    refused = able.post(f"{address}/managers", {"contacts": [ada.pk, stranger.pk]})
    assert (refused.status_code, refused.json()["field"]) == (422, "contacts")
    assert able.post(f"{address}/managers", {"contacts": []}).json()["managers"] == []
    facts = JournalRow.objects.filter(kind="account.managers_chosen").order_by("id")
    assert [fact.after["managers"] for fact in facts] == [[ada.pk], []]


def test_programs_find_instructors_and_read_who_teaches(ingrid, ada, room, who, program):
    teaching.choose(room.sessions.first(), [ingrid], **who)
    asked = program("people:read", "catalogue:read")
    found = asked.get("/contacts?is_instructor=true").json()["items"]
    assert [each["id"] for each in found] == [ingrid.pk]
    told = asked.get(f"/events/{room.pk}").json()["sessions"]
    assert [(each["instructor"], each["taught_by"]) for each in told] == [
        ("To be said", "Ingrid Solberg"),
        ("To be said", "To be said"),
    ]

"""Who gets a place is written to, once, with the sessions for their calendar."""

import icalendar
import pytest
from django.core import mail
from django.urls import reverse

from lms import checkout, letters
from lms.models import Registration
from tests.factories import EventFactory, LmsEventFactory, PathFactory
from tests.lms.cast import day, held, library
from tms.models import KeptMail
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    return EventFactory(
        course__title="Coaching", course__slug="coaching", first_on=day("2026-12-03"), days=2
    )


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What happens in it is committed, and what waits for that follows."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def calendar_in(letter):
    (file,) = letter.attachments
    assert (file.filename, file.mimetype) == ("coaching.ics", "text/calendar")
    return icalendar.Calendar.from_ical(file.content)


def test_a_place_on_an_event_is_confirmed_with_its_sessions(ada, room, who, commit):
    held(ada, library(room.course))
    with commit():
        made = checkout.book_by_pass(ada, event=room, **who)
    (letter,) = mail.outbox
    assert letter.to == [ada.email]
    assert letter.subject == "Your place: Coaching, 3–4 December 2026"
    assert f"http://localhost:8000/registrations/{made.pk}/" in letter.body
    assert "3 December 2026, 09:00" in letter.body
    assert "The attached file puts this into your calendar." in letter.body
    days = [str(entry["dtstart"].dt.date()) for entry in calendar_in(letter).walk("VEVENT")]
    assert days == ["2026-12-03", "2026-12-04"]


def test_a_second_press_writes_no_second_letter(ada, room, who, commit):
    held(ada, library(room.course))
    for _press in range(2):
        with commit():
            checkout.book_by_pass(ada, event=room, **who)
    assert len(mail.outbox) == 1


def test_content_without_dates_has_no_calendar_file(ada, lesson, who, commit):
    held(ada, library(lesson.course))
    with commit():
        checkout.book_by_pass(ada, event=lesson, **who)
    (letter,) = mail.outbox
    assert letter.attachments == []
    assert "Start any time" in letter.body
    assert "calendar" not in letter.body


def test_a_path_is_one_letter_that_names_its_steps(ada, europe, who, commit):
    first, second = LmsEventFactory(course__title="Read"), LmsEventFactory(course__title="Do")
    path = PathFactory(title="New managers", courses=[first.course, second.course])
    held(ada, library(path))
    with commit():
        checkout.book_by_pass(ada, path=path, **who)
    assert Registration.objects.count() == 3
    (letter,) = mail.outbox
    assert letter.subject == "Your place: New managers"
    assert "1. Read\n2. Do\n" in letter.body


def test_a_date_of_a_step_is_confirmed_by_itself(ada, room, who, commit):
    path = PathFactory(courses=[room.course])
    held(ada, library(path))
    with commit():
        made = checkout.book_by_pass(ada, path=path, **who)
    mail.outbox.clear()
    with commit():
        checkout.choose_date(made.pk, ada, room, **who)
    assert [letter.subject for letter in mail.outbox] == ["Your place: Coaching, 3–4 December 2026"]


def test_what_is_refused_is_not_confirmed(ada, room, who, commit):
    with commit(), pytest.raises(Refusal):
        checkout.book_by_pass(ada, event=room, **who)
    assert mail.outbox == []


def test_who_has_no_address_is_not_written_to(ada, room, who, commit):
    ada.email = None
    ada.save()
    with commit():
        checkout.register_by_staff(ada, event=room, **who)
    assert mail.outbox == []


@pytest.mark.parametrize(("ticked", "letters"), [({"tell": "on"}, 1), ({}, 0)])
def test_staff_choose_whether_the_learner_is_told(
    browse, office, ada, room, commit, ticked, letters
):
    address = reverse("lms:register_on_event", args=[room.pk])
    assert "Send them the confirmation by email" in browse(office).get(address).content.decode()
    with commit():
        answer = browse(office).post(address, {"contact": ada.pk, "reason": "", **ticked})
    assert answer.status_code == 302
    assert (Registration.objects.count(), len(mail.outbox)) == (1, letters)


def test_while_letters_are_kept_the_file_is_kept_with_them(
    browse, office, ada, room, who, commit, settings
):
    settings.MAILERS = {"default": {"BACKEND": "tms.mail.KeepBackend"}}
    with commit():
        checkout.register_by_staff(ada, event=room, **who)
    kept = KeptMail.objects.get()
    address = reverse("people:mail_file", args=[kept.pk, 0])
    page = browse(office).get(reverse("people:one_mail", args=[kept.pk])).content.decode()
    assert f'href="{address}"' in page
    answer = browse(office).get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="coaching.ics"'
    assert len(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")) == 2
    missing = reverse("people:mail_file", args=[kept.pk, 1])
    assert browse(office).get(missing).status_code == 404


def test_a_letter_takes_a_given_number_of_statements(ada, room, who, count_queries):
    made = checkout.register_by_staff(ada, event=room, **who)
    assert count_queries(lambda: letters.confirm(made.pk, at=who["at"])) == 3

"""An event is called off: whoever is moved may say otherwise, whoever loses the place is told."""

import datetime
from decimal import Decimal

import icalendar
import pytest
from django.core import mail

from catalog import events
from catalog.models import Event, Unit
from crm import accounts
from crm.models import Invoice
from lms import access, attendance, cancelling, checkout, choice_links, learning, transferring
from lms.models import Registration
from tests import races
from tests.factories import ContactFactory, CurrencyFactory, EventFactory, PriceFactory
from tests.lms.cast import TODAY, day, held, library
from tests.lms.paying import balances, give, let_spend, priced
from tests.lms.test_pages import text
from tests.lms.test_paying_pages import digest, preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tms.reporting import checking

pytestmark = pytest.mark.django_db
A_WEEK = TODAY + datetime.timedelta(days=7)


@pytest.fixture
def dates(europe):
    """Three dates of a course in December, January and March, in rooms of their own."""
    first = EventFactory(
        course__title="Coaching", course__slug="coaching", first_on=day("2026-12-07"), place="Leeds"
    )
    later = [
        EventFactory(course=first.course, first_on=day(each), place=where)
        for each, where in (("2027-01-11", "York"), ("2027-03-01", "Hull"))
    ]
    return [first, *later]


@pytest.fixture
def billed(dates, ada, kestrel, europe, who):
    """Ada's place on the first of them, by invoice."""
    PriceFactory(of=dates[0].course, amount=Decimal(490))
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    price = {"unit": CurrencyFactory(), "amount": Decimal(490), "region": europe}
    return checkout.book_by_invoice(ada, event=dates[0], **price, **who)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def moved(billed, dates, who):
    """Called off, and moved to the second date: `moved(day)` with time to choose until then."""

    def done(until=A_WEEK):
        events.cancel(dates[0], reason="Ill", onto=dates[1], choose_until=until, **who)
        billed.refresh_from_db()
        return billed

    return done


# Whoever is moved


def test_whoever_is_moved_is_told_that_they_may_say_otherwise(billed, dates, ada, who, commit):
    with commit():
        told = events.cancel(
            dates[0], reason="Ill", onto=dates[1], choose_until=A_WEEK, credit=True, **who
        )
    assert [(each.tone, each.sentence, each.lines) for each in told] == [
        (
            "stays",
            "Moved to the other date, with what was paid; until 29 November 2026 they may say "
            "otherwise",
            ("Coaching, 11 January 2027: Ada Lindqvist",),
        ),
        ("sent", "A confirmation goes by email to", ("Ada Lindqvist",)),
    ]
    billed.refresh_from_db()
    assert (billed.event, billed.choose_until) == (dates[1], A_WEEK)
    row = JournalRow.objects.get(kind="registration.transferred")
    assert row.after["choose_until"] == "2026-11-29"
    (letter,) = mail.outbox
    assert letter.subject == "Your place: Coaching, 11 January 2027"
    assert "take another date or give the place up until 29 November 2026" in letter.body
    assert choice_links.link(billed) in letter.body


def test_the_day_to_choose_by_comes_before_the_date_begins(moved, dates):
    assert moved(until=day("2027-02-01")).choose_until == day("2027-01-10")


def test_nobody_is_asked_where_the_date_begins_today(billed, dates, who):
    soon = EventFactory(course=dates[0].course, first_on=TODAY)
    told = events.cancel(dates[0], reason="Ill", onto=soon, choose_until=A_WEEK, **who)
    assert told[0].sentence == "Moved to the other date, with what was paid"
    billed.refresh_from_db()
    assert billed.choose_until is None


def test_a_day_in_the_past_is_refused(dates, who):
    with pytest.raises(Refusal, match="This day is in the past") as no:
        events.cancel(dates[0], reason="Ill", onto=dates[1], choose_until=day("2026-11-21"), **who)
    assert no.value.field == "choose_until"


def test_they_take_yet_another_date_though_the_settings_forbid_moving(moved, dates, ada, who):
    place = moved()
    transferring.transfer_by_learner(place.pk, ada, event=dates[2], **who)
    place.refresh_from_db()
    assert (place.event, place.amount, place.choose_until) == (dates[2], 490, None)
    # It is chosen.
    for refused in (
        lambda: transferring.transfer_by_learner(place.pk, ada, event=dates[1], **who),
        lambda: cancelling.cancel_by_learner(place.pk, ada, **who),
    ):
        with pytest.raises(Refusal, match="here"):
            refused()


def test_they_give_it_up_and_what_was_billed_is_credited(moved, dates, ada, who, organisation):
    organisation.learners_cancel = False
    organisation.save()
    place = moved()
    cancelling.cancel_by_learner(place.pk, ada, **who)
    place.refresh_from_db()
    assert place.cancelled_at == who["at"]
    assert [(each.kind, each.gross) for each in Invoice.objects.order_by("pk")] == [
        ("invoice", Invoice.objects.first().gross),
        ("credit_note", Invoice.objects.first().gross),
    ]
    dates[1].refresh_from_db()
    assert dates[1].taken == 0


@pytest.mark.parametrize("change", [{"today": "2026-11-30"}, {"first_on": TODAY}])
def test_after_the_day_and_once_it_begins_they_keep_it(moved, dates, ada, who, change):
    place = moved()
    if "today" in change:
        who["on"] = day(change["today"])
    else:
        Event.objects.filter(pk=dates[1].pk).update(**change)
    with pytest.raises(Refusal, match="can't be moved here"):
        transferring.transfer_by_learner(place.pk, ada, event=dates[2], **who)
    with pytest.raises(Refusal, match="can't be cancelled here"):
        cancelling.cancel_by_learner(place.pk, ada, **who)


def test_on_the_last_day_they_still_may(moved, dates, ada, who):
    place = moved()
    who["on"] = A_WEEK
    transferring.transfer_by_learner(place.pk, ada, event=dates[2], **who)


def test_nobody_says_otherwise_for_somebody_else(moved, dates, who):
    place = moved()
    for refused in (
        lambda: transferring.transfer_by_learner(place.pk, ContactFactory(), event=dates[2], **who),
        lambda: cancelling.cancel_by_learner(place.pk, ContactFactory(), **who),
    ):
        with pytest.raises(Refusal, match="not yours"):
            refused()


def test_a_pass_still_has_to_carry_the_date_that_they_choose(dates, ada, who):
    held(ada, library(dates[0].course), until="2027-01-31")
    place = checkout.book_by_pass(ada, event=dates[0], **who)
    events.cancel(dates[0], reason="Ill", onto=dates[1], choose_until=A_WEEK, **who)
    with pytest.raises(Refusal, match="ends before it"):
        transferring.transfer_by_learner(place.pk, ada, event=dates[2], **who)


def test_the_office_s_own_move_asks_nothing(moved, dates, who):
    place = moved()
    transferring.transfer(place.pk, event=dates[2], **who)
    place.refresh_from_db()
    assert place.choose_until is None


def test_my_learning_asks_and_both_answers_are_a_dialog_away(browse, moved, dates, ada):
    place, client = moved(), browse(ada.user)
    page = text(client.get("/my-learning/"))
    assert "Does the new date suit you?" in page
    assert "Until 29 November 2026 you may take another one or give the place up" in page
    assert "give the place up until 29 November 2026" in text(
        client.get(f"/registrations/{place.pk}/")
    )
    address = f"/registrations/{place.pk}/another-date/"
    shown = preview(client, address, event=dates[2].pk)
    assert "Your place moves to" in text(shown)
    client.post(address, {"event": dates[2].pk, "digest": digest(shown), "operation": "1"})
    place.refresh_from_db()
    assert place.event == dates[2]
    assert "Does the new date suit you?" not in text(client.get("/my-learning/"))
    assert "We had to cancel" not in text(client.get(f"/registrations/{place.pk}/"))


def test_the_dialog_gives_a_week_unless_it_is_said(dates, ada, who, browse, office):
    for each in (ada, ContactFactory()):
        checkout.register_by_staff(each, event=dates[0], tell=False, **who)
    page, address = browse(office), f"/events/{dates[0].pk}/cancellation/"
    form = page.get(address).context["form"]
    assert form["choose_until"].value() == A_WEEK
    assert 'type="date"' in str(form["choose_until"])
    assert form["tell"].value() is True
    asked = {"reason": "Ill", "onto": dates[1].pk, "choose_until": ""}
    shown = page.post(address, asked)
    page.post(address, asked | {"digest": shown.context["digest"]})
    assert set(Registration.objects.values_list("event", "choose_until")) == {(dates[1].pk, None)}


def test_programs_set_the_day_and_read_it(program, billed, dates):
    able = program("catalogue:read", "catalogue:write", "registrations:read")
    path = f"/events/{dates[0].pk}/cancellation"
    asked = {"reason": "Ill", "onto": dates[1].pk, "choose_until": "2026-11-29"}
    refused = able.post(path, asked | {"choose_until": "2026-11-01"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "choose_until"
    assert able.post(path, asked).status_code == 200
    told = able.get(f"/registrations/{billed.pk}").json()
    assert (told["event"], told["choose_until"]) == (dates[1].pk, "2026-11-29")


# Whoever loses the place


def test_whoever_loses_the_place_is_told_with_what_comes_back_and_other_dates(
    billed, dates, ada, who, commit
):
    with commit():
        told = events.cancel(dates[0], reason="The trainer fell ill", credit=True, **who)
    assert ("That it is cancelled goes by email to", ("Ada Lindqvist",)) in [
        (each.sentence, each.lines) for each in told
    ]
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([ada.email], "Cancelled: Coaching, 7 December 2026")
    assert "What was billed for it is credited." in letter.body
    assert "- 11 January 2027, York\n- 1 March 2027, Hull\n" in letter.body
    assert "/catalogue/coaching/" in letter.body
    assert "fell ill" not in letter.body


def test_what_is_not_credited_is_not_promised(billed, dates, who, commit):
    Event.objects.exclude(pk=dates[0].pk).update(capacity=1, taken=1)
    with commit():
        events.cancel(dates[0], reason="Ill", **who)
    (letter,) = mail.outbox
    assert "credited" not in letter.body
    assert "There is no other date yet." in letter.body


def test_nobody_is_written_to_who_has_no_address_or_where_staff_do_it_themselves(
    dates, ada, who, commit
):
    place = checkout.register_by_staff(ada, event=dates[0], tell=False, **who)
    with commit():
        told = events.cancel(dates[0], reason="Ill", tell=False, **who)
    assert "sent" not in {each.tone for each in told}
    place.refresh_from_db()
    silent = ContactFactory(email=None)
    checkout.register_by_staff(silent, event=dates[1], tell=False, **who)
    with commit():
        told = events.cancel(dates[1], reason="Ill", **who)
    assert "sent" not in {each.tone for each in told}
    assert mail.outbox == []


def test_each_is_written_to_in_their_language(dates, ada, who, commit):
    ada.language = "de"
    ada.save()
    checkout.register_by_staff(ada, event=dates[0], tell=False, **who)
    with commit():
        events.cancel(dates[0], reason="Ill", **who)
    (letter,) = mail.outbox
    assert letter.subject == "Abgesagt: Coaching, 7. Dezember 2026"
    assert "- 11. Januar 2027, York\n" in letter.body


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_taken(europe, ada, who):
    for _round in range(races.rounds(10)):
        first = EventFactory(first_on=day("2026-12-07"))
        second, third = [
            EventFactory(course=first.course, first_on=day(each))
            for each in ("2027-01-11", "2027-03-01")
        ]
        place = checkout.register_by_staff(ada, event=first, tell=False, **who)
        events.cancel(first, reason="Ill", onto=second, choose_until=A_WEEK, tell=False, **who)
        round_ = races.race(
            lambda pk=place.pk, onto=third: _tried(
                transferring.transfer_by_learner, pk, ada, event=onto, **who
            ),
            lambda pk=place.pk: _tried(cancelling.cancel_by_learner, pk, ada, **who),
        )
        assert round_.done == 1
        place.refresh_from_db()
        seats = [Event.objects.get(pk=each.pk).taken for each in (second, third)]
        assert seats == ([0, 0] if place.cancelled_at else [0, 1])


def _tried(verb, *arguments, **more):
    """Somebody who came second is told so, as a refusal or that it changed meanwhile."""
    try:
        return verb(*arguments, **more)
    except Stale as late:
        raise Refusal(str(late)) from late


# Whoever has completed it


@pytest.fixture
def under_way(ada, kestrel, europe, who):
    """Two days of a course that began today, at 3 Gold: Ada's place is completed, Leon's isn't."""
    event = EventFactory(course__title="Coaching", course__slug="coaching", first_on=TODAY)
    event.sessions.update(link="https://meet.example/coaching")
    priced(event.course)
    give(kestrel, 10, **who)
    let_spend(kestrel, who="everybody", **who)
    leon = ContactFactory(first_name="Leon", last_name="Late", account=kestrel)
    gold = Unit.objects.get(code="Gold")
    done, not_done = [
        checkout.book_by_tokens(
            each, account=kestrel, unit=gold, amount=3, region=europe, event=event, **who
        )
        for each in (ada, leon)
    ]
    attendance.mark_completed([done.pk], **who)
    return event, done, not_done


def test_what_is_completed_stays_and_nothing_comes_back_for_it(under_way, kestrel, ada, who, clock):
    event, done, not_done = under_way
    told = events.cancel(event, reason="Ill", credit=True, tell=False, **who)
    kept = Consequence(
        "stays",
        "Completed: the place stays with its results, and nothing comes back",
        1,
        ("Coaching, 22 November 2026: Ada Lindqvist, 100 % done",),
    )
    assert told[-1] == kept
    assert ["Leon" in line for line in told[0].lines] == [True]
    done.refresh_from_db()
    not_done.refresh_from_db()
    event.refresh_from_db()
    assert (done.cancelled_at, done.completed_at, not_done.cancelled_at) == (
        None,
        who["at"],
        who["at"],
    )
    assert (balances(kestrel), event.taken) == ([7], 1)
    assert access.answer(ada.pk, event=event.pk, on=TODAY).open
    assert not JournalRow.objects.filter(kind="registration.cancelled", subject_id=done.pk).exists()
    assert not checking.check(on=clock.on(), at=clock.at).broken


def test_what_is_completed_by_content_stays_too(ada, lesson, who):
    place = checkout.register_by_staff(ada, event=lesson, tell=False, **who)
    learning.complete_item(ada.pk, lesson.course_id, **who)
    events.cancel(lesson, reason="Replaced", **who)
    place.refresh_from_db()
    assert (place.cancelled_at, place.completed_at) == (None, who["at"])
    assert access.answer(ada.pk, course=lesson.course_id, on=TODAY).open


def test_what_is_completed_isnt_moved_and_is_not_written_to(under_way, who, commit):
    event, done, not_done = under_way
    onto = EventFactory(course=event.course, first_on=day("2027-01-11"))
    with commit():
        told = events.cancel(event, reason="Ill", onto=onto, choose_until=A_WEEK, **who)
    done.refresh_from_db()
    not_done.refresh_from_db()
    assert (done.event, done.choose_until, not_done.event) == (event, None, onto)
    assert [each.lines for each in told if each.tone == "sent"] == [("Leon Late",)]
    assert [letter.to for letter in mail.outbox] == [[not_done.contact.email]]


def test_pages_say_that_it_was_called_off_and_what_stays(
    under_way, ada, who, browse, office, clock
):
    event, done, _not_done = under_way
    client = browse(ada.user)
    clock.at = event.sessions.earliest("starts_at").starts_at - datetime.timedelta(hours=1)
    assert client.get("/my-learning/").context["mine"].coming_up
    events.cancel(event, reason="Ill", **who)
    mine = client.get("/my-learning/").context["mine"]
    assert [each.registration for each in mine.completed] == [done]
    assert (mine.coming_up, mine.closed) == ([], [])
    page = client.get(f"/registrations/{done.pk}/")
    assert "This event was called off. You had completed it" in text(page)
    assert "meet.example" not in page.content.decode()
    assert "Take it out of the calendar" in text(page)
    assert "Add to calendar" not in text(page)
    file = client.get(f"/registrations/{done.pk}/calendar.ics")
    calendar = icalendar.Calendar.from_ical(file.content)
    assert str(calendar["method"]) == "CANCEL"
    assert {str(each["status"]) for each in calendar.walk("VEVENT")} == {"CANCELLED"}
    listed = text(browse(office).get(f"/events/{event.pk}/"))
    assert "Completed" in listed


@pytest.mark.django_db(transaction=True)
def test_what_is_completed_meanwhile_is_not_cancelled_as_well(europe, ada, who):
    for _round in range(races.rounds(10)):
        event = EventFactory(first_on=TODAY)
        place = checkout.register_by_staff(ada, event=event, tell=False, **who)
        races.race(
            lambda event=event: events.cancel(event, reason="Ill", tell=False, **who),
            lambda pk=place.pk: attendance.mark_completed([pk], **who),
        )
        place.refresh_from_db()
        event.refresh_from_db()
        assert bool(place.cancelled_at) != bool(place.completed_at)
        assert event.taken == (0 if place.cancelled_at else 1)

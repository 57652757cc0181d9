"""What the office does with one pass: each dialog, what it says before, and when it refuses."""

import datetime

import pytest

from passes import lifecycle
from passes.models import OptionStatus, Pass, Status, TypeStatus
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassOptionFactory,
)
from tests.passes.conftest import HTMX, TODAY, Opened
from tms.models import JournalRow

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


def now(pass_):
    return Pass.objects.get(pk=pass_.pk)


def kinds(pass_):
    rows = JournalRow.objects.filter(subject_kind="pass", subject_id=pass_.pk).order_by("id")
    return [row.kind for row in rows]


@pytest.fixture
def pass_(issue):
    return issue()


@pytest.fixture
def booked(pass_, library, ada, clock):
    """Ada's pass with a place on 3 December and an open LMS course made through it."""
    from lms import checkout
    from passes.models import Inclusion

    coaching, team = CourseFactory(title="Coaching for Managers"), CourseFactory(title="First Team")
    for course in (coaching, team):
        Inclusion.objects.create(pass_type=library, item=course)
    who = {"at": clock.at, "on": TODAY, "by": None}
    checkout.book_by_pass(
        ada, event=EventFactory(course=coaching, first_on=day("2026-12-03")), **who
    )
    checkout.book_by_pass(ada, event=LmsEventFactory(course=team), **who)
    return pass_


DIALOGS = ["renewal", "extension", "cancellation", "assignment", "history"]


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_opens_in_place_and_as_a_page(desk, pass_, name):
    url = f"/passes/{pass_.pk}/{name}/"
    inside, page = desk.get(url, headers=HTMX), desk.get(url)
    assert (inside.status_code, page.status_code) == (200, 200)
    assert "<html" not in inside.content.decode()
    assert "<html" in page.content.decode()
    assert "Leadership Library, Annual, until 22 November 2027" in inside.content.decode()


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("renewal", "Sales", 200),
        ("renewal", "Finance", 403),
        ("extension", "Sales", 200),
        ("extension", "Support", 403),
        ("assignment", "Sales", 200),
        ("assignment", "Finance", 403),
        ("cancellation", "Finance", 200),
        ("cancellation", "Sales", 403),
        ("history", "Support", 200),
    ],
)
def test_what_a_role_does_not_allow_is_refused_however_it_was_found(
    someone, pass_, name, role, status
):
    client = someone(role)
    url = f"/passes/{pass_.pk}/{name}/"
    assert client.get(url).status_code == status
    if status == 403:
        answer = client.post(url, {"expires_on": "2028-01-01", "by": "date", "to": "nobody"})
        assert answer.status_code == 403
        assert kinds(pass_) == ["pass.issued"]


def test_a_learner_and_a_visitor_are_kept_out(browse, pass_, ada):
    url = f"/passes/{pass_.pk}/cancellation/"
    assert browse(ada.user).get(url).status_code == 403
    assert browse().get(url).status_code == 302
    assert browse().get(url, headers=HTMX).status_code == 401


# Renewing


def test_renewing_by_an_option_fills_in_the_new_expiry_and_counts_from_the_current_one(
    dialog, pass_, yearly, library
):
    half = PassOptionFactory(pass_type=library, name="Half a year", period=6)
    opened = dialog(f"/passes/{pass_.pk}/renewal/")
    assert "<ins>22 November 2028</ins>" in opened.html
    assert "<ins>22 May 2028</ins>" in opened.look(by="option", option=half.pk)
    answer = opened.send(by="option", option=half.pk)
    assert answer.status_code == 204
    assert "passes:changed" in answer["HX-Trigger"]
    assert "dialog:close" in answer["HX-Trigger"]
    assert now(pass_).expires_on == day("2028-05-22")
    assert kinds(pass_) == ["pass.issued", "pass.renewed"]


def test_renewing_by_date(dialog, pass_):
    opened = dialog(f"/passes/{pass_.pk}/renewal/")
    assert opened.send(by="date", expires_on="2028-01-31", reason="As agreed").status_code == 204
    row = JournalRow.objects.get(kind="pass.renewed")
    assert (now(pass_).expires_on, row.reason) == (day("2028-01-31"), "As agreed")


def test_an_earlier_day_is_asked_about_in_the_same_dialog(dialog, booked):
    opened = dialog(f"/passes/{booked.pk}/renewal/")
    html = opened.look(by="date", expires_on="2026-12-01")
    assert "This shortens the pass." in html
    assert "Coaching for Managers, 3 December 2026: Ada Lindqvist" in html
    assert 'name="confirmed_shorter"' in html
    answer = opened.send(by="date", expires_on="2026-12-01", reason="Wrong year")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Tick this, or choose a later day." in html
    assert 'value="2026-12-01"' in html
    assert "Wrong year" in html
    assert kinds(booked) == ["pass.issued"]
    answer = opened.send(by="date", expires_on="2026-12-01", confirmed_shorter="on")
    assert answer.status_code == 204
    assert now(booked).expires_on == day("2026-12-01")


def test_a_day_in_the_past_is_refused_in_place(dialog, pass_):
    answer = dialog(f"/passes/{pass_.pk}/renewal/").send(by="date", expires_on="2026-11-21")
    assert answer.status_code == 422
    assert "This day is in the past. Choose today or later." in answer.content.decode()
    assert 'value="2026-11-21"' in answer.content.decode()


def test_of_an_archived_type_only_a_date_is_asked(dialog, pass_, library):
    library.status = TypeStatus.ARCHIVED
    library.save()
    opened = dialog(f"/passes/{pass_.pk}/renewal/")
    assert "Its pass type is archived. Renew it by date instead." in opened.html
    assert 'value="option"' not in opened.html
    assert opened.send(by="date", expires_on="2028-01-31").status_code == 204


def test_options_that_are_off_sale_are_not_offered(dialog, pass_, yearly):
    yearly.status = OptionStatus.ARCHIVED
    yearly.save()
    opened = dialog(f"/passes/{pass_.pk}/renewal/")
    assert "None of its options is on sale. Renew it by date." in opened.html
    assert opened.send(by="option", option=yearly.pk).status_code == 422


def test_an_expired_pass_is_renewed_from_today(dialog, issue, clock, yearly):
    pass_ = issue(expires_on=day("2026-12-01"))
    clock.set("2027-02-10 09:00")
    assert "<ins>10 February 2028</ins>" in dialog(f"/passes/{pass_.pk}/renewal/").html


# Extending


def test_extending_asks_only_for_a_date_and_sends_nothing(dialog, pass_):
    opened = dialog(f"/passes/{pass_.pk}/extension/")
    assert "New Expiry Date" in opened.html
    assert opened.send(expires_on="2028-01-31").status_code == 204
    assert now(pass_).expires_on == day("2028-01-31")
    assert kinds(pass_) == ["pass.issued", "pass.extended"]


def test_a_shorter_expiry_says_what_it_takes_before_it_is_saved(dialog, booked):
    opened = dialog(f"/passes/{booked.pk}/extension/")
    answer = opened.send(expires_on="2026-12-01")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Nothing was done yet. Look at what follows from it, then press again." in html
    assert "This shortens the pass." in html
    assert "Coaching for Managers, 3 December 2026: Ada Lindqvist" in html
    assert "First Team: Ada Lindqvist; through Leadership Library until 1 December 2026" in html
    assert kinds(booked) == ["pass.issued"]
    opened.look(expires_on="2026-12-01")
    assert opened.send(expires_on="2026-12-01").status_code == 204
    assert kinds(booked) == ["pass.issued", "pass.shortened"]


def test_a_shorter_expiry_is_said_even_where_nobody_loses_a_place(dialog, pass_):
    opened = dialog(f"/passes/{pass_.pk}/extension/")
    assert opened.send(expires_on="2027-01-01").status_code == 422
    assert now(pass_).expires_on == day("2027-11-22")


def test_no_date_is_refused_at_the_field(dialog, pass_):
    answer = dialog(f"/passes/{pass_.pk}/extension/").send(expires_on="", reason="Why not")
    assert answer.status_code == 422
    assert "This needs an answer." in answer.content.decode()
    assert "Why not" in answer.content.decode()


# Cancelling


def test_cancelling_says_by_name_what_is_lost_and_offers_what_else_there_is(dialog, booked):
    opened = dialog(f"/passes/{booked.pk}/cancellation/")
    for said in [
        "Ada Lindqvist loses this pass at once.",
        "Coaching for Managers, 3 December 2026: Ada Lindqvist",
        "First Team: Ada Lindqvist",
        f'href="/passes/{booked.pk}/extension/"',
        'href="mailto:ada@kestrelrail.example"',
        "Cancel the pass",
        "Keep the pass",
    ]:
        assert said in opened.html
    assert opened.send(reason="Bought twice").status_code == 204
    assert now(booked).status_on(TODAY) == Status.CANCELLED
    assert JournalRow.objects.get(kind="pass.cancelled").reason == "Bought twice"


def test_what_changed_since_the_list_was_shown_is_shown_anew(dialog, booked, ada, clock):
    opened = dialog(f"/passes/{booked.pk}/cancellation/")
    ada.registrations.filter(event__first_on=None).update(cancelled_at=clock.at)
    answer = opened.send(reason="")
    assert answer.status_code == 422
    assert "Nothing was done yet." in answer.content.decode()
    assert now(booked).cancelled_at is None


def test_a_cancelled_pass_has_nothing_left_to_press(dialog, pass_, who):
    lifecycle.cancel(pass_.pk, version=0, **who)
    said = {
        "renewal": "It was cancelled. Add a new pass instead.",
        "extension": "It was cancelled. Add a new pass instead.",
        "assignment": "It was cancelled. Add a new pass instead.",
        "cancellation": "It is cancelled already.",
    }
    for name, sentence in said.items():
        html = dialog(f"/passes/{pass_.pk}/{name}/").html
        assert sentence in html
        assert 'type="submit"' not in html


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": TODAY, "by": office}


# Twice, and too late


ANSWERS = {
    "renewal": {"by": "date", "expires_on": "2028-03-01"},
    "extension": {"expires_on": "2028-03-01"},
    "cancellation": {"reason": "x"},
    "assignment": {"to": "nobody"},
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_doubled_press_does_it_once(dialog, pass_, name):
    opened = dialog(f"/passes/{pass_.pk}/{name}/")
    opened.look(**ANSWERS[name])
    assert [opened.send(**ANSWERS[name]).status_code for _press in (1, 2)] == [204, 204]
    assert len(kinds(pass_)) == 2
    assert now(pass_).version == 1


@pytest.mark.parametrize("name", ["renewal", "extension", "assignment", "cancellation"])
def test_a_page_gone_stale_by_a_cancellation_changes_nothing(dialog, pass_, who, name):
    opened = dialog(f"/passes/{pass_.pk}/{name}/")
    opened.look(**ANSWERS[name])
    lifecycle.cancel(pass_.pk, version=0, **who)
    answer = opened.send(**ANSWERS[name])
    assert answer.status_code == 422
    assert "Somebody changed this pass meanwhile." in answer.content.decode()
    assert 'type="submit"' not in answer.content.decode()
    assert kinds(pass_) == ["pass.issued", "pass.cancelled"]


def test_a_stale_page_shows_the_values_as_they_are_now_and_can_be_sent_again(dialog, pass_, who):
    opened = dialog(f"/passes/{pass_.pk}/extension/")
    lifecycle.extend(pass_.pk, version=0, expires_on=day("2028-06-01"), **who)
    answer = opened.send(expires_on="2028-03-01")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "until 1 June 2028" in html
    assert 'name="version" value="1"' in html
    assert now(pass_).expires_on == day("2028-06-01")


def test_without_htmx_a_dialog_is_a_page_that_goes_back_when_done(desk, pass_, ada):
    url = f"/passes/{pass_.pk}/extension/"
    opened = Opened(desk, url)
    answer = desk.post(
        url, {**opened.hidden, "expires_on": "2028-04-01", "back": f"/passes/{pass_.pk}/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/passes/{pass_.pk}/")
    assert now(pass_).expires_on == day("2028-04-01")


# Assigning


def test_reassigning_shows_who_holds_it_and_takes_a_contact_of_the_account(
    dialog, booked, ada, kestrel
):
    jonas = ContactFactory(first_name="Jonas", last_name="Brandt", account=kestrel)
    opened = dialog(f"/passes/{booked.pk}/assignment/")
    assert "Current contact" in opened.html
    assert "Ada Lindqvist" in opened.html
    html = opened.look(to="contact", contact=jonas.pk)
    assert "Coaching for Managers, 3 December 2026: Ada Lindqvist" in html
    assert opened.send(to="contact", contact=jonas.pk).status_code == 204
    assert (now(booked).contact, now(booked).expires_on) == (jonas, day("2027-11-22"))
    row = JournalRow.objects.get(kind="pass.reassigned")
    assert (row.contact_id, row.other_contact_id) == (jonas.pk, ada.pk)


def test_a_contact_of_another_account_cannot_be_chosen(dialog, desk, pass_):
    stranger = ContactFactory(last_name="Stranger")
    url = f"/accounts/{pass_.account_id}/passes/contacts/?q=stranger"
    assert "Stranger" not in desk.get(url).content.decode()
    answer = dialog(f"/passes/{pass_.pk}/assignment/").send(to="contact", contact=stranger.pk)
    assert answer.status_code == 422
    assert now(pass_).contact_id == pass_.contact_id


def test_nobody_chosen_is_refused_at_the_field(dialog, pass_):
    answer = dialog(f"/passes/{pass_.pk}/assignment/").send(to="contact")
    assert answer.status_code == 422
    assert "Type a few letters of the name, and choose." in answer.content.decode()


def test_unassigning_leaves_it_with_the_account(dialog, pass_):
    opened = dialog(f"/passes/{pass_.pk}/assignment/")
    opened.look(to="nobody")
    assert opened.send(to="nobody").status_code == 204
    assert now(pass_).contact is None


def test_an_unassigned_pass_can_only_be_given_to_somebody(dialog, issue, ada):
    pass_ = issue(contact=None)
    opened = dialog(f"/passes/{pass_.pk}/assignment/")
    assert 'value="nobody"' not in opened.html
    assert opened.send(to="contact", contact=ada.pk).status_code == 204
    assert kinds(pass_) == ["pass.issued", "pass.assigned"]


# History


def test_the_history_tells_everything_newest_first(dialog, pass_, kestrel, clock, office):
    jonas = ContactFactory(first_name="Jonas", last_name="Brandt", account=kestrel)
    who = {"on": TODAY, "by": office}
    steps = [
        (lifecycle.assign, {"contact": jonas}),
        (lifecycle.extend, {"expires_on": day("2028-01-01"), "reason": "Ill for a month"}),
        (lifecycle.cancel, {}),
    ]
    for version, (verb, answers) in enumerate(steps):
        verb(pass_.pk, version=version, at=clock.move(hours=1), **answers, **who)
    html = dialog(f"/passes/{pass_.pk}/history/").html
    order = [
        html.index(f"<strong>{word}</strong>")
        for word in ("Cancelled", "Extended", "Reassigned", "Issued")
    ]
    assert order == sorted(order)
    for said in [
        "<del>Ada Lindqvist</del><ins>Jonas Brandt</ins></span>, until 22 November 2027",
        "<del>22 November 2027</del><ins>1 January 2028</ins></span>, held by Jonas Brandt",
        "<blockquote>Ill for a month</blockquote>",
        "Annual, until 22 November 2027, held by Ada Lindqvist",
        "22 Nov 2026, 12:00",
        "<small>Olive Office</small>",
    ]:
        assert said in html


def test_what_nobody_did_was_the_system_and_roads_are_named(dialog, issue, clock, office):
    pass_ = issue(expires_on=day("2026-12-01"), source="import")
    clock.set("2026-12-05 03:00")
    from passes.expiring import record_expired

    record_expired(on=day("2026-12-05"), at=clock.at)
    html = dialog(f"/passes/{pass_.pk}/history/").html
    assert "<strong>Expired</strong>" in html
    assert "<small>The system</small>" in html
    assert "<small>Olive Office, by import</small>" in html

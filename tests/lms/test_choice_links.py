"""By the link in the letter whoever was moved says otherwise, without signing in."""

import re

import pytest
from django.core import mail

from catalog import events
from catalog.models import Event
from crm import erasure
from lms import choice_links, transferring
from lms.models import Registration
from tests.factories import EventFactory
from tests.lms.cast import TODAY, day
from tests.lms.test_called_off import A_WEEK, billed, commit, dates, moved  # noqa: F401
from tests.lms.test_pages import text
from tests.lms.test_paying_pages import digest, preview
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


def address(place):
    return f"/new-date/{choice_links.token_of(place)}/"


def press(client, where, answer):
    shown = preview(client, where, answer=answer)
    sent = {"answer": answer, "digest": digest(shown), "operation": "1"}
    return shown, client.post(where, sent)


def test_the_letter_s_link_leads_to_another_date_whoever_is_signed_in(
    moved,  # noqa: F811
    dates,  # noqa: F811
    browse,
    commit,  # noqa: F811
    office,
):
    with commit():
        place = moved()
    (letter,) = mail.outbox
    (where,) = re.findall(r"https?://[^/]+(/new-date/\S+)", letter.body)
    for client in (browse(), browse(office)):
        page = client.get(where)
        assert "Until 29 November 2026 you may choose otherwise" in text(page)
        assert "no-store" in page["Cache-Control"]
    # Looking, also a mail scanner's, changes nothing.
    place.refresh_from_db()
    assert (place.event, place.version) == (dates[1], 1)
    shown, done = press(browse(), where, str(dates[2].pk))
    assert "Your place moves to" in text(shown)
    assert (done.status_code, done["Location"]) == (302, "/catalogue/coaching/")
    place.refresh_from_db()
    assert place.event == dates[2]
    row = JournalRow.objects.filter(kind="registration.transferred").latest("pk")
    assert row.by_id is None
    assert Event.objects.get(pk=dates[1].pk).taken == 0
    # It is good for one answer.
    over = browse().get(where)
    assert (over.status_code, "nothing to choose" in text(over)) == (404, True)


def test_given_up_by_the_link_what_was_billed_is_credited(moved, browse):  # noqa: F811
    place = moved()
    shown, done = press(browse(), address(place), "none")
    assert "credit" in text(shown).lower()
    assert done.status_code == 302
    place.refresh_from_db()
    assert place.cancelled_at
    assert place.account.invoices.filter(credits__isnull=False).count() == 1
    again = browse().post(address(place), {"answer": "none", "operation": "2"})
    assert again.status_code == 404
    assert place.account.invoices.filter(credits__isnull=False).count() == 1


def test_nothing_is_done_unseen(moved, dates, browse):  # noqa: F811
    place = moved()
    answer = browse().post(address(place), {"answer": "none", "operation": "1"})
    assert (answer.status_code, Registration.objects.live().count()) == (422, 1)


@pytest.mark.parametrize("answer", ["", "0", "foreign", "kept", "full"])
def test_only_dates_of_the_course_with_a_seat_are_taken(
    moved,  # noqa: F811
    dates,  # noqa: F811
    browse,
    answer,
):
    place = moved()
    full = EventFactory(course=dates[0].course, first_on=day("2027-02-01"), capacity=0)
    named = {"foreign": EventFactory().pk, "kept": dates[1].pk, "full": full.pk}
    sent = {"answer": str(named.get(answer, answer)), "operation": "1"}
    assert browse().post(address(place), sent).status_code == 422
    place.refresh_from_db()
    assert place.event == dates[1]


def test_the_link_is_good_for_that_place_and_time_alone(
    moved,  # noqa: F811
    dates,  # noqa: F811
    browse,
    clock,
    who,
    ada,
):
    place = moved()
    where, client = address(place), browse()
    token = where.split("/")[2]
    assert client.get(where).status_code == 200
    for wrong in (token[:-1], token.replace(":", ";"), "x", f"{token[1:]}"):
        assert client.get(f"/new-date/{wrong}/").status_code == 404
    clock.at = clock.at.replace(day=A_WEEK.day)
    assert client.get(where).status_code == 200
    clock.at = clock.at.replace(day=A_WEEK.day + 1)
    assert client.get(where).status_code == 404
    clock.at = clock.at.replace(day=TODAY.day)
    transferring.transfer(place.pk, event=dates[2], **who)
    assert client.get(where).status_code == 404


def test_the_link_of_an_earlier_letter_says_nothing_about_a_later_date(
    moved,  # noqa: F811
    dates,  # noqa: F811
    browse,
    who,
):
    place = moved()
    earlier = address(place)
    events.cancel(dates[1], reason="Ill", onto=dates[2], choose_until=A_WEEK, **who)
    place.refresh_from_db()
    assert place.event == dates[2]
    assert [browse().get(each).status_code for each in (earlier, address(place))] == [404, 200]


def test_of_an_erased_person_it_opens_nothing(moved, browse, who, ada):  # noqa: F811
    place = moved()
    where = address(place)
    erasure.erase(ada.pk, **who)
    assert browse().get(where).status_code == 404


def test_the_course_s_page_asks_too(moved, dates, browse, ada):  # noqa: F811
    place = moved()
    page = text(browse(ada.user).get("/catalogue/coaching/"))
    assert "Until 29 November 2026 you may take another one or give the place up" in page
    assert (
        f"/registrations/{place.pk}/"
        in browse(ada.user).get("/catalogue/coaching/").content.decode()
    )
    Registration.objects.update(choose_until=None)
    assert "Does the new date suit you?" not in text(browse(ada.user).get("/catalogue/coaching/"))

"""One day is one day: what a pass opens, it opens to the end of its last day, on every page."""

import pytest

from passes import lifecycle
from tests.factories import (
    ContactFactory,
    ContentUnitFactory,
    LmsEventFactory,
    ProgressFactory,
    RegistrationFactory,
)
from tests.lms.cast import TODAY, day, held, library
from tests.lms.test_pages import at, text
from tms.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def pass_(ada, europe):
    """Ada's pass to two LMS courses, until 1 December; she is registered on the first."""
    mine, other = LmsEventFactory(), LmsEventFactory()
    pass_ = held(ada, library(mine.course, other.course), until="2026-12-01")
    RegistrationFactory(contact=ada, event=mine, used_pass=pass_)
    unit = ContentUnitFactory(course=mine.course)
    ProgressFactory(contact=ada, unit=unit)
    pass_.mine, pass_.other = mine, other
    pass_.address = f"/learn/{mine.course.slug}/{unit.pk}/"
    return pass_


def standing(client, pass_):
    """(is the badge green, does the item offer Access Now, does the content open, its progress)"""
    return (
        "data-held" in client.get("/catalogue/").content.decode(),
        "Access Now" in text(client.get(at(pass_.other.course))),
        client.get(pass_.address).status_code == 200,
    )


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
def test_every_page_agrees_to_the_second_without_any_job(zone, pass_, ada, browse, clock):
    Organisation.objects.update(time_zone=zone)
    clock.set("2026-12-01 23:59:59", zone)
    assert standing(browse(ada.user), pass_) == (True, True, True)
    clock.set("2026-12-02 00:00:00", zone)
    client = browse(ada.user)
    assert standing(client, pass_) == (False, False, False)
    answer = client.post(at(pass_.other.course) + "booking/", {"event": pass_.other.pk})
    assert answer.status_code == 422
    assert "Your pass expired on 1 December 2026." in text(answer)
    assert "Your pass expired on 1 December 2026." in text(client.get(at(pass_.mine.course)))


def test_cancelled_it_closes_with_the_next_request_and_progress_stays(
    pass_, ada, browse, clock, office
):
    client = browse(ada.user)
    assert standing(client, pass_) == (True, True, True)
    who = {"at": clock.at, "on": TODAY, "by": office}
    lifecycle.cancel(pass_.pk, version=0, **who)
    assert standing(client, pass_) == (False, False, False)
    said = text(client.get(at(pass_.mine.course)))
    assert "Your pass was cancelled on 22 November 2026." in said
    assert "100 %" in text(client.get("/my-learning/"))
    held(ada, pass_.pass_type)
    assert standing(client, pass_) == (True, True, True)


def test_reassigned_and_back_it_closes_and_opens(pass_, ada, browse, clock, office):
    bo = ContactFactory(account=ada.account)
    client = browse(ada.user)
    who = {"at": clock.at, "on": TODAY, "by": office}
    lifecycle.assign(pass_.pk, version=0, contact=bo, **who)
    assert standing(client, pass_) == (False, False, False)
    lifecycle.assign(pass_.pk, version=1, contact=ada, **who)
    assert standing(client, pass_) == (True, True, True)


def test_what_an_expired_pass_opened_is_open_again_once_it_is_extended(
    pass_, ada, browse, clock, office
):
    clock.set("2026-12-05 09:00")
    client = browse(ada.user)
    assert standing(client, pass_) == (False, False, False)
    who = {"at": clock.at, "on": day("2026-12-05"), "by": office}
    lifecycle.extend(pass_.pk, version=0, expires_on=day("2027-01-01"), **who)
    assert standing(client, pass_) == (True, True, True)

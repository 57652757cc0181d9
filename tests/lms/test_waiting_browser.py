"""The waiting list in a browser, from joining to the place, and to the next one in line."""

import datetime

import pytest
from playwright.sync_api import expect

from lms import cancelling, waiting
from lms.models import Registration, Waiting
from tests.factories import EventFactory, LearnerFactory, RegistrationFactory
from tests.lms.cast import held, library

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(europe, ada):
    """A date with one place, which is taken; Ada and Jonas have passes that include it."""
    event = EventFactory(
        course__title="First Aid", course__slug="first-aid", capacity=1,
        first_on=datetime.date(2026, 12, 7), place="Leeds",
    )  # fmt: skip
    jonas = LearnerFactory(first_name="Jonas", account=ada.account)
    safety = library(event.course, name="Safety", slug="safety")
    for each in (ada, jonas):
        held(each, safety)
    return event, RegistrationFactory(event=event), jonas


def join(page, number):
    page.goto("/catalogue/first-aid/")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text(f"You are number {number} in line.").first).to_be_visible()


def test_joined_offered_and_taken(full, ada, open_page, who):
    event, taken, _jonas = full
    page = open_page(ada.user, width=390)
    join(page, 1)
    cancelling.cancel(taken.pk, **who)
    page.goto("/my-learning/")
    expect(page.get_by_text("A place is kept for you until")).to_be_visible()
    page.get_by_role("button", name="Take the place").click()
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name="You are registered")).to_be_visible()
    assert Registration.objects.live().get(event=event).contact == ada
    page.goto("/my-learning/")
    expect(page.get_by_role("heading", name="Waiting lists")).to_have_count(0)


def test_offered_not_taken_and_offered_to_the_next(full, ada, open_page, who, clock):
    event, taken, jonas = full
    first, second = open_page(ada.user), open_page(jonas.user)
    join(first, 1)
    join(second, 2)
    cancelling.cancel(taken.pk, **who)
    second.goto("/my-learning/")
    expect(second.get_by_text("You are number 1 in line.")).to_be_visible()
    expect(second.get_by_role("button", name="Take the place")).to_have_count(0)
    first.goto("/my-learning/")
    expect(first.get_by_text("A place is kept for you until")).to_be_visible()
    clock.at = Waiting.objects.get(contact=ada).offered_until
    # The page of before is open still: its button finds that the time is over.
    waiting.tick(at=clock.at, on=clock.on())
    first.get_by_role("button", name="Take the place").click()
    assert not Registration.objects.live().filter(contact=ada).exists()
    first.goto("/my-learning/")
    expect(first.get_by_role("button", name="Take the place")).to_have_count(0)
    second.goto("/my-learning/")
    second.get_by_role("button", name="Take the place").click()
    second.get_by_role("button", name="Register", exact=True).click()
    expect(second.get_by_role("heading", name="You are registered")).to_be_visible()
    assert Registration.objects.live().get(event=event).contact == jonas
    event.refresh_from_db()
    assert event.taken == 1

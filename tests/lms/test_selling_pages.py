"""Staff add places to an opportunity, name who gets them, and release the others."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.models import Interest
from lms import held
from lms.models import HeldPlace, Registration
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    TokenTypeFactory,
)
from tests.lms.paying import balances, give, priced
from tests.lms.selling import deal, sell, win
from tests.lms.test_pages import text

pytestmark = pytest.mark.django_db
BY_HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(office, browse):
    return browse(office)


@pytest.fixture
def spring(kestrel, who):
    return deal(kestrel, **who)


@pytest.fixture
def leadership(db):
    course = CourseFactory(title="Leadership")
    PriceFactory(of=course, amount=Decimal(490))
    return EventFactory(course=course, code="L-1", first_on=datetime.date(2027, 5, 3), capacity=3)


@pytest.fixture
def answers(spring):
    """What is sent for one course at its price."""

    def made(item, event="later", **more):
        return {
            "item": item.pk,
            "event": getattr(event, "pk", event),
            "quantity": "1",
            "price": spring.currency_id,
            "tax_level": spring.region.tax_level_id,
            **more,
        }

    return made


def add(desk, spring, **answers):
    address = reverse("lms:add_course_interest", args=[spring.pk])
    return desk.post(address, answers, headers=BY_HTMX)


def test_a_course_is_added_with_its_date_and_the_people(desk, spring, leadership, answers, ada):
    response = add(
        desk, spring, **answers(leadership.course, leadership, quantity="2", contacts=[ada.pk])
    )
    assert response.status_code == 204
    line = Interest.objects.get()
    assert (line.offer, line.title, line.detail, line.quantity, line.net) == (
        "courses",
        "Leadership",
        "3 May 2027, London, L-1",
        2,
        Decimal(980),
    )
    assert (line.places.item, line.places.event) == (leadership.course, leadership)
    assert [each.contact for each in line.people.all()] == [ada]


def test_the_date_can_be_agreed_later(desk, spring, leadership, answers):
    add(desk, spring, **answers(leadership.course))
    line = Interest.objects.get()
    assert (line.detail, line.places.event) == ("Date to be agreed", None)


def test_a_chosen_course_shows_its_dates_with_free_seats_and_its_prices(
    desk, spring, leadership, answers
):
    priced(leadership.course, 3)
    address = reverse("lms:add_course_interest", args=[spring.pk])
    sent = answers(leadership.course, show="preview", chosen="")
    page = desk.post(address, sent, headers=BY_HTMX).content.decode()
    assert (
        f'<option value="{leadership.pk}">3 May 2027, London, L-1 (3 seats left)</option>' in page
    )
    assert '<option value="later" selected>Date to be agreed</option>' in page
    assert "€490.00" in page
    assert "3 Gold" in page


def test_an_lms_event_is_chosen_at_first(desk, spring, answers):
    lesson = LmsEventFactory(course__title="Basics", code="B-1")
    EventFactory(course=lesson.course)
    address = reverse("lms:add_course_interest", args=[spring.pk])
    sent = answers(lesson.course, show="preview", chosen="")
    page = desk.post(address, sent, headers=BY_HTMX).content.decode()
    assert f'<option value="{lesson.pk}" selected>' in page


def test_an_event_s_own_price_counts(desk, spring, leadership, answers):
    PriceFactory(of=leadership, amount=Decimal(600))
    add(desk, spring, **answers(leadership.course, leadership))
    assert Interest.objects.get().unit_price == Decimal(600)


def test_another_date_can_be_chosen_while_it_is_open(desk, spring, leadership, answers, who):
    line = sell(spring, leadership, 1, "490", **who)
    address = reverse("lms:edit_course_interest", args=[line.pk])
    page = desk.get(address).content.decode()
    assert f'<option value="{leadership.pk}" selected>' in page
    sent = answers(leadership.course, "later", version=line.version)
    assert desk.post(address, sent, headers=BY_HTMX).status_code == 204
    line.refresh_from_db()
    assert (line.detail, line.places.event) == ("Date to be agreed", None)


def test_a_path_is_added(desk, spring, answers):
    path = PathFactory(title="First year")
    PriceFactory(of=path, amount=Decimal(900))
    sent = answers(path)
    assert (
        desk.post(
            reverse("lms:add_path_interest", args=[spring.pk]), sent, headers=BY_HTMX
        ).status_code
        == 204
    )
    line = Interest.objects.get()
    assert (line.offer, line.title, line.net) == ("paths", "First year", Decimal(900))
    assert desk.get(reverse("lms:edit_path_interest", args=[line.pk])).status_code == 200


def test_only_what_is_published_can_be_found(desk, leadership):
    hidden = CourseFactory(title="Leadership for later", status="draft")
    page = desk.get(reverse("lms:sold_courses"), {"q": "leader"}).content.decode()
    assert f'data-value="{leadership.course_id}"' in page
    assert f'data-value="{hidden.pk}"' not in page


# Unnamed places


@pytest.fixture
def place(spring, leadership, who):
    sell(spring, leadership, 1, "490", **who)
    win(spring, **who)
    return HeldPlace.objects.get()


def test_a_participant_is_named(desk, place, ada):
    address = reverse("lms:name_participant", args=[place.pk])
    assert "Name a participant" in desk.get(address).content.decode()
    assert desk.post(address, {"contact": ada.pk, "version": 0}, headers=BY_HTMX).status_code == 204
    assert Registration.objects.get().contact == ada


def test_only_contacts_of_the_account_can_be_named(desk, place):
    address = reverse("lms:name_participant", args=[place.pk])
    response = desk.post(address, {"contact": ContactFactory().pk, "version": 0})
    assert response.status_code == 422
    assert not Registration.objects.exists()


def test_the_date_is_chosen_where_it_was_to_be_agreed(desk, spring, leadership, ada, who):
    sell(spring, leadership.course, 1, "490", people=[ada], **who)
    win(spring, **who)
    place = HeldPlace.objects.get()
    address = reverse("lms:name_participant", args=[place.pk])
    page = desk.get(address).content.decode()
    assert f'value="{leadership.pk}"' in page
    assert "Ada Lindqvist" in page
    sent = {"contact": ada.pk, "event": leadership.pk, "version": 0}
    assert desk.post(address, sent, headers=BY_HTMX).status_code == 204
    assert Registration.objects.get().event == leadership


def test_where_there_is_no_other_date_nothing_is_offered(desk, place):
    page = text(desk.get(reverse("lms:move_place", args=[place.pk])))
    assert "Leadership has no other date that is to be had." in page
    assert "Move the place" not in page


def test_a_place_is_moved_to_another_date(desk, place, leadership, kestrel):
    later = EventFactory(course=leadership.course, first_on=datetime.date(2027, 9, 6))
    address = reverse("lms:move_place", args=[place.pk])
    assert address in desk.get(f"/accounts/{kestrel.pk}/held-places/").content.decode()
    page = desk.get(address).content.decode()
    assert f'value="{later.pk}"' in page
    assert f'value="{leadership.pk}"' not in page
    sent = {"event": later.pk, "version": 0}
    assert desk.post(address, sent, headers=BY_HTMX).status_code == 204
    history = desk.get(f"/accounts/{kestrel.pk}/history/")
    assert "Unnamed place moved to another date: Leadership" in text(history)
    place.refresh_from_db()
    assert place.event == later


def test_a_place_is_released_after_a_look_at_what_follows(desk, spring, leadership, kestrel, who):
    give(kestrel, 3, **who)
    sell(spring, leadership, 1, "3", unit=TokenTypeFactory().unit, **who)
    win(spring, **who)
    place = HeldPlace.objects.get()
    address = reverse("lms:release_place", args=[place.pk])
    page = desk.get(address).content.decode()
    assert "Release place" in page
    assert "Give back 3 Gold" in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    sent = {"give_back": "on", "reason": "", "version": 0, "digest": digest}
    assert desk.post(address, sent, headers=BY_HTMX).status_code == 204
    leadership.refresh_from_db()
    assert (leadership.taken, balances(kestrel)) == (0, [3])


def test_they_stand_on_the_pages_of_event_account_and_opportunity(
    desk, spring, place, leadership, kestrel
):
    for address in (
        reverse("catalog:event", args=[leadership.pk]),
        reverse("lms:of_account", args=[kestrel.pk]),
    ):
        page = desk.get(address).content.decode()
        assert reverse("lms:name_participant", args=[place.pk]) in page, address
    for name, of in (("event", leadership), ("account", kestrel), ("opportunity", spring)):
        address = {"event": "lms:held_on_event"}.get(name, f"lms:held_of_{name}")
        panel = desk.get(reverse(address, args=[of.pk]), {"panel": 1}).content.decode()
        assert reverse("lms:release_place", args=[place.pk]) in panel


@pytest.mark.parametrize(("rows", "statements"), [(1, 4), (3, 4), (300, 4)])
def test_the_list_takes_as_many_statements_whatever_the_number(
    desk, spring, leadership, who, count_queries, rows, statements
):
    sell(spring, leadership.course, rows, "490", **who)
    win(spring, **who)
    assert count_queries(lambda: desk.get(reverse("lms:held_places"))) == statements


def test_what_became_of_them_stays_in_the_list(desk, place, ada, who):
    held.fill(place.pk, ada, **who)
    page = desk.get(reverse("lms:held_places")).content.decode()
    assert "Filled" in page
    assert reverse("lms:name_participant", args=[place.pk]) not in page
    waiting = desk.get(reverse("lms:held_places"), {"state": "held"}).content.decode()
    assert "Ada Lindqvist" not in waiting

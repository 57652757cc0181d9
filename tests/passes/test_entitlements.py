"""What a contact's passes open, as badges, as filter and as the pass to book with."""

import datetime

import pytest

from catalog.models import EventStatus, EventType
from passes import entitlements
from passes.models import Inclusion, TypeStatus
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
)

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")
pytestmark = pytest.mark.django_db


def given(contact, *opens, until="2027-11-22", **more):
    """A pass of a new type that opens `opens`, held by `contact`."""
    option = PassOptionFactory(pass_type=PassTypeFactory(opens=opens))
    return PassFactory(option=option, contact=contact, expires_on=day(until), **more)


def badge(item, contact=None, on=TODAY, account=None):
    found = entitlements.badges([item.pk], contact and contact.pk, on, account_id=account)
    return found.get(item.pk)


def test_an_item_in_no_pass_has_no_badge(ada):
    assert badge(CourseFactory(), ada) is None


def test_held_is_green_for_the_holder_and_yellow_for_everybody_else(ada):
    course = CourseFactory()
    pass_ = given(ada, course)
    best = badge(course, ada).best
    assert (best.name, best.until, best.held) == (pass_.pass_type.name, day("2027-11-22"), True)
    assert badge(course, ContactFactory()).held is False
    assert badge(course).held is False


def test_of_several_the_one_that_lasts_longest_is_shown_first(ada):
    course = CourseFactory()
    given(ada, course, until="2026-12-01")
    long = given(ada, course, until="2028-12-01")
    given(ContactFactory(), course)
    names = [offer.name for offer in badge(course, ada).offers]
    assert names[0] == long.pass_type.name
    assert len(names) == 3


def test_a_few_offers_are_enough_but_the_one_to_give_away_is_always_told(ada, kestrel):
    course = CourseFactory()
    types = [PassTypeFactory(name=f"Library {name}", opens=[course]) for name in "CABED"]
    PassFactory(option=PassOptionFactory(pass_type=types[3]), account=kestrel)
    found = entitlements.badges([course.pk], ada.pk, TODAY, account_id=kestrel.pk, few=2)
    assert [(each.name, each.unassigned) for each in found[course.pk].offers] == [
        ("Library A", 0),
        ("Library B", 0),
        ("Library E", 1),
    ]


def test_some_types_of_its_events_and_single_ones_beside_them_are_one_offer(ada):
    course = CourseFactory()
    room = EventFactory(course=course)
    LmsEventFactory(course=course)
    pass_type = given(ada, room).pass_type
    Inclusion.objects.create(pass_type=pass_type, item=course, event_types=[EventType.LMS])
    (offer,) = badge(course, ada).offers
    assert (offer.event_ids, offer.event_types) == ((room.pk,), ("lms",))
    Inclusion.objects.filter(pass_type=pass_type, item=course).update(event_types=[])
    (offer,) = badge(course, ada).offers
    assert (offer.event_ids, offer.event_types) == ((), ())


@pytest.mark.parametrize(("on", "held"), [("2026-12-01", True), ("2026-12-02", False)])
def test_green_through_the_last_day_and_yellow_from_the_day_after(ada, on, held):
    course = CourseFactory()
    given(ada, course, until="2026-12-01")
    assert badge(course, ada, on=day(on)).held is held


def test_a_cancelled_pass_and_one_not_started_hold_nothing(ada, clock):
    cancelled, ahead = CourseFactory(), CourseFactory()
    given(ada, cancelled, cancelled_at=clock.at)
    given(ada, ahead, starts_on=day("2026-11-23"))
    assert badge(cancelled, ada).held is False
    assert badge(ahead, ada).held is False


def test_drafts_are_invisible_and_archived_ones_show_to_their_holders_only(ada):
    course = CourseFactory()
    pass_ = given(ada, course)
    pass_.pass_type.status = TypeStatus.ARCHIVED
    pass_.pass_type.save()
    assert badge(course, ada).held is True
    assert badge(course) is None
    PassTypeFactory(opens=[course], status=TypeStatus.DRAFT)
    assert badge(course) is None


def test_a_course_carries_the_badge_of_any_of_its_events_and_says_which(ada):
    event = EventFactory()
    given(ada, event)
    assert badge(event.course, ada).best.event_ids == (event.pk,)
    event.status = EventStatus.CANCELLED
    event.save()
    assert badge(event.course, ada) is None


def test_chosen_types_of_events_count_only_where_there_are_such_events(ada):
    course = CourseFactory()
    pass_ = given(ada)
    Inclusion.objects.create(pass_type=pass_.pass_type, item=course, event_types=[EventType.LMS])
    EventFactory(course=course)
    assert badge(course, ada) is None
    LmsEventFactory(course=course)
    assert badge(course, ada).best.event_types == ("lms",)


def test_an_unassigned_pass_of_the_account_is_counted(ada):
    course = CourseFactory()
    option = PassOptionFactory(pass_type=PassTypeFactory(opens=[course]))
    PassFactory.create_batch(2, option=option, account=ada.account)
    PassFactory(option=option)
    assert badge(course, ada, account=ada.account_id).best.unassigned == 2


def test_the_filter_offers_what_is_on_offer_and_what_is_held(ada):
    on_offer = PassTypeFactory(name="A on offer")
    held = given(ada).pass_type
    held.status = TypeStatus.ARCHIVED
    held.save()
    PassTypeFactory(status=TypeStatus.ARCHIVED)
    PassTypeFactory(status=TypeStatus.DRAFT)
    assert list(entitlements.offers(ada.pk, TODAY)) == [on_offer, held]
    assert list(entitlements.offers(None, TODAY)) == [on_offer]


def test_a_type_filters_its_items():
    whole, by_event, by_type, none, path = (
        CourseFactory(),
        EventFactory().course,
        CourseFactory(),
        CourseFactory(),
        PathFactory(),
    )
    pass_type = PassTypeFactory(opens=[whole, path, by_event.events.get()])
    for course in (by_type, none):
        Inclusion.objects.create(pass_type=pass_type, item=course, event_types=["lms"])
    LmsEventFactory(course=by_type)
    EventFactory(course=none)
    assert set(entitlements.items_in(pass_type.pk)) == {whole, by_event, by_type, path}


def test_books_with_the_longest_pass_that_lasts_to_the_first_day(ada):
    event = EventFactory(first_on=day("2026-12-07"))
    given(ada, event.course, until="2026-12-06")
    assert entitlements.covering_pass(ada.pk, on=TODAY, event=event) is None
    given(ada, event, until="2026-12-07")
    longest = given(ada, event.course, until="2027-01-01")
    assert entitlements.covering_pass(ada.pk, on=TODAY, event=event) == longest


def test_a_path_is_booked_with_a_pass_that_includes_the_path_and_not_its_course(ada):
    course = CourseFactory()
    path = PathFactory(courses=[course])
    given(ada, course)
    assert entitlements.covering_pass(ada.pk, on=TODAY, path=path) is None
    pass_ = given(ada, path)
    assert entitlements.covering_pass(ada.pk, on=TODAY, path=path) == pass_


def test_each_question_is_one_statement_at_any_size(ada, django_assert_num_queries):
    courses = CourseFactory.create_batch(30)
    for course in courses[:20]:
        given(ada, course)
    with django_assert_num_queries(1):
        entitlements.badges([course.pk for course in courses], ada.pk, TODAY)
    with django_assert_num_queries(1):
        list(entitlements.offers(ada.pk, TODAY))
    with django_assert_num_queries(1):
        entitlements.covering_pass(ada.pk, on=TODAY, path=courses[0])

"""A place that was sold for nobody yet keeps its seat until somebody is named or it is released."""

import datetime
from decimal import Decimal

import pytest

from catalog import events, items
from catalog.models import EventStatus
from crm import archiving, erasure
from lms import cancelling, checkout, held, places
from lms.models import HeldPlace, Registration
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    TokenTypeFactory,
)
from tests.lms.paying import balances, give
from tests.lms.selling import deal, sell, win
from tms import preview
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tms.reporting import checking

pytestmark = pytest.mark.django_db


@pytest.fixture
def leadership(db):
    course = CourseFactory(title="Leadership")
    return EventFactory(course=course, code="L-1", first_on=datetime.date(2027, 5, 3), capacity=3)


@pytest.fixture
def bought(kestrel, who):
    """`bought(event, 2)`: places that Kestrel bought for nobody yet, in their order."""

    def made(thing, quantity=1, price="100", **more):
        found = deal(kestrel, **who)
        line = sell(found, thing, quantity, price, **more, **who)
        win(found, **who)
        return list(HeldPlace.objects.filter(interest=line).order_by("pk"))

    return made


def taken(event):
    event.refresh_from_db()
    return event.taken


def broken(clock):
    run = checking.check(on=clock.on(), at=clock.at)
    return {name: told["count"] for name, told in run.broken.items()}


# Seats


def test_it_takes_a_seat_from_everybody_else(bought, leadership, ada, who):
    bought(leadership, 3)
    assert taken(leadership) == 3
    with pytest.raises(Refusal, match="This date is full"):
        checkout.register_by_staff(ada, event=leadership, **who)
    with pytest.raises(Refusal, match="3 places are taken"):
        events.withdraw(leadership, **who)


def test_named_its_seat_passes_over(
    bought, leadership, ada, who, clock, django_capture_on_commit_callbacks, mailoutbox
):
    place, _other = bought(leadership, 2)
    with django_capture_on_commit_callbacks(execute=True):
        made = held.fill(place.pk, ada, **who)
    assert (made.contact, made.event, made.account) == (ada, leadership, place.account)
    assert (made.paid_by, made.amount, made.unit.code) == ("invoice", Decimal(100), "EUR")
    place.refresh_from_db()
    assert (place.filled_by, place.contact) == (made, ada)
    assert taken(leadership) == 2
    assert [each.to for each in mailoutbox] == [[ada.email]]
    assert JournalRow.objects.filter(kind="held_place.filled", contact_id=ada.pk).count() == 1
    assert broken(clock) == {}
    cancelling.cancel(made.pk, **who)
    assert taken(leadership) == 1
    assert broken(clock) == {}


def test_its_tokens_are_the_registration_s_and_come_back_with_it(
    bought, leadership, ada, kestrel, who, clock
):
    give(kestrel, 6, **who)
    place, other = bought(leadership, 2, "3", unit=TokenTypeFactory().unit)
    assert balances(kestrel) == [0]
    made = held.fill(place.pk, ada, **who)
    assert (made.paid_by, made.amount, made.token_move) == ("tokens", 3, place.token_move)
    assert broken(clock) == {}
    cancelling.cancel(made.pk, **who)
    assert balances(kestrel) == [3]
    told = held.release(other.pk, **who)
    assert balances(kestrel) == [6]
    assert [each.sentence for each in told] == [
        "Unnamed places that are released",
        "Given back: 3 Gold",
    ]
    assert broken(clock) == {}


def test_released_its_seat_is_free_and_the_invoice_is_named(bought, leadership, who, clock):
    place, _other = bought(leadership, 2)
    told = held.release(place.pk, reason="Nobody comes", **who)
    assert taken(leadership) == 1
    assert [(each.sentence, each.lines) for each in told] == [
        (
            "Unnamed places that are released",
            ("Leadership, 3 May 2027, London, L-1: 1 of Kestrel Rail Group",),
        ),
        (
            "Billed, and not credited by this: finance credits the invoice",
            ("INV-2026-0001 to Kestrel Rail Group",),
        ),
    ]
    row = JournalRow.objects.get(kind="held_place.released")
    assert (row.subject_id, row.reason) == (place.pk, "Nobody comes")
    assert broken(clock) == {}


def test_tokens_stay_spent_where_staff_say_so(bought, leadership, kestrel, who):
    give(kestrel, 3, **who)
    (place,) = bought(leadership, 1, "3", unit=TokenTypeFactory().unit)
    told = held.release(place.pk, give_back=False, **who)
    assert balances(kestrel) == [0]
    assert told[-1].sentence == "Not given back to Kestrel Rail Group: 3 Gold"


def test_without_a_date_it_takes_a_seat_when_somebody_is_named(bought, leadership, ada, who):
    (place,) = bought(leadership.course)
    assert taken(leadership) == 0
    with pytest.raises(Refusal, match="Choose a date"):
        held.fill(place.pk, ada, **who)
    with pytest.raises(Refusal, match="Choose a date of Leadership"):
        held.fill(place.pk, ada, event=EventFactory(), **who)
    assert held.fill(place.pk, ada, event=leadership, **who).event == leadership
    assert taken(leadership) == 1


def test_a_full_date_is_not_to_be_had(bought, leadership, ada, who):
    (place,) = bought(leadership.course)
    bought(leadership, 3)
    with pytest.raises(Refusal, match="This date is full"):
        held.fill(place.pk, ada, event=leadership, **who)


def test_on_a_path_its_steps_come_along(bought, ada, who, clock):
    lesson = LmsEventFactory(content_days=30)
    (place,) = bought(PathFactory(courses=[lesson.course]))
    made = held.fill(place.pk, ada, **who)
    step = Registration.objects.get(event=lesson)
    assert (made.path, step.path_registration) == (place.item, made)
    assert taken(lesson) == 1
    assert broken(clock) == {}


# Another date


def test_it_moves_to_another_date_with_its_seat(bought, leadership, ada, who, clock):
    place, other = bought(leadership, 2)
    later = EventFactory(course=leadership.course, first_on=datetime.date(2027, 9, 6), capacity=1)
    moved = held.move(place.pk, event=later, **who)
    assert (moved.event, moved.amount, moved.paid_by) == (later, place.amount, place.paid_by)
    assert (taken(leadership), taken(later)) == (1, 1)
    assert held.move(place.pk, event=later, **who).version == moved.version
    with pytest.raises(Refusal, match="This date is full"):
        held.move(other.pk, event=later, **who)
    row = JournalRow.objects.get(kind="held_place.moved")
    assert (row.before, row.after) == ({"event": leadership.pk}, {"event": later.pk})
    assert held.fill(place.pk, ada, **who).event == later
    assert (taken(leadership), taken(later)) == (1, 1)
    assert broken(clock) == {}


def test_a_date_is_agreed_on_before_anybody_is_named(bought, leadership, who):
    (place,) = bought(leadership.course)
    assert held.move(place.pk, event=leadership, **who).event == leadership
    assert taken(leadership) == 1


def test_where_it_can_t_move(bought, leadership, ada, who):
    place, other = bought(leadership, 2)
    course, day = leadership.course, datetime.date(2027, 9, 6)
    draft = EventFactory(course=course, first_on=day, status=EventStatus.DRAFT)
    over = EventFactory(course=course, first_on=datetime.date(2026, 3, 2))
    later = EventFactory(course=course, first_on=day)
    for event, why in (
        (EventFactory(), "Choose a date of Leadership"),
        (draft, "This event is not open"),
        (over, "is over: choose another date"),
    ):
        with pytest.raises(Refusal, match=why):
            held.move(place.pk, event=event, **who)
    with pytest.raises(Stale):
        held.move(place.pk, event=later, version=7, **who)
    held.fill(place.pk, ada, **who)
    held.release(other.pk, **who)
    with pytest.raises(Refusal, match="Ada Lindqvist has this place already"):
        held.move(place.pk, event=later, **who)
    with pytest.raises(Refusal, match="released already"):
        held.move(other.pk, event=later, **who)
    (path,) = bought(PathFactory())
    with pytest.raises(Refusal, match="A learning path has no date"):
        held.move(path.pk, event=later, **who)
    assert (taken(leadership), taken(later)) == (1, 0)


# What is refused


def test_who_can_t_be_named(bought, leadership, ada, kestrel, who, clock):
    place, other = bought(leadership, 2)
    with pytest.raises(Refusal, match="is not a contact of Kestrel Rail Group"):
        held.fill(place.pk, ContactFactory(), **who)
    away = ContactFactory(account=kestrel, archived_at=clock.at)
    with pytest.raises(Refusal, match="is not a contact of Kestrel Rail Group"):
        held.fill(place.pk, away, **who)
    held.fill(place.pk, ada, **who)
    with pytest.raises(Refusal, match="Ada Lindqvist is registered already"):
        held.fill(other.pk, ada, **who)
    assert taken(leadership) == 2


def test_what_is_over_is_over(bought, leadership, ada, kestrel, who):
    place, other = bought(leadership, 2)
    with pytest.raises(Stale):
        held.fill(place.pk, ada, version=7, **who)
    held.fill(place.pk, ada, **who)
    bo = ContactFactory(account=kestrel)
    for again in (lambda: held.fill(place.pk, bo, **who), lambda: held.release(place.pk, **who)):
        with pytest.raises(Refusal, match="Ada Lindqvist has this place already"):
            again()
    held.release(other.pk, **who)
    for again in (lambda: held.fill(other.pk, bo, **who), lambda: held.release(other.pk, **who)):
        with pytest.raises(Refusal, match="This place is released already"):
            again()
    assert taken(leadership) == 1


# What befalls them


def test_when_its_event_is_called_off_its_date_is_to_be_agreed(
    bought, leadership, kestrel, ada, who, clock
):
    place, other = bought(leadership, 2)
    held.fill(other.pk, ada, **who)
    told = events.cancel(leadership, reason="Strike", **who)
    assert [(each.sentence, each.lines) for each in told[-2:]] == [
        (
            "Billed, and not credited by this: finance credits the invoice",
            ("INV-2026-0001 to Kestrel Rail Group",),
        ),
        (
            "Unnamed places are kept, their date is to be agreed",
            ("Leadership, 3 May 2027, London, L-1: 1 of Kestrel Rail Group",),
        ),
    ]
    place.refresh_from_db()
    assert (place.event, place.released_at, taken(leadership)) == (None, None, 0)
    assert JournalRow.objects.get(kind="held_place.undated").before == {"event": leadership.pk}
    assert broken(clock) == {}


def test_a_preview_of_calling_off_keeps_the_seats(bought, leadership, who):
    bought(leadership, 2)
    preview.run(lambda: events.cancel(leadership, reason="Strike", **who))
    assert taken(leadership) == 2


def test_an_archived_account_keeps_them_until_they_are_released(
    bought, leadership, ada, kestrel, who
):
    (place,) = bought(leadership)
    told = archiving.archive_account(kestrel.pk, **who)
    assert told[-1].sentence == "Unnamed places stay held until they are released"
    with pytest.raises(Refusal, match="Kestrel Rail Group is archived"):
        held.fill(place.pk, ada, **who)
    held.release(place.pk, **who)
    assert taken(leadership) == 0


def test_an_archived_course_keeps_them(bought, leadership, who):
    bought(leadership, 2)
    told = items.archive(leadership.course, **who)
    assert (told[-1].sentence, told[-1].lines) == (
        "Unnamed places stay held until they are released",
        ("Leadership, 3 May 2027, London, L-1: 2 of Kestrel Rail Group",),
    )


def test_an_event_with_a_held_place_is_not_deleted(bought, who):
    event = EventFactory(status=EventStatus.OPEN)
    (place,) = bought(event)
    held.release(place.pk, **who)
    with pytest.raises(Refusal, match="This event is used, so it stays"):
        events.delete(event, **who)


def test_erased_nobody_is_meant_any_more(bought, leadership, ada, who):
    (place,) = bought(leadership.course, people=[ada])
    assert place.contact == ada
    erasure.erase(ada.pk, **who)
    place.refresh_from_db()
    assert place.contact is None


def test_seats_are_taken_back_one_for_each(bought, leadership, who, clock):
    waiting = bought(leadership, 3)
    for number, each in enumerate(waiting, 1):
        held.release(each.pk, **who)
        assert taken(leadership) == 3 - number
    assert places.take(leadership, 3, at=clock.at)
    assert not places.take(leadership, 1, at=clock.at)

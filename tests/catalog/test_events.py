"""Events: what they are on a day, how they are opened, cancelled and held again."""

import datetime
import itertools

import pytest

from catalog import events
from catalog.models import Event, EventState, EventStatus, EventType, ItemStatus
from tests.factories import (
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassTypeFactory,
    PathFactory,
    PriceFactory,
)
from tms import preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")
WALL = datetime.datetime.fromisoformat
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_follows")]


def session(starts="2026-12-07 09:00", ends="2026-12-07 17:00", zone="Europe/London", **more):
    return {"starts": WALL(starts), "ends": WALL(ends), "time_zone": zone, **more}


# What an event is on a day: the row and the database say the same, case by case

CASES = [
    # status, first and last day, taken of capacity → state on 22 November 2026
    ("draft", ("2026-12-07", "2026-12-08"), (0, 12), "draft"),
    ("draft", ("2026-01-07", "2026-01-08"), (12, 12), "draft"),
    ("cancelled", ("2026-11-22", "2026-11-22"), (3, 12), "cancelled"),
    ("cancelled", (None, None), (0, None), "cancelled"),
    ("open", ("2026-11-23", "2026-11-24"), (0, 12), "open"),
    ("open", ("2026-11-23", "2026-11-24"), (11, 12), "open"),
    ("open", ("2026-11-23", "2026-11-24"), (12, 12), "full"),
    ("open", ("2026-11-23", "2026-11-24"), (500, None), "open"),
    ("open", ("2026-11-22", "2026-11-24"), (12, 12), "running"),
    ("open", ("2026-11-20", "2026-11-22"), (0, 12), "running"),
    ("open", ("2026-11-20", "2026-11-21"), (12, 12), "completed"),
    ("open", (None, None), (0, None), "open"),
    ("open", (None, None), (5, 5), "full"),
]


@pytest.mark.parametrize(("status", "dates", "seats", "state"), CASES)
def test_what_an_event_is_on_a_day(status, dates, seats, state):
    first, last = (each and day(each) for each in dates)
    taken, capacity = seats
    event = LmsEventFactory(
        status=status, first_on=first, last_on=last, taken=taken, capacity=capacity
    )
    found = Event.objects.with_status(TODAY).get(pk=event.pk)
    assert (event.status_on(TODAY), found.state) == (state, state)


def test_row_and_database_agree_on_every_day_around():
    for status, delta, seats in itertools.product(
        EventStatus.values, (-2, -1, 0, 1, 2), ((0, 1), (1, 1), (1, None))
    ):
        first = TODAY + datetime.timedelta(days=delta)
        EventFactory(
            status=status,
            first_on=first,
            days=2,
            taken=seats[0],
            capacity=seats[1],
            sessions=False,
        )
    found = list(Event.objects.with_status(TODAY))
    assert len(found) == 45
    assert [event.state for event in found] == [event.status_on(TODAY) for event in found]


def test_states_are_told_for_any_number_of_events_in_one_query(django_assert_num_queries):
    for _ in range(30):
        EventFactory(sessions=False)
    with django_assert_num_queries(1):
        states = set(Event.objects.with_status(TODAY).values_list("state", flat=True))
    assert states == {"open"}


# Planning


def test_an_event_is_planned_as_a_draft_with_its_sessions(now):
    event = events.create(
        CourseFactory(),
        event_type="classroom",
        code=" AUT-1 ",
        place="Malmö,  Kalkbrottet 2",
        minimum=4,
        capacity=12,
        closes_on=day("2026-12-01"),
        sessions=[session(), session("2026-12-08 09:00", "2026-12-08 16:00")],
        **now,
    )
    assert (event.status, event.code, event.place) == ("draft", "AUT-1", "Malmö, Kalkbrottet 2")
    assert (event.first_on, event.last_on) == (day("2026-12-07"), day("2026-12-08"))
    assert event.ends_at.isoformat() == "2026-12-08T16:00:00+00:00"
    kinds = JournalRow.objects.filter(subject_kind="event", subject_id=event.pk)
    assert [row.kind for row in kinds.order_by("pk")] == [
        "event.created",
        "event.session_added",
        "event.session_added",
    ]


def test_a_path_has_no_events(now):
    with pytest.raises(Refusal, match="A learning path has no events"):
        events.create(PathFactory(), event_type="lms", **now)


def test_an_lms_event_has_content_days_and_no_places_or_deadlines(now):
    event = events.create(
        CourseFactory(),
        event_type="lms",
        place="nowhere",
        minimum=3,
        closes_on=TODAY,
        content_days=30,
        **now,
    )
    assert (event.place, event.minimum, event.closes_on, event.content_days) == ("", None, None, 30)
    with pytest.raises(Refusal, match="At least 1 day"):
        events.edit(event, content_days=0, **now)


def test_the_maximum_is_never_below_the_places_taken(now):
    event = EventFactory(capacity=12, taken=11)
    with pytest.raises(Refusal) as no:
        events.edit(event, capacity=10, **now)
    assert str(no.value) == (
        "11 places are taken, so the maximum can't be 10. Cancel registrations first."
    )
    assert no.value.field == "capacity"
    assert events.edit(event, capacity=11, **now).capacity == 11
    assert events.edit(event, capacity=None, **now).capacity is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"minimum": 13}, "The minimum of 13 is above the maximum of 12."),
        ({"capacity": 0}, "At least 1. Leave it empty if there is no maximum."),
        (
            {"closes_on": day("2026-12-08")},
            "The event begins on 7 December 2026. Choose that day or an earlier one.",
        ),
        (
            {"cancel_until": day("2026-12-08")},
            "The event begins on 7 December 2026. Choose that day or an earlier one.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(now, values, sentence):
    with pytest.raises(Refusal) as no:
        events.edit(EventFactory(), **values, **now)
    assert (str(no.value), no.value.field) == (sentence, next(iter(values)))


def test_an_edit_keeps_the_places_that_were_taken_meanwhile(now):
    event = EventFactory(capacity=12)
    Event.objects.filter(pk=event.pk).update(taken=5)
    assert events.edit(event, place="Leeds", **now).place == "Leeds"
    event.refresh_from_db()
    assert (event.taken, event.version) == (5, 1)


def test_the_type_is_changed_only_in_a_draft_without_sessions(now):
    with pytest.raises(Refusal, match="only in a draft"):
        events.edit(EventFactory(), event_type="blended", **now)
    draft = EventFactory(status=EventStatus.DRAFT)
    assert events.edit(draft, event_type="blended", **now).type == EventType.BLENDED
    with pytest.raises(Refusal, match="Remove them first"):
        events.edit(draft, event_type="lms", **now)


# Opening


def test_an_event_is_opened_once(now):
    event = EventFactory(status=EventStatus.DRAFT)
    assert events.open_(event, **now).status == EventStatus.OPEN
    with pytest.raises(Refusal, match="The event is open already"):
        events.open_(event, **now)


def test_what_can_t_be_opened_says_why(now):
    bare = events.create(CourseFactory(), event_type="classroom", **now)
    over = EventFactory(status=EventStatus.DRAFT, first_on=day("2026-11-20"))
    shelved = EventFactory(
        status=EventStatus.DRAFT, course=CourseFactory(status=ItemStatus.ARCHIVED)
    )
    for event, sentence in [
        (bare, "It needs at least one session. Add one first."),
        (over, "It is over: its last session has passed. Move a session first."),
        (shelved, "Its course is archived. Restore the course first."),
    ]:
        with pytest.raises(Refusal) as no:
            events.open_(event, **now)
        assert str(no.value) == sentence


def test_an_lms_event_needs_no_session_to_open(now):
    event = LmsEventFactory(status=EventStatus.DRAFT)
    assert events.open_(event, **now).status == EventStatus.OPEN


def test_an_event_is_withdrawn_while_nobody_has_a_place(now):
    assert events.withdraw(EventFactory(), **now).status == EventStatus.DRAFT
    with pytest.raises(Refusal, match="2 places are taken"):
        events.withdraw(EventFactory(taken=2), **now)


# Cancelling

followed = []


def follower(fact):
    followed.append((fact.kind, fact.subjects, fact.reason))
    return [Consequence("closes", "2 people lose their place.", 2, ("Ada Lindqvist",))]


def test_cancelling_says_whom_it_touches_and_carries_it_upward(now, settings):
    settings.CONSEQUENCES = [f"{__name__}.follower"]
    followed.clear()
    event = EventFactory(taken=2)

    def verb():
        return events.cancel(event, reason="The trainer is ill", **now)

    foreseen = preview.run(verb)
    assert Event.objects.get(pk=event.pk).status == EventStatus.OPEN
    assert verb() == foreseen
    assert [each.sentence for each in foreseen] == ["2 people lose their place."]
    assert followed == [("event.cancelled", (event.pk,), "The trainer is ill")] * 2
    row = JournalRow.objects.get(kind="event.cancelled")
    assert (row.before, row.after, row.reason) == (
        {"status": "open"},
        {"status": "cancelled"},
        "The trainer is ill",
    )


def test_a_cancelled_event_stays_cancelled(now):
    event = EventFactory()
    events.cancel(event, reason="", **now)
    for verb in (events.open_, events.withdraw, events.edit):
        with pytest.raises(Refusal, match="The event is cancelled"):
            verb(event, **now)
    with pytest.raises(Refusal, match="The event is cancelled"):
        events.cancel(event, reason="", **now)


def test_a_completed_event_can_t_be_cancelled(now):
    with pytest.raises(Refusal, match="The event is completed"):
        events.cancel(EventFactory(first_on=day("2026-11-20")), reason="", **now)


# Holding it again, and deleting


def test_a_duplicate_moves_sessions_and_deadlines_and_keeps_times_on_the_wall(now):
    event = EventFactory(
        first_on=day("2026-12-07"), days=2, closes_on=day("2026-12-01"), capacity=12, taken=12
    )
    PriceFactory(of=event)
    PriceFactory(of=event, valid_to=TODAY - datetime.timedelta(days=1), region__name="Nordics")
    # In July London is an hour ahead of UTC: the time on the wall stays 09:00.
    copy = events.duplicate(event, first_on=day("2027-07-05"), code="AUT-2", **now)
    assert (copy.status, copy.taken, copy.capacity, copy.code) == ("draft", 0, 12, "AUT-2")
    assert (copy.first_on, copy.last_on) == (day("2027-07-05"), day("2027-07-06"))
    assert copy.starts_at.isoformat() == "2027-07-05T08:00:00+00:00"
    assert copy.closes_on == day("2027-06-29")
    assert copy.sessions.count() == 2
    assert [str(price.region) for price in copy.priced.prices.all()] == ["Europe"]


def test_an_event_that_nobody_used_is_deleted_with_all_it_has(now):
    event = EventFactory()
    PriceFactory(of=event)
    events.delete(event, **now)
    assert not Event.objects.exists()
    assert JournalRow.objects.get(kind="event.deleted").subject_id == event.pk


def test_an_event_that_a_pass_includes_stays(now):
    event = EventFactory()
    PassTypeFactory(opens=[event])
    with pytest.raises(Refusal, match="This event is used, so it stays"):
        events.delete(event, **now)
    assert Event.objects.get() == event


def test_who_has_seats_left():
    EventFactory(code="free", capacity=2, taken=1)
    EventFactory(code="full", capacity=2, taken=2)
    EventFactory(code="endless", capacity=None, taken=99)
    found = Event.objects.with_seats().order_by("code")
    assert [(event.code, event.seats_left) for event in found] == [("endless", None), ("free", 1)]


def test_every_state_is_in_the_table_of_what_may_be_done():
    told = {verb: sorted(states) for verb, states in events.MAY.items()}
    assert told == {
        "edit": ["completed", "draft", "full", "open", "running"],
        "open": ["draft"],
        "withdraw": ["full", "open", "running"],
        "cancel": ["draft", "full", "open", "running"],
    }
    assert events.may("cancel", EventState.FULL)
    assert not events.may("cancel", EventState.COMPLETED)

"""Places are sold on an opportunity: for people by name, or for somebody yet to be named."""

import datetime
from decimal import Decimal

import pytest

from catalog.models import EventStatus, ItemStatus
from crm import belonging
from crm.models import Fulfilment, Invoice
from crm.offers import Who
from lms import cancelling, checkout, held, offers
from lms.models import Completion, HeldPlace, Progress, Registration
from tests.factories import (
    ContactFactory,
    ContentUnitFactory,
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
from tms.refusals import Refusal
from tokens.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(kestrel):
    return ContactFactory(first_name="Bo", last_name="Nilsen", account=kestrel)


@pytest.fixture
def spring(kestrel, who):
    return deal(kestrel, **who)


@pytest.fixture
def leadership(db):
    course = CourseFactory(title="Leadership")
    return EventFactory(course=course, code="L-1", first_on=datetime.date(2027, 5, 3), capacity=4)


def paid(rows):
    return [(each.paid_by, each.amount, each.unit.code) for each in rows]


def taken(event):
    event.refresh_from_db()
    return event.taken


# Winning


def test_a_win_registers_who_was_named_and_holds_the_rest(
    spring, leadership, ada, bo, kestrel, who
):
    sell(spring, leadership, 3, "100", people=[bo, ada], **who)
    won = win(spring, **who)
    made = list(Registration.objects.order_by("pk"))
    assert [(each.contact, each.event, each.account) for each in made] == [
        (bo, leadership, kestrel),
        (ada, leadership, kestrel),
    ]
    kept = HeldPlace.objects.get()
    assert (kept.event, kept.item, kept.account) == (leadership, leadership.course, kestrel)
    assert paid([*made, kept]) == [("invoice", Decimal(100), "EUR")] * 3
    assert taken(leadership) == 3
    given = [(each.kind, each.object_id) for each in Fulfilment.objects.order_by("number")]
    assert given == [
        ("registration", made[0].pk),
        ("registration", made[1].pk),
        ("held_place", kept.pk),
    ]
    line = won.invoice.lines.get()
    assert (line.title, line.detail, line.quantity, line.net) == (
        "Leadership",
        "3 May 2027, London, L-1",
        3,
        Decimal(300),
    )


def test_the_preview_names_who_gets_a_place_and_who_is_written_to(spring, leadership, ada, who):
    sell(spring, leadership, 3, "100", people=[ada], **who)
    told = preview.run(lambda: win(spring, **who)).consequences
    assert [(each.tone, each.sentence, each.count, each.lines) for each in told[:3]] == [
        (
            "gives",
            "Registered",
            1,
            ("Leadership, 3 May 2027, London, L-1: Ada Lindqvist",),
        ),
        ("sent", "A confirmation goes by email to", 1, ("Ada Lindqvist",)),
        ("gives", "Places to be filled later", 1, ("Leadership, 3 May 2027, London, L-1: 2",)),
    ]
    assert not Registration.objects.exists()


def test_each_place_has_its_share_of_what_the_line_comes_to(spring, leadership, ada, who):
    line = sell(spring, leadership, 3, "0.35", people=[ada], discount=Decimal(5), **who)
    assert line.net == Decimal("1.00")
    win(spring, **who)
    assert paid([*Registration.objects.all(), *HeldPlace.objects.order_by("pk")]) == [
        ("invoice", Decimal("0.34"), "EUR"),
        ("invoice", Decimal("0.33"), "EUR"),
        ("invoice", Decimal("0.33"), "EUR"),
    ]


def test_what_comes_to_nothing_is_free(spring, leadership, ada, who):
    sell(spring, leadership, 2, "0", people=[ada], **who)
    won = win(spring, **who)
    assert won.invoice is None
    assert paid(Registration.objects.all()) == [("free", Decimal(0), "EUR")]
    assert paid(HeldPlace.objects.all()) == [("free", Decimal(0), "EUR")]


def test_tokens_pay_for_each_place_by_itself(spring, leadership, ada, kestrel, who):
    gold = TokenTypeFactory().unit
    give(kestrel, 10, **who)
    sell(spring, leadership, 3, "2", unit=gold, people=[ada], **who)
    win(spring, **who)
    assert balances(kestrel) == [4]
    places = [Registration.objects.get(), *HeldPlace.objects.order_by("pk")]
    assert paid(places) == [("tokens", Decimal(2), "Gold")] * 3
    moves = [each.token_move for each in places]
    assert sorted(moves) == sorted(
        LedgerEntry.objects.filter(kind="redeemed").values_list("move", flat=True)
    )
    assert not Invoice.objects.exists()


def test_tokens_for_one_of_them_come_back_when_it_is_cancelled(
    spring, leadership, ada, kestrel, who
):
    give(kestrel, 10, **who)
    sell(spring, leadership, 3, "2", unit=TokenTypeFactory().unit, people=[ada], **who)
    win(spring, **who)
    done = cancelling.cancel(Registration.objects.get().pk, **who)
    assert balances(kestrel) == [6]
    assert "Given back: 2 Gold" in [each.sentence for each in done.consequences]
    assert taken(leadership) == 2


def test_cancelling_what_was_billed_names_the_invoice(spring, leadership, ada, who):
    sell(spring, leadership, 1, "100", people=[ada], **who)
    win(spring, **who)
    done = cancelling.cancel(Registration.objects.get().pk, **who)
    assert [(each.sentence, each.lines) for each in done.consequences][-1] == (
        "Billed, and not credited by this: finance credits the invoice",
        ("INV-2026-0001 to Kestrel Rail Group",),
    )


def test_a_path_is_for_who_is_named_with_its_steps(spring, ada, who):
    lesson = LmsEventFactory(content_days=30)
    path = PathFactory(courses=[lesson.course], title="First year")
    sell(spring, path, 2, "900", people=[ada], **who)
    win(spring, **who)
    on_path = Registration.objects.get(path=path)
    step = Registration.objects.get(event=lesson)
    assert paid([on_path]) == [("invoice", Decimal(900), "EUR")]
    assert (step.path_registration, step.paid_by, step.amount) == (on_path, "invoice", None)
    kept = HeldPlace.objects.get()
    assert (kept.item, kept.event) == (path, None)
    assert taken(lesson) == 1


def test_without_a_date_places_are_held_for_who_was_named(spring, leadership, ada, who):
    sell(spring, leadership.course, 2, "100", people=[ada], **who)
    win(spring, **who)
    assert not Registration.objects.exists()
    assert list(HeldPlace.objects.order_by("pk").values_list("event", "contact")) == [
        (None, ada.pk),
        (None, None),
    ]
    assert taken(leadership) == 0


def test_a_second_press_gives_nothing_more(spring, leadership, ada, who):
    sell(spring, leadership, 2, people=[ada], **who)
    win(spring, **who)
    win(spring, **who)
    assert (Registration.objects.count(), HeldPlace.objects.count(), taken(leadership)) == (1, 1, 2)


def test_the_history_tells_what_was_given(spring, leadership, ada, who):
    sell(spring, leadership, 2, people=[ada], **who)
    win(spring, **who)
    kinds = set(JournalRow.objects.values_list("kind", flat=True))
    assert {"registration.made", "held_place.made"} <= kinds


# What stands in the way


def refused(spring, who) -> str:
    with pytest.raises(Refusal) as no:
        win(spring, **who)
    assert not Registration.objects.exists() or not Fulfilment.objects.exists()
    return str(no.value)


def test_a_full_event_refuses_the_whole_and_says_how_many_are_left(spring, leadership, who):
    other = EventFactory()
    sell(spring, other, 1, **who)
    sell(spring, leadership, 3, **who)
    sell(spring, leadership, 3, **who)
    assert refused(spring, who) == (
        "Leadership, 3 May 2027, London, L-1: 4 places left, 6 wanted: choose another date or a "
        "smaller quantity."
    )
    assert (taken(leadership), taken(other), HeldPlace.objects.count()) == (0, 0, 0)


def test_all_reasons_are_said_at_once(spring, leadership, ada, bo, kestrel, who):
    gone = EventFactory(course__title="Signals", code="S-1")
    draft = EventFactory(course__title="Points", code="P-1")
    old = EventFactory(course__title="Rails", code="R-1")
    put_away = CourseFactory(title="Boilers")
    for thing in (gone, draft, old, put_away):
        sell(spring, thing, 1, **who)
    sell(spring, leadership, 2, people=[ada, bo], **who)
    type(gone).objects.filter(pk=gone.pk).update(status=EventStatus.CANCELLED)
    type(gone).objects.filter(pk=draft.pk).update(status=EventStatus.DRAFT)
    past = datetime.date(2026, 11, 20)
    type(gone).objects.filter(pk=old.pk).update(first_on=past, last_on=past)
    type(put_away).objects.filter(pk=put_away.pk).update(status=ItemStatus.ARCHIVED)
    checkout.register_by_staff(ada, event=leadership, **who)
    elsewhere = ContactFactory().account
    belonging.change_account(bo.pk, account=elsewhere, **who)
    assert refused(spring, who) == (
        "Signals, 7 December 2026, London, S-1 is cancelled: choose another date. "
        "Points, 7 December 2026, London, P-1 is a draft: open it, or choose another date. "
        "Rails, 20 November 2026, London, R-1 is over: choose another date. "
        "Boilers is not published: publish it, or take the interest off. "
        "Ada Lindqvist is registered on Leadership, 3 May 2027, London, L-1 already: name "
        "somebody else. "
        "Bo Nilsen is not a contact of Kestrel Rail Group: add them, or name somebody else."
    )


def test_an_archived_contact_is_not_registered(spring, leadership, ada, who, clock):
    sell(spring, leadership, 1, people=[ada], **who)
    type(ada).objects.filter(pk=ada.pk).update(archived_at=clock.at)
    assert refused(spring, who) == (
        "Ada Lindqvist is archived: restore them, or name somebody else."
    )


def test_who_is_named_twice_is_refused(spring, leadership, ada, who):
    sell(spring, leadership, 1, people=[ada], **who)
    sell(spring, leadership, 1, people=[ada], **who)
    with pytest.raises(Refusal, match="Ada Lindqvist is registered on Leadership"):
        win(spring, **who)


def test_a_path_whose_step_is_full_is_refused(spring, ada, bo, who):
    lesson = LmsEventFactory(course__title="Basics", code="B-1", capacity=1)
    sell(spring, PathFactory(courses=[lesson.course]), 2, people=[ada, bo], **who)
    assert refused(spring, who) == (
        "Basics, LMS, B-1: 1 place left, 2 wanted: choose another date or a smaller quantity."
    )


def test_an_interest_is_in_what_is_offered(spring, leadership, who):
    with pytest.raises(Refusal, match="is not published"):
        sell(spring, CourseFactory(status=ItemStatus.DRAFT), 1, **who)
    type(leadership).objects.filter(pk=leadership.pk).update(status=EventStatus.CANCELLED)
    leadership.refresh_from_db()
    with pytest.raises(Refusal, match="is cancelled: choose another date"):
        sell(spring, leadership, 1, **who)


# What is left of it, and taking it back


def sold(spring, who):
    win(spring, **who)
    return list(Fulfilment.objects.select_related("interest").order_by("interest", "number"))


def left(fulfilments, on):
    return [(each.words, each.left, each.why) for each in offers.COURSES.unspent(fulfilments, on)]


def test_what_was_used_of_it_is_named(spring, leadership, ada, bo, kestrel, who):
    names = ["Cy", "Di", "Ed", "Flo"]
    people = [ContactFactory(first_name=name, last_name="X", account=kestrel) for name in names]
    now = EventFactory(course__title="Now", code="N", first_on=datetime.date(2026, 11, 22))
    sell(spring, leadership, 4, people=people[:3], **who)
    sell(spring, now, 1, people=[ada], **who)
    given = sold(spring, who)
    cy, di, ed = Registration.objects.filter(event=leadership).order_by("pk")
    Registration.objects.filter(pk=cy.pk).update(attended=True)
    Completion.objects.create(contact=di.contact, item=leadership.course, at=who["at"])
    cancelling.cancel(ed.pk, **who)
    where = "Leadership, 3 May 2027, London, L-1"
    assert left(given, who["on"]) == [
        (f"{where}: Cy X", 0, "attended"),
        (f"{where}: Di X", 0, "completed"),
        (f"{where}: Ed X", 0, "cancelled on 22 November 2026"),
        (f"{where}: unnamed place", 1, ""),
        ("Now, 22 November 2026, London, N: Ada Lindqvist", 0, "begun on 22 November 2026"),
    ]
    held.fill(HeldPlace.objects.get().pk, people[3], **who)
    assert left(given, who["on"])[3] == (f"{where}: Flo X", 1, "")


def test_what_was_opened_is_begun(spring, ada, who):
    lesson = LmsEventFactory(course__title="Basics", code="B-1")
    unit = ContentUnitFactory(course=lesson.course)
    path = PathFactory(courses=[lesson.course], title="First year")
    sell(spring, path, 1, people=[ada], **who)
    given = sold(spring, who)
    assert left(given, who["on"]) == [("First year: Ada Lindqvist", 1, "")]
    Progress.objects.create(contact=ada, unit=unit, first_at=who["at"], last_at=who["at"])
    assert left(given, who["on"]) == [("First year: Ada Lindqvist", 0, "begun")]


def test_what_is_unspent_is_taken_back_with_its_seats(spring, leadership, ada, who):
    sell(spring, leadership, 3, people=[ada], **who)
    given = sold(spring, who)
    told = offers.COURSES.take_back([(each, 1) for each in given[:2]], Who(**who), "Credited")
    assert [(each.sentence, each.count) for each in told] == [
        ("Unnamed places that are released", 1),
        ("Places that are taken back", 1),
    ]
    assert (Registration.objects.live().count(), taken(leadership)) == (0, 1)
    assert HeldPlace.objects.waiting().count() == 1


def test_tokens_of_what_is_taken_back_come_back(spring, leadership, ada, kestrel, who):
    give(kestrel, 10, **who)
    sell(spring, leadership, 3, "2", unit=TokenTypeFactory().unit, people=[ada], **who)
    given = sold(spring, who)
    offers.COURSES.take_back([(each, 1) for each in given], Who(**who), "Credited")
    assert (balances(kestrel), taken(leadership)) == ([10], 0)


def test_what_was_used_is_not_taken_back(spring, leadership, ada, who):
    sell(spring, leadership, 2, people=[ada], **who)
    given = sold(spring, who)
    Registration.objects.update(attended=True)
    with pytest.raises(Refusal, match="Ada Lindqvist can't be taken back: attended"):
        offers.COURSES.take_back([(each, 1) for each in given], Who(**who), "Credited")

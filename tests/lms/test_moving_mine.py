"""A learner moves their own place to another date: the same course, a free seat, the same price."""

import datetime
from decimal import Decimal

import pytest

from catalog.models import Event
from crm import accounts
from lms import cancelling, checkout, transferring
from lms.models import Registration
from tests.factories import ContactFactory, CurrencyFactory, EventFactory, PriceFactory
from tests.lms.cast import day, held, library
from tests.lms.test_pages import text
from tests.lms.test_paying_pages import digest, preview
from tests.lms.test_transferring import taken
from tms.models import JournalRow, Organisation
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def dates(europe, organisation):
    """Two dates of a course, each for 490 euros; the second has one place."""
    organisation.learners_transfer = True
    organisation.save()
    first = EventFactory(first_on=datetime.date(2026, 12, 7), cancel_until=day("2026-11-30"))
    second = EventFactory(course=first.course, first_on=datetime.date(2027, 1, 11), capacity=1)
    PriceFactory(of=first.course, amount=Decimal(490))
    return first, second


@pytest.fixture
def billed(dates, ada, kestrel, europe, who):
    """Ada's place on the first of them, by invoice."""
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    price = {"unit": CurrencyFactory(), "amount": Decimal(490), "region": europe}
    return checkout.book_by_invoice(ada, event=dates[0], **price, **who)


@pytest.fixture
def move(ada, who):
    def moved(place, onto, contact=ada):
        who["by"] = ada.user
        return transferring.transfer_by_learner(
            place.pk, contact, event=onto, whom="office@example.com", **who
        )

    return moved


def test_it_is_shown_first_and_then_moves_with_what_was_paid(browse, billed, dates, ada):
    client, address = browse(ada.user), f"/registrations/{billed.pk}/another-date/"
    assert "Move to another date" in text(client.get(f"/registrations/{billed.pk}/"))
    shown = preview(client, address, event=dates[1].pk)
    assert "Your place moves to" in text(shown)
    assert taken(*dates) == [1, 0]
    sent = {"event": dates[1].pk, "digest": digest(shown), "operation": "1"}
    for _press in range(2):
        assert client.post(address, sent).status_code == 302
    assert taken(*dates) == [0, 1]
    place = Registration.objects.get()
    assert (place.pk, place.event, place.amount, place.paid_by) == (
        billed.pk,
        dates[1],
        490,
        "invoice",
    )
    row = JournalRow.objects.get(kind="registration.transferred")
    assert row.by_id == ada.user_id


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"learners_transfer": False}, r"can't be moved here\. Write to office@example\.com"),
        ({"cancel_until": None}, r"can't be moved here\."),
        ({"cancel_until": day("2026-11-21")}, r"It could be moved until 21 November 2026\."),
        ({"first_on": day("2026-11-22")}, r"It could be moved until 30 November 2026\."),
    ],
)
def test_not_without_the_setting_nor_after_the_deadline(billed, dates, move, change, why):
    if "learners_transfer" in change:
        Organisation.objects.update(**change)
    else:
        Event.objects.filter(pk=dates[0].pk).update(**change)
    with pytest.raises(Refusal, match=why):
        move(billed, dates[1])
    assert taken(*dates) == [1, 0]


def test_the_other_date_costs_the_same_has_a_seat_and_can_be_booked(billed, dates, move, ada, who):
    _first, second = dates
    price = PriceFactory(of=second, amount=Decimal(600))
    with pytest.raises(Refusal, match=r"costs €600\.00, and you paid €490\.00"):
        move(billed, second)
    price.delete()
    Event.objects.filter(pk=second.pk).update(closes_on=day("2026-11-21"))
    with pytest.raises(Refusal, match="Registration closed on 21 November 2026"):
        move(billed, second)
    Event.objects.filter(pk=second.pk).update(closes_on=None)
    checkout.register_by_staff(ContactFactory(), event=second, tell=False, **who)
    with pytest.raises(Refusal, match="This date is full"):
        move(billed, second)
    with pytest.raises(Refusal, match="another date of the same course"):
        move(billed, EventFactory())
    with pytest.raises(Refusal, match="not yours"):
        move(billed, second, contact=ContactFactory())
    assert taken(*dates) == [1, 1]


def test_by_pass_the_pass_has_to_carry_the_other_date(dates, ada, move, who):
    first, second = dates
    held(ada, library(first.course), until="2026-12-31")
    made = checkout.book_by_pass(ada, event=first, **who)
    with pytest.raises(Refusal, match="Your pass doesn't include that date"):
        move(made, second)
    earlier = EventFactory(course=first.course, first_on=datetime.date(2026, 12, 14))
    move(made, earlier)
    assert taken(first, earlier) == [0, 1]


@pytest.mark.parametrize(("today", "may"), [("2026-11-30", True), ("2026-12-01", False)])
def test_the_last_day_to_cancel_is_the_deadline_itself(billed, ada, who, clock, today, may):
    """LMS-8: through the whole of that day, and not on the one after."""
    clock.set(f"{today} 12:00")
    who |= {"at": clock.at, "on": clock.on()}
    if may:
        cancelling.cancel_by_learner(billed.pk, ada, **who)
    else:
        with pytest.raises(Refusal, match="It could be cancelled until 30 November 2026"):
            cancelling.cancel_by_learner(billed.pk, ada, **who)
    billed.refresh_from_db()
    assert bool(billed.cancelled_at) is may

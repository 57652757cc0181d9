"""A place that was billed by itself comes back when its invoice is credited (FAIR-6)."""

import datetime

import pytest

from crm import crediting
from crm.models import Invoice
from lms import billing, cancelling, checkout
from tests.factories import EventFactory, PriceFactory
from tms import preview
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def billed(ada, kestrel, who, clock):
    """A place for Ada in three weeks, with an invoice of its own."""
    event = EventFactory(capacity=3)
    event.first_on = event.last_on = clock.on() + datetime.timedelta(days=21)
    event.save()
    price = PriceFactory(of=event, amount=490, region=kestrel.region)
    place = checkout.register_by_staff(ada, event=event, **who)
    return place, billing.bill(place, price, kestrel, **who)


def credit(invoice, who, **more):
    lines = {invoice.lines.get().pk: 1}
    return crediting.credit(invoice.pk, lines=lines, reason="Ill", **more, **who)


def told(done):
    return [(each.tone, each.sentence, each.lines) for each in done.consequences[1:]]


def test_the_place_is_taken_back_with_the_credit_note(billed, who):
    place, invoice = billed
    event = place.event
    shown = preview.run(lambda: credit(invoice, who))
    place.refresh_from_db()
    assert place.cancelled_at is None
    done = credit(invoice, who, operation="once")
    place.refresh_from_db()
    event.refresh_from_db()
    assert (place.cancelled_at, event.taken) == (who["at"], 0)
    assert (
        told(done)
        == told(shown)
        == [("closes", "Places that are taken back", (f"{event.choice_label}: Ada Lindqvist",))]
    )
    fact = JournalRow.objects.get(kind="registration.cancelled")
    assert (fact.reason, fact.operation) == ("Ill", "once")


def test_a_place_that_was_used_stays_and_is_named(billed, who):
    place, invoice = billed
    place.attended = True
    place.save()
    done = credit(invoice, who)
    place.refresh_from_db()
    assert place.cancelled_at is None
    sentence = "Places that were used stay, though they are credited"
    label = place.event.choice_label
    assert told(done) == [("stays", sentence, (f"{label}: Ada Lindqvist: attended",))]


def test_a_place_that_is_meant_to_stay_stays(billed, who):
    place, invoice = billed
    credit(invoice, who, sources=(), leave=True)
    place.refresh_from_db()
    assert place.cancelled_at is None
    assert Invoice.objects.filter(kind="credit_note").exists()


def test_a_place_that_was_cancelled_before_is_only_credited(billed, who):
    place, invoice = billed
    cancelling.cancel(place.pk, **who)
    assert told(credit(invoice, who)) == []
    assert JournalRow.objects.filter(kind="registration.cancelled").count() == 1

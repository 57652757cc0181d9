"""Two contacts who are one each paid by card for one place: staff see the second, and refund it."""

import datetime
from decimal import Decimal

import pytest

from crm import merging
from crm.models import Invoice
from lms.models import Payment, PaymentState, Registration, Submission
from lms.payments import arriving, provider, refunding, starting
from lms.payments.trial import Trial
from tests.factories import (
    ContactFactory,
    ContentUnitFactory,
    CurrencyFactory,
    EventFactory,
    PriceFactory,
)
from tests.lms.test_cards import credited, kinds, state
from tests.lms.test_pages import text
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(europe, settings, ada, kestrel, who):
    """Ada, and a double of hers, have each paid 600 euros for the same date."""
    settings.PAYMENT_PROVIDER = "trial"
    event = EventFactory(course__title="Coaching", capacity=5)
    PriceFactory(of=event.course, amount=Decimal(500))
    double = ContactFactory(account=kestrel, first_name="Ada", last_name="Twice")
    made = []
    for contact in (ada, double):
        price = {"unit": CurrencyFactory(), "amount": Decimal(500), "region": europe}
        made.append(starting.start(contact, event=event, **price, **who))
        news = Trial().told(made[-1], provider.PAID)
        arriving.take(news, "trial", at=who["at"], on=who["on"])
    return ada, double, made


def test_the_second_payment_needs_action_and_is_refunded_with_its_invoice(
    twice, who, clock, browse, office, django_capture_on_commit_callbacks
):
    ada, double, (first, second) = twice
    told = merging.merge_contacts(ada.pk, double.pk, **who)
    said = [each.sentence for each in told]
    assert "1 payment by card needs action: it paid for a place held twice." in said
    assert state(first, clock) == PaymentState.PAID
    assert state(second, clock) == PaymentState.NEEDS_ACTION
    assert (second.contact, Registration.objects.live().count()) == (ada, 1)
    page = text(browse(office).get("/all-payments/"))
    assert "Held twice: the contacts were merged" in page
    with pytest.raises(Refusal, match="held twice, and one of the two stays"):
        refunding.settle(second.pk, **who)
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(second.pk, **who)
    assert state(second, clock) == PaymentState.REFUNDED
    assert [bill.status for bill in Invoice.objects.filter(kind="invoice").order_by("pk")] == [
        "paid",
        "void",
    ]
    assert kinds(second)[-3:] == ["reopened", "refund_asked", "refunded"]
    assert Payment.objects.to_settle().count() == 0


def test_what_went_back_before_they_were_merged_needs_nothing(
    twice, who, clock, django_capture_on_commit_callbacks
):
    ada, double, (_first, second) = twice
    second.refresh_from_db()
    credited(second, who)
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(second.pk, **who)
    told = merging.merge_contacts(ada.pk, double.pk, **who)
    assert "need" not in " ".join(each.sentence for each in told)
    assert state(second, clock) == PaymentState.REFUNDED
    assert (second.trouble, second.settled_at is None) == ("", False)


def test_of_two_submissions_that_wait_the_later_one_does(ada, kestrel, who, clock):
    """What both handed in is numbered by time, and one of it waits to be marked."""
    unit = ContentUnitFactory(form="assignment")
    double = ContactFactory(account=kestrel)
    for number, contact in enumerate((double, ada)):
        Submission.objects.create(
            unit=unit,
            contact=contact,
            number=1,
            name=f"{number}.txt",
            kind="text",
            size=1,
            submitted_at=clock.at + datetime.timedelta(hours=number),
        )
    merging.merge_contacts(ada.pk, double.pk, **who)
    rows = Submission.objects.filter(contact=ada).order_by("number")
    assert list(rows.values_list("number", "name", "replaced_at")) == [
        (1, "0.txt", clock.at),
        (2, "1.txt", None),
    ]

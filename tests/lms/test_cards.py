"""Paying by card: a seat is held, the provider's word is taken once, and the place is billed."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog import events
from catalog.models import EventStatus
from crm import accounts, crediting
from crm.models import Invoice
from lms import cancelling, checkout, places
from lms.models import Outcome, Payment, PaymentNews, PaymentState, Registration
from lms.payments import arriving, refunding, starting
from lms.payments.provider import News
from lms.payments.trial import Trial
from passes.models import Pass
from tests.conftest import moment
from tests.factories import (
    ContactFactory,
    CurrencyFactory,
    EventFactory,
    LearnerFactory,
    PassOptionFactory,
    PathFactory,
    PaymentFactory,
    PriceFactory,
    RegistrationFactory,
)
from tests.lms.test_pages import at, text
from tests.lms.test_till import go, hidden, to
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tms.reporting import checking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.PAYMENT_PROVIDER = "trial"


@pytest.fixture
def room(europe):
    """A date of Coaching for 490 euros, with two seats."""
    event = EventFactory(course__title="Coaching", course__slug="coaching", capacity=2)
    PriceFactory(of=event.course, amount=Decimal("490.50"))
    return event


@pytest.fixture
def begin(ada, europe, room, who):
    def begun(contact=ada, amount="490.50", **more):
        place = {"event": room} if "path" not in more else {}
        return starting.start(
            contact,
            unit=CurrencyFactory(),
            amount=Decimal(amount),
            region=europe,
            **place | who | more,
        )

    return begun


@pytest.fixture
def tell(clock):
    """`tell(payment, "paid")`: the provider tells; what was done with it."""

    def told(payment, kind="paid", key=None, **other):
        news = Trial().told(payment, kind)
        particulars = {**vars(news), **other} | ({"key": key} if key else {})
        return arriving.take(News(**particulars), "trial", at=clock.at, on=clock.on())

    return told


def taken(event):
    event.refresh_from_db()
    return event.taken


def state(payment, clock):
    payment.refresh_from_db()
    found = payment.state_at(clock.at)
    assert Payment.objects.with_state(clock.at).get(pk=payment.pk).state == found
    return found


def kinds(payment):
    rows = JournalRow.objects.filter(subject_kind="payment", subject_id=payment.pk)
    return [
        kind.removeprefix("payment.") for kind in rows.order_by("id").values_list("kind", flat=True)
    ]


# Begun


def test_the_seat_is_held_and_exactly_the_sum_is_asked_for(begin, room, clock):
    made = begin()
    assert (made.gross, made.unit.code, taken(room)) == (Decimal("588.60"), "EUR", 1)
    assert made.holds_until == moment("2026-11-22 09:30")
    assert state(made, clock) == PaymentState.STARTED
    assert not Registration.objects.exists()


def test_a_second_press_is_the_same_payment(begin, room):
    assert begin() == begin()
    assert taken(room) == 1


def test_another_price_than_was_seen_begins_nothing(begin, room):
    with pytest.raises(Refusal, match=r"it is €490\.50 now"):
        begin(amount="400")
    assert taken(room) == 0


def test_a_price_that_changed_meanwhile_begins_anew(begin, room, clock):
    first = begin()
    type(room.course.priced.prices.get()).objects.update(amount=Decimal(500))
    second = begin(amount="500")
    assert (state(first, clock), second.gross, taken(room)) == ("given_up", Decimal(600), 1)


def test_nobody_holds_more_than_so_many(begin, room, settings, europe):
    settings.PAYMENT_HOLDS = 1
    begin()
    other = EventFactory(course=room.course)
    with pytest.raises(Refusal, match="You have begun to pay for 1 place"):
        begin(event=other)
    assert taken(other) == 0


def test_nobody_begins_without_end(begin, room, settings, clock, who):
    settings.PAYMENT_HOLDS = 100
    for number in range(12):
        begin(amount=str(number + 1), event=dated(room, number + 1))
    late = dated(room, 13)
    with pytest.raises(Refusal, match="You have begun to pay very often"):
        begin(amount="13", event=late)
    begin(contact=ContactFactory(), amount="13", event=late)
    clock.move(hours=1)
    begin(amount="13", event=late, **(who | {"at": clock.at}))


def dated(room, amount):
    """Another date of the same course, at a price of its own."""
    event = EventFactory(course=room.course)
    PriceFactory(of=event, amount=Decimal(amount))
    return event


def test_a_hold_that_is_over_is_anybodys_without_a_worker(begin, browse, room, clock, who):
    first, _second = begin(), begin(contact=ContactFactory())
    client = browse()
    assert "Full" in text(client.get(at(room.course)))
    with pytest.raises(Refusal, match="This date is full"):
        begin(contact=ContactFactory())
    clock.set("2026-11-22 09:30", "UTC")
    assert state(first, clock) == PaymentState.EXPIRED
    assert "Full" not in text(client.get(at(room.course)))
    late = who | {"at": clock.at}
    begin(contact=ContactFactory(), **late)
    assert taken(room) == 1
    assert places.free_lapsed(clock.at) == 0


# Paid


def test_paid_is_booked_billed_and_marked_as_paid(begin, tell, room, ada, clock):
    made = begin()
    assert tell(made) == Outcome.DONE
    place, bill = Registration.objects.get(), Invoice.objects.get()
    assert (place.contact, place.paid_by, place.amount) == (ada, "card", Decimal("490.50"))
    assert (bill.status, bill.gross, bill.account) == ("paid", Decimal("588.60"), ada.account)
    assert (state(made, clock), made.registration, made.invoice) == ("paid", place, bill)
    assert taken(room) == 1
    assert kinds(made) == ["started", "paid", "settled"]


def test_told_twice_it_is_done_once(begin, tell, room):
    made = begin()
    assert [tell(made), tell(made), tell(made, key="another")] == ["done", "known", "known"]
    assert (Registration.objects.count(), Invoice.objects.count(), taken(room)) == (1, 1, 1)


def test_paid_wins_whatever_comes_before_or_late(begin, tell, clock):
    made = begin()
    assert tell(made, "failed") == Outcome.DONE
    assert state(made, clock) == PaymentState.FAILED
    assert tell(made) == Outcome.DONE
    assert tell(made, "expired") == Outcome.KNOWN
    assert state(made, clock) == PaymentState.PAID


def test_a_failure_frees_the_seat(begin, tell, room):
    tell(begin(), "failed")
    assert taken(room) == 0


@pytest.mark.parametrize(
    "other", [{"amount": Decimal(10)}, {"currency": "SEK"}, {"amount": Decimal("588.61")}]
)
def test_another_amount_or_currency_gives_nothing_and_is_seen(other, begin, tell, room, clock):
    made = begin()
    assert tell(made, **other) == Outcome.MISMATCH
    assert state(made, clock) == PaymentState.NEEDS_ACTION
    assert "was paid where €588.60 was due" in made.trouble
    assert (Registration.objects.count(), taken(room)) == (0, 0)


def test_a_part_or_more_that_the_provider_gave_back_is_seen_and_settles_nothing(begin, tell):
    made = begin()
    tell(made)
    for key, amount in (("less", "100"), ("more", "600")):
        assert tell(made, "refunded", key, amount=Decimal(amount)) == Outcome.MISMATCH
        made.refresh_from_db()
        assert (made.refunded_at, made.refund_asked_at) == (None, None)
        assert made.trouble == "The provider gave back another amount."
    assert tell(made, "refunded", "all") == Outcome.DONE


def test_what_is_said_to_be_given_back_before_it_was_paid_is_seen(begin, tell):
    made = begin()
    assert tell(made, "refunded") == Outcome.MISMATCH
    made.refresh_from_db()
    assert made.refunded_at is None


def test_an_unknown_payment_is_kept_for_people_to_see(begin, tell):
    made = begin()
    strange = {"reference": "other", "charge": "", "number": None}
    assert [tell(made, **strange) for _n in range(2)] == [Outcome.UNKNOWN, Outcome.KNOWN]
    assert PaymentNews.objects.get().payment is None
    assert not Registration.objects.exists()


def test_paid_after_the_hold_with_a_seat_left_is_booked(begin, tell, room, clock):
    made = begin()
    clock.set("2026-11-22 10:00", "UTC")
    places.free_lapsed(clock.at)
    assert taken(room) == 0
    assert tell(made) == Outcome.DONE
    assert taken(room) == 1


def test_paid_when_the_seat_is_gone_needs_action(begin, tell, room, clock):
    made = begin()
    clock.set("2026-11-22 10:00", "UTC")
    places.free_lapsed(clock.at)
    for _seat in range(2):
        RegistrationFactory(event=room)
    assert tell(made) == Outcome.NEEDS_ACTION
    assert state(made, clock) == PaymentState.NEEDS_ACTION
    assert made.trouble == "This date is full. Choose another one, or join the waiting list."
    assert kinds(made) == ["started", "paid", "stuck"]
    assert not Invoice.objects.exists()


def test_paid_when_the_event_was_called_off_or_it_was_given_up(begin, tell, room, ada, clock, who):
    made = begin()
    type(room).objects.update(status=EventStatus.CANCELLED)
    assert tell(made) == Outcome.NEEDS_ACTION
    assert taken(room) == 0
    type(room).objects.update(status=EventStatus.OPEN)
    room.refresh_from_db()
    other = begin()
    starting.give_up(other.pk, ada, **who)
    assert tell(other) == Outcome.NEEDS_ACTION
    assert (state(other, clock), other.trouble) == (
        "needs_action",
        "It was given up before it was paid.",
    )


def test_paid_by_who_got_the_place_otherwise_meanwhile_needs_action(begin, tell, room, ada, who):
    made = begin()
    checkout.register_by_staff(ada, event=room, tell=False, **who)
    assert tell(made) == Outcome.NEEDS_ACTION
    made.refresh_from_db()
    assert made.trouble == "They are registered already."
    assert (Registration.objects.count(), taken(room)) == (1, 1)


def test_paid_by_who_is_archived_meanwhile_needs_action(begin, tell, room, ada, who):
    made = begin()
    type(ada).objects.filter(pk=ada.pk).update(archived_at=who["at"])
    assert tell(made) == Outcome.NEEDS_ACTION
    made.refresh_from_db()
    assert "is archived" in made.trouble
    assert (Registration.objects.count(), taken(room)) == (0, 0)


def test_a_path_is_paid_once_with_its_steps(ada, begin, tell, europe):
    path = PathFactory(title="First year")
    PriceFactory(of=path, amount=Decimal(900))
    assert tell(begin(path=path, amount="900")) == Outcome.DONE
    assert Registration.objects.get().path == path
    assert Invoice.objects.get().lines.get().title == "First year"


def test_the_invariants_hold_in_every_state(begin, tell, room, who):
    begin(contact=ContactFactory())
    tell(begin())
    mine = [each for each in checking.every() if each.name.startswith("I6")]
    assert [checking.ask(each, on=who["on"], at=who["at"])["count"] for each in mine] == [0] * 3


def test_what_is_paid_cannot_be_given_up(begin, tell, ada, who):
    made = begin()
    tell(made)
    with pytest.raises(Refusal, match="It is paid already"):
        starting.give_up(made.pk, ada, **who)
    made.refresh_from_db()
    assert made.given_up_at is None


def test_nobody_gives_up_what_somebody_else_pays_for(begin, room, who):
    made = begin()
    with pytest.raises(Refusal, match="not yours"):
        starting.give_up(made.pk, ContactFactory(), **who)
    assert taken(room) == 1


def test_nothing_is_begun_for_who_has_a_place_or_is_archived(begin, room, ada, who):
    checkout.register_by_staff(ada, event=room, tell=False, **who)
    with pytest.raises(Refusal, match=r"You are registered already\. Nothing was taken"):
        begin()
    with pytest.raises(Refusal, match="is archived"):
        begin(contact=ContactFactory(archived_at=who["at"]))
    assert (Payment.objects.count(), taken(room)) == (0, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"closes_on": datetime.date(2026, 11, 21)}, "Registration closed"),
        ({"first_on": datetime.date(2026, 11, 21)}, "has begun"),
    ],
)
def test_nothing_is_begun_for_a_date_that_is_closed(change, sentence, begin, room):
    type(room).objects.filter(pk=room.pk).update(**change)
    room.refresh_from_db()
    with pytest.raises(Refusal, match=sentence):
        begin()
    assert (Payment.objects.count(), taken(room)) == (0, 0)


def test_nothing_is_begun_for_a_path_that_is_offered_no_more(begin):
    path = PathFactory(title="First year", status="archived")
    PriceFactory(of=path, amount=Decimal(900))
    with pytest.raises(Refusal, match="no longer offered"):
        begin(path=path, amount="900")


# Back


def test_cancelled_with_the_credit_the_money_goes_back_once(
    begin, tell, room, who, clock, django_capture_on_commit_callbacks
):
    made = begin()
    tell(made)
    place = Registration.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        done = cancelling.cancel(place.pk, credit=True, **who)
    said = " ".join(each.sentence for each in done.consequences)
    assert "A credit note over €588.60" in said
    assert "€588.60 goes back to the card that it came from" in said
    assert state(made, clock) == PaymentState.REFUNDED
    assert Invoice.objects.get(kind="credit_note").gross == Decimal("588.60")
    assert tell(made, "refunded") == Outcome.KNOWN
    assert kinds(made)[-2:] == ["refund_asked", "refunded"]


def test_what_nobody_gives_back_is_not_asked_for(begin, tell, clock, who):
    made = begin()
    tell(made)
    assert refunding.carry_out(made.pk, at=clock.at, on=clock.on())
    assert state(made, clock) == PaymentState.PAID


def test_what_needs_action_is_given_or_given_back(
    begin, tell, room, clock, who, django_capture_on_commit_callbacks
):
    made = begin()
    starting.give_up(made.pk, made.contact, **who)
    tell(made)
    refunding.settle(made.pk, **who)
    assert (state(made, clock), taken(room)) == (PaymentState.PAID, 1)
    with pytest.raises(Refusal, match="What was paid for was given"):
        refunding.refund(made.pk, **who)
    other = begin(contact=ContactFactory())
    tell(other, amount=Decimal(10))
    with pytest.raises(Refusal, match="Another amount was paid"):
        refunding.settle(other.pk, **who)
    with django_capture_on_commit_callbacks(execute=True):
        (told,) = refunding.refund(other.pk, **who)
    assert told.sentence == "€10.00 goes back to the card that it came from"
    assert state(other, clock) == PaymentState.REFUNDED


def test_what_isnt_paid_is_neither_given_nor_given_back(begin, who):
    made = begin()
    for verb in (refunding.settle, refunding.refund):
        with pytest.raises(Refusal, match="It isn't paid"):
            verb(made.pk, **who)


def test_what_goes_back_is_neither_given_nor_given_back_again(begin, tell, who):
    made = begin()
    starting.give_up(made.pk, made.contact, **who)
    tell(made)
    refunding.refund(made.pk, **who)
    for verb in (refunding.settle, refunding.refund):
        with pytest.raises(Refusal, match="The money goes back already"):
            verb(made.pk, **who)
    assert not Registration.objects.exists()


def test_who_looks_at_an_older_payment_gives_nothing_back(begin, tell, who):
    made = begin()
    starting.give_up(made.pk, made.contact, **who)
    made.refresh_from_db()
    seen = made.version
    tell(made)
    for verb in (refunding.settle, refunding.refund):
        with pytest.raises(Stale, match="changed meanwhile"):
            verb(made.pk, version=seen, **who)


def credited(made, who):
    """Its invoice is credited, the place left as it is and the money where it is."""
    bill = Invoice.objects.get(pk=made.invoice_id)
    given = {"lines": {bill.lines.get().pk: 1}, "sources": (), "leave": True}
    crediting.credit(bill.pk, **given, reason="Goodwill", **who)


def test_what_was_given_and_credited_isnt_given_again(begin, tell, who):
    made = begin()
    tell(made)
    made.refresh_from_db()
    credited(made, who)
    Registration.objects.update(cancelled_at=who["at"])
    with pytest.raises(Refusal, match="It was given already"):
        refunding.settle(made.pk, **who)


def test_what_went_back_before_the_event_is_called_off_isnt_asked_for_again(
    begin, tell, room, who, django_capture_on_commit_callbacks
):
    made = begin()
    tell(made)
    made.refresh_from_db()
    credited(made, who)
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(made.pk, **who)
    told = events.cancel(room, reason="Ill", credit=True, **who)
    assert "goes back to the card" not in " ".join(each.sentence for each in told)
    assert kinds(made)[-2:] == ["refund_asked", "refunded"]


def test_what_the_provider_tells_while_it_is_asked_is_written_once(
    begin, tell, who, monkeypatch, django_capture_on_commit_callbacks
):
    made = begin()
    starting.give_up(made.pk, made.contact, **who)
    tell(made)
    monkeypatch.setattr(Trial, "refund", lambda *_asked: tell(made, "refunded") and "re_1")
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(made.pk, **who)
    assert kinds(made).count("refunded") == 1


# Pages


def to_pay(client, room):
    """Through the checkout to the payment."""
    go(client, "date", event=room.pk)
    unit = room.course.priced.prices.get().unit_id
    assert go(client, "payment", pay=f"card-{unit}") == "review"
    return client.get(to("review"))


def test_from_the_date_to_the_place(browse, room, ada):
    client = browse(ada.user)
    page = to_pay(client, room)
    said = text(page)
    assert "Payment Card Net €490.50 Standard 20 % €98.10 Total €588.60" in said
    assert "Continue to pay €588.60" in said
    answers = [client.post(to("review"), hidden(page)) for _press in range(2)]
    made = Payment.objects.get()
    here = reverse("lms:payment", args=[made.pk])
    assert {each.url for each in answers} == {here + "?go"}
    assert client.get(here + "?go")["Refresh"] == f"0; url={made.address}"
    assert "A trial: no money moves." in text(client.get(made.address))
    assert client.post(made.address, {"answer": "wait"}).url == here
    waits = client.get(here)
    assert "Being confirmed" in text(waits)
    assert waits["Refresh"] == "5"
    client.post(made.address, {"answer": "pay"})
    place = Registration.objects.get()
    assert client.get(here).url == reverse("lms:registration", args=[place.pk])
    said = text(client.get(client.get(here).url))
    assert "Paid for Card, INV-2026-0001" in said
    said = text(client.get(reverse("lms:receipt", args=[place.pk])))
    assert "Paid on 22 November 2026" in said
    assert client.post(to("review"), hidden(page)).url == reverse(
        "lms:registration", args=[place.pk]
    )


def test_declined_or_given_up_it_can_be_tried_again(browse, room, ada):
    client = browse(ada.user)
    sent = hidden(to_pay(client, room))
    client.post(to("review"), sent)
    first = Payment.objects.get()
    client.post(first.address, {"answer": "decline"})
    assert "The payment was declined." in text(client.get(reverse("lms:payment", args=[first.pk])))
    client.post(to("review"), sent)
    second = Payment.objects.latest("pk")
    assert second != first
    client.post(reverse("lms:give_up_payment", args=[second.pk]))
    assert "You gave it up." in text(client.get(reverse("lms:payment", args=[second.pk])))
    assert taken(room) == 0


def test_a_payment_is_only_its_learners_to_see(browse, begin, ada):
    made = begin(contact=ContactFactory())
    client = browse(ada.user)
    for name in ("payment", "trial_payment"):
        assert client.get(reverse(f"lms:{name}", args=[made.pk])).status_code == 404


def test_without_a_provider_no_card_is_taken(browse, room, ada, settings, begin):
    settings.PAYMENT_PROVIDER = ""
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    assert "Card:" not in text(client.get(to("payment")))
    with pytest.raises(Refusal, match="Nothing can be paid by card here"):
        begin()


def test_nobody_tells_the_trial_from_outside(client, begin):
    assert client.post("/payments/news/trial/", b"{}", "application/json").status_code == 400
    assert client.post("/payments/news/other/", b"{}", "application/json").status_code == 404


def test_credited_without_taking_it_back_the_money_is_still_to_be_refunded(
    begin, tell, clock, who, browse, office, django_capture_on_commit_callbacks
):
    made = begin()
    tell(made)
    bill = Invoice.objects.get()
    given = {"lines": {bill.lines.get().pk: 1}, "sources": (), "leave": True}
    crediting.credit(bill.pk, **given, reason="Goodwill", **who)
    assert state(made, clock) == PaymentState.PAID
    page = browse(office).get(reverse("lms:payments")).content.decode()
    assert reverse("lms:refund_payment", args=[made.pk]) in page
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(made.pk, **who)
    assert state(made, clock) == PaymentState.REFUNDED


# Training passes


@pytest.fixture
def annual(europe, organisation):
    """A year of the Leadership Library for 900 euros, sold online."""
    organisation.sells_online = True
    organisation.save()
    option = PassOptionFactory(pass_type__name="Library", pass_type__slug="library")
    PriceFactory(of=option, amount=Decimal(900))
    return option


def to_buy(option):
    return reverse("lms:buy_pass", args=[option.pass_type.slug, option.pk])


def test_a_pass_is_bought_by_card_and_comes_once(browse, annual, ada, clock, who):
    client = browse(ada.user)
    said = text(client.get(reverse("lms:pass_type", args=["library"])))
    assert "Buy" in said
    page = client.get(to_buy(annual))
    assert "Card: €1,080.00 €900.00 plus €180.00 tax." in text(page)
    unit = annual.priced.prices.get().unit_id
    sent = hidden(page) | {"pay": f"card-{unit}", f"amount-card-{unit}": "900"}
    assert len({client.post(to_buy(annual), sent).url for _press in range(2)}) == 1
    made = Payment.objects.get()
    client.post(made.address, {"answer": "pay"})
    given = Pass.objects.get()
    assert (given.contact, given.option, given.source) == (ada, annual, "order")
    assert state(made, clock) == PaymentState.PAID
    assert (made.issued, made.invoice.status) == (given, "paid")
    assert client.get(reverse("lms:payment", args=[made.pk])).url == reverse("lms:profile_passes")
    said = text(client.get(reverse("lms:profile_payments")))
    assert "Library, Annual €1,080.00, 22 November 2026 Paid" in said


def test_a_pass_is_bought_by_invoice_once_a_press(browse, annual, ada, kestrel, who):
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    client = browse(ada.user)
    unit = annual.priced.prices.get().unit_id
    sent = hidden(client.get(to_buy(annual)))
    sent |= {"pay": f"invoice-{unit}", f"amount-invoice-{unit}": "900", "order_number": "PO 1"}
    for _press in range(2):
        assert client.post(to_buy(annual), sent).url == reverse("lms:profile_passes")
    given, bill = Pass.objects.get(), Invoice.objects.get()
    assert (bill.gross, bill.status, bill.account) == (Decimal(1080), "issued", kestrel)
    assert bill.lines.get().note == f"Training pass {given.pk}\nYour order PO 1"
    said = text(client.get(reverse("lms:profile_payments")))
    assert "Invoices for passes INV-2026-0001 €1,080.00, to Kestrel Rail Group Issued" in said
    mine = reverse("lms:my_invoice", args=[bill.pk])
    assert client.get(mine)["Content-Type"] == "application/pdf"
    assert browse(LearnerFactory().user).get(mine).status_code == 404


def test_another_price_or_the_setting_taken_back_sells_nothing(browse, annual, ada, organisation):
    client = browse(ada.user)
    unit = annual.priced.prices.get().unit_id
    sent = {"pay": f"card-{unit}", f"amount-card-{unit}": "800"}
    refused = client.post(to_buy(annual), sent)
    assert refused.status_code == 422
    assert "it is €900.00 now" in text(refused)
    organisation.sells_online = False
    organisation.save()
    assert client.post(to_buy(annual), sent).status_code == 404
    assert "Buy" not in text(client.get(reverse("lms:pass_type", args=["library"])))
    assert not Payment.objects.exists()


def test_a_pass_that_is_credited_is_cancelled_and_the_card_refunded(
    ada, annual, begin, tell, europe, who, clock, django_capture_on_commit_callbacks
):
    made = starting.start(
        ada, option=annual, unit=CurrencyFactory(), amount=Decimal(900), region=europe, **who
    )
    tell(made)
    bill = Invoice.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        done = crediting.credit(bill.pk, lines={bill.lines.get().pk: 1}, reason="Moved", **who)
    said = [each.sentence for each in done.consequences]
    assert "Training passes that are cancelled" in said
    assert "€1,080.00 goes back to the card that it came from" in said
    assert Pass.objects.get().cancelled_at == clock.at
    assert state(made, clock) == PaymentState.REFUNDED


# Staff


def test_staff_see_payments_and_settle_what_needs_it(browse, office, begin, tell, ada, room, who):
    made = begin()
    starting.give_up(made.pk, ada, **who)
    tell(made)
    begin(contact=ContactFactory())
    client = browse(office)
    said = text(client.get(reverse("lms:payments") + "?state=needs_action"))
    assert "Paid, needs action" in said
    assert "It was given up before it was paid." in said
    here = reverse("lms:settle_payment", args=[made.pk])
    page = client.get(here)
    assert "Ada Lindqvist gets what was paid for: Coaching" in text(page)
    client.post(here, hidden(page))
    assert Registration.objects.get().contact == ada


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_number(browse, office, count_queries, rows):
    for _row in range(rows):
        PaymentFactory(event=EventFactory())
    client = browse(office)
    assert count_queries(lambda: client.get(reverse("lms:payments"))) == 4

"""Where the account allows it a place is billed: the seat and the invoice together, or neither."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse

from catalog import events
from catalog.models import EventStatus
from crm import accounts, crediting
from crm.models import Invoice
from lms import cancelling, checkout, paying
from lms.models import Registration
from tests.factories import (
    CurrencyFactory,
    EventFactory,
    LearnerFactory,
    PathFactory,
    PriceFactory,
    RegistrationFactory,
    UserFactory,
)
from tests.lms.paying import give, let_spend, priced
from tests.lms.test_pages import at, text
from tests.lms.test_till import go, hidden, to
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    """A date of Coaching, for 490 euros."""
    event = EventFactory(
        course__title="Coaching", course__slug="coaching", code="C-1", place="Malmö", capacity=2
    )
    PriceFactory(of=event.course, amount=Decimal("490.50"))
    return event


@pytest.fixture
def billed(kestrel, who):
    """Kestrel pays by invoice."""
    return accounts.edit(kestrel.pk, pays_by_invoice=True, **who)


@pytest.fixture
def buy(ada, europe, room, who):
    def bought(contact=ada, amount="490.50", event=room, **more):
        return checkout.book_by_invoice(
            contact,
            unit=CurrencyFactory(),
            amount=Decimal(amount),
            region=europe,
            event=event,
            **who | more,
        )

    return bought


def test_the_place_and_the_invoice_come_together(billed, buy, ada, room):
    made = buy()
    assert (made.contact, made.paid_by, made.amount, made.unit.code) == (
        ada,
        "invoice",
        Decimal("490.50"),
        "EUR",
    )
    bill = Invoice.objects.get()
    assert (bill.account, bill.number, bill.net, bill.tax, bill.gross) == (
        billed,
        "INV-2026-0001",
        Decimal("490.50"),
        Decimal("98.10"),
        Decimal("588.60"),
    )
    line = bill.lines.get()
    assert (line.source_kind, line.source_id, line.title, line.detail) == (
        "registration",
        made.pk,
        "Coaching",
        "7 December 2026, Malmö, C-1",
    )
    room.refresh_from_db()
    assert room.taken == 1


def test_a_second_press_bills_nothing(billed, buy):
    assert buy() == buy()
    assert Invoice.objects.count() == 1


def test_an_account_that_does_not_pay_so_is_not_billed(buy, kestrel):
    with pytest.raises(Refusal, match="Kestrel Rail Group doesn't pay by invoice"):
        buy()
    assert not Registration.objects.exists()


def test_another_price_than_was_seen_bills_nothing(billed, buy):
    with pytest.raises(paying.PriceChanged, match=r"it is €490\.50 now"):
        buy(amount="400")
    assert not Invoice.objects.exists()
    assert not Registration.objects.exists()


def test_a_full_or_closed_event_bills_nothing(billed, buy, room):
    for _seat in range(2):
        RegistrationFactory(event=room)
    with pytest.raises(Refusal, match="This date is full"):
        buy()
    type(room).objects.update(status=EventStatus.CANCELLED)
    room.refresh_from_db()
    with pytest.raises(Refusal, match="no longer offered"):
        buy()
    assert not Invoice.objects.exists()


def test_a_price_of_nothing_is_free(billed, buy, room):
    PriceFactory(of=room, amount=Decimal(0))
    assert buy(amount="0").paid_by == "free"
    assert not Invoice.objects.exists()


def test_a_path_is_billed_once_with_its_steps(billed, ada, europe, who):
    path = PathFactory(title="First year")
    PriceFactory(of=path, amount=Decimal(900))
    made = checkout.book_by_invoice(
        ada, unit=CurrencyFactory(), amount=Decimal(900), region=europe, path=path, **who
    )
    assert (made.path, made.paid_by) == (path, "invoice")
    assert Invoice.objects.get().lines.get().title == "First year"


# At checkout


def test_from_the_date_to_the_invoice(
    browse, billed, room, ada, django_capture_on_commit_callbacks
):
    client = browse(ada.user)
    assert "Register" in text(client.get(at(room.course)))
    assert go(client, "date", event=room.pk) == "payment"
    said = text(client.get(to("payment")))
    assert "Invoice: €588.60 €490.50 plus €98.10 tax. It goes to Kestrel Rail Group." in said
    unit = room.course.priced.prices.get().unit_id
    assert go(client, "payment", pay=f"invoice-{unit}") == "review"
    page = client.get(to("review"))
    said = text(page)
    assert "Invoice To Kestrel Rail Group Net €490.50 Standard 20 % €98.10 Total €588.60" in said
    assert "Register by invoice" in said
    sent = hidden(page) | {"order_number": " PO  4711 "}
    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(to("review"), sent) for _press in range(2)]
    made = Registration.objects.get()
    assert {each.url for each in answers} == {reverse("lms:registration", args=[made.pk])}
    assert Invoice.objects.get().lines.get().note.endswith("Your order PO 4711")
    assert [each.to for each in mail.outbox] == [[ada.email]]
    said = text(client.get(answers[0].url))
    assert "Paid for Invoice to Kestrel Rail Group, INV-2026-0001" in said
    said = text(client.get(reverse("lms:receipt", args=[made.pk])))
    assert "Invoice INV-2026-0001" in said
    assert "Coaching 7 December 2026, Malmö, C-1 Net €490.50 Tax €98.10 Total €588.60" in said
    file = client.get(reverse("lms:receipt_file", args=[made.pk]))
    assert file["Content-Type"] == "application/pdf"
    assert "INV-2026-0001.pdf" in file["Content-Disposition"]


def test_tokens_and_the_invoice_stand_side_by_side(browse, billed, room, ada, kestrel, who):
    priced(room.course, 3)
    give(kestrel, 2, **who)
    let_spend(kestrel, ada, **who)
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    said = text(client.get(to("payment")))
    assert said.index("Invoice: €588.60") < said.index("Pay by Tokens: 3 Gold")


def test_without_the_leave_of_the_account_there_is_no_such_way(browse, room, ada):
    client = browse(ada.user)
    assert "Invoice" not in text(client.get(at(room.course)))
    go(client, "date", event=room.pk)
    assert "Invoice:" not in text(client.get(to("payment")))


def test_the_review_after_the_leave_was_taken_back_books_nothing(browse, billed, room, ada, who):
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    go(client, "payment", pay=f"invoice-{room.course.priced.prices.get().unit_id}")
    sent = hidden(client.get(to("review")))
    accounts.edit(billed.pk, pays_by_invoice=False, **who)
    assert client.post(to("review"), sent).status_code == 302
    assert not Registration.objects.exists()


def test_what_staff_or_a_sale_billed_is_not_the_learner_s_to_see(browse, billed, room, ada, who):
    made = checkout.register_by_staff(ada, event=room, pay=paying.ByInvoice(billed), **who)
    client = browse(ada.user)
    said = text(client.get(reverse("lms:registration", args=[made.pk])))
    assert "INV-2026" not in said
    assert client.get(reverse("lms:receipt", args=[made.pk])).status_code == 404


def test_an_invoice_is_not_a_colleague_s_to_see(browse, billed, buy, ada, kestrel):
    made = buy(by=ada.user)
    for who, status in ((ada, 200), (LearnerFactory(account=kestrel), 404)):
        for name in ("receipt", "receipt_file"):
            answer = browse(who.user).get(reverse(f"lms:{name}", args=[made.pk]))
            assert answer.status_code == status


@pytest.mark.parametrize(("step", "statements"), [("payment", 13), ("review", 14)])
def test_what_it_asks_of_the_database_is_counted(
    browse, billed, room, ada, count_queries, step, statements
):
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    go(client, "payment", pay=f"invoice-{room.course.priced.prices.get().unit_id}")
    assert count_queries(lambda: client.get(to(step))) == statements


# Giving it up


def test_cancelled_within_the_rules_it_is_credited(browse, billed, buy, room, ada, organisation):
    organisation.learners_cancel = True
    organisation.save()
    type(room).objects.update(cancel_until=datetime.date(2026, 12, 1))
    made = buy(by=ada.user)
    client = browse(ada.user)
    address = reverse("lms:cancel_mine", args=[made.pk])
    page = client.get(address).content.decode()
    assert "A credit note over €588.60 for Kestrel Rail Group, for INV-2026-0001" in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    assert client.post(address, {"digest": digest}).status_code == 302
    note = Invoice.objects.get(kind="credit_note")
    assert (note.number, note.gross) == ("CRN-2026-0001", Decimal("588.60"))
    room.refresh_from_db()
    assert room.taken == 0


def test_staff_cancel_it_with_the_credit_or_without(browse, office, billed, buy, room):
    made = buy()
    client, address = browse(office), reverse("lms:cancel", args=[made.pk])
    page = client.get(address).content.decode()
    assert "Credit INV-2026-0001" in page
    bare = client.post(address, {"show": "preview"}, headers={"HX-Request": "true"})
    assert "Billed, and not credited by this: finance credits the invoice" in text(bare)
    ticked = client.post(
        address, {"show": "preview", "credit": "on"}, headers={"HX-Request": "true"}
    )
    assert "A credit note over €588.60 for Kestrel Rail Group" in text(ticked)
    digest = ticked.content.decode().split('name="digest" value="')[1].split('"')[0]
    sent = {"credit": "on", "digest": digest, "version": 0}
    assert client.post(address, sent).status_code == 302
    assert Invoice.objects.get(kind="invoice").status == "void"


def test_credited_by_finance_the_place_goes(billed, buy, room, who):
    made = buy()
    bill = Invoice.objects.get()
    crediting.credit(bill.pk, lines={bill.lines.get().pk: 1}, reason="Ill", **who)
    made.refresh_from_db()
    room.refresh_from_db()
    assert (made.cancelled_at is not None, room.taken) == (True, 0)
    with pytest.raises(Refusal, match="cancelled already"):
        cancelling.cancel(made.pk, credit=True, **who)
    assert Invoice.objects.filter(kind="credit_note").count() == 1


# By staff


def test_staff_bill_it_after_a_look_at_the_sum(browse, office, billed, room, ada):
    client, address = browse(office), f"/events/{room.pk}/registrations/new/"
    assert "By invoice" in text(client.get(address))
    asked = {"contact": ada.pk, "pay": "invoice"}
    unseen = client.post(address, {**asked, "operation": "1"})
    assert unseen.status_code == 422
    assert "An invoice over €588.60 for Kestrel Rail Group" in text(unseen)
    digest = unseen.content.decode().split('name="digest" value="')[1].split('"')[0]
    assert client.post(address, {**asked, "digest": digest, "operation": "2"}).status_code == 302
    assert Registration.objects.get().paid_by == "invoice"
    assert Invoice.objects.get().number == "INV-2026-0001"


def test_staff_are_told_where_it_can_t_be_billed(ada, kestrel, room, who):
    with pytest.raises(Refusal, match="doesn't pay by invoice"):
        checkout.register_by_staff(ada, event=room, pay=paying.ByInvoice(kestrel), **who)
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    only_tokens = EventFactory()
    priced(only_tokens, 3)
    with pytest.raises(Refusal, match="It has no price in money"):
        checkout.register_by_staff(ada, event=only_tokens, pay=paying.ByInvoice(kestrel), **who)


def test_whoever_may_not_issue_invoices_is_not_offered_it(browse, billed, room, ada):
    user, role = UserFactory(is_staff=True), Group.objects.create(name="Places")
    role.permissions.set(Permission.objects.filter(codename="manage_registrations"))
    user.groups.add(role)
    client, address = browse(user), f"/events/{room.pk}/registrations/new/"
    assert "By invoice" not in text(client.get(address))
    asked = {"contact": ada.pk, "pay": "invoice", "operation": "1"}
    assert client.post(address, asked).status_code == 422
    assert not Invoice.objects.exists()


def test_programs_bill_it_too(program, billed, room, ada):
    answer = program().post(
        "/registrations", {"contact": ada.pk, "event": room.pk, "by": "invoice"}
    )
    assert answer.status_code == 201
    told = answer.json()["changed"]
    assert (told["paid_by"], told["unit"], Decimal(told["amount"])) == (
        "invoice",
        "EUR",
        Decimal("490.50"),
    )
    assert Invoice.objects.get().account == billed


def test_a_program_of_whoever_may_not_issue_invoices_bills_nothing(program, billed, room, ada):
    user, role = UserFactory(is_staff=True), Group.objects.create(name="Places")
    role.permissions.set(Permission.objects.filter(codename="manage_registrations"))
    user.groups.add(role)
    body = {"contact": ada.pk, "event": room.pk, "by": "invoice"}
    for more in ({}, {"preview": True}):
        answer = program("registrations:write", by=user).post("/registrations", body | more)
        assert answer.status_code == 403
    assert not Registration.objects.exists()
    assert not Invoice.objects.exists()


def test_what_was_billed_is_credited_when_the_event_is_called_off(billed, buy, room, who):
    made = buy()
    told = events.cancel(room, reason="Ill", credit=True, **who)
    note = Invoice.objects.get(number__startswith="CRN")
    assert (note.account, note.gross) == (billed, Decimal("588.60"))
    made.refresh_from_db()
    assert made.cancelled_at
    said = [each.sentence for each in told]
    assert any("A credit note over €588.60" in each for each in said)
    assert not any("Billed, and not credited" in each for each in said)


def test_what_was_billed_stays_and_is_named_where_nothing_is_credited(billed, buy, room, who):
    buy()
    told = events.cancel(room, reason="Ill", **who)
    assert Invoice.objects.count() == 1
    assert "Billed, and not credited by this" in " ".join(each.sentence for each in told)

"""Packs of tokens are bought online by who may spend: by card or by invoice, each once."""

import dataclasses
import functools
from decimal import Decimal

import pytest
from django.urls import reverse

from crm import accounts, crediting
from crm.models import Account, Invoice
from lms import booked, packs, paying
from lms.models import Payment, PaymentRefund, PaymentState
from lms.payments import arriving, parts, provider, refunding, starting, watched
from lms.payments.trial import Trial
from tests.factories import (
    AccountFactory,
    CurrencyFactory,
    LearnerFactory,
    PriceFactory,
    TokenPackFactory,
)
from tests.lms.paying import balances, let_spend
from tests.lms.test_cards import kinds, state
from tests.lms.test_pages import text
from tests.lms.test_till import hidden
from tests.races import meeting, race, rounds
from tms.refusals import Refusal
from tokens import ledger
from tokens import packs as token_packs
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.PAYMENT_PROVIDER = "trial"


@pytest.fixture
def pack(europe, organisation, kestrel, ada, who):
    """50 Gold for 5,000 euros, sold online; Ada may spend what Kestrel has."""
    organisation.sells_online = True
    organisation.save()
    let_spend(kestrel, ada, **who)
    found = TokenPackFactory(name="Team pack", token_type__unit__code="Gold")
    PriceFactory(of=found, amount=Decimal(5000))
    return found


@pytest.fixture
def begin(pack, ada, europe, kestrel, who):
    def begun(**more):
        given = {"pack": pack, "account": kestrel, "amount": Decimal(5000), "region": europe}
        return starting.start(ada, unit=CurrencyFactory(), **given | who | more)

    return begun


@pytest.fixture
def tell(clock):
    def told(payment, kind=provider.PAID):
        news = Trial().told(payment, kind)
        return arriving.take(news, "trial", at=clock.at, on=clock.on())

    return told


def to_buy(pack):
    return reverse("lms:buy_pack", args=[pack.pk])


def answers(page, pack, kestrel, way="card", amount="5000"):
    key = f"{way}-{pack.priced.prices.get().unit_id}-{kestrel.pk}"
    return hidden(page) | {"pay": key, f"amount-{key}": amount}


# Bought


def test_a_pack_is_bought_by_card_and_comes_once(browse, pack, ada, kestrel, clock, tell):
    client = browse(ada.user)
    listed = "Team pack, 50 Gold €5,000.00 plus tax Buy Team pack"
    assert listed in text(client.get(reverse("lms:token_packs")))
    assert listed in text(client.get(reverse("lms:profile_tokens")))
    page = client.get(to_buy(pack))
    assert "Card: €6,000.00 €5,000.00 plus €1,000.00 tax." in text(page)
    sent = answers(page, pack, kestrel)
    assert len({client.post(to_buy(pack), sent).url for _press in range(2)}) == 1
    made = Payment.objects.get()
    client.post(made.address, {"answer": "pay"})
    tell(made)
    issue = TokenIssue.objects.get()
    assert (issue.account, issue.issued, issue.source) == (kestrel, 50, "order")
    assert (issue.unit_price, issue.source_kind, issue.source_id) == (100, "token_pack", pack.pk)
    assert state(made, clock) == PaymentState.PAID
    assert (made.token_issue, made.invoice.status) == (issue, "paid")
    line = made.invoice.lines.get()
    assert (line.title, line.quantity, line.unit_price, line.net) == ("Team pack", 50, 100, 5000)
    assert client.get(reverse("lms:payment", args=[made.pk])).url == reverse("lms:profile_tokens")
    said = text(client.get(reverse("lms:profile_payments")))
    assert "Team pack, 50 Gold €6,000.00, 22 November 2026 Paid" in said


def test_a_pack_is_bought_by_invoice_once_a_press(browse, pack, ada, kestrel, who):
    assert "Invoice" not in text(browse(ada.user).get(to_buy(pack)))
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    client = browse(ada.user)
    page = client.get(to_buy(pack))
    sent = answers(page, pack, kestrel, "invoice") | {"order_number": "PO 1"}
    for _press in range(2):
        assert client.post(to_buy(pack), sent).url == reverse("lms:profile_tokens")
    issue, bill = TokenIssue.objects.get(), Invoice.objects.get()
    assert (bill.gross, bill.status, bill.account) == (Decimal(6000), "issued", kestrel)
    assert bill.lines.get().note == f"Token issue #{issue.pk}\nYour order PO 1"
    said = text(client.get(reverse("lms:profile_payments")))
    assert "Invoices for tokens INV-2026-0001 €6,000.00, to Kestrel Rail Group Issued" in said
    mine = reverse("lms:my_invoice", args=[bill.pk])
    assert client.get(mine)["Content-Type"] == "application/pdf"
    assert browse(LearnerFactory(account=kestrel).user).get(mine).status_code == 404


def test_only_who_may_spend_an_accounts_tokens_buys_for_it(
    browse, pack, ada, kestrel, begin, europe, who
):
    let_spend(kestrel, **who)
    page = browse(ada.user).get(to_buy(pack))
    assert "Only who may spend an account’s tokens can buy some for it." in text(page)
    assert "Buy Team pack" not in text(browse(ada.user).get(reverse("lms:token_packs")))
    with pytest.raises(Refusal, match="only who may spend its tokens can"):
        begin()
    accounts.edit(kestrel.pk, pays_by_invoice=True, **who)
    bought = {"unit": CurrencyFactory(), "amount": Decimal(5000), "region": europe}
    with pytest.raises(Refusal, match="only who may spend its tokens can"):
        packs.buy_by_invoice(ada, pack=pack, account=kestrel, **bought, **who)
    with pytest.raises(Refusal, match="only who may spend its tokens can"):
        begin(account=AccountFactory())
    assert not TokenIssue.objects.exists()
    assert not Payment.objects.exists()


def test_nothing_is_sold_at_another_price_archived_or_with_the_setting_off(
    browse, pack, ada, kestrel, begin, organisation, who
):
    client = browse(ada.user)
    page = client.get(to_buy(pack))
    refused = client.post(to_buy(pack), answers(page, pack, kestrel, amount="4000"))
    assert refused.status_code == 422
    assert "it is €5,000.00 now" in text(refused)
    token_packs.archive(pack, **who)
    assert client.get(to_buy(pack)).status_code == 404
    with pytest.raises(Refusal, match="isn't sold any more"):
        begin()
    token_packs.restore(pack, **who)
    organisation.sells_online = False
    organisation.save()
    assert client.get(to_buy(pack)).status_code == 404
    assert client.get(reverse("lms:token_packs")).status_code == 404
    assert "Buy" not in text(client.get(reverse("lms:profile_tokens")))
    with pytest.raises(Refusal, match="aren't sold online"):
        begin()
    assert not Payment.objects.exists()


def test_paid_late_it_is_given_and_paid_after_it_was_given_up_it_waits_for_staff(
    begin, tell, ada, kestrel, clock, who, browse, office
):
    late = begin()
    clock.set("2026-11-22 11:00")
    assert tell(late) == "done"
    given_up = begin(at=clock.at)
    starting.give_up(given_up.pk, ada, **who)
    assert (tell(given_up), tell(given_up)) == ("needs_action", "known")
    assert state(given_up, clock) == PaymentState.NEEDS_ACTION
    assert balances(kestrel) == [50]
    assert "It was given up before it was paid." in text(browse(office).get("/all-payments/"))
    refunding.settle(given_up.pk, **who)
    assert (state(given_up, clock), balances(kestrel)) == (PaymentState.PAID, [50, 50])


def test_a_pack_lasts_as_it_says_or_as_its_type_does(begin, tell, pack, who):
    token_packs.edit(pack, **token_packs.said(pack) | {"period": 6}, **who)
    tell(begin())
    assert str(TokenIssue.objects.get().expires_on) == "2027-05-22"


# Given back


def test_credited_in_part_what_is_unspent_comes_back_and_the_card_gets_that_part(
    begin, tell, kestrel, clock, who, django_capture_on_commit_callbacks
):
    made = begin()
    tell(made)
    bill, issue = Invoice.objects.get(), TokenIssue.objects.get()
    ledger.redeem(kestrel.pk, issue.token_type, 30, **who)
    line = bill.lines.get()
    with django_capture_on_commit_callbacks(execute=True):
        done = crediting.credit(bill.pk, lines={line.pk: 10}, reason="Too many", **who)
    said = [each.sentence for each in done.consequences]
    assert "10 Gold taken back from Kestrel Rail Group, 10 remain" in said
    assert "€1,200.00 goes back to the card that it came from" in said
    assert (balances(kestrel), state(made, clock)) == ([10], PaymentState.PAID)
    part = PaymentRefund.objects.get()
    assert (part.amount, part.refunded_at, done.note.gross) == (1200, clock.at, 1200)
    with django_capture_on_commit_callbacks(execute=True):
        done = crediting.credit(bill.pk, lines={line.pk: 40}, reason="All of it", **who)
    said = [(each.sentence, each.lines) for each in done.consequences]
    assert ("Tokens that were used or expired stay, though credited", ("30 Gold",)) in said
    assert "€4,800.00 goes back to the card that it came from" in [each[0] for each in said]
    assert (balances(kestrel), state(made, clock)) == ([0], PaymentState.REFUNDED)
    assert kinds(made)[-4:] == [
        "part_refund_asked",
        "part_refunded",
        "refund_asked",
        "refunded",
    ]


def test_a_price_that_can_t_be_split_is_billed_and_credited_as_one(begin, tell, pack, kestrel, who):
    token_packs.edit(pack, **token_packs.said(pack) | {"units": 3}, **who)
    pack.priced.prices.update(amount=Decimal(100))
    tell(begin(amount=Decimal(100)))
    bill, issue = Invoice.objects.get(), TokenIssue.objects.get()
    line = bill.lines.get()
    assert (line.quantity, line.net, issue.unit_price) == (1, 100, Decimal("33.3333"))
    ledger.redeem(kestrel.pk, issue.token_type, 1, **who)
    done = crediting.credit(bill.pk, lines={line.pk: 1}, reason="Moved", **who)
    assert done.note.net == 100
    assert balances(kestrel) == [0]


# A part of any payment


def test_staff_give_back_a_part_up_to_what_is_left(
    begin, tell, clock, who, django_capture_on_commit_callbacks
):
    made = begin()
    with pytest.raises(Refusal, match="It isn't paid"):
        parts.refund_part(made.pk, amount=Decimal(1), reason="Goodwill", **who)
    tell(made)
    with django_capture_on_commit_callbacks(execute=True):
        parts.refund_part(made.pk, amount=Decimal(100), reason="Goodwill", **who)
    for amount, why in [
        ("5900.01", "Only €5,900.00 are left"),
        ("0", "no amount"),
        ("1.005", "no amount"),
    ]:
        with pytest.raises(Refusal, match=why):
            parts.refund_part(made.pk, amount=Decimal(amount), reason="More", **who)
    with pytest.raises(Refusal, match="Say why"):
        parts.refund_part(made.pk, amount=Decimal(1), reason=" ", **who)
    assert state(made, clock) == PaymentState.PAID
    assert refunding.left_of(made) == 5900


def test_a_part_that_did_not_go_through_is_asked_for_again(
    begin, tell, who, monkeypatch, browse, office, django_capture_on_commit_callbacks
):
    made = begin()
    tell(made)

    def away(*_asked):
        raise provider.NoAnswer("The bank is closed.")

    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
        patched.setattr(Trial, "refund", away)
        parts.refund_part(made.pk, amount=Decimal(100), reason="Goodwill", **who)
    part = PaymentRefund.objects.get()
    assert (part.refunded_at, "The bank is closed." in part.trouble) == (None, True)
    assert watched.payments(who["at"]).figures["payments_refunds_failed"] == 1
    page = browse(office).get("/all-payments/").content.decode()
    assert reverse("lms:refund_part_again", args=[made.pk]) in page
    parts.again(made.pk, at=who["at"], on=who["on"])
    part.refresh_from_db()
    assert (part.refunded_at, part.trouble) == (who["at"], "")


def test_news_of_an_unknown_payment_says_why_on_a_page_of_its_own(browse, office, begin, clock):
    made = begin()
    when = {"at": clock.at, "on": clock.on()}
    for key, number in [("a", None), ("b", 999_999), ("c", made.pk)]:
        news = provider.News(key, provider.PAID, f"other-{key}", Decimal(7), "EUR", number=number)
        assert arriving.take(news, "trial", **when) == "unknown"
    page = text(browse(office).get(reverse("lms:payment_unknown")))
    assert "It names no payment of this installation" in page
    assert "There is no payment #999999 here." in page
    assert f"Payment #{made.pk} was begun in another session of the provider." in page
    assert "7 EUR trial other-a" in page


# Two at once


def told_at_once(payment, number, clock):
    """The provider tells `number` times that it is paid, under as many names: what was answered."""
    news = Trial().told(payment, provider.PAID)
    when = {"at": clock.at, "on": clock.on()}
    each = [dataclasses.replace(news, key=f"{payment.pk}-{n}") for n in range(number)]
    answers = race(
        *[functools.partial(arriving.take, one, "trial", **when) for one in each]
    ).answers
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_the_provider_that_tells_at_once_gives_once(begin, kestrel, clock):
    for n in range(1, rounds(3) + 1):
        clock.move(hours=1)  # nobody begins to pay very often
        made = begin(at=clock.at, on=clock.on())
        assert told_at_once(made, 4, clock) == ["done", "known", "known", "known"]
        assert (balances(kestrel), Invoice.objects.count()) == ([50] * n, n)


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_one_payment_gives_a_pack_twice(begin, kestrel, clock, monkeypatch):
    """The twin: both look whether it is paid, then both give it."""
    made, meet, save = begin(), meeting(), arriving.save

    def saved_after_both_have_looked(found, *names):
        if "paid_at" in names:
            meet()
        save(found, *names)

    monkeypatch.setattr(arriving, "save", saved_after_both_have_looked)
    monkeypatch.setattr(paying, "hold", lambda pk: Account.objects.get(pk=pk))
    monkeypatch.setattr(booked, "lock_contact", lambda contact: None)
    rows = functools.partialmethod(lambda manager, **_how: manager.all())
    monkeypatch.setattr(type(Payment.objects), "select_for_update", rows)
    assert told_at_once(made, 2, clock) == ["done", "done"]
    assert (balances(kestrel), Invoice.objects.count()) == ([50, 50], 2)

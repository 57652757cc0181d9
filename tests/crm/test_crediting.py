"""Nothing is both refunded and kept: what is credited comes back, as far as it is unspent (FAIR-6),
line by line, and no other line is repriced (FAIR-7)."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import Unit
from crm import crediting, interests, invoices, offers, opportunities, selling, totals
from crm.models import Fulfilment, Invoice, InvoiceLine, InvoiceStatus
from passes import lifecycle
from passes import selling as pass_selling
from passes.models import Pass
from tests.crm.selling import invoiced, line
from tests.factories import PassOptionFactory, PassTypeFactory, TokenTypeFactory, UserFactory
from tests.races import race
from tms import consequences, preview
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tokens import correcting, ledger, switches
from tokens import selling as token_selling
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold(db):
    return TokenTypeFactory(unit__code="Gold", period=12)


@pytest.fixture
def deal(kestrel, ada, who):
    return opportunities.create(account=kestrel, name="Spring intake", contact=ada, **who)


def wanted(deal, title, quantity, price, **more):
    return interests.Wanted(
        title=title,
        quantity=quantity,
        unit=deal.currency,
        unit_price=Decimal(price),
        tax_level=deal.region.tax_level,
        priced=False,
        **more,
    )


@pytest.fixture
def golden(deal, gold, who):
    """Fifty Gold at twenty euros each are won and billed; tax is 20 %."""
    token_selling.add_interest(deal.pk, wanted(deal, "Gold", 50, "20"), token_type=gold, **who)
    return selling.win(deal.pk, **who).invoice


@pytest.fixture
def seated(deal, seats, who):
    """Three seats at 33.33, and two at 10, are won and billed."""
    interests.add(deal.pk, "seat", wanted(deal, "Front row", 3, "33.33"), **who)
    interests.add(deal.pk, "seat", wanted(deal, "Back row", 2, "10"), **who)
    return selling.win(deal.pk, **who).invoice


def credited(invoice, lines=None, back=None, *, who, **more):
    """Credit so many of each line, in their order, and take so many back of each thing."""
    every = crediting.standing(invoice, who["on"])
    things = [thing.fulfilment.pk for each in every for thing in each.things]
    lines = [each.left for each in every] if lines is None else lines
    given_ = {each.line.pk: count for each, count in zip(every, lines, strict=True)}
    taken = dict(zip(things, back or [], strict=False))
    more = {"reason": "Ordered twice"} | more
    return crediting.credit(invoice.pk, lines=given_, take_back=taken, **more, **who)


def told(done):
    return [(each.tone, each.sentence, each.lines) for each in done.consequences]


# The whole of it


def test_the_whole_is_credited_and_everything_unspent_comes_back(golden, who):
    lines, back = crediting.everything(crediting.standing(golden, who["on"]))
    done = crediting.credit(
        golden.pk, lines=lines, take_back=back, reason="Ordered twice", operation="one", **who
    )
    note = Invoice.objects.get(kind="credit_note")
    assert (note.number, note.credits, note.net, note.tax, note.gross, note.status) == (
        "CRN-2026-0001",
        golden,
        Decimal(1000),
        Decimal(200),
        Decimal(1200),
        InvoiceStatus.ISSUED,
    )
    assert (note.bill_to["name"], note.reason, note.due_on) == (
        "Kestrel Rail Group",
        "Ordered twice",
        None,
    )
    assert TokenIssue.objects.get().remaining == 0
    assert Fulfilment.objects.get().reversed == 50
    golden.refresh_from_db()
    assert (golden.status, golden.voided_on) == (InvoiceStatus.VOID, who["on"])
    assert told(done) == [
        (
            "billed",
            "A credit note over €1,200.00 for Kestrel Rail Group",
            ("50 of 50 × Gold: €1,200.00, 50 taken back",),
        ),
        ("closes", "50 Gold taken back from Kestrel Rail Group, 0 remain", ()),
    ]


def test_the_journal_says_what_was_credited_and_taken_back_and_why(golden, who):
    credited(golden, [20], [20], who=who)
    note, fact = (
        Invoice.objects.get(kind="credit_note"),
        JournalRow.objects.get(kind="invoice.credited"),
    )
    assert (fact.subject_id, fact.account_id, fact.reason) == (
        golden.pk,
        golden.account_id,
        "Ordered twice",
    )
    assert fact.after == {
        "credit_note": note.pk,
        "gross": "480.00",
        "lines": {str(golden.lines.get().pk): 20},
        "taken_back": {str(Fulfilment.objects.get().pk): 20},
        "whole": False,
    }
    kinds = (
        JournalRow.objects.filter(id__gte=fact.id)
        .order_by("id")
        .values_list("kind", "subject_kind")
    )
    assert list(kinds) == [
        ("invoice.credited", "invoice"),
        ("credit_note.issued", "credit_note"),
    ]


# Spent and unspent


def test_what_was_spent_stays_and_is_named(golden, gold, kestrel, ada, who):
    ledger.redeem(kestrel.pk, gold, 20, contact_id=ada.pk, reason="Workshop", **who)
    done = credited(golden, [50], [30], who=who)
    assert TokenIssue.objects.get().remaining == 0
    assert Fulfilment.objects.get().reversed == 30
    assert told(done)[-1] == (
        "stays",
        "20 × Gold can't be taken back any more",
        ("50 Gold: 20 of them are spent, or moved elsewhere.",),
    )


def test_no_more_is_taken_back_than_is_unspent(golden, gold, kestrel, ada, who):
    ledger.redeem(kestrel.pk, gold, 20, contact_id=ada.pk, reason="Workshop", **who)
    with pytest.raises(Refusal, match="50 Gold: 30 can be taken back"):
        credited(golden, [50], [31], who=who)
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_what_is_unspent_does_not_stay_unless_it_is_meant(golden, who):
    with pytest.raises(Refusal, match="10 × Gold, unspent would stay with the customer") as no:
        credited(golden, [50], [40], who=who)
    assert no.value.field == "leave"
    assert TokenIssue.objects.get().remaining == 50
    done = credited(golden, [50], [40], leave=True, who=who)
    assert ("stays", "10 × Gold, unspent", ()) in told(done)
    assert TokenIssue.objects.get().remaining == 10


def test_what_was_taken_back_once_is_not_taken_back_of_tokens_that_came_since(
    golden, gold, kestrel, ada, who
):
    """Adjusted on again: these weren't sold, and stay."""
    credited(golden, [30], [30], who=who)
    issue = TokenIssue.objects.get()
    ledger.adjust(issue.pk, 25, version=None, reason="Goodwill", **who)
    [each] = crediting.standing(golden, who["on"])
    assert [(thing.left, thing.why) for thing in each.things] == [(20, "")]
    with pytest.raises(Refusal):
        credited(golden, [20], [21], who=who)
    credited(golden, [20], [20], who=who)
    assert TokenIssue.objects.get().remaining == 25


def test_no_more_is_taken_back_than_is_credited(golden, who):
    with pytest.raises(Refusal, match="Gold: you credit 10 and take 11 back"):
        credited(golden, [10], [11], who=who)


def test_what_was_left_once_can_be_taken_back_with_a_later_part(golden, who):
    credited(golden, [10], [0], leave=True, who=who)
    credited(golden, [40], [50], who=who)
    assert TokenIssue.objects.get().remaining == 0
    assert Fulfilment.objects.get().reversed == 50


def test_what_comes_back_in_parts_is_counted_together(golden, who):
    for _part in range(2):
        credited(golden, [20], [20], who=who)
    assert Fulfilment.objects.get().reversed == 40
    assert TokenIssue.objects.get().remaining == 10


def test_tokens_that_were_added_by_hand_are_not_of_the_sale(golden, who):
    credited(golden, [20], [20], who=who)
    switches.switch(manual_issues=True, adjustments=True, **who)
    issue = TokenIssue.objects.get()
    correcting.adjust(issue.pk, 15, version=issue.version, reason="A gift", **who)
    with pytest.raises(Refusal, match="50 Gold: 30 can be taken back"):
        credited(golden, [30], [31], who=who)


def test_tokens_that_are_over_do_not_come_back_though_the_night_is_yet_to_come(golden, who):
    who["on"] = TokenIssue.objects.get().expires_on + datetime.timedelta(days=1)
    with pytest.raises(Refusal, match=r"50 Gold: 0 can be taken back\. They expired on 22 N"):
        credited(golden, [50], [1], leave=True, who=who)


def test_each_thing_is_chosen_by_name(seated, seats, who):
    seats.taken = {101}
    done = credited(seated, [2, 0], [1, 0, 1], who=who)
    assert seats.gone == [(100, 1), (102, 1)]
    reversed_ = Fulfilment.objects.order_by("object_id").values_list("object_id", "reversed")
    assert list(reversed_) == [(100, 1), (101, 0), (102, 1), (103, 0), (104, 0)]
    assert told(done)[0][2] == ("2 of 3 × Front row: €80.00, 2 taken back",)


def test_only_what_a_credited_line_gave_comes_back(seated, seats, who):
    with pytest.raises(Refusal, match="Only what a credited line gave"):
        credited(seated, [3, 0], [1, 1, 1, 1], who=who)
    assert seats.gone == []


def test_what_an_offer_refuses_undoes_all_of_it(seated, seats, who, monkeypatch):
    monkeypatch.setattr(
        seats,
        "unspent",
        lambda things, on: [offers.Unspent(each, f"Seat {each.object_id}", 1) for each in things],
    )
    seats.taken = {101}
    with pytest.raises(Refusal, match="Somebody sits on seat 101"):
        credited(seated, [3, 2], [1, 1, 1, 1, 1], who=who)
    assert not Invoice.objects.filter(kind="credit_note").exists()
    assert not Fulfilment.objects.filter(reversed__gt=0).exists()


def test_passes_are_cancelled_one_by_one_and_one_that_ended_is_named(deal, who):
    option = PassOptionFactory(pass_type=PassTypeFactory(name="Library"))
    line = wanted(deal, "Library", 3, "490")
    pass_selling.add_interest(deal.pk, line, option=option, **who)
    invoice = selling.win(deal.pk, **who).invoice
    first, second, third = Pass.objects.order_by("pk")
    lifecycle.cancel(first.pk, version=first.version, **who)
    done = credited(invoice, [2], [0, 1, 1], who=who)
    for each in (second, third):
        each.refresh_from_db()
        assert each.status_on(who["on"]) == "cancelled"
    assert told(done)[0][2] == ("2 of 3 × Library: €1,176.00, 2 taken back",)
    done = credited(invoice, [1], who=who)
    assert told(done)[-1] == (
        "stays",
        "1 × Library can't be taken back any more",
        (f"Library #{first.pk}, Unassigned, until 22 November 2027: Cancelled",),
    )


# By line, and exactly


def test_a_part_reprices_no_other_line_and_the_parts_come_to_the_line(seated, who):
    before = list(seated.lines.values())
    notes = [credited(seated, [1, 0], [], leave=True, who=who).note for _ in range(3)]
    assert [(each.net, each.tax) for each in notes] == [
        (Decimal("33.33"), Decimal("6.67")),
        (Decimal("33.33"), Decimal("6.67")),
        (Decimal("33.33"), Decimal("6.66")),
    ]
    assert list(seated.lines.values()) == before
    seated.refresh_from_db()
    assert seated.status == InvoiceStatus.ISSUED
    credited(seated, [0, 2], [0, 0, 0, 1, 1], who=who)
    seated.refresh_from_db()
    assert seated.status == InvoiceStatus.VOID
    notes = seated.credit_notes.all()
    assert sum(each.gross for each in notes) == seated.gross
    assert [each.number[-1] for each in notes.order_by("pk")] == ["1", "2", "3", "4"]


def test_no_more_than_is_left_of_a_line_is_credited(seated, who):
    credited(seated, [2, 0], [1, 1], who=who)
    with pytest.raises(Refusal, match="Front row: 1 of 3 can still be credited"):
        credited(seated, [2, 0], [0], who=who)
    with pytest.raises(Refusal, match="Choose how many of which line"):
        credited(seated, [0, 0], who=who)
    with pytest.raises(Refusal, match="isn't one of the invoice"):
        credited(seated, [-1, 0], who=who)
    with pytest.raises(Refusal, match="isn't one of the invoice"):
        crediting.credit(seated.pk, lines={0: 1}, reason="x", **who)


UNITS = [
    Unit(kind="currency", code=code, decimals=n) for code, n in (("JPY", 0), ("EUR", 2), ("KWD", 3))
]


@settings(max_examples=40)
@given(
    unit=st.sampled_from(UNITS),
    steps=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 40), min_size=1, max_size=12),
)
def test_whatever_the_parts_they_come_to_exactly_the_line(unit, steps, parts):
    amount = Decimal(steps).scaleb(-unit.decimals)
    whole, first, found = sum(parts), 0, []
    for count in parts:
        found.append(totals.share(amount, whole, first, count, unit))
        first += count
    assert sum(found) == amount
    each_one = totals.shares(amount, whole, unit)
    assert sum(each_one) == amount
    assert each_one == sorted(each_one, reverse=True)
    assert max(each_one) - min(each_one) <= Decimal(1).scaleb(-unit.decimals)


# What is refused


def test_only_an_issued_invoice_is_credited(kestrel, europe, who):
    unit = line_unit(europe)
    draft = invoices.draft(kestrel, unit, [line(currency=unit)], **who)
    with pytest.raises(Refusal, match="draft: discard it"):
        credited(draft, who=who)
    issued = invoices.issue(draft.pk, **who)
    note = credited(issued, who=who).note
    with pytest.raises(Refusal, match="can't be credited"):
        credited(note, who=who)
    with pytest.raises(Refusal, match="All of INV-2026-0001 is credited already"):
        credited(issued, [1], who=who)


def line_unit(europe):
    return europe.currencies.first()


def test_a_reason_is_needed_and_a_stale_page_credits_nothing(golden, who):
    with pytest.raises(Refusal, match="Say why") as no:
        credited(golden, [1], [1], reason="  ", who=who)
    assert no.value.field == "reason"
    seen = golden.version
    credited(golden, [1], [1], who=who)
    with pytest.raises(Stale):
        credited(golden, [1], [1], version=seen, who=who)


def test_a_preview_credits_nothing_and_takes_no_number(golden, who):
    preview.run(lambda: credited(golden, [50], [50], who=who))
    assert not Invoice.objects.filter(kind="credit_note").exists()
    assert TokenIssue.objects.get().remaining == 50
    assert credited(golden, [50], [50], who=who).note.number == "CRN-2026-0001"


def test_a_paid_invoice_that_is_credited_wholly_is_void(golden, who):
    invoices.mark_paid(golden.pk, paid_on=who["on"], **who)
    credited(golden, [50], [50], who=who)
    golden.refresh_from_db()
    assert (golden.status, golden.paid_on) == (InvoiceStatus.VOID, who["on"])


def test_the_database_never_lets_a_fulfilment_be_given_again(golden, who):
    credited(golden, [50], [50], who=who)
    for statement in (
        "UPDATE crm_fulfilment SET reversed = 0",
        "UPDATE crm_fulfilment SET reversed = 51",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Lines of other floors


def test_what_another_floor_billed_is_told_there(kestrel, europe, who, monkeypatch):
    facts, unit = [], line_unit(europe)
    monkeypatch.setattr(consequences, "follow", lambda fact: facts.append(fact) or [])
    invoice = invoiced(
        kestrel,
        line(currency=unit, source=("registration", 12)),
        line("50", 2, currency=unit, source=("registration", 13)),
        currency=unit,
        who=who,
    )
    first, second = invoice.lines.all()
    done = crediting.credit(invoice.pk, lines={first.pk: 1}, reason="Ill", operation="k", **who)
    (fact,) = facts
    assert (fact.kind, fact.subjects, fact.reason, fact.operation) == (
        "invoice.credited",
        (invoice.pk,),
        "Ill",
        "k",
    )
    assert fact.data == {
        "sources": [{"kind": "registration", "id": 12, "quantity": 1, "whole": True}]
    }
    assert told(done)[0][2] == ("1 of 1 × Workshop: €119.00",)
    # Kept, because somebody says so: nobody is told.
    with pytest.raises(Refusal, match="2 × Workshop, unspent would stay"):
        crediting.credit(invoice.pk, lines={second.pk: 2}, sources=(), reason="Ill", **who)
    crediting.credit(invoice.pk, lines={second.pk: 2}, sources=(), leave=True, reason="Ill", **who)
    assert len(facts) == 1


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_people_credit_no_more_than_there_is(deal, gold, who):
    token_selling.add_interest(deal.pk, wanted(deal, "Gold", 50, "20"), token_type=gold, **who)
    invoice = selling.win(deal.pk, **who).invoice
    others = [{**who, "by": UserFactory(is_staff=True)} for _ in range(3)]
    done = race(*[lambda o=o: credited(invoice, [30], [30], who=o) for o in others])
    assert (done.done, done.refused) == (1, 2)
    assert TokenIssue.objects.get().remaining == 20
    assert InvoiceLine.objects.filter(credits__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_two_people_credit_more_than_there_was(deal, gold, who, monkeypatch):
    token_selling.add_interest(deal.pk, wanted(deal, "Gold", 1, "20"), token_type=gold, **who)
    invoice = selling.win(deal.pk, **who).invoice
    monkeypatch.setattr(
        crediting,
        "locked",
        lambda pk, version: Invoice.objects.select_related("currency", "account").get(pk=pk),
    )
    looked = threading.Barrier(2, timeout=30)
    real = crediting.standing

    def both_look(found, on):
        every = real(found, on)
        looked.wait()
        return every

    monkeypatch.setattr(crediting, "standing", both_look)
    (found,) = real(invoice, who["on"])

    def verb():
        lines = {found.line.pk: 1}
        return crediting.credit(invoice.pk, lines=lines, leave=True, reason="Twice", **who)

    assert race(verb, verb).done == 2
    assert Invoice.objects.filter(kind="credit_note").count() == 2

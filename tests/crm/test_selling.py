"""Winning delivers all that was sold, once, with the invoice; or nothing happens."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm import archiving, interests, invoices, opportunities, selling, stages
from crm.interests import Wanted
from crm.models import Fulfilment, Invoice, Opportunity, StageKind
from tests.factories import PriceFactory, TaxLevelFactory, TokenTypeFactory, UserFactory
from tms import preview
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tokens import issuing
from tokens import selling as token_selling
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold(db):
    found = TokenTypeFactory(unit__code="Gold", period=12)
    found.description = "Good for every classroom day."
    found.save()
    return found


@pytest.fixture
def deal(kestrel, ada, who):
    return opportunities.create(account=kestrel, name="Spring intake", contact=ada, **who)


@pytest.fixture
def sell(deal, gold, who):
    """`sell(50, "20.00")`: an interest in fifty Gold at twenty euros each."""

    def added(quantity=50, price="20.00", *, unit=None, token_type=gold, **more):
        wanted = Wanted(
            title=token_type.unit.label,
            quantity=quantity,
            unit=unit or deal.currency,
            unit_price=Decimal(price),
            tax_level=deal.region.tax_level,
            priced=False,
            **more,
        )
        return token_selling.add_interest(deal.pk, wanted, token_type=token_type, **who)

    return added


@pytest.fixture
def statements_of():
    """The statements of what is called, in order."""

    def captured(verb):
        with CaptureQueriesContext(connection) as queries:
            verb()
        return [each["sql"] for each in queries.captured_queries]

    return captured


def win(deal, who, **more):
    return selling.win(deal.pk, **who, **more)


def test_a_win_issues_the_tokens_that_were_sold_with_the_invoice(deal, gold, sell, who, kestrel):
    sell(50, "20.00", discount=Decimal(10))
    won = win(deal, who)
    issue = TokenIssue.objects.get()
    assert (issue.account, issue.token_type, issue.issued, issue.remaining) == (
        kestrel,
        gold,
        50,
        50,
    )
    assert (issue.source, issue.source_kind, issue.source_id) == (
        "opportunity",
        "opportunity",
        deal.pk,
    )
    assert (issue.unit_price, issue.currency) == (Decimal("18.0000"), deal.currency)
    assert str(issue.expires_on) == "2027-11-22"
    given = Fulfilment.objects.get()
    assert (given.kind, given.object_id, given.quantity) == ("token_issue", issue.pk, 50)
    deal.refresh_from_db()
    assert (deal.won, deal.closed_on, deal.probability) == (True, who["on"], 100)
    assert deal.stage.kind == StageKind.WON
    bill = Invoice.objects.get()
    assert bill == won.invoice
    assert (bill.number, bill.net, bill.tax, bill.gross) == (
        "INV-2026-0001",
        Decimal(900),
        Decimal(180),
        Decimal(1080),
    )
    assert str(bill.due_on) == "2026-12-22"
    line = bill.lines.get()
    assert (line.title, line.note, line.quantity, line.discount) == (
        "Gold",
        "Good for every classroom day.",
        50,
        Decimal(10),
    )


def test_a_second_press_and_a_second_person_do_nothing_more(deal, sell, who):
    sell()
    first = win(deal, who, operation="one")
    again = selling.win(deal.pk, at=who["at"], on=who["on"], by=UserFactory(is_staff=True))
    assert again.opportunity == first.opportunity
    assert again.consequences == ()
    assert TokenIssue.objects.count() == Invoice.objects.count() == Fulfilment.objects.count() == 1


def test_what_is_paid_in_tokens_is_redeemed_first(deal, gold, sell, who, kestrel):
    # Two Gold are there; twelve Silver are sold for five Gold, and fifty Gold by the same win.
    silver = TokenTypeFactory(unit__code="Silver")
    issuing.issue(kestrel, gold, 2, **who)
    sell(50, "20.00")
    sell(1, "5", unit=gold.unit, token_type=silver)
    with pytest.raises(
        Refusal, match="That takes 5 Gold and Kestrel Rail Group has 2: 3 are missing"
    ):
        win(deal, who)
    assert TokenIssue.objects.count() == 1
    assert not Fulfilment.objects.exists()
    assert not Invoice.objects.exists()
    issuing.issue(kestrel, gold, 3, **who)
    win(deal, who)
    taken = LedgerEntry.objects.filter(kind="redeemed")
    assert sum(each.quantity for each in taken) == -5
    assert {(each.purpose_kind, each.purpose_id) for each in taken} == {("opportunity", deal.pk)}
    assert Invoice.objects.get().net == Decimal(1000)


def test_a_win_that_costs_no_money_is_not_billed(deal, gold, sell, who, kestrel):
    issuing.issue(kestrel, gold, 5, **who)
    sell(1, "5", unit=gold.unit, token_type=TokenTypeFactory(unit__code="Silver"))
    won = win(deal, who)
    assert won.invoice is None
    assert not Invoice.objects.exists()


def test_a_preview_says_all_of_it_and_does_nothing(deal, sell, who):
    sell(50, "20.00")
    told = preview.run(lambda: win(deal, who)).consequences
    assert [(each.tone, each.sentence) for each in told] == [
        ("gives", "50 Gold for Kestrel Rail Group, to spend until 22 November 2027"),
        ("billed", "An invoice over €1,200.00 for Kestrel Rail Group, due on 22 December 2026"),
    ]
    assert not TokenIssue.objects.exists()
    assert win(deal, who).invoice.number == "INV-2026-0001"


def test_an_archived_type_refuses_the_whole(deal, gold, sell, who, clock):
    sell()
    sell(token_type=TokenTypeFactory(unit__code="Silver"))
    gold.unit.archived_at = clock.at
    gold.unit.save()
    with pytest.raises(Refusal, match="Gold is archived and can't be sold"):
        win(deal, who)
    assert not TokenIssue.objects.exists()


def test_nothing_to_deliver_is_not_won(deal, who):
    with pytest.raises(Refusal, match="nothing to deliver"):
        win(deal, who)


def test_nothing_is_sold_to_an_archived_account(deal, seats, who, kestrel):
    wanted = Wanted("Front row", 1, deal.currency, Decimal(10), deal.region.tax_level, priced=False)
    interests.add(deal.pk, seats.key, wanted, **who)
    archiving.archive_account(kestrel.pk, **who)
    with pytest.raises(Refusal, match="Kestrel Rail Group is archived"):
        win(deal, who)
    assert not Fulfilment.objects.exists()


def test_an_archived_stage_is_not_won_into(deal, sell, who):
    sell()
    other = stages.create(name="Signed", kind=StageKind.WON, probability=100, **who)
    stages.archive(other.pk, **who)
    other.refresh_from_db()
    with pytest.raises(Refusal, match="Choose a stage that counts as won"):
        win(deal, who, stage=other)
    assert win(deal, who).opportunity.won


def test_all_that_cannot_be_delivered_is_said_at_once(deal, gold, sell, who, clock):
    silver = TokenTypeFactory(unit__code="Silver")
    sell()
    sell(token_type=silver)
    for each in (gold, silver):
        each.unit.archived_at = clock.at
        each.unit.save()
    with pytest.raises(Refusal, match=r"Gold is archived.+Silver is archived"):
        win(deal, who)


def test_it_is_closed_on_the_day_of_the_win_whatever_was_expected(deal, sell, who):
    sell()
    opportunities.edit(deal.pk, closes_on=who["on"] + datetime.timedelta(days=40), **who)
    assert win(deal, who).opportunity.closed_on == who["on"]


def test_what_is_given_for_nothing_is_not_billed(deal, sell, who):
    sell(5, "0")
    assert win(deal, who).invoice is None
    assert not Invoice.objects.exists()
    assert TokenIssue.objects.get().issued == 5


def test_what_is_given_for_nothing_stands_on_the_invoice_of_what_is_not(deal, sell, who):
    sell(5, "0")
    sell(1, "20")
    assert [line.net for line in win(deal, who).invoice.lines.order_by("position")] == [0, 20]


def test_the_days_to_pay_are_those_of_the_dialog(deal, sell, who):
    sell()
    assert str(win(deal, who, days_to_pay=14).invoice.due_on) == "2026-12-06"


def test_the_journal_says_by_which_operation(deal, sell, who):
    sell()
    win(deal, who, operation="one press")
    told = JournalRow.objects.filter(
        kind__in=["opportunity.won", "invoice.drafted", "invoice.issued"]
    )
    assert set(told.values_list("operation", flat=True)) == {"one press"}
    assert told.count() == 3


def test_those_it_is_for_are_locked_before_anything_is_delivered(
    deal, sell, who, ada, statements_of
):
    sell()
    asked = statements_of(lambda: win(deal, who))
    locks = next(n for n, sql in enumerate(asked) if "FROM crm_contact c" in sql)
    assert "FOR NO KEY UPDATE" in asked[locks]
    assert locks < next(n for n, sql in enumerate(asked) if "tokens_tokenissue" in sql)


def test_a_stale_page_wins_nothing(deal, sell, who):
    sell()
    seen = Opportunity.objects.get(pk=deal.pk).version
    opportunities.edit(deal.pk, source="Fair", **who)
    with pytest.raises(Stale):
        win(deal, who, version=seen)


def test_what_was_won_stays_as_it_was_sold(deal, sell, who):
    line = sell()
    win(deal, who)
    for refused in (
        lambda: sell(),
        lambda: interests.remove(line.pk, **who),
        lambda: opportunities.lose(deal.pk, because="No", **who),
        lambda: opportunities.move(deal.pk, stage=stages.first(StageKind.OPEN), **who),
        lambda: opportunities.reopen(deal.pk, **who),
        lambda: opportunities.edit(deal.pk, closes_on=who["on"], **who),
    ):
        with pytest.raises(Refusal, match="won"):
            refused()
    assert opportunities.edit(deal.pk, notes="Thanked them.", **who).notes == "Thanked them."


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_opportunity SET won = false",
        "UPDATE crm_interest SET quantity = 1",
        "DELETE FROM crm_interest",
        "UPDATE crm_fulfilment SET object_id = 1",
        "DELETE FROM crm_fulfilment",
        "UPDATE crm_invoice SET due_on = '2030-01-01'",
        "UPDATE crm_invoice SET number = 'INV-2026-0009'",
        "DELETE FROM crm_invoice",
        "UPDATE crm_invoiceline SET net = 1",
        "DELETE FROM crm_invoiceline",
        "INSERT INTO crm_invoiceline (position, source_kind, title, detail, note, quantity,"
        " unit_price, discount, tax_name, tax_percent, net, tax, invoice_id)"
        " SELECT 9, '', 'x', '', '', 1, 1, 0, '', 0, 1, 0, id FROM crm_invoice",
    ],
)
def test_the_database_keeps_what_was_sold(deal, sell, who, statement):
    sell()
    win(deal, who)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_draft_of_the_invoice_gets_its_number_when_it_is_issued(deal, sell, who):
    sell()
    draft = win(deal, who, draft_invoice=True).invoice
    assert (draft.number, draft.status) == ("", "draft")
    issued = invoices.issue(draft.pk, days_to_pay=14, **who)
    assert (issued.number, issued.status, str(issued.due_on)) == (
        "INV-2026-0001",
        "issued",
        "2026-12-06",
    )
    assert invoices.issue(draft.pk, **who).number == "INV-2026-0001"


def test_the_journal_tells_it_in_order(deal, sell, who):
    sell()
    win(deal, who)
    kinds = list(JournalRow.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-5:] == [
        "opportunity.interest_added",
        "token_issue.issued",
        "opportunity.won",
        "invoice.drafted",
        "invoice.issued",
    ]


# Interests


def test_the_worth_is_the_net_sum_in_money(deal, gold, sell, who):
    line = sell(2, "100")
    sell(1, "3", unit=gold.unit, token_type=TokenTypeFactory(unit__code="Silver"))
    sell(1, "50.50")
    deal.refresh_from_db()
    assert deal.worth == Decimal("250.50")
    interests.remove(line.pk, **who)
    deal.refresh_from_db()
    assert deal.worth == Decimal("50.50")


def test_another_currency_than_the_opportunity_s_is_refused(deal, sell):
    pound = PriceFactory(unit__code="GBP", unit__label="Pound").unit
    with pytest.raises(Refusal, match="This opportunity is in EUR"):
        sell(unit=pound)


def test_tokens_that_would_be_split_are_refused(sell, gold):
    silver = TokenTypeFactory(unit__code="Silver")
    with pytest.raises(Refusal, match=r"Tokens are whole: that comes to 4\.5 Gold"):
        sell(1, "5", unit=gold.unit, token_type=silver, discount=Decimal(10))


def test_whoever_is_archived_is_not_named_any_more(sell, ada, who):
    archiving.archive_contact(ada.pk, **who)
    with pytest.raises(Refusal, match=r"Ada .+: not a contact of Kestrel Rail Group"):
        sell(1, contacts=[ada])


def test_people_by_name_are_of_the_account_and_no_more_than_the_quantity(sell, ada):
    with pytest.raises(Refusal, match="2 people for a quantity of 1"):
        sell(1, contacts=[ada, UserFactory.build(pk=99)])


def test_the_tax_is_that_of_the_day_it_was_priced(deal, sell, who):
    line = sell(1, "100")
    level = deal.region.tax_level
    level.percent = Decimal(25)
    level.save()
    win(deal, who)
    assert Invoice.objects.get().tax == line.tax == Decimal(20)


def test_another_tax_level_can_be_chosen_unless_it_is_archived(deal, gold, who, clock):
    def added(level):
        wanted = Wanted("Gold", 1, deal.currency, Decimal(100), level, priced=False)
        return token_selling.add_interest(deal.pk, wanted, token_type=gold, **who)

    assert added(TaxLevelFactory(name="None", percent=Decimal(0))).tax == 0
    with pytest.raises(Refusal, match="archived"):
        added(TaxLevelFactory(name="Old", percent=Decimal(16), archived_at=clock.at))

"""Whatever selling refuses, it says why and what to do: each rule by its sentence."""

import dataclasses
from decimal import Decimal

import pytest

from catalog.models import UnitKind
from crm import crediting, interests, invoices, opportunities, selling, stages, totals
from crm.interests import Wanted
from crm.models import Opportunity, Stage
from passes import selling as pass_selling
from tests.crm.selling import invoiced, line
from tests.crm.selling_cast import interested, opened
from tests.crm.test_pages import staff
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CurrencyFactory,
    PassOptionFactory,
    TaxLevelFactory,
    TokenUnitFactory,
    UserFactory,
)
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(kestrel, who):
    return opened(kestrel, who)


def refused(*rules):
    """Each of (verb, sentence) is refused in these words; all that aren't are named at once."""
    said = {}
    for verb, sentence in rules:
        try:
            verb()
        except Refusal as no:
            if sentence not in str(no):
                said[sentence] = str(no)
        else:
            said[sentence] = "not refused"
    assert said == {}


def test_interests(deal, kestrel, ada, who, europe):
    option = PassOptionFactory()
    level = europe.tax_level
    wanted = Wanted("A pass", 1, deal.currency, Decimal(900), level, list_price=Decimal(900))
    seller = who | {"by": staff("crm.change_opportunities")}

    def add(who=who, **changed):
        kept = dataclasses.replace(wanted, **changed)
        return pass_selling.add_interest(deal.pk, kept, option=option, **who)

    kept, gone = add(), add()
    interests.remove(gone.pk, **who)
    stranger = ContactFactory(first_name="Sam", last_name="Stranger")
    refused(
        (lambda: interests.remove(gone.pk, **who), "This interest was removed meanwhile."),
        (
            lambda: interests.edit(kept.pk, wanted, version=7, **who),
            "This interest was changed meanwhile.",
        ),
        (lambda: add(quantity=0), "The quantity is between 1 and 1,000."),
        (lambda: add(quantity=1001), "The quantity is between 1 and 1,000."),
        (lambda: add(unit=CurrencyFactory(code="GBP")), "This opportunity is in EUR."),
        (lambda: add(discount=Decimal(-1)), "A discount is between 0 and 100 %."),
        (lambda: add(discount=Decimal(101)), "A discount is between 0 and 100 %."),
        (
            lambda: add(seller, unit_price=Decimal(1)),
            "You may not set another price than the catalogue's.",
        ),
        (lambda: add(seller, list_price=None), "You may not set another price"),
        (lambda: add(contacts=[ada, stranger]), "You chose 2 people for a quantity of 1."),
        (lambda: add(contacts=[stranger]), "Sam Stranger: not a contact of Kestrel Rail Group."),
    )
    # What was agreed by who may stays, whoever edits the rest.
    agreed = add(unit_price=Decimal(500))
    again = dataclasses.replace(wanted, unit_price=Decimal(500), quantity=2)
    assert interests.edit(agreed.pk, again, **seller).quantity == 2
    selling.win(deal.pk, **who)
    refused((lambda: interests.remove(kept.pk, **who), "is won, and stays as it was sold."))


def test_opportunities(deal, kestrel, ada, who, clock):
    pk, put_away = deal.pk, AccountFactory(name="Away", archived_at=clock.at)
    learner = UserFactory(name="Lee Learner")
    archived = stages.create(name="Old", **who)
    stages.archive(archived.pk, **who)
    archived.refresh_from_db()
    won, lost = stages.first("won"), stages.first("lost")
    pound = CurrencyFactory(code="GBP")
    gone = ContactFactory(first_name="Gone", account=kestrel, archived_at=clock.at)
    stranger = ContactFactory(first_name="Sam", last_name="Stranger")

    def edit(**values):
        return lambda: opportunities.edit(pk, **values, **who)

    refused(
        (edit(name=" "), "Give the opportunity a name."),
        (edit(probability=101), "A probability is between 0 and 100 %."),
        (edit(currency=pound), "Europe is sold in EUR. Choose one of them."),
        (edit(owner=learner), "Lee Learner doesn't work in the back office."),
        (edit(contact=gone), "is archived. Restore them first."),
        (edit(contact=stranger), "Sam Stranger doesn't belong to Kestrel Rail Group."),
        (edit(account=put_away), "Away is archived"),
        (edit(name="X", version=7), "was changed meanwhile. Nothing of yours was saved."),
        (lambda: opened(put_away, who), "Away is archived"),
        (
            lambda: opportunities.move(pk, stage=archived, **who),
            "The stage Old is archived. Choose another one.",
        ),
        (
            lambda: opportunities.move(pk, stage=won, **who),
            "It comes to Won by winning it or losing it.",
        ),
        (
            lambda: opportunities.move(pk, stage=Stage(pk=0), **who),
            "This stage is no longer there.",
        ),
        (lambda: opportunities.lose(pk, because=" ", **who), "Say why it was lost"),
        (
            lambda: opportunities.lose(pk, because="No", stage=won, **who),
            "Choose a stage that counts as lost.",
        ),
        (lambda: selling.win(pk, stage=lost, **who), "Choose a stage that counts as won."),
        (lambda: selling.win(pk, **who), "There is nothing to deliver."),
        (lambda: selling.win(pk, version=7, **who), "was changed meanwhile."),
    )
    interested(deal, who)
    refused((edit(account=AccountFactory()), "Its interests are priced for this."))
    opportunities.lose(pk, because="No", **who)
    before = Opportunity.objects.get(pk=pk)
    opportunities.lose(pk, because="Again", **who)
    assert Opportunity.objects.get(pk=pk).version == before.version
    refused(
        (edit(closes_on=who["on"]), "is lost. Reopen it first."),
        (lambda: selling.win(pk, **who), "is lost. Reopen it first."),
        (
            lambda: opportunities.reopen(pk, stage=archived, **who),
            "The stage Old is archived. Choose another one.",
        ),
    )
    opportunities.reopen(pk, **who)
    selling.win(pk, **who)
    refused((lambda: opportunities.reopen(pk, **who), "What was won stays won."))
    with pytest.raises(Opportunity.DoesNotExist):
        opportunities.locked(0)


def test_what_is_so_already_stays_as_it_is(deal, who, told):
    pk, bill = (
        deal.pk,
        invoices.draft(deal.account, deal.currency, [line(currency=deal.currency)], **who),
    )
    opportunities.edit(pk, name=deal.name, **who)
    opportunities.move(pk, stage=deal.stage, **who)
    opportunities.reopen(pk, **who)
    assert told(subject_kind="opportunity", subject_id=pk) == ["opportunity.created"]
    for _press in range(2):
        bill = invoices.issue(bill.pk, **who)
        bill = invoices.mark_paid(bill.pk, paid_on=who["on"], **who)
    for _press in range(2):
        invoices.mark_unpaid(bill.pk, reason="It bounced", **who)
    thrown = invoices.draft(deal.account, deal.currency, [line(currency=deal.currency)], **who)
    for _press in range(2):
        invoices.discard(thrown.pk, **who)
    assert told(kind__startswith="invoice.") == [
        "invoice.drafted",
        "invoice.issued",
        "invoice.paid",
        "invoice.unpaid",
        "invoice.drafted",
        "invoice.discarded",
    ]


def test_without_a_region_nothing_is_sold(kestrel, who):
    kestrel.region.archived_at = who["at"]
    kestrel.region.save()
    kestrel.region = None
    kestrel.save()
    refused((lambda: opened(kestrel, who), "Choose a region."))


def test_stages(deal, who):
    given = {"name": "Demo", "kind": "open", "probability": 20}
    made = stages.create(**given, **who)

    def create(**changed):
        return lambda: stages.create(**given | {"name": "Other"} | changed, **who)

    def edit(stage, **changed):
        asked = {"name": stage.name, "kind": stage.kind, "probability": 1} | changed
        return lambda: stages.edit(stage.pk, **asked, **who)

    refused(
        (create(name=" "), "Give the stage a name."),
        (create(name="x" * 61), "The name of a stage takes 60 characters."),
        (create(name="ENQUIRY"), "There is a stage with this name already."),
        (create(kind="maybe"), "A stage counts as open, won or lost."),
        (create(probability=101), "A probability is between 0 and 100 %."),
        (create(probability=-1), "A probability is between 0 and 100 %."),
        (edit(made, name="enquiry"), "There is a stage with this name already."),
        (edit(deal.stage, kind="lost"), "There are opportunities in this stage"),
        (edit(stages.first("won"), kind="open"), "This is the only stage that counts as Won"),
        (lambda: stages.archive(deal.stage_id, **who), "An open opportunity is in this stage."),
        (lambda: stages.archive(stages.first("lost").pk, **who), "This is the only stage"),
    )
    stages.archive(made.pk, **who)
    refused((edit(made), "This stage was archived meanwhile. Restore it first."))
    twin = stages.create(**given, **who)
    refused((lambda: stages.restore(made.pk, **who), "There is a stage with this name already."))
    order = list(Stage.objects.living())
    stages.move(order[0].pk, earlier=True, **who)
    stages.move(order[-1].pk, earlier=False, **who)
    assert list(Stage.objects.living()) == order
    stages.restore(twin.pk, **who)
    assert list(Stage.objects.living()) == order


def test_totals(clock):
    euro, gold = CurrencyFactory(), TokenUnitFactory()
    given = {"quantity": 1, "unit_price": Decimal(5), "discount": Decimal(0), "tax_percent": 20}

    def come_to(unit, **changed):
        return lambda: totals.line(unit=unit, **given | changed)

    def price(text, unit=euro):
        return lambda: totals.possible_price(Decimal(text), unit)

    refused(
        (come_to(euro, quantity=10**9), "That comes to more than can be billed. Split it."),
        (come_to(gold, discount=Decimal(50)), "Tokens are whole: that comes to 2.5 Gold."),
        (price("NaN"), "That isn't a price."),
        (price("-1"), "A price can't be below zero."),
        (price("1000000000"), "A price has nine digits before the point at most."),
        (price("1.5", gold), "Tokens are whole: type a whole number."),
        (price("1.555"), "EUR has 2 decimals at most."),
        (
            lambda: totals.open_level(TaxLevelFactory(name="Old", archived_at=clock.at)),
            "is archived. Choose another tax level.",
        ),
    )
    assert come_to(gold)().tax == 0
    assert gold.kind == UnitKind.TOKEN


def test_invoices_and_credit_notes(deal, kestrel, who):
    euro = CurrencyFactory()
    bill = invoiced(kestrel, line("100", 3, currency=euro), currency=euro, who=who)
    (each,) = bill.lines.all()

    def credit(pk=bill.pk, count=1, of=each.pk, **more):
        asked = {"lines": {of: count}, "reason": "Wrong"} | more
        return lambda: crediting.credit(pk, **asked, **who)

    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    credited = credit()()
    # A line that gave nothing has nothing to be taken back, and nothing that is spent.
    assert [each.tone for each in credited.consequences] == ["billed"]
    note = credited.note
    thrown = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    invoices.discard(thrown.pk, **who)
    refused(
        (credit(reason=" "), "Say why: it is kept in the history."),
        (credit(note.pk), "A credit note can't be credited. Write a new invoice."),
        (credit(draft.pk), "This is a draft: discard it, nothing has to be credited."),
        (credit(lines={}), "Choose how many of which line are credited."),
        (credit(of=0), "This line isn't one of the invoice."),
        (credit(count=-1), "This line isn't one of the invoice."),
        (credit(count=3), "Workshop: 2 of 3 can still be credited."),
        (credit(take_back={7: 1}), "Only what a credited line gave can be taken back."),
        (credit(version=7), "This invoice was changed meanwhile."),
        (lambda: invoices.issue(thrown.pk, **who), "This draft was discarded."),
        (lambda: invoices.discard(bill.pk, **who), "What was issued is credited"),
        (lambda: invoices.draft(kestrel, euro, [], **who), "There is nothing to bill."),
        (
            lambda: invoices.mark_paid(draft.pk, paid_on=who["on"], **who),
            "Only an invoice that was issued can be paid.",
        ),
        (
            lambda: invoices.mark_paid(bill.pk, paid_on=who["on"].replace(year=2027), **who),
            "Choose a day from the day it was issued on, up to today.",
        ),
    )
    credit(count=2)()
    refused((credit(), "All of INV-2026-0001 is credited already."))
    other = invoiced(kestrel, line(currency=euro), currency=euro, who=who)
    invoices.mark_paid(other.pk, paid_on=who["on"], **who)
    refused((lambda: invoices.mark_unpaid(other.pk, reason=" ", **who), "Say why"))


def test_what_was_sold_is_taken_back_no_more_than_it_is_credited(deal, who):
    interested(deal, who, 50, "20.00")
    bill = selling.win(deal.pk, **who).invoice
    (each,) = crediting.standing(bill, who["on"])
    (thing,) = each.things

    def credit(count, back, **more):
        asked = {"lines": {each.line.pk: count}, "reason": "Wrong", **more}
        return lambda: crediting.credit(
            bill.pk, **asked, take_back={thing.fulfilment.pk: back}, **who
        )

    refused(
        (credit(10, 20), "you credit 10 and take 20 back."),
        (credit(50, 51), "50 Gold: 50 can be taken back."),
        (credit(10, -1), "Only what a credited line gave can be taken back."),
        (credit(10, 0), "10 × Gold, unspent would stay with the customer"),
    )
    assert credit(10, 0, leave=True)().note.gross == Decimal(240)

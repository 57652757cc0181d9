"""Packs of tokens are sold on an opportunity like all else: priced, quoted, won, credited."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm import crediting, duplicating, opportunities, quotes, selling
from crm.interests import Wanted
from crm.models import Fulfilment, Interest
from tests.factories import PriceFactory, TokenPackFactory
from tests.lms.paying import balances
from tests.lms.test_pages import text
from tests.lms.test_till import hidden
from tms import preview
from tms.refusals import Refusal
from tms.reporting import checking
from tokens import ledger, packs, selling_packs
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(europe):
    """50 Gold for 5,000 euros, to be spent within six months."""
    found = TokenPackFactory(name="Team pack", token_type__unit__code="Gold", units=50, period=6)
    PriceFactory(of=found, amount=Decimal(5000))
    return found


@pytest.fixture
def deal(kestrel, ada, europe, who):
    return opportunities.create(account=kestrel, name="Spring intake", contact=ada, **who)


@pytest.fixture
def sell(deal, pack, who):
    def added(quantity=2, **more):
        terms = {"unit": deal.currency, "unit_price": Decimal(5000), "list_price": Decimal(5000)}
        wanted = Wanted(
            **selling_packs.named(pack),
            quantity=quantity,
            tax_level=deal.region.tax_level,
            **terms | more,
        )
        return selling_packs.add_interest(deal.pk, wanted, pack=pack, **who)

    return added


def test_it_is_chosen_at_the_catalogue_s_price_and_changed(browse, office, deal, pack):
    client = browse(office)
    here = reverse("tokens:add_pack_interest", args=[deal.pk])
    assert here in client.get(deal.get_absolute_url()).content.decode()
    asked = {"pack": pack.pk, "quantity": 2, "tax_level": deal.region.tax_level_id, "discount": ""}
    asked["price"] = deal.currency_id
    opened = client.get(here)
    assert "Team pack, 50 Gold" in text(opened)
    shown = client.post(here, hidden(opened) | asked | {"show": "preview"})
    assert "€5,000.00" in text(shown)
    client.post(here, hidden(opened) | asked)
    line = Interest.objects.get()
    assert (line.title, line.detail, line.net) == ("Team pack", "50 Gold", 10000)
    there = reverse("tokens:edit_pack_interest", args=[line.pk])
    client.post(there, hidden(client.get(there)) | asked | {"quantity": 3})
    line.refresh_from_db()
    assert (line.quantity, line.net) == (3, 15000)


def test_winning_issues_each_pack_once_as_it_was_offered(deal, pack, sell, kestrel, who, clock):
    sell(2, discount=Decimal(10))
    quote = quotes.make(deal.pk, valid_until=who["on"], at=clock.at, on=clock.on(), by=who["by"])
    assert quote.content["lines"][0]["detail"] == "50 Gold"
    packs.edit(pack, **packs.said(pack) | {"units": 60}, **who)
    won = selling.win(deal.pk, **who)
    assert selling.win(deal.pk, **who).consequences == ()
    issues = list(TokenIssue.objects.order_by("pk"))
    assert [(each.issued, each.unit_price, str(each.expires_on)) for each in issues] == [
        (50, 90, "2027-05-22")
    ] * 2
    assert {(each.account, each.source, each.source_id) for each in issues} == {
        (kestrel, "opportunity", deal.pk)
    }
    (line,) = won.invoice.lines.all()
    assert (line.title, line.detail, line.quantity, line.net) == ("Team pack", "50 Gold", 2, 9000)
    assert line.note == pack.token_type.description
    given = list(Fulfilment.objects.values_list("kind", "object_id", "quantity"))
    assert given == [("token_issue", each.pk, 1) for each in issues]
    assert checking.check(on=clock.on(), at=clock.at).broken == {}


def test_what_the_win_says_beforehand(deal, sell, who):
    sell(2)
    said = preview.run(lambda: selling.win(deal.pk, **who)).consequences
    assert (said[0].sentence, said[0].lines) == (
        "100 Gold for Kestrel Rail Group, to spend until 22 May 2027",
        ("2 × Team pack, 50 Gold",),
    )


def test_credited_what_is_unspent_comes_back_and_what_was_spent_is_named(
    deal, pack, sell, kestrel, who, clock
):
    sell(2)
    invoice = selling.win(deal.pk, **who).invoice
    ledger.redeem(kestrel.pk, pack.token_type, 20, **who)
    used, whole = Fulfilment.objects.order_by("pk")
    line = invoice.lines.get()
    with pytest.raises(Refusal, match="would stay with the customer"):
        crediting.credit(invoice.pk, lines={line.pk: 1}, reason="Too many", **who)
    one = {"lines": {line.pk: 1}, "reason": "Too many"}
    done = crediting.credit(invoice.pk, take_back={used.pk: 1}, **one, **who)
    said = [(each.sentence, each.lines) for each in done.consequences]
    assert ("30 Gold taken back from Kestrel Rail Group, 0 remain", ()) in said
    spent = (f"20 Gold, #{used.object_id}",)
    assert ("Tokens that were used or expired stay, though credited", spent) in said
    assert (done.note.net, balances(kestrel)) == (5000, [0, 50])
    with pytest.raises(Refusal, match="Only what a credited line gave"):
        crediting.credit(invoice.pk, take_back={used.pk: 1}, **one, **who)
    crediting.credit(invoice.pk, take_back={whole.pk: 1}, **one, **who)
    assert balances(kestrel) == [0, 0]
    assert checking.check(on=clock.on(), at=clock.at).broken == {}


def test_an_archived_pack_is_not_sold_and_stops_the_win(deal, pack, sell, who):
    sell(1)
    packs.archive(pack, **who)
    with pytest.raises(Refusal, match="Team pack isn't sold any more"):
        sell(1)
    with pytest.raises(Refusal, match="Team pack isn't sold any more"):
        selling.win(deal.pk, **who)
    assert not TokenIssue.objects.exists()


def test_duplicated_it_is_the_pack_of_now_at_the_price_of_now(deal, pack, sell, kestrel, who):
    sell(1)
    packs.edit(pack, **packs.said(pack) | {"units": 60}, **who)
    pack.priced.prices.update(amount=Decimal(5500))
    again = duplicating.duplicate(deal.pk, account=kestrel, name="Autumn intake", **who)
    made = again.opportunity
    line = made.interests.get()
    assert (line.detail, line.unit_price) == ("60 Gold", 5500)

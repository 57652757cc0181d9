"""Staff work opportunities from the first enquiry to won or lost."""

import dataclasses
import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from crm import external_ids, interests, opportunities, stages
from crm.models import Invoice, Opportunity, Stage, StageKind
from tests.crm.selling_cast import interested, opened
from tests.crm.test_pages import staff, text_of
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CurrencyFactory,
    RegionFactory,
    UserFactory,
    copies,
)
from tms.models import JournalRow
from tms.refusals import Refusal
from tms.ui import register
from tms.ui.filters import Indexed
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def deal(kestrel, ada, who):
    return opened(kestrel, who, contact=ada, closes_on=date(2026, 12, 18))


@pytest.fixture
def ours(monkeypatch):
    """The panels of selling alone: what others add, their own tests count."""
    every = register.all_of()
    mine = {"crm.view_opportunities", "crm.view_people"}
    monkeypatch.setattr(
        register,
        "all_of",
        lambda: dataclasses.replace(
            every,
            panels=tuple(
                each
                for each in every.panels
                if each.permission in mine and each.name not in {"tasks", "notes"}
            ),
            tabs=tuple(each for each in every.tabs if each.permission in mine),
        ),
    )


def names(client, query=""):
    page = client.get(f"/opportunities/?{query}").content.decode()
    return [
        html.unescape(each) for each in re.findall(r'<a href="/opportunities/\d+/">([^<]+)', page)
    ]


def numbers_told(client, query):
    page = client.get(f"/opportunities/?{query}").content.decode()
    return re.search(r'aria-label="Pages"><span>([^<]*)', page)[1]


def answers(client, path, **given):
    """What a dialog answers, sent as htmx sends it."""
    return client.post(path, given, headers=HTMX)


def shown(client, path) -> dict:
    """The hidden fields of a dialog, as it opens."""
    page = client.get(path, headers=HTMX).content.decode()
    return dict(
        re.findall(r'<input type="hidden" name="(version|digest|stage)" value="([^"]*)"', page)
    )


# The list


def crowd(deal, n):
    """`n` opportunities with an account, a contact and an owner each."""
    accounts = copies(deal.account, n - 1, name=lambda n: f"Crowd {n}")
    people = copies(
        deal.contact, n - 1, email=lambda n: f"c{n}@example.com", user=lambda n: None,
        account=lambda n: accounts[n],
    )  # fmt: skip
    copies(
        deal, n - 1, name=lambda n: f"Deal {n}", account=lambda n: accounts[n],
        contact=lambda n: people[n], worth=lambda n: Decimal(n),
    )  # fmt: skip


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_list_and_an_accounts_list_cost_the_same_for_any_number(
    n, deal, client, count_queries, ours
):
    crowd(deal, n)
    assert count_queries(lambda: client.get("/opportunities/")) == 5
    Opportunity.objects.update(account=deal.account)
    path = f"/accounts/{deal.account_id}/opportunities/"
    assert count_queries(lambda: client.get(path)) == 7


def test_the_list_says_what_is_sold_to_whom_and_what_it_is_worth(deal, client, who, office):
    opportunities.edit(deal.pk, owner=office, **who)
    interested(deal, who, 50, "20.00")
    page = text_of(client.get("/opportunities/"))
    assert "Spring intake Kestrel Rail Group Ada Lindqvist Enquiry €1,000.00 10 %" in page
    assert "10 % 18 Dec 2026 Olive Office" in page
    assert "List Board" in page


def test_the_list_is_narrowed_and_sorted(deal, client, who, office, ada):
    other = AccountFactory(name="Northwind", region=deal.region)
    late = opened(other, who, name="Late", owner=office, closes_on=date(2027, 2, 1))
    opened(other, who, name="Never")
    lost = opened(other, who, name="Lost")
    opportunities.lose(lost.pk, because="Too dear", **who)
    proposal = Stage.objects.get(name="Proposal")
    opportunities.move(late.pk, stage=proposal, **who)
    assert names(client) == ["Spring intake", "Late", "Never"]
    assert names(client, "sort=-closes_on") == ["Never", "Late", "Spring intake"]
    assert names(client, "sort=name") == ["Late", "Never", "Spring intake"]
    assert names(client, f"stage={proposal.pk}") == ["Late"]
    assert names(client, f"stage={stages.first(StageKind.LOST).pk}") == ["Lost"]
    assert names(client, "kind=lost") == ["Lost"]
    assert names(client, "kind=won") == []
    assert names(client, "kind=all&sort=name") == ["Late", "Lost", "Never", "Spring intake"]
    assert names(client, f"owner={office.pk}") == ["Late"]
    assert names(client, f"account={other.pk}") == ["Late", "Never"]
    assert names(client, f"contact={ada.pk}") == ["Spring intake"]
    assert names(client, f"region={deal.region_id}&currency={deal.currency_id}&q=LATE") == ["Late"]
    assert names(client, "closing_from=2027-01-01") == ["Late"]
    assert names(client, "closing_to=2026-12-31") == ["Spring intake"]


@pytest.mark.parametrize("few", [1000, 1])
def test_a_name_is_found_by_its_words_be_there_few_or_many(deal, client, who, monkeypatch, few):
    """By the index of names; where more match than are looked for, by a walk through the list."""
    monkeypatch.setattr(Indexed, "FEW", few)
    for name in ("100% of Zürich", "1000 of Zürich", "Winter_intake"):
        opened(deal.account, who, name=name)
    lost = opened(deal.account, who, name="Zürich again")
    opportunities.lose(lost.pk, because="Too dear", **who)
    assert names(client, "q=zurich+OF&sort=name") == ["100% of Zürich", "1000 of Zürich"]
    assert names(client, "q=0%25") == ["100% of Zürich"]
    assert names(client, "q=r_i") == ["Winter_intake"]
    assert names(client, "q=zurich&kind=lost") == ["Zürich again"]
    assert names(client, "q=nothing") == []
    assert names(client, "q=intake") == ["Spring intake", "Winter_intake"]
    assert names(client, "q=again") == []
    told = {asked: numbers_told(client, asked) for asked in ("q=zurich", "q=zurich&kind=all")}
    assert (
        told
        == {
            1: {"q=zurich": "1–2 of 1+", "q=zurich&kind=all": "1–3 of 1+"},
            1000: {"q=zurich": "1–2 of 2", "q=zurich&kind=all": "1–3 of 3"},
        }[few]
    )


def plan(query, **parameters):
    """The plan of a list's question, where there are so many rows that it counts."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        sql, values = query.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        return " ".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("narrowed", "index"),
    [
        ({"closed_on": None}, "opportunity_open"),
        ({"closed_on": None, "owner": 1, "stage": 1}, "opportunity_owner"),
        ({"closed_on__isnull": False, "won": True}, "opportunity_decided"),
        ({"stage": 1}, "opportunity_stage"),
        ({"closes_key__gte": date(2026, 1, 1)}, "opportunity_clos"),
    ],
)
def test_each_filter_of_the_list_reads_an_index_in_the_lists_order(narrowed, index, deal):
    # Among a few hundred others: a handful of rows are read by any index at the same price.
    values = {field.attname: getattr(deal, field.attname) for field in deal._meta.concrete_fields}
    lost = {"id": None, "owner_id": None, "stage_id": stages.first("lost").pk, "won": False}
    lost |= {"closes_on": date(2020, 1, 1), "closed_on": date(2020, 1, 1)}
    del values["closes_key"]
    Opportunity.objects.bulk_create(Opportunity(**values | lost) for _ in range(400))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_opportunity")
    rows = Opportunity.objects.filter(**narrowed).order_by("closes_key", "pk")[:50]
    found = plan(rows.values_list("pk"))
    assert index in found
    assert "Sort" not in found


def test_names_are_text_on_every_page_and_no_formula_in_a_file(kestrel, client, who):
    evil = opened(kestrel, who, name="=cmd()|<script>alert(1)</script>")
    opened(kestrel, who, name="\u202eevil")
    for path in (
        "/opportunities/",
        "/opportunities/board/",
        f"/opportunities/{evil.pk}/",
        f"/opportunities/{evil.pk}/history/",
        f"/opportunities/{evil.pk}/winning/",
        "/search/?q=script",
    ):
        page = client.get(path).content.decode()
        assert "<script>alert(1)" not in page
    sheet = b"".join(client.get("/opportunities/?export=csv").streaming_content).decode()
    assert "'=cmd()|<script>alert(1)</script>" in sheet
    assert "\u202e" not in sheet


# The page


@pytest.mark.parametrize("n", [1, 3, 300])
def test_an_opportunitys_page_costs_the_same_for_any_past(
    n, deal, client, count_queries, who, ours
):
    row = external_ids.add(deal, system="HubSpot", value="0", **who)
    copies(row, n - 1, value=lambda n: str(n + 1))
    copies(JournalRow.objects.latest("id"), n - 1)
    line = interested(deal, who)
    copies(line, n - 1, position=lambda n: n + 2)
    assert count_queries(lambda: client.get(f"/opportunities/{deal.pk}/")) == 10
    part = f"/opportunities/{deal.pk}/parts/interests/"
    assert count_queries(lambda: client.get(part, headers=HTMX)) == 4
    assert count_queries(lambda: client.get(f"/opportunities/{deal.pk}/history/")) == 7


def test_the_page_has_everything_in_the_first_response(deal, client, who, kestrel):
    gold = interested(deal, who, 50, "20.00", discount=Decimal(10))
    interested(deal, who, 3, "12", unit=gold.token_interest.token_type.unit, title="Silver")
    external_ids.add(deal, system="HubSpot", value="D-77", **who)
    page = text_of(client.get(f"/opportunities/{deal.pk}/"))
    for words in (
        "Spring intake Enquiry Kestrel Rail Group , Europe, EUR",
        "Contact Ada Lindqvist",
        "Expected close 18 December 2026 Probability 10 %",
        "HubSpot D-77",
        "Add Interest",
        "Gold Training Tokens 50 €20.00 10 % Standard 20 % €900.00 €180.00 €1,080.00",
        "Silver Training Tokens 3 12 Gold 36 Gold 36 Gold",
        "In EUR €900.00 €180.00 €1,080.00",
        "In tokens 36 Gold 36 Gold",
        "Interest added",
    ):
        assert words in page


def test_parts_of_the_page_answer_alone_for_htmx_and_lead_to_it_without(deal, client):
    path = f"/opportunities/{deal.pk}/parts/details/"
    alone = client.get(path, headers=HTMX).content.decode()
    assert alone.startswith('<section class="panel" id="details"')
    assert client.get(path).url == f"/opportunities/{deal.pk}/"
    assert client.get(f"/opportunities/{deal.pk}/parts/none/", headers=HTMX).status_code == 404
    head = client.get(f"/opportunities/{deal.pk}/", headers=HTMX | {"HX-Target": "head"})
    assert head.content.decode().startswith('<header class="page__header" id="head"')


def test_what_one_may_not_do_is_not_shown(deal, browse, who):
    interested(deal, who)
    viewer = browse(staff("crm.view_opportunities", "crm.view_people"))
    for path in ("/opportunities/", "/opportunities/board/", f"/opportunities/{deal.pk}/"):
        page = viewer.get(path).content.decode()
        for words in ("editing/", "winning/", "losing/", "stage/", "creation/", "removal/"):
            assert words not in page
    seller = browse(staff("crm.view_opportunities", "crm.change_opportunities"))
    page = seller.get(f"/opportunities/{deal.pk}/").content.decode()
    assert "losing/" in page
    assert "winning/" not in page


def test_an_accounts_tab_and_a_contacts_panel_show_theirs(deal, ada, client, who):
    other = AccountFactory(name="Northwind", region=deal.region)
    opened(other, who, name="Elsewhere")
    tab = client.get(f"/accounts/{deal.account_id}/opportunities/").content.decode()
    assert "Spring intake" in tab
    assert "Elsewhere" not in tab
    assert f'href="/opportunities/creation/?account={deal.account_id}"' in tab
    person = client.get(f"/contacts/{ada.pk}/").content.decode()
    assert f'<a href="/opportunities/{deal.pk}/"><bdi>Spring intake</bdi></a>' in person


def test_global_search_finds_an_opportunity_by_name_however_it_is_typed(deal, client):
    page = text_of(client.get("/search/?q=intake+SPRNG"))
    assert "Opportunities" in page
    assert "Spring intake Kestrel Rail Group" in page


# Dialogs


def test_one_is_added_with_what_the_account_brings(client, kestrel, ada, office):
    page = client.get(f"/opportunities/creation/?contact={ada.pk}", headers=HTMX).content.decode()
    assert 'value="Kestrel Rail Group"' in page
    assert 'value="Ada Lindqvist"' in page
    answer = answers(
        client, "/opportunities/creation/", name="Deck safety", account=kestrel.pk,
        contact=ada.pk, owner=office.pk, closes_on="2027-01-31",
    )  # fmt: skip
    made = Opportunity.objects.get()
    assert answer["HX-Redirect"] == f"/opportunities/{made.pk}/"
    assert (made.account, made.contact, made.owner) == (kestrel, ada, office)
    assert (made.region, made.currency.code) == (kestrel.region, "EUR")
    assert (made.stage.name, made.probability, made.closes_on) == ("Enquiry", 10, date(2027, 1, 31))


def test_region_and_currency_follow_the_account(client, kestrel):
    pound = CurrencyFactory(code="GBP")
    britain = RegionFactory(name="Britain", currencies=[pound])
    other = AccountFactory(name="Northwind", region=britain)
    dialog = client.get(f"/opportunities/creation/?account={kestrel.pk}", headers=HTMX)
    assert chosen(dialog) == ["Olive Office", "Europe", "EUR"]
    assert chosen(client.get("/opportunities/creation/", headers=HTMX)) == ["Olive Office"]
    path = "/opportunities/creation/where/"
    assert chosen(client.get(path, {"account": other.pk})) == ["Britain", "GBP"]
    assert chosen(client.get(path, {"account": ""})) == []


def chosen(answer):
    """What is chosen in the lists of a form."""
    page = answer.content.decode()
    return re.findall(r'<option value="\d+" selected>([^<]+)', page)


def test_the_contact_belongs_to_the_account(client, kestrel):
    stranger = ContactFactory(first_name="Sam", last_name="Stranger")
    answer = answers(
        client, "/opportunities/creation/", name="X", account=kestrel.pk, contact=stranger.pk
    )
    assert answer.status_code == 422
    assert "Sam Stranger doesn’t belong" in text_of(answer).replace("'", "’")
    assert not Opportunity.objects.exists()


def test_it_is_edited_and_a_stale_form_is_refused(client, deal, who):
    path = f"/opportunities/{deal.pk}/editing/"
    seen = shown(client, path)
    given = {
        "account": deal.account_id, "contact": deal.contact_id, "region": deal.region_id,
        "currency": deal.currency_id, "closes_on": deal.closes_on, "probability": 35,
        "source": "Fair", "notes": "",
    }  # fmt: skip
    answer = answers(client, path, name="Summer intake", **given, **seen)
    assert answer.status_code == 204
    assert answer["HX-Trigger"].startswith('{"opportunity:changed"')
    deal.refresh_from_db()
    assert (deal.name, deal.probability, deal.source) == ("Summer intake", 35, "Fair")
    stale = answers(client, path, name="Autumn", **given, **seen)
    assert stale.status_code == 422
    assert "changed meanwhile" in text_of(stale)
    history = text_of(client.get(f"/opportunities/{deal.pk}/history/"))
    assert "Edited Name Spring intake Summer intake" in history


def test_it_is_in_a_currency_that_its_region_is_sold_in(deal, who):
    elsewhere = CurrencyFactory(code="SEK")
    with pytest.raises(Refusal, match=f"{deal.region} is sold in EUR") as no:
        opportunities.edit(deal.pk, currency=elsewhere, **who)
    assert no.value.field == "currency"


def test_it_moves_to_another_open_stage_and_takes_on_its_probability(client, deal):
    path = f"/opportunities/{deal.pk}/stage/"
    proposal = Stage.objects.get(name="Proposal")
    assert answers(client, path, stage=proposal.pk, **shown(client, path)).status_code == 204
    deal.refresh_from_db()
    assert (deal.stage, deal.probability) == (proposal, 40)
    won = stages.first(StageKind.WON)
    assert answers(client, path, stage=won.pk).status_code == 422
    assert "Moved Enquiry Proposal" in text_of(client.get(f"/opportunities/{deal.pk}/history/"))


def test_losing_needs_a_reason_and_can_be_undone(client, deal):
    path = f"/opportunities/{deal.pk}/losing/"
    lost = stages.first(StageKind.LOST)
    assert answers(client, path, stage=lost.pk, because=" ").status_code == 422
    seen = shown(client, path) | {"stage": lost.pk}
    assert answers(client, path, because="Too dear", **seen).status_code == 204
    page = text_of(client.get(f"/opportunities/{deal.pk}/"))
    assert "Spring intake Lost" in page
    assert "Lost because Too dear" in page
    assert "Reopen" in page
    reopening = f"/opportunities/{deal.pk}/reopening/"
    seen = shown(client, reopening)
    assert answers(client, reopening, stage=stages.first("open").pk, **seen).status_code == 204
    deal.refresh_from_db()
    assert (deal.is_open, deal.lost_because) == (True, "")


def test_win_lists_beforehand_what_it_does_and_does_it_once(client, deal, who):
    interested(deal, who, 50, "20.00")
    path = f"/opportunities/{deal.pk}/winning/"
    page = client.get(path, headers=HTMX)
    assert (
        "Kestrel Rail Group receives 50 Gold for Kestrel Rail Group, to spend until "
        "22 November 2027 Is billed An invoice over €1,200.00 for Kestrel Rail Group, due on "
        "22 December 2026"
    ) in text_of(page)
    assert not Invoice.objects.exists()
    seen = shown(client, path)
    given = {"days_to_pay": 30, "operation": "one"} | seen
    assert answers(client, path, **given).status_code == 204
    assert answers(client, path, **given).status_code == 204
    second = answers(client, path, **given | {"operation": "two"})
    assert second.status_code == 422
    assert "Spring intake is won, and stays as it was sold." in text_of(second)
    assert (TokenIssue.objects.count(), Invoice.objects.count()) == (1, 1)
    page = text_of(client.get(f"/opportunities/{deal.pk}/"))
    assert "Spring intake Won" in page
    assert f"What it gave Gold Gold #{TokenIssue.objects.get().pk}" in page
    assert "Reopen" not in page


def test_win_follows_the_days_to_pay_and_a_draft_has_no_number(client, deal, who):
    interested(deal, who)
    path = f"/opportunities/{deal.pk}/winning/"
    given = {"stage": shown(client, path)["stage"], "days_to_pay": 14, "show": "preview"}
    assert "due on 6 December 2026" in text_of(answers(client, path, **given))
    drafted = answers(client, path, **given | {"draft_invoice": "on"})
    assert "A draft of an invoice over €1,200.00" in text_of(drafted)
    digest = re.search(r'name="digest" value="(\w+)"', drafted.content.decode())[1]
    given = {"stage": given["stage"], "days_to_pay": 14, "draft_invoice": "on", "digest": digest}
    assert answers(client, path, **given).status_code == 204
    assert Invoice.objects.get().number == ""


def test_what_cant_be_won_says_what_to_change(client, deal, who):
    page = text_of(client.get(f"/opportunities/{deal.pk}/winning/", headers=HTMX))
    assert "There is nothing to deliver. Add an interest first, or lose it." in page
    assert "Win, and do all this" not in page


@pytest.mark.parametrize("n", [1, 3, 300])
def test_interests_are_drawn_each_with_its_menu_in_one_statement(
    n, deal, client, who, count_queries
):
    copies(interested(deal, who, title="<b>Gold</b>"), n - 1)
    path = f"/opportunities/{deal.pk}/parts/interests/"
    assert count_queries(lambda: client.get(path, headers=HTMX)) == 4
    page = client.get(path, headers=HTMX).content.decode()
    assert page.count("&lt;b&gt;Gold&lt;/b&gt;</bdi>") == n
    for line in deal.interests.all():
        assert f'href="/opportunities/{deal.pk}/interests/{line.pk}/removal/"' in page
        assert page.count(f'id="interest-menu-{line.pk}"') == 1


def test_an_interest_is_removed(client, deal, who):
    line = interested(deal, who)
    path = f"/opportunities/{deal.pk}/interests/{line.pk}/removal/"
    assert answers(client, path, **shown(client, path)).status_code == 204
    deal.refresh_from_db()
    assert (deal.interests.count(), deal.worth) == (0, Decimal(0))
    assert client.get(path, headers=HTMX).status_code == 404


def test_external_ids_are_added_and_removed(client, deal):
    path = f"/opportunities/{deal.pk}/external-ids/"
    assert answers(client, path, system="HubSpot", value="D-77").status_code == 204
    row = deal.external_ids.get()
    assert answers(client, f"{path}{row.pk}/removal/").status_code == 204
    assert not deal.external_ids.exists()
    history = text_of(client.get(f"/opportunities/{deal.pk}/history/"))
    assert "External ID removed HubSpot D-77" in history


def test_what_is_won_keeps_all_but_its_name_owner_source_and_notes(client, deal, who):
    opportunities.lose(deal.pk, because="Too dear", **who)
    page = client.get(f"/opportunities/{deal.pk}/editing/", headers=HTMX).content.decode()
    assert re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page)[-4:] == [
        "name",
        "owner",
        "source",
        "notes",
    ]


def test_the_history_tells_interests_in_words(client, deal, who):
    line = interested(deal, who, 50, "20.00")
    wanted = interests.Wanted(
        title="Gold", quantity=60, unit=deal.currency, unit_price=Decimal(20),
        tax_level=deal.region.tax_level, priced=False, contacts=[deal.contact],
    )  # fmt: skip
    interests.edit(line.pk, wanted, **who)
    interests.remove(line.pk, **who)
    history = text_of(client.get(f"/opportunities/{deal.pk}/history/"))
    for words in (
        "Interest added 50 × Gold, 1,000 EUR",
        "Interest changed Gold Quantity 50 60 Net 1,000 EUR 1,200 EUR For Ada Lindqvist",
        "Interest removed 60 × Gold, 1,200 EUR",
    ):
        assert words in history
    account = text_of(client.get(f"/accounts/{deal.account_id}/history/"))
    assert "Interest removed from Spring intake 60 × Gold, 1,200 EUR" in account


def test_only_whoever_may_see_opportunities_does(deal, browse, ada):
    for user in (ada.user, staff("crm.view_people"), UserFactory(is_staff=True)):
        for path in ("/opportunities/", "/opportunities/board/", f"/opportunities/{deal.pk}/"):
            assert browse(user).get(path).status_code == 403
    page = browse(staff("crm.view_people")).get(f"/accounts/{deal.account_id}/").content.decode()
    assert "opportunities/" not in page

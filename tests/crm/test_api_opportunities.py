"""Programs sell as people do: open an opportunity, put things on it, win it once."""

from decimal import Decimal

import pytest

from crm.models import Fulfilment, Interest, Invoice, Opportunity, Stage
from passes.models import Pass
from tests.factories import ContactFactory, PassOptionFactory, PriceFactory, TokenTypeFactory
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(program):
    return program()


@pytest.fixture
def annual(europe):
    option = PassOptionFactory(name="Annual", pass_type__name="Leadership Library")
    PriceFactory(priced=option.priced, region=europe, amount=Decimal(900))
    return option


@pytest.fixture
def deal(api, kestrel, ada):
    answer = api.post(
        "/opportunities",
        {
            "name": "Spring intake",
            "account": kestrel.pk,
            "contact": ada.pk,
            "closes_on": "2026-12-31",
            "external_ids": [{"system": "HubSpot", "value": "9001"}],
        },
    )
    assert answer.status_code == 201
    return answer.json()


def problem(answer):
    said = answer.json()
    return answer.status_code, (said.get("errors") or [{}])[0].get("field"), said["detail"]


def test_what_is_opened_says_all_about_itself(api, deal, kestrel, ada, europe):
    stage = Stage.objects.get(name="Enquiry")
    assert deal == {
        "id": Opportunity.objects.get().pk,
        "name": "Spring intake",
        "status": "open",
        "account": kestrel.pk,
        "contact": ada.pk,
        "owner": None,
        "region": europe.pk,
        "currency": "EUR",
        "stage": stage.pk,
        "stage_name": "Enquiry",
        "closes_on": "2026-12-31",
        "probability": 10,
        "source": "",
        "notes": "",
        "worth": "0.0000",
        "opened_on": "2026-11-22",
        "closed_on": None,
        "lost_because": "",
        "external_ids": [{"system": "HubSpot", "value": "9001"}],
        "interests": [],
        "version": 0,
    }
    assert api.get(f"/opportunities/{deal['id']}").json() == deal
    for found in (
        "?q=spring",
        "?status=open",
        f"?account={kestrel.pk}",
        "?external_id=HubSpot:9001",
    ):
        assert api.get(f"/opportunities{found}").json()["items"] == [deal]
    for nothing in ("?q=winter", "?status=won", "?closes_from=2027-01-01"):
        assert api.get(f"/opportunities{nothing}").json()["items"] == []


def test_passes_and_tokens_are_sold_and_won_once(api, deal, annual, ada, kestrel):
    path = f"/opportunities/{deal['id']}"
    gold = TokenTypeFactory(unit__code="Gold")
    sold = api.post(f"{path}/passes", {"option": annual.pk, "quantity": 2, "discount": "10"})
    assert sold.status_code == 201
    (line,) = sold.json()["interests"]
    assert line == {
        "id": Interest.objects.get().pk,
        "offer": "passes",
        "title": "Leadership Library",
        "detail": "Annual, 12 months",
        "quantity": 2,
        "unit": "EUR",
        "unit_price": "900.0000",
        "list_price": "900.0000",
        "discount": "10.00",
        "tax_level": annual.priced.prices.get().tax_level_id,
        "tax_percent": "20.000",
        "net": "1620.0000",
        "tax": "324.0000",
        "contacts": [],
        "version": 0,
    }
    body = {"token_type": gold.pk, "quantity": 50, "unit_price": "20"}
    assert api.post(f"{path}/tokens", body).json()["worth"] == "2620.0000"
    shown = api.post(f"{path}/win", {"preview": True}).json()
    assert [each["tone"] for each in shown["consequences"]] == ["gives", "gives", "billed"]
    assert not Pass.objects.exists()
    won = api.post(f"{path}/win", {"digest": shown["digest"]}, key="win").json()
    assert won["changed"]["status"] == "won"
    again = api.post(f"{path}/win", {"digest": shown["digest"]}, key="win")
    assert again.json() == won
    assert api.post(f"{path}/win", {}).json()["consequences"] == []
    assert (Pass.objects.count(), TokenIssue.objects.count(), Invoice.objects.count()) == (2, 1, 1)
    assert Fulfilment.objects.count() == 3
    assert {tuple(each.external_ids) for each in Pass.objects.all()} == {("9001",)}


def test_stages_are_listed_and_moved_through(api, deal):
    told = api.get("/stages").json()["items"]
    assert [(each["name"], each["counts_as"]) for each in told] == [
        ("Enquiry", "open"),
        ("Proposal", "open"),
        ("Negotiation", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
    path = f"/opportunities/{deal['id']}"
    moved = api.post(f"{path}/stage", {"stage": told[1]["id"]}).json()
    assert (moved["stage_name"], moved["probability"]) == ("Proposal", 40)
    assert problem(api.post(f"{path}/stage", {"stage": told[3]["id"]})) == (
        422,
        "stage",
        "It comes to Won by winning it or losing it.",
    )


def test_a_loss_says_why_and_can_be_reopened(api, deal):
    path = f"/opportunities/{deal['id']}"
    lost = api.post(f"{path}/loss", {"because": "Too dear."}).json()
    assert (lost["status"], lost["lost_because"], lost["closed_on"]) == (
        "lost",
        "Too dear.",
        "2026-11-22",
    )
    assert api.post(f"{path}/reopening", {}).json()["status"] == "open"


def test_an_interest_is_taken_off_and_a_stranger_s_is_not(api, deal, annual, kestrel):
    path = f"/opportunities/{deal['id']}"
    sold = api.post(f"{path}/passes", {"option": annual.pk}).json()["interests"][0]["id"]
    other = api.post("/opportunities", {"name": "Other", "account": kestrel.pk}).json()["id"]
    gone = api.post(f"/opportunities/{other}/interests/{sold}/removal", {})
    assert gone.status_code == 404
    assert api.post(f"{path}/interests/{sold}/removal", {}).json()["interests"] == []


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        ({"quantity": 0}, 422, "quantity", "greater than or equal to 1"),
        ({"quantity": 1001}, 422, "quantity", "between 1 and 1,000"),
        ({"discount": "101"}, 422, "discount", "between 0 and 100"),
        ({"discount": "1e1"}, 422, "discount", "match pattern"),
        ({"unit_price": "1.005"}, 422, "unit_price", "EUR has 2 decimals at most"),
        ({"unit_price": "-1"}, 422, "unit_price", "match pattern"),
        ({"unit": "GBP"}, 422, "unit", "no price in GBP"),
        ({"tax_level": 999_999}, 422, "tax_level", "There is no"),
        ({"contacts": [999_999]}, 422, "contacts", "There is no contact 999999"),
        ({"option": 999_999}, 422, "option", "There is no"),
        ({"price": "1"}, 422, "price", "Nothing of this name"),
    ],
)
def test_what_an_interest_can_not_be(api, deal, annual, body, status, field, words):
    found = problem(api.post(f"/opportunities/{deal['id']}/passes", {"option": annual.pk, **body}))
    assert found[:2] == (status, field)
    assert words in found[2]
    assert not Interest.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        ({"version": 7}, 409, None, "was changed meanwhile"),
        ({"name": ""}, 422, "name", "Give the opportunity a name"),
        ({"probability": 101}, 422, "probability", "less than or equal to 100"),
        ({"currency": "XXX"}, 422, "currency", "no currency XXX"),
        ({"account": None}, 422, "account", "always has one"),
        ({"contact": 999_999}, 422, "contact", "There is no contact 999999"),
        ({"worth": "1"}, 422, "worth", "Nothing of this name"),
    ],
)
def test_what_an_opportunity_can_not_be(api, deal, body, status, field, words):
    before = Opportunity.objects.values().get()
    found = problem(api.patch(f"/opportunities/{deal['id']}", body))
    assert found[:2] == (status, field)
    assert words in found[2]
    assert Opportunity.objects.values().get() == before


def test_a_contact_of_another_account_is_refused(api, deal):
    stranger = ContactFactory()
    found = problem(api.patch(f"/opportunities/{deal['id']}", {"contact": stranger.pk}))
    assert found[:2] == (422, "contact")
    assert "doesn't belong to Kestrel Rail Group" in found[2]


def test_who_may_change_but_not_win_is_told_so(program, deal):
    rep = program("opportunities:read", "opportunities:write")
    assert rep.post(f"/opportunities/{deal['id']}/win", {}).status_code == 403


def test_a_page_of_opportunities_takes_the_same_statements_for_one_and_three(
    api, deal, kestrel, annual, count_queries
):
    path = f"/opportunities/{deal['id']}"
    api.post(f"{path}/passes", {"option": annual.pk})
    api.get("/opportunities")
    one = count_queries(lambda: api.get("/opportunities"))
    for name in "ab":
        made = api.post("/opportunities", {"name": name, "account": kestrel.pk}).json()
        api.post(f"/opportunities/{made['id']}/passes", {"option": annual.pk})
    assert len(api.get("/opportunities").json()["items"]) == 3
    assert count_queries(lambda: api.get("/opportunities")) == one

"""Programs do with tokens what people do, by the same verbs, once."""

import datetime
import threading

import pytest
from django.core.cache import cache

from tests import races
from tests.factories import AccountFactory, TokenTypeFactory
from tests.programs.calling import Program
from tms.models import ApiKey, JournalRow
from tokens import ledger, switches
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(program):
    return program()


def test_an_account_is_issued_tokens_and_its_balance_says_so(api, kestrel, clock):
    silver = TokenTypeFactory(unit__code="Silver", period=12)
    asked = {"account": kestrel.pk, "token_type": silver.pk, "quantity": 5, "note": "Order 7"}
    answer = api.post("/token-issues", {**asked, "unit_price": "90.50", "currency": "EUR"})
    assert answer.status_code == 201
    made = answer.json()["changed"]
    assert made == {
        "id": TokenIssue.objects.get().pk,
        "account": kestrel.pk,
        "token_type": silver.pk,
        "token_type_name": "Silver",
        "issued": 5,
        "issued_on": "2026-11-22",
        "issued_at": "2026-11-22T09:00:00Z",
        "expires_on": "2027-11-22",
        "status": "active",
        "remaining": 5,
        "redeemed": 0,
        "expired": 0,
        "source": "api",
        "note": "Order 7",
        "external_id": "",
        "unit_price": "90.5000",
        "currency": "EUR",
        "version": 0,
    }
    assert api.get(f"/token-issues/{made['id']}").json() == made
    assert api.get(f"/token-issues?account={kestrel.pk}").json()["items"] == [made]
    assert api.get(f"/accounts/{kestrel.pk}/token-balances").json() == {
        "account": kestrel.pk,
        "merged_into": None,
        "balances": [
            {
                "token_type": silver.pk,
                "token_type_name": "Silver",
                "available": 5,
                "expiring": 0,
                "issued": 5,
                "redeemed": 0,
                "expired": 0,
            }
        ],
    }


def test_an_expiry_of_null_is_none_and_one_left_out_is_the_types(api, kestrel):
    silver = TokenTypeFactory(unit__code="Silver", period=12)
    asked = {"account": kestrel.pk, "token_type": silver.pk, "quantity": 1, "expires_on": None}
    assert api.post("/token-issues", asked).json()["changed"]["expires_on"] is None
    asked["expires_on"] = "2026-12-24"
    assert api.post("/token-issues", asked).json()["changed"]["expires_on"] == "2026-12-24"


def test_tokens_are_redeemed_and_given_back(api, give, kestrel, gold, ada):
    soon, later = give(2, "2026-11-30"), give(3)
    asked = {
        "account": kestrel.pk,
        "token_type": gold.pk,
        "quantity": 4,
        "contact": ada.pk,
        "reason": "Workshop",
    }
    for more in ({}, {"key": "one"}):
        shown = api.post("/token-redemptions", asked | {"preview": True}, **more).json()
        assert (shown["preview"], shown["changed"]["id"]) == (True, None)
        assert not LedgerEntry.objects.filter(kind="redeemed").exists()
    answer = api.post("/token-redemptions", asked)
    assert answer.status_code == 201
    taken = answer.json()["changed"]
    assert taken["parts"] == [
        {"issue": soon.pk, "quantity": 2, "given_back": 0},
        {"issue": later.pk, "quantity": 2, "given_back": 0},
    ]
    assert (taken["quantity"], taken["contact"], taken["reason"]) == (4, ada.pk, "Workshop")
    assert api.get(f"/token-redemptions/{taken['id']}").json() == taken
    back = api.post(f"/token-redemptions/{taken['id']}/refunds", {"quantity": 3}).json()
    assert back["consequences"] == []
    assert back["changed"]["given_back"] == 3
    assert api.get(f"/token-redemptions/{taken['id']}").json() == back["changed"]
    rest = api.post(f"/token-redemptions/{taken['id']}/refunds")
    assert rest.json()["changed"]["given_back"] == 4
    again = api.post(f"/token-redemptions/{taken['id']}/refunds")
    assert again.status_code == 422
    assert again.json()["detail"] == "These tokens were given back already."
    entries = api.get(f"/token-entries?account={kestrel.pk}&kind=refunded").json()["items"]
    assert [(each["issue"], each["quantity"], each["source"]) for each in entries] == [
        (later.pk, 2, "api"),
        (soon.pk, 1, "api"),
        (soon.pk, 1, "api"),
    ]


def test_a_preview_says_what_would_be_written_off_and_moves_nothing(
    api, give, kestrel, gold, now, clock
):
    issued = give(2, "2026-11-30")
    taken = ledger.redeem(kestrel.pk, gold, 2, **now)
    clock.move(days=10)
    address = f"/token-redemptions/{taken.move}/refunds"
    planned = api.post(address, {"preview": True}).json()
    assert planned["consequences"][0]["sentence"] == (
        "2 go back to an issue that has expired, and are written off at once."
    )
    assert issued.entries.count() == 2
    done = api.post(address, {"digest": planned["digest"]})
    assert done.json()["changed"]["given_back"] == 2
    issued.refresh_from_db()
    assert (issued.remaining, issued.expired) == (0, 2)


@pytest.mark.parametrize("key", [None, "once"])
def test_a_redemption_of_what_isnt_there_or_was_shown_otherwise_takes_nothing(
    api, give, kestrel, gold, key
):
    give(3)
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 1}
    more = {} if key is None else {"key": key}

    def said(**wrong):
        answer = api.post("/token-redemptions", asked | wrong, **more).json()
        return answer["detail"], [each["field"] for each in answer["errors"]]

    assert said(account=999_999) == ("There is no account 999999.", ["account"])
    assert said(token_type=999_999) == ("There is no token type 999999.", ["token_type"])
    assert said(issue=999_999) == ("There is no token issue 999999.", ["issue"])
    assert said(contact=999_999) == ("There is no contact 999999.", ["contact"])
    assert said(digest="x")[1] == ["digest"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    "quantity", [0, -1, 0.5, "3", "1e3", 1_000_001, None, True, float("1e300"), "３"]
)
def test_a_number_that_isnt_whole_and_positive_moves_nothing(api, give, kestrel, gold, quantity):
    give(3)
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": quantity}
    assert api.post("/token-redemptions", asked).status_code in {400, 422}
    assert api.post("/token-issues", asked).status_code in {400, 422}
    assert LedgerEntry.objects.count() == 1


def test_a_refusal_says_what_is_missing_and_isnt_kept(api, give, kestrel, gold):
    give(2)
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 3}
    answer = api.post("/token-redemptions", asked, key="once")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["detail"] == (
        "That takes 3 Gold and Kestrel Rail Group has 2: 1 are missing."
    )
    give(1)
    assert api.post("/token-redemptions", asked, key="once").status_code == 201


def test_a_repeat_of_a_key_gives_the_first_answer_and_moves_nothing(api, give, kestrel, gold):
    issued = give(9)
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 2}
    first = api.post("/token-redemptions", asked, key="k1")
    again = api.post("/token-redemptions", asked, key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    other = api.post("/token-redemptions", {**asked, "quantity": 3}, key="k1")
    assert other.status_code == 422
    issued.refresh_from_db()
    assert issued.remaining == 7


@pytest.mark.parametrize("quantity", [1, 2])  # of one issue, and of several
def test_every_entry_names_the_key_that_made_it(api, give, kestrel, gold, office, quantity):
    give(1)
    give(1)
    key = ApiKey.objects.get().pk
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": quantity}
    taken = api.post("/token-redemptions", asked, key="k1").json()["changed"]
    api.post(f"/token-redemptions/{taken['id']}/refunds", {}, key="k2")
    kept = LedgerEntry.objects.exclude(kind="issued").order_by("pk")
    kinds = ["redeemed"] * quantity + ["refunded"] * quantity
    assert list(kept.values_list("kind", "by_id", "key_id", "source")) == [
        (kind, office.pk, key, "api") for kind in kinds
    ]
    facts = JournalRow.objects.filter(kind__in=("tokens.redeemed", "tokens.refunded"))
    said = ("kind", "by_id", "key_id", "source", "operation")
    assert list(facts.order_by("pk").values_list(*said)) == [
        ("tokens.redeemed", office.pk, key, "api", "k1"),
        ("tokens.refunded", office.pk, key, "api", "k2"),
    ]


def test_every_deed_of_a_program_is_written_down_with_its_keys(api, kestrel, gold, office):
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 9}
    issue = api.post("/token-issues", asked, key="issued").json()["changed"]["id"]
    for deed, what in (
        ("expiry", {"expires_on": "2027-01-31", "reason": "Illness"}),
        ("adjustments", {"quantity": -2, "reason": "Counted"}),
        ("transfers", {"to": AccountFactory().pk, "quantity": 3, "reason": "Agreed"}),
    ):
        assert api.post(f"/token-issues/{issue}/{deed}", what, key=deed).status_code < 300, deed
    same = (office.pk, ApiKey.objects.get().pk, "api")
    facts = JournalRow.objects.filter(kind__startswith="token_issue.").order_by("pk")
    said = ("kind", "operation", "by_id", "key_id", "source")
    assert list(facts.values_list(*said)) == [
        ("token_issue.issued", "issued", *same),
        ("token_issue.expiry_changed", "expiry", *same),
        ("token_issue.adjusted", "adjustments", *same),
        ("token_issue.transferred", "transfers", *same),
        ("token_issue.issued", "transfers", *same),
    ]
    entries = LedgerEntry.objects.order_by("pk")
    assert list(entries.values_list("kind", "by_id", "key_id", "source", "reason")) == [
        ("issued", *same, ""),
        ("adjusted", *same, "Counted"),
        ("transferred", *same, "Agreed"),
        ("transferred", *same, "Agreed"),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_eight_with_the_same_key_one_redeems(program, give, kestrel, gold):
    turns = races.rounds(25)
    issued, secret = give(turns + 475), program().secret
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 1}
    for number in range(turns):
        seen, guard = [], threading.Lock()
        cache.clear()  # However many rounds, within one minute that stands still.

        def press(key=f"race-{number}", seen=seen, guard=guard):
            answer = Program(secret).post("/token-redemptions", asked, key=key)
            with guard:
                seen.append((answer.status_code, answer.content))

        races.race(*[press] * 8)
        assert {status for status, _body in seen} <= {201, 409}
        assert len({body for status, body in seen if status == 201}) == 1
    issued.refresh_from_db()
    assert issued.remaining == 475


def test_the_other_deeds_on_an_issue(api, give):
    issued, marlow = give(5, "2026-12-31"), AccountFactory(name="Marlow")
    where = f"/token-issues/{issued.pk}"
    moved = api.post(
        f"{where}/expiry", {"expires_on": "2027-01-31", "reason": "Illness", "version": 0}
    )
    assert moved.json()["changed"]["expires_on"] == "2027-01-31"
    stale = api.post(f"{where}/adjustments", {"quantity": 2, "reason": "x", "version": 0})
    assert stale.status_code == 409
    more = api.post(f"{where}/adjustments", {"quantity": 2, "reason": "Goodwill", "version": 1})
    assert more.json()["changed"]["remaining"] == 7
    over = api.post(f"{where}/transfers", {"to": marlow.pk, "quantity": 3}).json()
    assert (over["changed"]["remaining"], over["arrived"]["remaining"]) == (4, 3)
    assert (over["arrived"]["account"], over["arrived"]["expires_on"]) == (marlow.pk, "2027-01-31")
    silent = api.post(f"{where}/adjustments", {"quantity": 2})
    assert silent.status_code == 422


def test_where_the_settings_forbid_it_programs_are_refused_too(api, give, kestrel, gold, now):
    issued = give(5)
    switches.switch(manual_issues=False, adjustments=False, **now)
    asked = {"account": kestrel.pk, "token_type": gold.pk, "quantity": 1}
    for path, body in (
        ("/token-issues", asked),
        (f"/token-issues/{issued.pk}/adjustments", {"quantity": 1, "reason": "x"}),
        (f"/token-issues/{issued.pk}/transfers", {"to": AccountFactory().pk, "quantity": 1}),
    ):
        answer = api.post(path, body)
        assert answer.status_code == 422
        assert "Whoever sets up Training Tokens can allow it" in answer.json()["detail"]
    assert LedgerEntry.objects.count() == 1


def test_what_is_over_has_nothing_left_before_the_night_has_run(api, give, clock, kestrel):
    issued = give(5, "2026-11-30")
    clock.move(days=9)
    told = api.get(f"/token-issues/{issued.pk}").json()
    assert (told["status"], told["remaining"], told["expired"]) == ("expired", 0, 5)
    (balance,) = api.get(f"/accounts/{kestrel.pk}/token-balances").json()["balances"]
    assert (balance["available"], balance["expired"]) == (0, 5)
    assert [each["id"] for each in api.get("/token-issues?status=expired").json()["items"]] == [
        issued.pk
    ]


def test_who_may_spend_is_set_and_read(api, kestrel, ada):
    where = f"/accounts/{kestrel.pk}/token-spending"
    assert api.get(where).json() == {
        "account": kestrel.pk,
        "merged_into": None,
        "who": "chosen",
        "contacts": [],
        "yearly_limit": None,
        "version": 0,
    }
    rule = {"who": "chosen", "contacts": [ada.pk], "yearly_limit": 6, "version": 0}
    told = api.call("PUT", where, rule).json()
    assert (told["contacts"], told["yearly_limit"], told["version"]) == ([ada.pk], 6, 1)
    assert api.get(where).json() == told
    assert api.call("PUT", where, rule).status_code == 409


def test_token_types_are_made_changed_and_archived(api):
    made = api.post("/token-types", {"name": "Bronze", "period": 6}).json()
    assert (made["name"], made["period"], made["period_unit"]) == ("Bronze", 6, "months")
    where = f"/token-types/{made['id']}"
    assert api.patch(where, {"description": "For a day"}).json()["period"] == 6
    assert api.post(f"{where}/archiving").json()["archived_at"] is not None
    assert api.post(f"{where}/restoring").json()["archived_at"] is None


def test_lists_take_one_statement_whatever_their_length(api, give, count_queries, kestrel):
    for path in ("/token-issues", "/token-entries"):
        counts = []
        for _ in range(2):
            give(1)
            counts.append(count_queries(lambda path=path: api.get(path)))
        assert counts[0] == counts[1]


def test_a_day_of_the_ledger(api, give, clock):
    give(1)
    clock.move(days=1)
    found = api.get("/token-entries?on_from=2026-11-22&on_to=2026-11-22").json()["items"]
    assert [(each["kind"], each["on"]) for each in found] == [("issued", "2026-11-22")]
    assert datetime.date.fromisoformat(found[0]["on"]) < clock.on()

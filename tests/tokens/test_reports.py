"""What is owed in tokens, as of any day, and the proof that the books agree (TOK-23, TOK-25)."""

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import AccountFactory, CurrencyFactory, TokenTypeFactory
from tests.passes.pages import text
from tokens import books, expiring, issuing, ledger, liability
from tokens.issuing import Wanted
from tokens.models import LedgerEntry, TokenIssue

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
LIABILITY, BOOKS = "/reports/tokens/liability/", "/control-panel/tokens/books/"


@pytest.fixture
def euro(db):
    return CurrencyFactory()


@pytest.fixture
def sell(kestrel, gold, euro, clock, office):
    """`sell("2026-03-01", 10, "2026-06-30", "120")`: on that day, at a price a token."""

    def sold(on, quantity, expires_on, price=None):
        clock.set(f"{on} 09:00")
        wanted = Wanted(
            kestrel,
            gold,
            quantity,
            expires_on=expires_on and day(expires_on),
            unit_price=price and Decimal(price),
            currency=euro,
        )
        return issuing.issue_many([wanted], at=clock.at, on=day(on), by=office)[0]

    return sold


@pytest.fixture
def deed(clock, office):
    """`deed("2026-04-01")`: when and by whom, on a day."""

    def when(on):
        return {"at": clock.set(f"{on} 09:00"), "on": day(on), "by": office}

    return when


@pytest.fixture
def year(sell, deed, kestrel, gold):
    """A year of one account: bought, spent, moved, given back, expired."""
    first = sell("2026-03-01", 10, "2026-06-30", "100")
    ledger.redeem(kestrel.pk, gold, 4, **deed("2026-04-01"))
    second = sell("2026-05-01", 20, "2026-12-31", "120.50")
    sell("2026-05-02", 5, None)
    taken = ledger.redeem(kestrel.pk, gold, 5, issue_id=second.pk, **deed("2026-07-10"))
    expiring.write_off(on=day("2026-07-20"), at=deed("2026-07-20")["at"])
    issuing.change_expiry(
        second.pk, expires_on=day("2027-02-28"), version=None, reason="x", **deed("2026-09-01")
    )
    ledger.refund({taken.move: 2}, **deed("2026-10-01"))
    ledger.adjust(second.pk, -1, version=None, reason="x", **deed("2026-10-02"))
    deed("2026-11-22")
    return first, second


def owed(on, first="2026-01-01"):
    return [
        (line.month and line.month.isoformat(), line.tokens, line.revenue)
        for of in liability.as_of(day(on), first=day(first))
        for line in of.owed
    ]


def test_what_is_owed_is_told_by_month_with_what_was_paid(year):
    assert owed("2026-11-22") == [
        ("2027-02-01", 16, Decimal("1928.0000")),
        (None, 5, None),
    ]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-28", []),
        ("2026-03-31", [("2026-06-01", 10, Decimal(1000))]),
        ("2026-04-01", [("2026-06-01", 6, Decimal(600))]),
        (
            "2026-06-30",
            [("2026-06-01", 6, Decimal(600)), ("2026-12-01", 20, Decimal(2410)), (None, 5, None)],
        ),
        # Not owed from the day after, though the night wrote it off three weeks later only.
        ("2026-07-01", [("2026-12-01", 20, Decimal(2410)), (None, 5, None)]),
        # Through that day it expired in December: the change came later.
        ("2026-08-31", [("2026-12-01", 15, Decimal("1807.5")), (None, 5, None)]),
        ("2026-09-01", [("2027-02-01", 15, Decimal("1807.5")), (None, 5, None)]),
        ("2026-10-01", [("2027-02-01", 17, Decimal("2048.5")), (None, 5, None)]),
    ],
)
def test_it_is_as_of_any_past_day(year, on, expected):
    assert owed(on) == expected


def test_an_expiry_that_was_moved_more_than_once_is_each_time_as_it_was(sell, deed):
    issue = sell("2026-05-01", 20, "2026-12-31", "100")
    for on, until in (("2026-09-01", "2027-02-28"), ("2026-10-05", "2027-06-30")):
        end = day(until)
        issuing.change_expiry(issue.pk, expires_on=end, version=None, reason="x", **deed(on))
    months = [owed(on)[0][0] for on in ("2026-08-31", "2026-09-01", "2026-10-04", "2026-10-05")]
    assert months == ["2026-12-01", "2027-02-01", "2027-02-01", "2027-06-01"]


def test_it_is_what_the_entries_of_the_time_add_up_to(year, kestrel):
    for ahead in range(0, 270, 7):
        on = day("2026-03-01") + datetime.timedelta(days=ahead)
        entries = LedgerEntry.objects.filter(on__lte=on)
        sums: dict[int, int] = {}
        for issue, quantity in entries.values_list("issue", "quantity"):
            sums[issue] = sums.get(issue, 0) + quantity
        first, second = year
        ends = {first.pk: first.expires_on, second.pk: day("2027-02-28")}
        if on < day("2026-09-01"):
            ends[second.pk] = day("2026-12-31")
        expected = sum(n for pk, n in sums.items() if ends.get(pk) is None or ends[pk] >= on)
        assert sum(tokens for _month, tokens, _revenue in owed(on.isoformat())) == expected, on


@pytest.mark.parametrize(
    ("on", "first", "tokens", "revenue"),
    [
        ("2026-06-30", "2026-01-01", 0, 0),
        ("2026-07-01", "2026-01-01", 6, 600),
        ("2026-11-22", "2026-01-01", 6, 600),
        ("2026-11-22", "2026-07-01", 6, 600),
        ("2026-11-22", "2026-07-02", 0, 0),
    ],
)
def test_breakage_is_what_expired_unused_since_a_day(year, on, first, tokens, revenue):
    [of] = liability.as_of(day(on), first=day(first)) or [None]
    assert of.broken == tokens
    assert sum(liability.revenue_of(of.gone).values()) == revenue


def test_breakage_counts_before_the_night_wrote_it_off(sell, clock):
    sell("2026-03-01", 10, "2026-06-30", "100")
    before = liability.as_of(day("2026-07-01"), first=day("2026-07-01"))
    expiring.write_off(on=day("2026-07-01"), at=clock.at)
    after = liability.as_of(day("2026-07-01"), first=day("2026-07-01"))
    assert [of.broken for of in before] == [of.broken for of in after] == [10]


def test_the_page_shows_the_days_asked_for_and_refuses_a_day_to_come(desk, year):
    said = text(desk.get(LIABILITY))
    assert "Outstanding 21 Deferred revenue €1,928.00 Of unknown price 5" in said
    assert "Expired unused since 1 Jan 2026 6 (€600.00)" in said
    assert "Gold February 2027 16 €1,928.00 Gold never 5 unknown" in said
    said = text(desk.get(f"{LIABILITY}?on=2026-06-30"))
    assert "Gold June 2026 6 €600.00" in said
    for query, sentence in (
        ("on=2026-11-23", "This day is to come."),
        ("on=2026-01-01&first=2026-02-01", "The first day is after the last."),
        ("on=soon", "Enter a valid date."),
    ):
        answer = desk.get(f"{LIABILITY}?{query}")
        assert (answer.status_code, sentence in text(answer)) == (422, True)


def test_it_leaves_as_a_file(desk, year):
    answer = desk.get(f"{LIABILITY}?on=2026-11-22&export=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert lines[1:] == [
        ["2026-11-22", "Gold", "Outstanding", "2027-02", "16", "1928.00", "EUR"],
        ["2026-11-22", "Gold", "Outstanding", "never", "5", "", ""],
        ["2026-11-22", "Gold", "Expired since 2026-01-01", "", "6", "600.00", "EUR"],
    ]
    assert desk.get(f"{LIABILITY}?export=xlsx").content.startswith(b"PK")


def test_an_empty_installation_owes_nothing(desk):
    assert "No tokens were owed on this day" in text(desk.get(LIABILITY))
    assert "No tokens were issued yet." in text(desk.get(BOOKS))


@pytest.mark.parametrize("count", [1, 3, 300])
def test_reports_cost_the_same_however_many_issues(desk, give, count, count_queries):
    silver = TokenTypeFactory(unit__code="Silver")
    for _number in range(count):
        give(2, "2027-03-01", token_type=silver)
    costs = [count_queries(lambda page=page: desk.get(page)) for page in (LIABILITY, BOOKS)]
    assert costs == [5, 5]


# The books


def spoil(issue, remaining):
    """As only somebody at the database could: the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE tokens_tokenissue SET remaining = %s WHERE id = %s", [remaining, issue.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_books_agree_whatever_happened(year, desk, capsys):
    proof = books.prove(day("2026-11-22"))
    assert (proof.issues, proof.differing, proof.differing_count) == (3, [], 0)
    [gold] = proof.types
    assert gold["remaining"] == gold["by_entries"] == 21
    assert proof.entries == LedgerEntry.objects.count()
    said = text(desk.get(BOOKS))
    assert f"3 issues and {proof.entries} entries were added up just now." in said
    assert "Nothing waits." in said
    call_command("check_tokens")
    assert f"Gold: 3 issues with 21 tokens, {proof.entries} entries" in capsys.readouterr().out


def test_an_issue_that_differs_from_its_entries_is_named(year, desk, capsys):
    _first, second = year
    spoil(second, 99)
    [found] = books.prove(day("2026-11-22")).differing
    assert (found["id"], found["remaining"], found["by_entries"]) == (second.pk, 99, 16)
    said = text(desk.get(BOOKS))
    assert "1 issue differs from the sum of its entries." in said
    assert f"Gold #{second.pk} Kestrel Rail Group 99 16" in said
    with pytest.raises(CommandError, match="1 issues differ"):
        call_command("check_tokens")
    assert f"Issue {second.pk} (Gold of Kestrel Rail Group) says 99" in capsys.readouterr().out


def test_what_waits_to_be_written_off_is_named_until_the_night(give, desk, clock, capsys):
    issue = give(7, "2026-11-30", account=AccountFactory(name="Northwind"))
    assert "Nothing waits." in text(desk.get(BOOKS))
    clock.set("2026-12-01 00:00")
    assert f"Gold #{issue.pk} Northwind 30 Nov 2026 7" in text(desk.get(BOOKS))
    call_command("check_tokens")
    assert "Expired and not written off yet: 1 issues." in capsys.readouterr().out
    expiring.write_off(on=clock.on(), at=clock.at)
    assert "Nothing waits." in text(desk.get(BOOKS))
    assert TokenIssue.objects.get().remaining == 0

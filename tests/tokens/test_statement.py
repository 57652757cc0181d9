"""The statement of an account: from which balance to which, line by line (FAIR-1)."""

import csv
import datetime
import io

import pytest

from tests.factories import AccountFactory
from tests.passes.pages import text
from tokens import balances, expiring, ledger, statement

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
HEADINGS = "Type,Day,Entry,For,Reason,Issue,Issue until,Tokens,Balance"


@pytest.fixture
def deed(clock, office):
    def when(on):
        return {"at": clock.set(f"{on} 09:00"), "on": day(on), "by": office}

    return when


@pytest.fixture
def lived(give, deed, gold, kestrel, ada):
    """Ten in March until the end of June, of which four are spent; five in May."""
    first = give(10, "2026-06-30", **deed("2026-03-01"))
    ledger.redeem(kestrel.pk, gold, 4, contact_id=ada.pk, reason="Workshop", **deed("2026-04-01"))
    give(5, **deed("2026-05-01"), account=kestrel)
    give(99, account=AccountFactory(), **deed("2026-05-01"))
    deed("2026-11-22")
    return first


def told(kestrel, first, last, on="2026-11-22"):
    return [
        (each.name, each.opening, each.incoming, each.outgoing, each.closing)
        for each in statement.of_account(kestrel.pk, day(first), day(last), on=day(on))
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-01", "2026-02-28", []),
        ("2026-01-01", "2026-12-31", [("Gold", 0, 15, 10, 5)]),
        ("2026-03-01", "2026-03-31", [("Gold", 0, 10, 0, 10)]),
        ("2026-03-02", "2026-03-31", [("Gold", 10, 0, 0, 10)]),
        ("2026-04-01", "2026-04-01", [("Gold", 10, 0, 4, 6)]),
        ("2026-05-01", "2026-06-30", [("Gold", 6, 5, 0, 11)]),
        ("2026-07-01", "2026-07-01", [("Gold", 11, 0, 6, 5)]),
        ("2026-07-02", "2026-08-01", [("Gold", 5, 0, 0, 5)]),
    ],
)
@pytest.mark.parametrize("night", [False, True])
def test_a_period_goes_from_what_there_was_to_what_is_left(
    lived, kestrel, clock, first, last, expected, night
):
    if night:
        expiring.write_off(on=clock.on(), at=clock.at)
    assert told(kestrel, first, last) == expected


def test_it_ends_with_the_balance_of_the_day(lived, kestrel):
    [closing] = [row[-1] for row in told(kestrel, "2026-01-01", "2026-11-22")]
    assert [each.available for each in balances.of_account(kestrel.pk, day("2026-11-22"))] == [
        closing
    ]


def test_what_has_not_expired_yet_is_not_taken_off_beforehand(lived, kestrel):
    assert told(kestrel, "2026-01-01", "2026-12-31", on="2026-06-30") == [("Gold", 0, 15, 4, 11)]


def address(kestrel, query=""):
    return f"/accounts/{kestrel.pk}/tokens/statement/{query}"


def test_the_page_shows_this_year_and_refuses_a_period_that_makes_no_sense(desk, lived, kestrel):
    said = text(desk.get(address(kestrel)))
    assert "Opening balance 0 In 15 Out 10 Closing balance 5" in said
    assert f"1 Apr 2026 Redeemed Ada Lindqvist #{lived.pk} −4 6" in said
    for query, sentence in (
        ("?first=2026-05-01&last=2026-04-01", "The first day is after the last."),
        ("?first=soon", "Enter a valid date."),
    ):
        answer = desk.get(address(kestrel, query))
        assert (answer.status_code, sentence in text(answer)) == (422, True)


def test_as_csv_every_line_has_the_balance_after_it(desk, lived, kestrel):
    answer = desk.get(address(kestrel, "?first=2026-03-15&last=2026-07-31&format=csv"))
    assert answer["Content-Disposition"] == (
        f'attachment; filename="tokens-{kestrel.pk}-2026-03-15-2026-07-31.csv"'
    )
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    second = str(lived.pk + 1)
    assert lines == [
        HEADINGS.split(","),
        ["Gold", "2026-03-15", "Opening balance", "", "", "", "", "", "10"],
        ["Gold", "2026-04-01", "Redeemed", "Ada Lindqvist", "Workshop", str(lived.pk),
         "2026-06-30", "-4", "6"],
        ["Gold", "2026-05-01", "Issued", "", "", second, "", "5", "11"],
        ["Gold", "2026-07-01", "Expired", "", "", str(lived.pk), "2026-06-30", "-6", "5"],
        ["Gold", "2026-07-31", "Closing balance", "", "", "", "", "", "5"],
    ]  # fmt: skip


def test_as_pdf_it_is_a_document(desk, lived, kestrel):
    answer = desk.get(address(kestrel, "?format=pdf"))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Cache-Control"] == "no-store"
    empty = desk.get(address(kestrel, "?first=2020-01-01&last=2020-12-31&format=pdf"))
    assert empty.content[:5] == b"%PDF-"

"""What became of tokens over time: issued, redeemed net, corrected, expired unused (REP-1)."""

import csv
import datetime
import io

import pytest

from tests.factories import AccountFactory, TokenTypeFactory, UserFactory
from tests.passes.pages import text
from tokens import correcting, expiring, issuing, ledger, use

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
PAGE, LIABILITY = "/reports/tokens/use/", "/reports/tokens/liability/"
MONTHS = [day("2026-05-01"), day("2026-06-01"), day("2026-07-01"), day("2026-08-01")]


@pytest.fixture
def deed(clock, office):
    """`deed("2026-04-01")`: when and by whom, on a day."""

    def when(on):
        return {"at": clock.set(f"{on} 09:00"), "on": day(on), "by": office}

    return when


@pytest.fixture
def summer(deed, kestrel, gold):
    """Gold of one account from May to July; what is left of the first issue expires with June."""
    issuing.issue(kestrel, gold, 20, expires_on=day("2026-06-30"), **deed("2026-05-31"))
    second = issuing.issue(kestrel, gold, 10, expires_on=None, **deed("2026-06-01"))
    taken = ledger.redeem(kestrel.pk, gold, 8, **deed("2026-06-02"))
    ledger.refund({taken.move: 3}, **deed("2026-06-30"))
    ledger.adjust(second.pk, -1, version=None, reason="x", **deed("2026-07-01"))
    other = AccountFactory()
    correcting.transfer(second.pk, 2, to=other, version=None, reason="x", **deed("2026-07-02"))
    issuing.issue(kestrel, TokenTypeFactory(unit__code="Silver"), 99, **deed("2026-06-15"))
    deed("2026-07-10")
    return taken


def of(gold, first="2026-05-01", last="2026-08-31"):
    return use.of_type(gold.pk, MONTHS, day(first), day(last))


EXPECTED = {
    MONTHS[0]: use.Use(issued=20),
    MONTHS[1]: use.Use(issued=10, redeemed=5),
    MONTHS[2]: use.Use(adjusted=-1, expired=15),
}


def test_tokens_are_counted_by_the_month_in_which_they_moved(summer, gold):
    assert of(gold) == EXPECTED
    assert EXPECTED[MONTHS[1]].breakage == 0
    together = sum(EXPECTED.values(), use.Use())
    assert together.breakage == 0.75
    assert use.Use().breakage is None


def test_what_expired_counts_before_the_night_wrote_it_off_and_after(summer, gold, clock):
    before = of(gold)
    expiring.write_off(on=clock.on(), at=clock.at)
    assert of(gold) == before == EXPECTED


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-05-31", "2026-05-31", {MONTHS[0]: use.Use(issued=20)}),
        ("2026-06-02", "2026-06-29", {MONTHS[1]: use.Use(redeemed=8)}),
        ("2026-06-30", "2026-06-30", {MONTHS[1]: use.Use(redeemed=-3)}),
        ("2026-07-01", "2026-07-01", {MONTHS[2]: use.Use(adjusted=-1, expired=15)}),
        ("2026-07-02", "2026-08-31", {MONTHS[2]: use.Use()}),
    ],
)
def test_the_days_asked_about_are_meant_both_included(summer, gold, first, last, expected):
    assert of(gold, first, last) == expected


def test_the_page_is_of_one_type_and_leaves_as_a_file(summer, desk, gold):
    said = text(desk.get(f"{PAGE}?first=2026-05-01"))
    assert "May 2026 20 0 0 0 June 2026 10 5 0 0 0% July 2026 0 0 -1 15 100%" in said
    assert "Together 30 5 -1 15 75%" in said
    answer = desk.get(f"{PAGE}?first=2026-05-01&export=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content)))[2] == ["June 2026", "10", "5", "0", "0", "0.0"]
    drawn = desk.get(f"{PAGE}?first=2026-05-01").content.decode()
    assert "Gold redeemed, and expired unused: Jun 5, Jul 15</desc>" in drawn


def test_the_reports_on_tokens_are_for_who_may_see_them_and_files_for_who_may_export(
    summer, browse, someone
):
    support = someone("Support")
    for page in (PAGE, LIABILITY):
        assert browse(UserFactory(is_staff=True)).get(page).status_code == 403
        shown = support.get(page)
        assert (shown.status_code, b"export=csv" in shown.content) == (200, False)
        assert support.get(f"{page}?export=csv").status_code == 403


def test_an_installation_without_types_says_where_they_are_made(desk):
    assert "There are no token types yet" in text(desk.get(PAGE))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_it_costs_the_same_however_many_moved(count, desk, give, count_queries):
    for _each in range(count):
        give(2, "2027-03-01")
    assert count_queries(lambda: desk.get(PAGE)) == 7

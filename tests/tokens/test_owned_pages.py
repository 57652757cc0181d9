"""An account's tokens in the back office: the tab, the two lists, the page of one issue (TOK-8)."""

import csv
import io
import re

import pytest
from django.db import connection

from tests.factories import AccountFactory, TokenTypeFactory
from tests.passes.pages import text
from tokens import expiring, ledger
from tokens.views.owned import AccountEntries, AccountIssues

pytestmark = pytest.mark.django_db


def tab(kestrel, rest=""):
    return f"/accounts/{kestrel.pk}/tokens/{rest}"


def cells(response) -> list[list[str]]:
    """The rows of the tables of a page, cell by cell."""
    body = response.content.decode()
    rows = re.findall(r"<tr(?: data-dim)?>(.*?)</tr>", body, flags=re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    strip = re.compile(r"<svg.*?</svg>|<[^>]+>", flags=re.DOTALL)
    return [[strip.sub("", cell).strip() for cell in row] for row in found]


def test_an_account_without_tokens_is_told_so(desk, kestrel):
    said = text(desk.get(tab(kestrel)))
    assert "No tokens yet" in said
    assert "Issue Tokens" in said
    assert "Nobody was chosen yet" in said


def test_the_tab_shows_balances_issues_and_the_ledger(desk, kestrel, gold, give, now, ada):
    give(10, "2026-11-30", note="Framework")
    later = give(20, "2027-03-01")
    taken = ledger.redeem(kestrel.pk, gold, 12, contact_id=ada.pk, reason="Workshop", **now)
    said = text(desk.get(tab(kestrel)))
    assert "Available now 18 Expiring in 30 days 0 Issued 30 Redeemed 12 Expired 0" in said
    first = later.pk - 1
    rows = cells(desk.get(tab(kestrel)))
    assert [row[:8] for row in rows if row[0] in {"Active", "Used up"}] == [
        ["Active", f"Gold #{later.pk}", "22 Nov 2026", "1 Mar 2027", "20", "18", "By hand", ""],
        ["Used up", f"Gold #{first}", "22 Nov 2026", "30 Nov 2026", "10", "0", "By hand",
         "Framework"],
    ]  # fmt: skip
    entries = [row[1:7] for row in rows if row[0].startswith("22 Nov 2026, 09:00")]
    assert entries == [
        ["Redeemed", "Ada Lindqvist", "Olive Office", "1 Mar 2027", "Gold", "−2"],
        ["Redeemed", "Ada Lindqvist", "Olive Office", "30 Nov 2026", "Gold", "−10"],
        ["Issued", "", "Olive Office", "1 Mar 2027", "Gold", "+20"],
        ["Issued", "Framework", "Olive Office", "30 Nov 2026", "Gold", "+10"],
    ]
    assert f"/tokens/redemptions/{taken.move}/refund/" in desk.get(tab(kestrel)).text


def test_from_the_day_after_an_issue_shows_nothing_left_whether_or_not_the_night_ran(
    desk, kestrel, give, clock
):
    issue = give(10, "2026-11-30")
    shown = []
    for moment in ("2026-11-30 23:59:59", "2026-12-01 00:00"):
        clock.set(moment)
        page = desk.get(tab(kestrel, "issues/"))
        [row] = [row for row in cells(page) if "Gold" in " ".join(row)]
        shown.append((row[0], row[5]))
        assert ("Remaining 0 Issued" in text(desk.get(f"/tokens/issues/{issue.pk}/"))) == (
            row[5] == "0"
        )
    assert shown == [("Active", "10"), ("Expired", "0")]
    page = desk.get(f"/tokens/issues/{issue.pk}/")
    assert "Remaining 0 Issued 10 Redeemed 0 Expired 10" in text(page)
    expiring.write_off(on=clock.on(), at=clock.at)
    after = desk.get(f"/tokens/issues/{issue.pk}/")
    assert "Remaining 0 Issued 10 Redeemed 0 Expired 10" in text(after)
    assert "10 Gold of Gold #" in text(after)


def test_issues_are_filtered_by_type_status_and_days(desk, kestrel, give, gold, clock, now):
    silver = TokenTypeFactory(unit__code="Silver")
    used = give(1, "2026-12-31")
    ledger.redeem(kestrel.pk, gold, 1, **now)
    over, lasting, other = (
        give(5, "2026-12-01"),
        give(5),
        give(5, "2027-06-01", token_type=silver),
    )
    clock.set("2026-12-02 09:00")

    def found(query):
        page = desk.get(tab(kestrel, f"issues/?{query}"))
        return {int(each) for each in re.findall(r"(?:Gold|Silver) #(\d+)</a>", page.text)}

    assert found("") == {used.pk, over.pk, lasting.pk, other.pk}
    assert found(f"token_type={silver.pk}") == {other.pk}
    assert found("status=active") == {lasting.pk, other.pk}
    assert found("status=used_up") == {used.pk}
    assert found("status=expired") == {over.pk}
    assert found("expires_from=2026-12-01&expires_to=2026-12-31") == {used.pk, over.pk}
    assert found("issued_to=2026-11-21") == set()


def test_issues_sort_by_expiry_and_what_never_expires_is_last(desk, kestrel, give):
    days = [None, "2027-01-01", "2026-12-01"]
    never, later, sooner = (give(1, day) for day in days)
    page = desk.get(tab(kestrel, "issues/?sort=expires_on"))
    ids = [int(each) for each in re.findall(r"Gold #(\d+)</a>", page.text)]
    assert ids == [sooner.pk, later.pk, never.pk]


def test_the_ledger_is_filtered_by_kind_contact_and_days_and_leaves_as_a_file(
    desk, kestrel, gold, give, now, ada, clock
):
    give(10)
    ledger.redeem(kestrel.pk, gold, 4, contact_id=ada.pk, reason="=1+1", **now)

    def entries(query):
        rows = cells(desk.get(tab(kestrel, f"ledger/?{query}")))
        return [row[1] for row in rows if len(row) > 8 and "09:00" in row[0]]

    assert entries("") == ["Redeemed", "Issued"]
    assert entries("kind=issued") == ["Issued"]
    assert entries(f"contact={ada.pk}") == ["Redeemed"]
    assert entries("on_from=2026-11-23") == []
    answer = desk.get(tab(kestrel, "ledger/?export=csv"))
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert lines[0] == [
        "When", "Entry", "For", "Reason", "By", "Issue", "Issue until", "Type", "Tokens",
    ]  # fmt: skip
    assert lines[1][1:5] == ["Redeemed", "Ada Lindqvist", "'=1+1", "Olive Office"]
    assert lines[1][7:] == ["Gold", "-4"]


def test_a_list_shows_its_own_account_only(desk, kestrel, give):
    other = AccountFactory(name="Northwind")
    mine, theirs = give(1), give(1, account=other)
    for rest in ("", "issues/", "ledger/"):
        said = desk.get(tab(kestrel, rest)).text
        assert f"/tokens/issues/{mine.pk}/" in said
        assert f"/tokens/issues/{theirs.pk}/" not in said


def test_the_page_of_an_issue_tells_what_became_of_it(desk, give, kestrel, now):
    issue = give(10, "2027-03-01", note="Goodwill")
    ledger.adjust(issue.pk, -3, version=0, reason="Counted twice", **now)
    page = desk.get(f"/tokens/issues/{issue.pk}/")
    said = text(page)
    assert "Remaining 7 Issued 10 Redeemed 0 Expired 0" in said
    assert "Issued on 22 November 2026 Expires on 1 March 2027 Source By hand Note Goodwill" in said
    assert f"3 Gold taken off Gold #{issue.pk} Remaining 10 7 Counted twice Olive Office" in said
    assert f"10 Gold issued as Gold #{issue.pk} until 1 March 2027 Goodwill Olive Office" in said
    assert desk.get(f"/tokens/issues/{issue.pk}/history/").status_code == 200
    assert desk.get("/tokens/issues/999999/").status_code == 404


@pytest.mark.parametrize("count", [1, 3, 300])
def test_pages_cost_the_same_however_many_rows(
    desk, kestrel, give, gold, now, count_queries, count
):
    for _number in range(count):
        issue = give(2, "2027-03-01")
    for _number in range(min(count, 30)):
        ledger.redeem(kestrel.pk, gold, 1, issue_id=issue.pk - _number, **now)
    pages = ["", "issues/", "ledger/", "statement/"]
    costs = {page: count_queries(lambda page=page: desk.get(tab(kestrel, page))) for page in pages}
    costs["issue"] = count_queries(lambda: desk.get(f"/tokens/issues/{issue.pk}/"))
    assert costs == {"": 15, "issues/": 7, "ledger/": 6, "statement/": 6, "issue": 9}


def test_sales_see_and_issue_and_support_only_sees(someone, kestrel, give):
    issue = give(5, "2027-03-01")
    sales, support = someone("Sales"), someone("Support")
    for client, may in ((sales, True), (support, False)):
        said = client.get(tab(kestrel)).text
        assert ("Issue Tokens" in said) == may
        assert (f"/tokens/issues/{issue.pk}/redemption/" in said) == may
        assert f"/tokens/issues/{issue.pk}/adjustment/" not in said
    assert sales.get(f"/tokens/issues/{issue.pk}/adjustment/").status_code == 403
    assert support.get(tab(kestrel, "issues/new/")).status_code == 403


def test_a_year_on_the_chart_ends_with_later_and_never(desk, kestrel, give):
    for day in ("2026-11-30", "2027-06-30", "2027-07-31", None):
        give(3, day)
    said = desk.get(tab(kestrel)).text
    chart = re.search(r"<title[^>]*>([^<]+)</title><desc[^>]*>([^<]+)</desc>", said)
    name = "Gold by month of expiry"
    assert chart.groups() == (name, f"{name}: Nov 3, Jun 3, Jul 3, never 3")


@pytest.mark.parametrize("sort", ["expires_on", "-expires_on", "number"])
def test_issues_are_sorted_by_an_index(rf, office, kestrel, clock, sort):
    assert_by_index(AccountIssues, rf, office, kestrel, clock, sort)


@pytest.mark.parametrize("sort", ["at", "-at", "number"])
def test_the_ledger_is_sorted_by_an_index(rf, office, kestrel, clock, sort):
    assert_by_index(AccountEntries, rf, office, kestrel, clock, sort)


def assert_by_index(page, rf, office, kestrel, clock, sort):
    request = rf.get("/", {"sort": sort})
    request.user, request.today = office, clock.on()
    listing = page.at(request, account_id=kestrel.pk)
    rows = listing.found.order_by().annotate(sort_key=listing.sort_expression())
    sign = "-" if sort.startswith("-") else ""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = rows.order_by(f"{sign}sort_key", f"{sign}pk").values("pk", "sort_key")[:51].explain()
    assert "Index" in plan
    assert "Sort" not in plan

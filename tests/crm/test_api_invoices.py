"""Invoices by program: read, issued, paid, credited."""

from decimal import Decimal

import pytest

from crm import interests, invoices, opportunities, selling
from crm.models import Invoice
from tests.crm.selling import invoiced, line
from tests.factories import AccountFactory, TokenTypeFactory
from tokens import selling as token_selling
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program, europe):
    return program("invoices:read", "invoices:write", "invoices:credit")


@pytest.fixture
def euro(europe):
    return europe.currencies.first()


@pytest.fixture
def golden(kestrel, who):
    """Fifty Gold at twenty euros each, won and billed; tax is 20 %."""
    deal = opportunities.create(account=kestrel, name="Spring intake", **who)
    wanted = interests.Wanted(
        "Gold", 50, deal.currency, Decimal(20), deal.region.tax_level, priced=False
    )
    gold = TokenTypeFactory(unit__code="Gold")
    token_selling.add_interest(deal.pk, wanted, token_type=gold, **who)
    return selling.win(deal.pk, **who).invoice


def problem(answer):
    told = answer.json()
    return answer.status_code, told["field"], told["detail"]


def test_an_invoice_is_told_whole(able, golden, kestrel):
    (row,) = golden.lines.all()
    issue = TokenIssue.objects.get()
    told = able.get(f"/invoices/{golden.pk}").json()
    assert told.pop("bill_to")["name"] == "Kestrel Rail Group"
    assert told == {
        "id": golden.pk,
        "number": "INV-2026-0001",
        "kind": "invoice",
        "status": "issued",
        "account": kestrel.pk,
        "opportunity": golden.opportunity_id,
        "credits": None,
        "currency": "EUR",
        "drafted_on": "2026-11-22",
        "issued_on": "2026-11-22",
        "due_on": "2026-12-22",
        "paid_on": None,
        "voided_on": None,
        "net": "1000.0000",
        "tax": "200.0000",
        "gross": "1200.0000",
        "reason": "",
        "version": golden.version,
        "lines": [
            {
                "id": row.pk,
                "title": "Gold",
                "detail": "",
                "note": row.note,
                "quantity": 50,
                "credited": 0,
                "unit_price": "20.0000",
                "discount": "0.00",
                "tax_name": row.tax_name,
                "tax_percent": "20.000",
                "net": "1000.0000",
                "tax": "200.0000",
                "interest": row.interest_id,
                "source_kind": "",
                "source_id": None,
                "credits": None,
                "by_amount": False,
                "given": [{"kind": "token_issue", "id": issue.pk, "quantity": 50, "taken_back": 0}],
            }
        ],
    }


def test_the_list_is_narrowed(able, kestrel, euro, who):
    other = AccountFactory()
    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    first, second = (
        invoiced(each, line(currency=euro), currency=euro, who=who) for each in (kestrel, other)
    )
    invoices.mark_paid(first.pk, paid_on=who["on"], **who)

    def found(query):
        return [row["id"] for row in able.get(f"/invoices?{query}").json()["items"]]

    assert found("") == [draft.pk, first.pk, second.pk]
    assert found("status=draft") == [draft.pk]
    assert found("status=paid") == found("number=INV-2026-0001") == [first.pk]
    assert found(f"account={other.pk}&kind=invoice") == [second.pk]
    assert found("issued_from=2026-11-22&issued_to=2026-11-22") == [first.pk, second.pk]
    assert found("issued_from=2026-11-23") == found("overdue=true") == []
    assert able.get("/invoices?status=late").status_code == 422


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_list_takes_four_statements_however_long(able, kestrel, euro, who, count_queries, count):
    for _ in range(count):
        invoiced(kestrel, *[line(currency=euro)] * 2, currency=euro, who=who)
    assert count_queries(lambda: able.get("/invoices")) == 4


def test_a_draft_is_issued_and_paid_and_not_paid_after_all(able, kestrel, euro, who):
    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    url = f"/invoices/{draft.pk}"
    issued = able.post(f"{url}/issuing", {"days_to_pay": 14, "version": 0}).json()
    assert (issued["number"], issued["status"], issued["due_on"]) == (
        "INV-2026-0001",
        "issued",
        "2026-12-06",
    )
    assert able.post(f"{url}/issuing", {}).json()["number"] == "INV-2026-0001"
    assert able.post(f"{url}/discarding", {}).status_code == 422
    assert able.post(f"{url}/payment", {"version": 0}).status_code == 409
    assert problem(able.post(f"{url}/payment", {"paid_on": "2026-11-23"}))[:2] == (422, "paid_on")
    assert able.post(f"{url}/payment", {}).json()["paid_on"] == "2026-11-22"
    assert able.post(f"{url}/payment/removal", {}).status_code == 422
    back = able.post(f"{url}/payment/removal", {"reason": "Bounced"}).json()
    assert (back["status"], back["paid_on"]) == ("issued", None)


def test_a_draft_is_discarded(able, kestrel, euro, who):
    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    assert able.post(f"/invoices/{draft.pk}/discarding", {}).json()["status"] == "void"


def test_a_part_is_credited_and_comes_back_after_a_preview(able, golden):
    (row,), issue = golden.lines.all(), TokenIssue.objects.get()
    url = f"/invoices/{golden.pk}/credit"
    body = {
        "lines": [{"line": row.pk, "quantity": 20}],
        "take_back": [{"kind": "token_issue", "id": issue.pk, "quantity": 20}],
        "reason": "Ordered twice",
    }
    shown = able.post(url, {**body, "preview": True}).json()
    assert (shown["note"], [each["sentence"] for each in shown["consequences"]]) == (
        None,
        [
            "A credit note over €480.00 for Kestrel Rail Group",
            "20 Gold taken back from Kestrel Rail Group, 30 remain",
        ],
    )
    assert not Invoice.objects.filter(kind="credit_note").exists()
    done = [
        able.post(url, {**body, "digest": shown["digest"]}, key="credit-1").json() for _ in "12"
    ]
    assert done[0] == done[1]
    note = done[0]["note"]
    assert (note["number"], note["credits"], note["gross"]) == (
        "CRN-2026-0001",
        golden.pk,
        "480.0000",
    )
    assert [each["credits"] for each in note["lines"]] == [row.pk]
    (told,) = done[0]["changed"]["lines"]
    assert (told["credited"], told["given"][0]["taken_back"]) == (20, 20)
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_what_can_t_be_credited_is_said(able, golden):
    (row,), issue = golden.lines.all(), TokenIssue.objects.get()
    url = f"/invoices/{golden.pk}/credit"
    part = {"lines": [{"line": row.pk, "quantity": 20}], "reason": "x"}
    assert problem(able.post(url, part))[:2] == (422, "leave")
    assert able.post(url, {**part, "leave": True}).status_code == 200
    too_many = {"lines": [{"line": row.pk, "quantity": 31}], "reason": "x"}
    assert problem(able.post(url, too_many))[2] == "Gold: 30 of 50 can still be credited."
    strange = [{"kind": "pass", "id": issue.pk, "quantity": 1}]
    assert problem(able.post(url, {**part, "take_back": strange}))[1] == "take_back"
    for wrong in (
        {"lines": []},
        {"lines": [{"line": row.pk, "quantity": -1}]},
        {"lines": [{"line": row.pk, "quantity": "1e3"}]},
        {"lines": [{"line": row.pk, "quantity": 0.5}]},
    ):
        assert able.post(url, {**wrong, "reason": "x"}).status_code == 422
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_what_another_invoice_gave_does_not_come_back(able, golden, euro, who):
    (row,), other = golden.lines.all(), AccountFactory()
    deal = opportunities.create(account=other, name="Another", currency=euro, **who)
    wanted = interests.Wanted(
        "Silver", 5, deal.currency, Decimal(20), golden.account.region.tax_level, priced=False
    )
    silver = TokenTypeFactory(unit__code="Silver")
    token_selling.add_interest(deal.pk, wanted, token_type=silver, **who)
    selling.win(deal.pk, **who)
    theirs = TokenIssue.objects.get(account=other)
    body = {
        "lines": [{"line": row.pk, "quantity": 5}],
        "take_back": [{"kind": "token_issue", "id": theirs.pk, "quantity": 5}],
        "leave": True,
        "reason": "x",
    }
    assert problem(able.post(f"/invoices/{golden.pk}/credit", body))[:2] == (422, "take_back")
    theirs.refresh_from_db()
    assert theirs.remaining == 5
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_what_is_named_twice_counts_twice_and_an_older_version_is_refused(able, golden):
    (row,), issue = golden.lines.all(), TokenIssue.objects.get()
    url = f"/invoices/{golden.pk}/credit"
    body = {
        "lines": [{"line": row.pk, "quantity": 10}] * 2,
        "take_back": [{"kind": "token_issue", "id": issue.pk, "quantity": 10}] * 2,
        "reason": "x",
    }
    assert able.post(url, {**body, "version": 0}).status_code == 409
    done = able.post(url, {**body, "version": 1}).json()
    assert [each["quantity"] for each in done["note"]["lines"]] == [20]
    issue.refresh_from_db()
    assert issue.remaining == 30


def test_an_amount_of_a_line_is_credited_and_nothing_comes_back(able, golden):
    (row,) = golden.lines.all()
    url = f"/invoices/{golden.pk}/reduction"
    body = {"line": row.pk, "amount": "120.00", "reason": "Late delivery", "version": 1}
    assert able.post(url, {**body, "version": 0}).status_code == 409
    shown = able.post(url, {**body, "preview": True}).json()
    assert (shown["note"], [each["sentence"] for each in shown["consequences"]]) == (
        None,
        ["A credit note over €120.00 for Kestrel Rail Group, for INV-2026-0001"],
    )
    assert not Invoice.objects.filter(kind="credit_note").exists()
    done = [able.post(url, {**body, "digest": shown["digest"]}, key="less-1").json() for _ in "12"]
    assert done[0] == done[1]
    note = done[0]["note"]
    (line,) = note["lines"]
    assert (note["number"], note["net"], note["tax"]) == ("CRN-2026-0001", "100.0000", "20.0000")
    assert (line["credits"], line["by_amount"], line["quantity"]) == (row.pk, True, 1)
    (told,) = done[0]["changed"]["lines"]
    assert (told["credited"], told["given"][0]["taken_back"]) == (0, 0)
    assert TokenIssue.objects.get().remaining == 50
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_an_amount_that_is_not_left_is_refused(able, golden, kestrel, euro, who):
    (row,) = golden.lines.all()
    url = f"/invoices/{golden.pk}/reduction"
    body = {"line": row.pk, "amount": "1200.00", "reason": "x"}
    no = problem(able.post(url, {**body, "amount": "1200.01"}))
    assert no == (422, None, "Only €1,200.00 of it can still be credited.")
    assert problem(able.post(url, {**body, "amount": "1.005"}))[1] == "amount"
    other = invoiced(kestrel, line("10", currency=euro), currency=euro, who=who)
    strange = problem(able.post(url, {**body, "line": other.lines.get().pk}))
    assert strange[:2] == (422, "line")
    for wrong in ("-1", 12.5, "1e3", ""):
        assert able.post(url, {**body, "amount": wrong}).status_code == 422
    assert able.post(f"/invoices/{golden.pk + 100}/reduction", body).status_code == 404
    assert not Invoice.objects.filter(kind="credit_note").exists()

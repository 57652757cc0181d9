"""Invoices as staff see them: lists, one invoice, what can be done with it (CRM-8)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from crm import crediting, invoices
from crm.models import Invoice, InvoiceLine, InvoiceStatus
from tests.crm.selling import invoiced, line
from tests.factories import AccountFactory, UserFactory, copies
from tests.passes.pages import text
from tms.models import JournalRow, Organisation
from tms.people import roles
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}
day = datetime.date.fromisoformat


@pytest.fixture
def euro(europe):
    return europe.currencies.first()


@pytest.fixture
def draft(kestrel, euro, who):
    return invoices.draft(kestrel, euro, [line("100", 3, currency=euro)], **who)


@pytest.fixture
def bill(kestrel, euro, who):
    """`bill(on="2026-11-22", account=kestrel)`: an issued invoice over 3 × 100."""

    def made(on="2026-11-22", *, account=kestrel):
        told = {**who, "on": day(on)}
        return invoiced(account, line("100", 3, currency=euro), currency=euro, who=told)

    return made


@pytest.fixture
def desk(browse, office):
    return browse(office)


def numbers(answer):
    return [row["number"] for row in answer.context["listing"].slice.rows]


# From draft to paid


def test_a_draft_is_issued_with_who_it_is_from_and_goes_to_as_they_are_then(draft, kestrel, who):
    Organisation.objects.update(postal_address="Quay 1\nBristol", bank_details="IBAN 1")
    invoices.issue(draft.pk, **who)
    kestrel.name = "Kestrel Renamed"
    kestrel.save()
    Organisation.objects.update(postal_address="Elsewhere", name="Another")
    draft.refresh_from_db()
    assert draft.bill_to["name"] == "Kestrel Rail Group"
    assert {name: draft.bill_from[name] for name in ("name", "address", "bank")} == {
        "name": "Harbour Training",
        "address": "Quay 1\nBristol",
        "bank": "IBAN 1",
    }


def test_paid_and_not_paid_after_all(bill, who):
    found = bill("2026-11-20")
    for wrong in ("2026-11-19", "2026-11-23"):
        with pytest.raises(Refusal, match="from the day it was issued on, up to today"):
            invoices.mark_paid(found.pk, paid_on=day(wrong), **who)
    invoices.mark_paid(found.pk, paid_on=day("2026-11-21"), **who)
    found.refresh_from_db()
    assert (found.status, found.paid_on) == (InvoiceStatus.PAID, day("2026-11-21"))
    with pytest.raises(Refusal, match="Say why"):
        invoices.mark_unpaid(found.pk, reason=" ", **who)
    invoices.mark_unpaid(found.pk, reason="Bounced", **who)
    found.refresh_from_db()
    assert found.status == InvoiceStatus.ISSUED
    kinds = JournalRow.objects.filter(subject_kind="invoice").order_by("id")
    assert list(kinds.values_list("kind", "reason")) == [
        ("invoice.drafted", ""),
        ("invoice.issued", ""),
        ("invoice.paid", ""),
        ("invoice.unpaid", "Bounced"),
    ]


def test_a_draft_is_thrown_away_and_what_was_issued_is_not(draft, bill, who):
    assert invoices.discard(draft.pk, **who).status == InvoiceStatus.VOID
    with pytest.raises(Refusal, match="discarded"):
        invoices.issue(draft.pk, **who)
    with pytest.raises(Refusal, match="credited, not thrown away"):
        invoices.discard(bill().pk, **who)
    with pytest.raises(Refusal, match="Only an invoice that was issued"):
        invoices.mark_paid(draft.pk, paid_on=who["on"], **who)


def test_a_stale_page_changes_nothing(draft, who):
    invoices.issue(draft.pk, **who)
    for verb in (invoices.issue, invoices.discard):
        with pytest.raises(Stale):
            verb(draft.pk, version=0, **who)


STANDING = ("draft", "issued", "paid", "void")


def test_the_status_of_a_row_and_of_a_list_are_one(draft, bill, who):
    """The same table on one invoice, in the annotation and in the filter."""
    issued, paid, void = bill(), bill(), bill()
    invoices.mark_paid(paid.pk, paid_on=who["on"], **who)
    (each,) = crediting.standing(void, who["on"])
    crediting.credit(void.pk, lines={each.line.pk: 3}, reason="x", **who)
    expected = dict(zip((draft.pk, issued.pk, paid.pk, void.pk), STANDING, strict=True))
    only = Invoice.objects.filter(kind="invoice")
    assert {each.pk: each.status for each in only} == expected
    listed = Invoice.objects.with_status().filter(kind="invoice").values_list("pk", "status")
    assert dict(listed) == expected
    assert {
        pk: status
        for status in STANDING
        for pk in only.in_status(status).values_list("pk", flat=True)
    } == expected


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_invoice SET bill_from = '{}'",
        "UPDATE crm_invoice SET gross = gross + 1, net = net + 1",
        "UPDATE crm_invoice SET issued_on = NULL, number = '', due_on = NULL",
        "UPDATE crm_invoice SET kind = 'credit_note', credits_id = id",
        "UPDATE crm_invoiceline SET title = 'Another'",
        "UPDATE crm_invoiceline SET invoice_id = (SELECT max(id) FROM crm_invoice)",
        "DELETE FROM crm_invoiceline",
        "DELETE FROM crm_invoice",
    ],
)
def test_the_database_keeps_what_was_issued(bill, draft, statement):
    bill()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_draft_is_still_anybody_s_to_change(draft):
    InvoiceLine.objects.filter(invoice=draft).update(title="Another")
    draft.delete()
    assert not InvoiceLine.objects.exists()


# The list


def test_the_list_has_drafts_first_and_then_the_newest(desk, bill, draft, clock):
    bill("2026-11-01"), bill("2026-11-10"), bill("2026-11-05")
    answer = desk.get("/invoices/")
    assert numbers(answer) == ["", "INV-2026-0002", "INV-2026-0003", "INV-2026-0001"]
    assert "Draft #" in text(answer)
    assert numbers(desk.get("/invoices/?sort=number")) == [
        "",
        "INV-2026-0001",
        "INV-2026-0002",
        "INV-2026-0003",
    ]
    assert numbers(desk.get("/invoices/?sort=due_on"))[0] == "INV-2026-0001"


def test_it_is_narrowed_by_number_status_kind_account_days_and_overdue(
    desk, bill, draft, kestrel, who
):
    other = AccountFactory(name="Norrsken")
    late, due, theirs = bill("2026-10-01"), bill("2026-11-01"), bill("2026-11-05", account=other)
    paid = bill("2026-09-01")
    invoices.mark_paid(paid.pk, paid_on=who["on"], **who)
    (each,) = crediting.standing(due, who["on"])
    note = crediting.credit(due.pk, lines={each.line.pk: 1}, reason="x", **who).note
    every = {each.number: each for each in (late, due, theirs, paid, note)}

    def found(query):
        return sorted(numbers(desk.get(f"/invoices/?{query}")))

    assert found("") == ["", *sorted(every)]
    assert found("q=inv-2026-0003") == found("q=0003") == [theirs.number]
    assert found("status=draft") == [""]
    assert found("status=paid") == [paid.number]
    assert found("status=issued") == sorted([late.number, due.number, theirs.number, note.number])
    assert found("kind=credit_note") == [note.number]
    assert found(f"account={other.pk}") == [theirs.number]
    assert found("issued_from=2026-11-01&issued_to=2026-11-05") == [due.number, theirs.number]
    assert found("due_from=2026-12-01&due_to=2026-12-04") == [due.number]
    assert found("due_from=2026-12-01&due_to=2026-12-05") == [due.number, theirs.number]
    assert found("overdue=on") == [late.number]
    assert text(desk.get("/invoices/")).count("Overdue") == 2  # the filter, and one invoice


def test_what_is_credited_is_below_zero_in_the_list_and_its_export(desk, bill, who):
    found = bill()
    (each,) = crediting.standing(found, who["on"])
    crediting.credit(found.pk, lines={each.line.pk: 1}, reason="x", **who)
    said = text(desk.get("/invoices/"))
    assert "€357.00" in said
    assert "-€119.00" in said
    written = b"".join(desk.get("/invoices/?export=csv").streaming_content).decode()
    rows = [row.split(",") for row in written.strip("\ufeff\r\n").splitlines()]
    assert [row[:4] + row[6:8] for row in rows] == [
        ["Number", "Status", "Kind", "Account", "Net", "Gross"],
        ["CRN-2026-0001", "Issued", "Credit note", "Kestrel Rail Group", "-100.0000", "-119.0000"],
        ["INV-2026-0001", "Issued", "Invoice", "Kestrel Rail Group", "300.0000", "357.0000"],
    ]


@pytest.mark.parametrize("count", [1, 3, 300])
def test_pages_cost_the_same_however_many_invoices(desk, kestrel, euro, who, count_queries, count):
    first = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    copies(first, count - 1)
    pages = {
        "list": "/invoices/",
        "filtered": "/invoices/?status=draft&kind=invoice&q=a&sort=-number",
        "tab": f"/accounts/{kestrel.pk}/invoices/",
    }
    costs = {name: count_queries(lambda url=url: desk.get(url)) for name, url in pages.items()}
    assert costs == {"list": 4, "filtered": 3, "tab": 9}


def test_pages_follow_one_another_without_a_gap(desk, bill, kestrel, euro, who):
    bill()
    draft = invoices.draft(kestrel, euro, [line(currency=euro)], **who)
    copies(draft, 118)
    seen, url = [], "/invoices/"
    while url:
        listing = desk.get(url).context["listing"]
        seen += [row["pk"] for row in listing.slice.rows]
        cursor = listing.slice.following
        url = f"/invoices/?after={cursor}" if cursor else ""
    assert seen == list(Invoice.objects.order_by("-pk").values_list("pk", flat=True))


# One invoice


def test_its_page_says_what_it_says(desk, bill, who):
    found = bill()
    said = text(desk.get(found.get_absolute_url()))
    for each in (
        "Invoice INV-2026-0001",
        "Kestrel Rail Group",
        "Workshop",
        "22 December 2026",
        "Standard 19 %",
        "€300.00",
        "€357.00",
        "INV-2026-0001 issued",
    ):
        assert each in said


def test_its_page_says_what_was_credited_and_what_remains(desk, bill, who):
    found = bill()
    (each,) = crediting.standing(found, who["on"])
    note = crediting.credit(found.pk, lines={each.line.pk: 1}, reason="Ill", **who).note
    page = desk.get(found.get_absolute_url())
    assert (page.context["credited"], page.context["open"]) == ("€119.00", "€238.00")
    assert [each["credited"] for each in page.context["lines"]] == ["1"]
    assert "CRN-2026-0001" in text(page)
    assert "Credits invoice INV-2026-0001" in text(desk.get(note.get_absolute_url()))


def test_the_page_costs_the_same_however_many_lines(desk, kestrel, euro, who, count_queries):
    costs = set()
    for count in (1, 3, 30):
        lines = [line(currency=euro)] * count
        found = invoiced(kestrel, *lines, currency=euro, who=who)
        costs.add(count_queries(lambda found=found: desk.get(found.get_absolute_url())))
    assert costs == {8}


def test_the_pdf_has_the_number_as_its_name_and_stays_the_same(desk, bill, clock):
    found = bill()
    answer = desk.get(f"/invoices/{found.pk}/file/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="INV-2026-0001.pdf"'
    assert answer.content.startswith(b"%PDF-")
    Organisation.objects.update(name="Renamed", postal_address="Elsewhere")
    assert desk.get(f"/invoices/{found.pk}/file/").content == answer.content


def test_what_can_be_done_depends_on_the_status(desk, draft, bill, who):
    def menu(found):
        page = desk.get(found.get_absolute_url())
        return [str(entry.label) for group in page.context["menu"] for entry in group]

    assert menu(draft) == ["PDF", "Issue", "Discard draft"]
    issued = bill()
    assert menu(issued) == ["PDF", "Mark as paid", "Credit"]
    invoices.mark_paid(issued.pk, paid_on=who["on"], **who)
    assert menu(issued) == ["PDF", "Mark as not paid", "Credit"]
    (each,) = crediting.standing(issued, who["on"])
    note = crediting.credit(issued.pk, lines={each.line.pk: 3}, reason="x", **who).note
    assert menu(issued) == menu(note) == ["PDF"]
    invoices.discard(draft.pk, **who)
    assert menu(draft) == []


# Dialogs


def test_the_dialogs_do_what_they_say(desk, draft):
    url = f"/invoices/{draft.pk}"
    assert "due on 6 December 2026" in text(
        desk.post(f"{url}/issuing/", {"days_to_pay": "14", "show": "preview"}, **HTMX)
    )
    opened = desk.get(f"{url}/issuing/", **HTMX)
    digest = opened.context["digest"]
    answer = desk.post(
        f"{url}/issuing/", {"days_to_pay": "30", "digest": digest, "version": "0"}, **HTMX
    )
    assert answer["HX-Trigger"] == '{"invoices:changed": {}, "dialog:close": {}}'
    assert desk.post(f"{url}/payment/", {"paid_on": "2026-11-22"}, **HTMX).status_code == 204
    refused = desk.post(f"{url}/payment/removal/", {"reason": " "}, **HTMX)
    assert refused.status_code == 422
    stale = {"reason": "Bounced", "version": "0"}
    assert "changed meanwhile" in text(desk.post(f"{url}/payment/removal/", stale, **HTMX))
    assert desk.post(f"{url}/payment/removal/", {"reason": "Bounced"}, **HTMX).status_code == 204
    draft.refresh_from_db()
    assert (draft.number, draft.status) == ("INV-2026-0001", InvoiceStatus.ISSUED)


def test_a_draft_is_discarded_in_a_dialog(desk, draft):
    assert desk.post(f"/invoices/{draft.pk}/discarding/", **HTMX).status_code == 204
    draft.refresh_from_db()
    assert draft.status == InvoiceStatus.VOID


def test_crediting_asks_first_and_a_doubled_press_does_it_once(desk, bill):
    found = bill()
    (row,) = found.lines.all()
    url = f"/invoices/{found.pk}/credit/"
    opened = desk.get(url, **HTMX)
    assert "A credit note over €357.00 for Kestrel Rail Group" in text(opened)
    assert not Invoice.objects.filter(kind="credit_note").exists()
    answers = {f"line_{row.pk}": "2", "reason": "Ill", "version": str(found.version)}
    # What was shown was all three: what two would do is shown first.
    answers["digest"] = opened.context["digest"]
    shown = desk.post(url, answers, **HTMX)
    assert shown.status_code == 422
    assert "2 of 3 × Workshop: €238.00" in text(shown)
    answers |= {"digest": shown.context["digest"], "operation": "once"}
    done = [desk.post(url, answers, **HTMX) for _ in range(2)]
    note = Invoice.objects.get(kind="credit_note")
    assert [each["HX-Redirect"] for each in done] == [note.get_absolute_url()] * 2
    assert note.gross == Decimal(238)
    again = text(desk.get(url, **HTMX))
    assert "of 3, €300.00 net; 2 credited before" in again


def test_who_may_see_bill_and_credit(browse, bill):
    found = bill()
    roles.sync()
    words = ("", "payment/", "credit/")
    told = {}
    for role in ("Administrator", "Finance", "Sales", "Support", "Training Manager"):
        user = UserFactory(is_staff=True)
        user.groups.add(roles.Group.objects.get(name=role))
        client = browse(user)
        told[role] = [client.get(f"{found.get_absolute_url()}{each}").status_code for each in words]
    see = [200, 403, 403]
    assert told == {
        "Administrator": [200] * 3,
        "Finance": [200] * 3,
        "Sales": see,
        "Support": see,
        "Training Manager": see,
    }


# Elsewhere


def test_invoices_are_found_by_number_in_the_search(desk, bill):
    bill(), bill()
    said = text(desk.get("/search/?q=inv-2026-0002"))
    assert "INV-2026-0002" in said
    assert "INV-2026-0001" not in said


def test_the_account_s_history_tells_of_them(desk, bill, kestrel, who):
    found = bill()
    invoices.mark_paid(found.pk, paid_on=who["on"], **who)
    (each,) = crediting.standing(found, who["on"])
    crediting.credit(found.pk, lines={each.line.pk: 3}, reason="Ordered twice", **who)
    said = text(desk.get(f"/accounts/{kestrel.pk}/history/"))
    for each in (
        "INV-2026-0001 drafted",
        "INV-2026-0001 issued",
        "€357.00, due on 22 December 2026",
        "INV-2026-0001 paid",
        "INV-2026-0001 credited wholly",
        "Credit note CRN-2026-0001 issued",
    ):
        assert each in said


def test_urls_are_nouns(bill):
    found = bill()
    assert reverse("crm:credit_invoice", args=[found.pk]) == f"/invoices/{found.pk}/credit/"

"""Which invoices are there, and what does one say? The list, its part on other pages, one page."""

from django.db.models import Case, Count, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from catalog.money import written
from tms.compiled import Question
from tms.days import number
from tms.ui import timeline
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import documents, totals
from ..filters_invoices import AccountInvoiceFilter, InvoiceFilter
from ..models import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus
from ..tables_invoices import AccountInvoiceTable, InvoiceTable, OpportunityInvoiceTable, called
from . import accounts

SEE, MANAGE, CREDIT = "crm.view_invoices", "crm.manage_invoices", "crm.credit_invoices"
SENTENCE = gettext_lazy("Winning an opportunity bills what was sold. Invoices are kept here.")


class Invoices(ListPage):
    """All of them."""

    title = gettext_lazy("Invoices")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    permission_required = SEE
    table, filterset, sort = InvoiceTable, InvoiceFilter, "-issued_on"
    values = ("number", "kind", "status")
    keeps = True
    changes = "invoices"
    export_name = "invoices"
    empty = Empty(gettext_lazy("No invoices yet"), SENTENCE)

    def queryset(self):
        late = Q(due_on__lt=self.request.today, paid_on=None, voided_on=None)
        return Invoice.objects.with_status().annotate(
            late=Case(When(late, then=Value(True)), default=Value(False))
        )

    def kind(self, row):
        return {
            "kind": row["kind"],
            "status": row["status"],
            "numbered": bool(row["number"]),
        }

    def menu(self, row):
        return entries(row["pk"], row["kind"], row["status"], numbered=row["numbered"])

    def dim(self, row):
        return row["status"] == InvoiceStatus.VOID

    def name_of(self, row):
        return called(row)


class AccountInvoices(Invoices):
    """Those of one account, on its tab."""

    table, filterset = AccountInvoiceTable, AccountInvoiceFilter
    label = gettext_lazy("Invoices of the account")
    export_name = "account-invoices"

    def queryset(self):
        return super().queryset().filter(account=self.kwargs["pk"])


class OpportunityInvoices(Invoices):
    """Those of one opportunity, on its page."""

    table, filterset, export_name = OpportunityInvoiceTable, None, ""
    label = gettext_lazy("Invoices of the opportunity")

    def queryset(self):
        return super().queryset().filter(opportunity=self.kwargs["pk"])


def entries(pk: int, kind: str, status: str, *, numbered: bool):
    """What can be done with an invoice in this status; one without a number is or was a draft."""
    if numbered or status == InvoiceStatus.DRAFT:
        yield Action(_("PDF"), page_of("crm:invoice_file", pk), "file-down", dialog=False)
    if status == InvoiceStatus.DRAFT:
        yield Action(
            pgettext("invoice", "Issue"),
            page_of("crm:issue_invoice", pk),
            "send",
            permission=MANAGE,
        )
        yield LINE
        yield Action(
            _("Discard draft"),
            page_of("crm:discard_invoice", pk),
            "trash-2",
            danger=True,
            permission=MANAGE,
        )
    if kind == InvoiceKind.CREDIT_NOTE:
        return
    if status == InvoiceStatus.ISSUED:
        url = page_of("crm:pay_invoice", pk)
        yield Action(_("Mark as paid"), url, "circle-check", permission=MANAGE)
    if status == InvoiceStatus.PAID:
        url = page_of("crm:unpay_invoice", pk)
        yield Action(_("Mark as not paid"), url, "undo-2", permission=MANAGE)
    if status in {InvoiceStatus.ISSUED, InvoiceStatus.PAID}:
        yield LINE
        url = page_of("crm:credit_invoice", pk)
        yield Action(_("Credit"), url, "receipt-text", danger=True, permission=CREDIT)


# On the pages of accounts and opportunities


@staff(SEE)
def account_invoices(request, pk):
    """The tab `Invoices` of an account's page."""
    listing = AccountInvoices.at(request, pk=pk)
    context = {"account": accounts.found(request, pk), "listing": listing}
    answer = listing.answer() or render(request, "crm/account_invoices.html", context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


OF_ACCOUNT = Question(
    lambda account_id: (
        Invoice.objects.filter(account=account_id)
        .order_by()
        .values("account")
        .annotate(n=Count("*"))
        .values_list("n")
    )
)


def invoices_of(account) -> int:
    """How many invoices the account has, for its tab."""
    return OF_ACCOUNT.value(0, account_id=account.pk)


OF_OPPORTUNITY = Question(
    lambda opportunity_id: Invoice.objects.filter(opportunity=opportunity_id).values_list("pk")
)


def opportunity_panel(request, opportunity) -> str:
    """The panel `Invoices` of an opportunity's page; nothing before there is one."""
    some = OF_OPPORTUNITY.one(opportunity_id=opportunity.pk)
    listing = OpportunityInvoices.at(request, pk=opportunity.pk) if some else None
    context = {"opportunity": opportunity, "listing": listing}
    return render_to_string("crm/_opportunity_invoices.html", context, request=request)


@staff(SEE)
def opportunity_invoices(request, pk):
    """The same panel, fetched again when invoices changed."""
    opportunity = get_object_or_404(Invoice.opportunity.field.related_model, pk=pk)
    return HttpResponse(opportunity_panel(request, opportunity))


# One invoice


def found(pk) -> Invoice:
    rows = Invoice.objects.select_related("account", "opportunity", "currency", "credits")
    return get_object_or_404(rows, pk=pk)


@staff(SEE)
def invoice(request, pk):
    """The page of one: what it says, what became of it, what was credited of it."""
    row = found(pk)
    lines = list(row.lines.all())
    taken = dict.fromkeys((line.pk for line in lines), 0)
    notes = list(row.credit_notes.order_by("pk")) if row.kind == InvoiceKind.INVOICE else []
    if notes:
        for of, count in InvoiceLine.objects.filter(invoice__in=notes, by_amount=False).values_list(
            "credits", "quantity"
        ):
            taken[of] += count
    credited = sum((note.gross for note in notes), start=0 * row.gross)
    context = {
        "invoice": row,
        "name": called({"number": row.number, "pk": row.pk}),
        "status": InvoiceStatus(row.status),
        "kind": InvoiceKind(row.kind),
        "overdue": row.is_overdue(request.today),
        "recipient": documents.address_of(row.bill_to or documents.recipient_of(row.account)),
        "lines": [told_line(line, taken[line.pk], row.currency) for line in lines],
        "discounted": any(line.discount for line in lines),
        "sums": documents.sums_of(totals.of(lines), row.currency),
        "notes": [(note, written(note.gross, row.currency)) for note in notes],
        "credited": written(credited, row.currency) if notes else "",
        "open": written(row.gross - credited, row.currency),
        "menu": (menu := menu_of(request, row)),
        "first": next(step_of(menu), None),
        "history": history_of(request, row),
    }
    return render(request, "crm/invoice.html", context)


def told_line(line, taken: int, currency) -> dict:
    return {
        "line": line,
        "quantity": number(line.quantity),
        "price": written(line.unit_price, currency),
        "discount": documents.percent(line.discount) if line.discount else "",
        "tax": f"{line.tax_name} {documents.percent(line.tax_percent)}",
        "net": written(line.net, currency),
        "credited": number(taken) if taken else "",
    }


def menu_of(request, row) -> list:
    """The menu on the page of one: groups of entries."""
    groups = [[]]
    for entry in entries(row.pk, row.kind, row.status, numbered=bool(row.number)):
        if entry is LINE:
            groups.append([])
        elif entry.permission is None or allowed(request.user, entry.permission):
            groups[-1].append(entry)
    return [group for group in groups if group]


def step_of(menu):
    """What comes next for it: to be issued, or paid."""
    for entry in (entry for group in menu for entry in group):
        if entry.permission == MANAGE and not entry.danger and entry.icon != "undo-2":
            yield entry


def history_of(request, row, *, panel=True):
    about = timeline.about(subject_of(row), row.pk)
    return timeline.draw(
        request,
        [about],
        url=reverse("crm:invoice_history", args=[row.pk]),
        here=(subject_of(row), row.pk, str(row)),
        panel=panel,
        changes=() if panel else ("invoices",),
        recorded=f"model=crm.invoice&record={row.pk}",
    )


def subject_of(row) -> str:
    """What the journal calls it: invoice or credit_note."""
    return row.kind


@staff(SEE)
def invoice_history(request, pk):
    """Everything that happened to one, by pages."""
    row = found(pk)
    context = {
        "history": history_of(request, row, panel=False),
        "name": called({"number": row.number, "pk": row.pk}),
        "here": row.get_absolute_url(),
    }
    return render(request, "catalog/history.html", context)


@staff(SEE)
@require_safe
def invoice_file(request, pk):
    """The invoice as PDF."""
    row = found(pk)
    said = documents.of_invoice(row, request.organisation)
    file = f"{row.number or f'draft-{row.pk}'}.pdf"
    return documents.answer(said, request.organisation, at=request.now, file=file)

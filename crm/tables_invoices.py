"""Which columns has the list of invoices?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Unit
from catalog.money import written
from tms import days
from tms.ui import tables
from tms.ui.address import page_of

from .models import InvoiceKind, InvoiceStatus
from .models.invoice import DUE, ISSUED


def called(row) -> str:
    """INV-2026-0001, or that it is a draft: #12."""
    return row["number"] or _("Draft #%(pk)s") % {"pk": row["pk"]}


class Amount(tables.Column):
    """A sum in the invoice's currency; a credit note's is below zero."""

    def __init__(self, **more):
        super().__init__(
            number=True,
            needs=("kind", "currency__code", "currency__decimals"),
            css="nowrap",
            export=self.signed,
            **more,
        )

    def signed(self, row):
        amount = row[self.key]
        return -amount if row["kind"] == InvoiceKind.CREDIT_NOTE and amount else amount

    def cell(self, row):
        unit = Unit(code=row["currency__code"], decimals=row["currency__decimals"])
        return written(self.signed(row), unit)


def due(row):
    """The day, and that it has gone by."""
    day = days.day_short(row["due_on"])
    if not row["late"]:
        return day
    late = format_html('<span class="badge" data-status="overdue">{}</span>', _("Overdue"))
    return format_html("{} {}", day, late)


class InvoiceTable(tables.Table):
    number = tables.Column(
        main=True,
        sort="number",
        draw=lambda row: tables.anchor(page_of("crm:invoice", row["pk"]), called(row)),
        export=lambda row: row["number"],
        css="nowrap",
        needs=("number",),
        verbose_name=gettext_lazy("Number"),
    )
    status = tables.Status(InvoiceStatus.choices, verbose_name=gettext_lazy("Status"))
    kind = tables.Choice(InvoiceKind.choices, verbose_name=gettext_lazy("Kind"))
    account = tables.Link(
        "crm:account",
        key="account_id",
        accessor="account__name",
        verbose_name=gettext_lazy("Account"),
    )
    issued_on = tables.Day(sort=ISSUED, verbose_name=gettext_lazy("Issued"))
    due_on = tables.Column(
        sort=DUE,
        draw=due,
        export=lambda row: row["due_on"],
        needs=("due_on", "late"),
        css="nowrap",
        verbose_name=gettext_lazy("Due"),
    )
    net = Amount(verbose_name=gettext_lazy("Net"))
    gross = Amount(verbose_name=gettext_lazy("Gross"))
    currency = tables.Column(
        accessor="currency__code", hidden=True, verbose_name=gettext_lazy("Currency")
    )
    paid_on = tables.Day(hidden=True, verbose_name=gettext_lazy("Paid on"))


class AccountInvoiceTable(InvoiceTable):
    """Of one account."""

    account = None


class OpportunityInvoiceTable(AccountInvoiceTable):
    """Of one opportunity: few, without headings that sort."""

    net = None

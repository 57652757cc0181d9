"""What invoices bring to the shell, and to the pages of accounts and opportunities."""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.address import page_of
from tms.ui.register import FINANCIAL, Fact, Hit, Names, Option, Panel, SearchKind, Tab

from . import told_invoices as told
from .models import Invoice, InvoiceKind
from .views import invoices

SEE, MANAGE = invoices.SEE, invoices.MANAGE


def find_invoices(query, _user, limit):
    """Invoices and credit notes by their number, or its end. One statement."""
    text = query.strip().upper()
    if len(text) < 3 or not any(each.isdigit() for each in text):
        return []
    rows = Invoice.objects.filter(number__contains=text).order_by("-number")
    kinds = dict(InvoiceKind.choices)
    return [
        Hit(number, page_of("crm:invoice", pk), subtitle=account, aside=str(kinds[kind]))
        for pk, number, account, kind in rows.values_list("pk", "number", "account__name", "kind")[
            :limit
        ]
    ]


CONTROL_PANEL = [
    Option(
        FINANCIAL,
        _("Invoices"),
        _("What was billed and credited, what is due, and what was paid"),
        "crm:invoices",
        SEE,
        "receipt-text",
        words=("bills", "credit notes", "payments", "overdue", "due", "receivables"),
        position=30,
    ),
]

SEARCH = [SearchKind(_("Invoices"), find_invoices, SEE, 80, "receipt-text")]

PANELS = [Panel("opportunity", "invoices", invoices.opportunity_panel, SEE, 50)]

TABS = [
    Tab(
        "account",
        _("Invoices"),
        "invoices",
        "crm:account_invoices",
        SEE,
        60,
        count=invoices.invoices_of,
    ),
]

NAMES = [
    Names("invoice", told.invoices),
    Names("credit_note", told.invoices),
    Names("invoice_currency", told.currencies),
]

FACTS = [
    Fact("invoice.drafted", "file-pen", told.drafted),
    Fact("invoice.issued", "receipt-text", told.issued, "good"),
    Fact("invoice.discarded", "trash-2", told.discarded, "bad"),
    Fact("invoice.paid", "circle-check", told.paid, "good"),
    Fact("invoice.unpaid", "undo-2", told.unpaid, "warn"),
    Fact("invoice.credited", "receipt-text", told.credited, "warn"),
    Fact("credit_note.issued", "receipt-text", told.credit_note_issued, "warn"),
]

SCOPES = [
    Scope("invoices:read", _("See invoices"), (SEE,)),
    Scope("invoices:write", _("Issue invoices, and mark them paid"), (SEE, MANAGE)),
    Scope(
        "invoices:credit",
        _("Credit invoices, and take back what they gave"),
        (SEE, invoices.CREDIT),
    ),
]

"""How is it told what happened to invoices and credit notes?"""

import datetime
from decimal import Decimal

from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalog.money import written
from tms.compiled import Rows
from tms.days import day_text
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.timeline import Told

from .models import Invoice
from .tables_invoices import called

MAY_SEE = "crm.view_invoices"
FOUND = Rows(lambda ids: Invoice.objects.filter(pk__in=ids).select_related("currency"))


def invoices(ids, user) -> dict:
    """INV-2026-0001, with its page for who may see invoices."""
    may = allowed(user, MAY_SEE)
    return {
        each.pk: (
            called({"number": each.number, "pk": each.pk}),
            page_of("crm:invoice", each.pk) if may else "",
        )
        for each in FOUND(ids=ids)
    }


def currencies(ids, user) -> dict:
    """What an invoice is counted in."""
    return {each.pk: each.currency for each in FOUND(ids=ids)}


def day(iso: str | None) -> str:
    return day_text(datetime.date.fromisoformat(iso)) if iso else ""


def amount(row, names) -> str:
    """€1,200.00; nothing where it isn't known."""
    gross = row.after.get("gross")
    currency = names.row("invoice_currency", row.subject_id)
    return written(Decimal(gross), currency) if gross and currency else ""


def drafted(row, names):
    return format_html(_("{invoice} drafted"), invoice=names("invoice", row.subject_id))


def issued(row, names):
    title = format_html(_("{invoice} issued"), invoice=names("invoice", row.subject_id))
    said = [amount(row, names)]
    if due := row.after.get("due_on"):
        said.append(_("due on %(day)s") % {"day": day(due)})
    return Told(title, ", ".join(filter(None, said)))


def credit_note_issued(row, names):
    note = names("credit_note", row.subject_id)
    return Told(format_html(_("Credit note {note} issued"), note=note), amount(row, names))


def discarded(row, names):
    return format_html(_("{invoice} discarded"), invoice=names("invoice", row.subject_id))


def paid(row, names):
    title = format_html(_("{invoice} paid"), invoice=names("invoice", row.subject_id))
    return Told(title, day(row.after.get("paid_on")))


def unpaid(row, names):
    title = format_html(_("{invoice} not paid after all"), invoice=names("invoice", row.subject_id))
    return Told(title, changes=[(_("Paid on"), day(row.before.get("paid_on")), "")])


def credited(row, names):
    sentence = (
        _("{invoice} credited wholly")
        if row.after.get("whole")
        else _("{invoice} credited in part")
    )
    title = format_html(sentence, invoice=names("invoice", row.subject_id))
    note = names("credit_note", row.after.get("credit_note"))
    return Told(title, format_html("{}, {}", note, amount(row, names)))

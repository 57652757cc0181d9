"""What stands on the receipt of a place paid for in tokens, or on its invoice? A page, and PDF."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from catalog.money import written
from crm import documents
from crm.models import Invoice
from tms import days, printing
from tms.days import day_text
from tms.ui.access import learner
from tokens import ledger

from .. import billing, offering, paying
from ..models import PaidBy, Registration
from .booking import learning


@learner
@require_safe
def receipt(request, pk):
    """The number, who, what, what was paid and from which issues, and what came back; or what
    was billed.
    """
    if invoice := billed(request, pk):
        by_card = Registration.objects.filter(pk=pk, paid_by=PaidBy.CARD).exists()
        context = {"registration": pk, "invoice": invoice, "lines": lines_of(invoice)}
        context |= {"by_card": by_card}
        return render(request, "lms/invoice.html", context)
    found, facts, parts = told(request, pk)
    context = {"registration": found, "facts": facts, "parts": parts}
    return render(request, "lms/receipt.html", context)


@learner
@require_safe
def receipt_file(request, pk):
    """The same, to be kept."""
    if invoice := billed(request, pk):
        said, site = documents.of_invoice(invoice, request.organisation), request.organisation
        return documents.answer(said, site, at=request.now, file=f"{invoice.number}.pdf")
    found, facts, parts = told(request, pk)
    data = {
        "title": _("Receipt %(number)s") % {"number": number(found)},
        "organisation": request.organisation.name,
        "facts": facts,
        "headings": [_("Issue"), pgettext("how many", "Number"), _("Given back")],
        "rows": parts,
        "note": _("Paid in training tokens: a receipt, not an invoice."),
    }
    return printing.answer("receipt", data, at=request.now, file=f"{number(found)}.pdf")


def billed(request, pk) -> Invoice | None:
    """The invoice that the learner raised with this place of theirs, if they did."""
    who = learning(request)
    found = Registration.objects.filter(
        pk=pk, contact=who.contact, paid_by__in=billing.BILLED
    ).first()
    return found and billing.own_invoice(found, who.contact)


def lines_of(invoice: Invoice) -> list[dict]:
    """Its lines, in words."""
    unit = invoice.currency
    return [
        {
            "title": each.title,
            "detail": each.detail,
            **{name: written(getattr(each, name), unit) for name in ("net", "tax", "gross")},
        }
        for each in invoice.lines.all()
    ]


def number(registration: Registration) -> str:
    """The number of a receipt is that of the redemption: T-000042."""
    return f"T-{registration.token_move:06}"


def told(request, pk) -> tuple[Registration, list, list]:
    """The learner's own registration, what is said of it, and the parts by issue; or 404."""
    who = learning(request)
    rows = Registration.objects.select_related(
        "contact", "account", "unit", "event__course", "path"
    )
    found = rows.filter(pk=pk, contact=who.contact, token_move__isnull=False).first()
    if found is None:
        # Rows that were not paid for in tokens have none.
        raise Http404
    parts = ledger.parts_of(found.token_move)
    back = sum(-each.quantity - each.left for each in parts)
    item = found.path or found.event.course
    facts = [
        (_("Number"), number(found)),
        (_("Date"), day_text(found.registered_on)),
        (_("Learner"), found.contact.name),
        (_("Account"), str(found.account)),
        (_("Training"), item.title),
    ]
    if found.event:
        facts.append((_("When"), offering.when(found.event)))
    facts.append((_("Paid"), found.paid_words))
    if found.cancelled_at:
        facts.append((_("Cancelled on"), day_text(days.as_day(found.cancelled_at))))
    if back:
        facts.append((_("Given back"), f"{days.number(back)} {found.unit}"))
    return (
        found,
        facts,
        [
            [
                paying.issue_words(each.issue),
                days.number(-each.quantity),
                days.number(-each.quantity - each.left),
            ]
            for each in parts
        ],
    )

"""What stands on an invoice, a credit note or a quote? As data for `tms.printing`.

The words are in the language of whom it goes to; what was issued keeps that, its sender, its
recipient and its lines as they were (`Invoice.bill_from`, `bill_to`), and says the same for ever.
"""

import dataclasses
import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from babel import Locale
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Unit, UnitKind
from catalog.money import written
from tms import days, languages, printing
from tms.days import day_text
from tms.models import Organisation

from . import totals
from .models import Contact, Invoice, InvoiceKind

LONG_NOTE = 1500
LONG_WORD = re.compile(r"\S{36}(?=\S)")


@dataclasses.dataclass(frozen=True)
class Line:
    """One line as it is printed; `unit` is the currency or the token type that it is counted in."""

    title: str
    quantity: int
    unit: Unit
    unit_price: Decimal
    tax_name: str
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    discount: Decimal = Decimal(0)
    detail: str = ""
    note: str = ""


def language_of(account, organisation: Organisation, *chosen: str) -> str:
    """The language of papers to the account: `chosen`, else its main contact's, else the
    installation's. One statement at most."""
    if account.main_contact_id and not any(chosen):
        main = Contact.objects.filter(pk=account.main_contact_id)
        chosen = main.values_list("language", "user__language").first() or ()
    return languages.of_recipient(*filter(None, chosen), organisation=organisation)


def of_invoice(invoice: Invoice, organisation: Organisation) -> dict:
    """The document of an invoice or a credit note, in the language that it was issued in.

    Two statements; three for a draft, which says that it is one.
    """
    kept = invoice.bill_from.get("language", "")
    with translation.override(kept or language_of(invoice.account, organisation)):
        return _of_invoice(invoice, organisation)


def _of_invoice(invoice: Invoice, organisation: Organisation) -> dict:
    credit_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    lines = [
        Line(
            title=each.title,
            detail=each.detail,
            note=each.note,
            quantity=each.quantity,
            unit=invoice.currency,
            unit_price=each.unit_price,
            discount=each.discount,
            tax_name=each.tax_name,
            tax_percent=each.tax_percent,
            net=each.net,
            tax=each.tax,
        )
        for each in invoice.lines.all()
    ]
    # Whom an invoice goes to, while it is a draft, is whoever it would go to now.
    from_ = invoice.bill_from or sender(organisation)
    to = invoice.bill_to or recipient_of(invoice.account)
    facts = [(_("Number"), invoice.number or _("Draft"))]
    facts.append((_("Date"), day_text(invoice.issued_on or invoice.made_on)))
    if invoice.due_on:
        facts.append((_("Due"), day_text(invoice.due_on)))
    if credit_note:
        facts.append((_("Credits invoice"), invoice.credits.number))
    return data(
        title=titled(invoice),
        sender=from_,
        recipient=to,
        facts=facts,
        lines=lines,
        closing=[] if credit_note else [payment(from_, invoice.number)],
    )


def titled(invoice: Invoice) -> str:
    """`Invoice INV-2026-0001`, `Credit note CRN-2026-0001`, `Draft of an invoice`."""
    if not invoice.number:
        return _("Draft of an invoice")
    words = (
        _("Credit note %(number)s")
        if invoice.kind == InvoiceKind.CREDIT_NOTE
        else _("Invoice %(number)s")
    )
    return words % {"number": invoice.number}


def data(
    *,
    title: str,
    sender: dict,
    recipient: dict,
    facts: Sequence[tuple[str, str]],
    lines: Sequence[Line],
    closing: Iterable[tuple[str, Sequence[str]]] = (),
    intro: str = "",
) -> dict:
    """A document for `templates/print/document.typ`.

    `sender` and `recipient` as `sender` and `recipient_of` give them; `facts` beside the recipient,
    to which their tax number is added; `closing` after the sums: a heading and its lines each.
    Sums of money and of tokens stand apart.
    """
    discounted = any(line.discount for line in lines)
    taxed = any(line.unit.kind == UnitKind.CURRENCY for line in lines)
    headings = [_("Description"), _("Quantity"), _("Price")]
    headings += [_("Discount")] if discounted else []
    headings += [_("Tax")] if taxed else []
    headings += [_("Net")]
    facts = list(facts)
    if number := recipient.get("tax_number"):
        facts.append((_("Your tax number"), number))
    return {
        "lang": (translation.get_language() or "en").partition("-")[0],
        "title": title,
        "short": title,
        "intro": intro,
        "sender": {
            "name": sender["name"],
            "lines": [
                *_lines(sender["address"]),
                *(
                    [_("Tax number: %(number)s") % {"number": sender["tax_number"]}]
                    if sender["tax_number"]
                    else []
                ),
                *_lines(sender["email"]),
            ],
            "back": " · ".join([sender["name"], *_lines(sender["address"])]),
        },
        "recipient": address_of(recipient),
        "facts": facts,
        "headings": headings,
        "right": list(range(1, len(headings))),
        "lines": [_printed(line, discounted, taxed) for line in lines],
        "sums": _sums(lines),
        "closing": [{"heading": heading, "lines": list(said)} for heading, said in closing if said],
        "footer": _lines(sender["footer"]),
    }


def answer(
    said: dict, organisation: Organisation, *, at: datetime.datetime, file: str
) -> HttpResponse:
    """The document as PDF under the organisation's logo, to be saved as `file`."""
    picture = printing.logo(organisation)
    return printing.answer("document", said, at=at, file=file, picture=picture)


def sender(organisation: Organisation) -> dict:
    """Who a document is from, as the organisation is now: what `Invoice.bill_from` keeps."""
    return {
        "name": organisation.name,
        "address": organisation.postal_address,
        "tax_number": organisation.tax_number,
        "email": organisation.contact_email,
        "bank": organisation.bank_details,
        "payment_note": organisation.payment_note,
        "footer": organisation.document_footer,
    }


def recipient_of(account) -> dict:
    """Who a document goes to, as the account is now: what `Invoice.bill_to` keeps."""
    return {
        "name": account.legal_name or account.name,
        "street": account.street,
        "postcode": account.postcode,
        "city": account.city,
        "country": account.country,
        "tax_number": account.tax_number,
    }


def payment(from_: dict, reference: str) -> tuple[str, list[str]]:
    """Where to pay, and what to quote with it; empty where no bank details are kept."""
    said = _lines(from_["bank"])
    if said and reference:
        said.append(_("Reference: %(number)s") % {"number": reference})
    return _("Payment"), [*said, *_lines(from_["payment_note"])]


def address_of(recipient: dict) -> list[str]:
    """The lines of an address, country last and in words."""
    place = " ".join(filter(None, [recipient.get("postcode"), recipient.get("city")]))
    code = recipient.get("country", "")
    country = days.reader().territories.get(code) or Locale("en").territories.get(code, code)
    return [
        *_lines(recipient.get("name")),
        *_lines(recipient.get("street")),
        *_lines(place),
        *_lines(country),
    ]


def _printed(line: Line, discounted: bool, taxed: bool) -> dict:
    cells = [days.number(line.quantity), written(line.unit_price, line.unit)]
    if discounted:
        cells.append(percent(line.discount) if line.discount else "")
    if taxed:
        money = line.unit.kind == UnitKind.CURRENCY
        cells.append(percent(line.tax_percent) if money else "")
    cells.append(written(line.net, line.unit))
    return {
        "title": _breaking(line.title),
        "detail": _breaking(line.detail),
        "note": _lines(line.note),
        "breaks": len(line.note) > LONG_NOTE,
        "cells": cells,
    }


def sums_of(sums: totals.Sums, currency: Unit) -> list[tuple[str, str, bool]]:
    """Net, tax by level and total as (label, amount, is it the total?)."""
    said = [(_("Net"), written(sums.net, currency), False)]
    for name, rate, net, tax in sums.taxes:
        label = _("%(name)s, %(percent)s of %(net)s") % {
            "name": name,
            "percent": percent(rate),
            "net": written(net, currency),
        }
        said.append((label, written(tax, currency), False))
    return [*said, (_("Total"), written(sums.gross, currency), True)]


def _sums(lines: Sequence[Line]) -> list[tuple[str, str, bool]]:
    """Net, tax by level and gross of what costs money; what costs tokens by type."""
    said: list[tuple[str, str, bool]] = []
    money = [line for line in lines if line.unit.kind == UnitKind.CURRENCY]
    if money:
        (currency,) = {line.unit for line in money}
        said += sums_of(totals.of(money), currency)
    tokens: dict[Unit, Decimal] = {}
    for line in lines:
        if line.unit.kind == UnitKind.TOKEN:
            tokens[line.unit] = tokens.get(line.unit, Decimal(0)) + line.net
    said += [
        (_("In training tokens"), written(amount, unit), not money)
        for unit, amount in tokens.items()
    ]
    return said


def percent(value: Decimal) -> str:
    """`19 %`, `7.5 %`"""
    return f"{days.number(value.normalize())}\N{NO-BREAK SPACE}%"


def _lines(text: str | None) -> list[str]:
    return [_breaking(line.strip()) for line in (text or "").splitlines() if line.strip()]


def _breaking(text: str) -> str:
    """The same; a word that is longer than a column may break in it."""
    return LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", text)

"""What was offered to an account, as it was offered? Numbered, dated, valid until a day.

A quote is a snapshot: its document says the same for ever, whatever becomes of the opportunity.
"""

import dataclasses
import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Unit
from catalog.money import written
from tms import journal
from tms.days import day_text
from tms.models import Organisation
from tms.refusals import Refusal

from . import documents, numbering, offers, opportunities, totals
from .models import Interest, Opportunity, Quote

DAYS_VALID = 30
AMOUNTS = ("unit_price", "discount", "tax_percent", "net", "tax")


@transaction.atomic
def make(
    opportunity_id: int,
    *,
    valid_until: datetime.date,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Quote:
    """Write down what is offered now, under the next number. Locks the opportunity, the series.

    Raises Stale, and Refusal when it is closed, has no interests, or the day is past.
    """
    found = opportunities.open_one(opportunity_id, version=version)
    if valid_until < on:
        raise Refusal(_("Choose today or a later day."), field="valid_until")
    lines = list(found.interests.select_related("unit", "tax_level").order_by("position", "pk"))
    if not lines:
        raise Refusal(_("There is nothing to quote. Add an interest first."))
    content = content_of(found, lines)
    made = Quote.objects.create(
        opportunity=found,
        number=numbering.take("quote", on),
        issued_on=on,
        valid_until=valid_until,
        content=content,
        at=at,
        by_id=by.pk if by else None,
    )
    journal.write(
        "opportunity.quoted",
        found.pk,
        account_id=found.account_id,
        contact_id=found.contact_id,
        at=at,
        on=on,
        by=by,
        after={"quote": made.pk, "valid_until": valid_until},
    )
    return made


def content_of(found: Opportunity, lines: list[Interest]) -> dict:
    """What the document says, as values: amounts as text, days as ISO.

    `language`, `sender` and `logo` are those of today; `sums` is of what costs money (None: nothing
    does), `tokens` a list of [unit, number].
    """
    sums = totals.apart(lines)
    organisation = Organisation.objects.filter(pk=1).first() or Organisation()
    return journal.plain(
        {
            "language": documents.language_of(found.account, organisation, *_chosen(found.contact)),
            "sender": documents.sender(organisation),
            "logo": organisation.logo.name or "",
            "bill_to": documents.recipient_of(found.account),
            "contact": found.contact.name if found.contact else "",
            "subject": found.name,
            "currency": _unit(found.currency),
            "lines": [_line(each) for each in lines],
            "sums": dataclasses.asdict(sums.money) if sums.money else None,
            "tokens": [[_unit(unit), number] for unit, number in sums.tokens],
        }
    )


def _chosen(contact) -> tuple[str, ...]:
    """The language of who asked for it, by the contact and by their sign-in."""
    return (contact.language, contact.user.language if contact.user else "") if contact else ()


def document(quote: Quote) -> dict:
    """The data of its document (`documents.data`), from what was written down and nothing else."""
    content = quote.content
    recipient = content["bill_to"]
    name = "\n".join(filter(None, (recipient["name"], content["contact"])))
    until = day_text(quote.valid_until)
    return documents.data(
        title=_("Quote %(number)s") % {"number": quote.number},
        sender=content["sender"],
        recipient=recipient | {"name": name},
        facts=[
            (_("Number"), quote.number),
            (_("Date"), day_text(quote.issued_on)),
            (_("Valid until"), until),
        ],
        lines=[_printed(each) for each in content["lines"]],
        intro=content["subject"],
        closing=[(_("Validity"), [_("This offer is valid until %(day)s.") % {"day": until}])],
    )


def logo_of(quote: Quote) -> Organisation:
    """The organisation under the logo that it had then."""
    return Organisation(logo=quote.content["logo"])


def gross_of(quote: Quote) -> str:
    """What it comes to, in words: money and tokens."""
    content = quote.content
    amounts = [(content["currency"], content["sums"]["gross"])] if content["sums"] else []
    return ", ".join(
        written(Decimal(number), Unit(**unit)) for unit, number in [*amounts, *content["tokens"]]
    )


def _line(line: Interest) -> dict:
    return {
        "title": line.title,
        "detail": line.detail,
        "note": offers.of(line).note(line),
        "quantity": line.quantity,
        "unit": _unit(line.unit),
        "tax_name": line.tax_name,
        **{name: getattr(line, name) for name in AMOUNTS},
    }


def _printed(line: dict) -> documents.Line:
    amounts = {name: Decimal(line[name]) for name in AMOUNTS}
    return documents.Line(**line | amounts | {"unit": Unit(**line["unit"])})


def _unit(unit: Unit) -> dict:
    return {name: getattr(unit, name) for name in ("pk", "kind", "code", "label", "decimals")}

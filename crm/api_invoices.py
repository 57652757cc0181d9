"""What can programs do with invoices? Read them, issue drafts, mark them paid, credit them."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from tms.programs.fields import (
    IN_JSON,
    Amount,
    Asked,
    Day,
    Flag,
    Id,
    IdText,
    Line,
    Reason,
    Told,
    Version,
)
from tms.programs.looking import at_address, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Outcome, Versioned, outcome
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal

from . import crediting, reducing
from . import invoices as verbs
from .models import Fulfilment, Invoice, InvoiceLine

invoices = Resource(tags=["Invoices"])

VALUES = (
    "number", "kind", "status", "account_id", "opportunity_id", "credits_id", "currency__code",
    "made_on", "issued_on", "due_on", "paid_on", "voided_on", "net", "tax", "gross", "reason",
    "bill_to", "version",
)  # fmt: skip
LINES = (
    "invoice_id", "interest_id", "source_kind", "source_id", "credits_id", "by_amount", "title",
    "detail", "note", "quantity", "unit_price", "discount", "tax_name", "tax_percent", "net", "tax",
)  # fmt: skip

Status = Literal["draft", "issued", "paid", "void"]
Kind = Literal["invoice", "credit_note"]
Count = Annotated[int, Field(ge=0, le=1_000_000), IN_JSON]


class GivenTold(Told):
    """One thing that the win gave for a line."""

    kind: str = Field(description="pass, token_issue, registration or held_place.")
    id: int
    quantity: int
    taken_back: int = Field(description="How many of it were taken back since.")


class LineTold(Told):
    """One line, rounded by itself."""

    id: int
    title: str
    detail: str
    note: str
    quantity: int
    credited: int = Field(description="How many of it were credited.")
    unit_price: Decimal = Field(description="For one, net.")
    discount: Decimal = Field(description="In per cent.")
    tax_name: str
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    interest: int | None
    source_kind: str = Field(description="What else it bills: registration.")
    source_id: int | None
    credits: int | None = Field(description="On a credit note: the line that it credits.")
    by_amount: bool = Field(
        description="On a credit note: of the line's price, not of its quantity."
    )
    given: list[GivenTold]


class InvoiceTold(Told):
    """An invoice or a credit note, with its lines. Sums are above zero on a credit note too."""

    id: int
    number: str = Field(description="Empty while it is a draft.")
    kind: Kind
    status: Status
    account: int
    opportunity: int | None
    credits: int | None = Field(description="The invoice that a credit note credits.")
    currency: str
    drafted_on: datetime.date
    issued_on: datetime.date | None
    due_on: datetime.date | None
    paid_on: datetime.date | None
    voided_on: datetime.date | None
    net: Decimal
    tax: Decimal
    gross: Decimal
    reason: str
    bill_to: dict = Field(description="Who it went to, as it was when it was issued.")
    lines: list[LineTold]
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class InvoiceCredited(Outcome):
    """The credit note, and the invoice after it; in a preview the note is null."""

    note: InvoiceTold | None
    changed: InvoiceTold


class InvoiceQuery(Listing):
    number: Annotated[Line, Field(max_length=20, description="Exactly this one.")] = ""
    status: Status | None = None
    kind: Kind | None = None
    account: IdText | None = None
    opportunity: IdText | None = None
    issued_from: Day | None = None
    issued_to: Day | None = None
    overdue: Annotated[Flag, Field(description="Only what should have been paid by now.")] = False


class Issuing(Asked):
    days_to_pay: Annotated[int, Field(ge=0, le=365), IN_JSON] = verbs.DAYS_TO_PAY
    version: Version | None = None


class Paying(Asked):
    paid_on: Annotated[Day | None, Field(description="null: today.")] = None
    version: Version | None = None


class NotPaying(Asked):
    reason: Annotated[Reason, Field(min_length=1)]
    version: Version | None = None


class OfLine(Asked):
    line: Id
    quantity: Count


class OfThing(Asked):
    """So many of what a line gave, by its kind and number."""

    kind: Annotated[Line, Field(min_length=1, max_length=20)]
    id: Id
    quantity: Count


class Crediting(Versioned):
    lines: Annotated[list[OfLine], Field(min_length=1, max_length=1000)]
    take_back: Annotated[list[OfThing], Field(max_length=10_000)] = []
    leave: Annotated[
        bool,
        Field(description="What is unspent and not taken back is meant to stay with the account."),
    ] = False
    reason: Annotated[Reason, Field(min_length=1)]


class Reducing(Versioned):
    line: Id
    amount: Annotated[Amount, Field(description="Tax included, as text: `12.50`.")]
    reason: Annotated[Reason, Field(min_length=1)]


# Told


def told_several(rows) -> list[InvoiceTold]:
    """From rows of VALUES. Three statements."""
    lines = lines_of([row["pk"] for row in rows])
    return [one_told(row, lines[row["pk"]]) for row in rows]


def one_told(row: dict, lines: list[LineTold]) -> InvoiceTold:
    return InvoiceTold(
        id=row.pop("pk"),
        account=row.pop("account_id"),
        opportunity=row.pop("opportunity_id"),
        credits=row.pop("credits_id"),
        currency=row.pop("currency__code"),
        drafted_on=row.pop("made_on"),
        lines=lines,
        **row,
    )


def told(pk: int) -> InvoiceTold:
    return told_several([values_at(Invoice.objects.with_status(), pk, VALUES)])[0]


def lines_of(ids) -> dict[int, list[LineTold]]:
    """The lines of invoices, in their order, each with what it gave. Two statements."""
    found: dict[int, list[LineTold]] = {pk: [] for pk in ids}
    lines = InvoiceLine.objects.filter(invoice__in=ids).annotate(
        credited=Sum("credit_lines__quantity", filter=Q(credit_lines__by_amount=False), default=0)
    )
    rows = list(lines.order_by("position", "pk").values("pk", "credited", *LINES))
    given: dict[int, list[GivenTold]] = {}
    things = Fulfilment.objects.filter(interest__in={row["interest_id"] for row in rows} - {None})
    for each in things.order_by("interest", "number"):
        one = GivenTold(
            kind=each.kind,
            id=each.object_id,
            quantity=each.quantity,
            taken_back=each.reversed,
        )
        given.setdefault(each.interest_id, []).append(one)
    for row in rows:
        interest = row.pop("interest_id")
        found[row.pop("invoice_id")].append(
            LineTold(
                id=row.pop("pk"),
                interest=interest,
                credits=row.pop("credits_id"),
                given=given.get(interest, []),
                **row,
            )
        )
    return found


# Operations


@invoices.reads("/invoices", scope="invoices:read", answer=Page[InvoiceTold])
def list_invoices(request, asked: Query[InvoiceQuery]):
    """List invoices and credit notes."""
    found = Invoice.objects.with_status()
    if asked.status:
        found = found.in_status(asked.status)
    if asked.overdue:
        found = found.overdue(request.today)
    exact = {
        "number": asked.number or None,
        "kind": asked.kind,
        "account": asked.account,
        "opportunity": asked.opportunity,
        "issued_on__gte": asked.issued_from,
        "issued_on__lte": asked.issued_to,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "invoices", VALUES)
    return Page[InvoiceTold](items=told_several(items), next=following)


@invoices.reads("/invoices/{int:pk}", scope="invoices:read", answer=InvoiceTold)
def get_invoice(request, pk: int):
    """Get an invoice or a credit note with its lines, and what they gave."""
    return told(pk)


@invoices.writes("/invoices/{int:pk}/issuing", scope="invoices:write", answer=InvoiceTold)
def issue_invoice(request, pk: int, asked: Issuing):
    """Issue a draft.

    It gets the next number, and never changes again. Issued already: nothing more happens.
    """
    at_address(Invoice.objects, pk)
    verbs.issue(pk, days_to_pay=asked.days_to_pay, version=asked.version, **who(request))
    return told(pk)


@invoices.writes("/invoices/{int:pk}/discarding", scope="invoices:write", answer=InvoiceTold)
def discard_invoice(request, pk: int):
    """Throw a draft away."""
    at_address(Invoice.objects, pk)
    verbs.discard(pk, **who(request))
    return told(pk)


@invoices.writes("/invoices/{int:pk}/payment", scope="invoices:write", answer=InvoiceTold)
def pay_invoice(request, pk: int, asked: Paying):
    """Note that an invoice was paid, and when. Paid already: nothing more happens."""
    at_address(Invoice.objects, pk)
    paid_on = asked.paid_on or request.today
    verbs.mark_paid(pk, paid_on=paid_on, version=asked.version, **who(request))
    return told(pk)


@invoices.writes("/invoices/{int:pk}/payment/removal", scope="invoices:write", answer=InvoiceTold)
def unpay_invoice(request, pk: int, asked: NotPaying):
    """Note that an invoice was not paid after all, and why."""
    at_address(Invoice.objects, pk)
    verbs.mark_unpaid(pk, reason=asked.reason, version=asked.version, **who(request))
    return told(pk)


@invoices.writes("/invoices/{int:pk}/credit", scope="invoices:credit", answer=InvoiceCredited)
def credit_invoice(request, pk: int, asked: Crediting):
    """Credit so many of each line, and take back what they gave.

    What was spent can't be taken back, and is named among the consequences.
    """
    invoice = at_address(Invoice.objects, pk)
    done = crediting.credit(
        pk,
        lines=summed((each.line, each.quantity) for each in asked.lines),
        take_back=fulfilments_of(invoice, asked.take_back),
        leave=asked.leave,
        reason=asked.reason,
        version=asked.version,
        **who(request),
        **operation(request),
    )
    return InvoiceCredited(
        note=None if asked.preview else told(done.note.pk),
        changed=told(pk),
        **outcome(asked, list(done.consequences)),
    )


@invoices.writes("/invoices/{int:pk}/reduction", scope="invoices:credit", answer=InvoiceCredited)
def reduce_invoice(request, pk: int, asked: Reducing):
    """Credit an amount of one line's price; nothing of what it gave is taken back.

    No money is moved: what was paid by card goes back by a refund of the payment.
    """
    invoice = at_address(Invoice.objects, pk)
    if not invoice.lines.filter(pk=asked.line).exists():
        raise Refusal(
            _("%(line)s is no line of this invoice.") % {"line": asked.line}, field="line"
        )
    done = reducing.reduce(
        asked.line,
        amount=asked.amount,
        reason=asked.reason,
        version=asked.version,
        **who(request),
        **operation(request),
    )
    return InvoiceCredited(
        note=None if asked.preview else told(done.note.pk),
        changed=told(pk),
        **outcome(asked, list(done.consequences)),
    )


def summed(pairs) -> dict[int, int]:
    """What is named twice counts twice."""
    found: dict[int, int] = {}
    for pk, quantity in pairs:
        found[pk] = found.get(pk, 0) + quantity
    return found


def fulfilments_of(invoice: Invoice, things: list[OfThing]) -> dict[int, int]:
    """What the win gave, by kind and number. Raises Refusal for what it didn't. One statement."""
    if not things:
        return {}
    rows = Fulfilment.objects.filter(interest__invoice_lines__invoice=invoice)
    known = {
        (kind, object_id): pk for kind, object_id, pk in rows.values_list("kind", "object_id", "pk")
    }
    for each in things:
        if (each.kind, each.id) not in known:
            raise Refusal(
                _("%(kind)s %(id)s was not given by a line of this invoice.")
                % {"kind": each.kind, "id": each.id},
                field="take_back",
            )
    return summed((known[each.kind, each.id], each.quantity) for each in things)

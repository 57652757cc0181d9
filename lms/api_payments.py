"""What can programs do with payments? Read them, and settle what needs action."""

import datetime
import decimal
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from tms.programs.fields import IdText, Told
from tms.programs.looking import at_address, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Outcome, Versioned, VersionedAction, outcome
from tms.programs.resource import Resource, operation, who

from .models import Payment
from .payments import refunding

payments = Resource(tags=["Payments"])

READ, SETTLE = "payments:read", "payments:settle"
VALUES = (
    "state", "contact_id", "account_id", "event_id", "path_id", "title", "unit__code", "net",
    "tax", "provider", "reference", "started_at", "holds_until", "paid_at", "settled_at",
    "refund_asked_at", "refunded_at", "registration_id", "issued_id", "token_issue_id",
    "invoice_id", "trouble", "version",
)  # fmt: skip
State = Literal[
    "started", "expired", "given_up", "failed", "needs_action", "paid", "refunding", "refunded"
]


class PaymentTold(Told):
    """An amount that somebody pays online for one place, pass or pack of tokens."""

    id: int
    state: State = Field(description="needs_action: paid, and nothing was given for it.")
    contact: int
    account: int
    event: int | None
    path: int | None
    title: str
    currency: str
    net: decimal.Decimal
    tax: decimal.Decimal
    provider: str
    reference: str = Field(description="The provider's own name for it.")
    started_at: datetime.datetime
    holds_until: datetime.datetime
    paid_at: datetime.datetime | None
    settled_at: datetime.datetime | None = Field(description="When what it paid for was given.")
    refund_asked_at: datetime.datetime | None
    refunded_at: datetime.datetime | None
    registration: int | None
    pass_id: int | None
    token_issue: int | None
    invoice: int | None
    trouble: str = Field(description="Why what was paid for wasn't given, in words.")
    version: int


class PaymentChanged(Outcome):
    """What an action did to a payment, and to others."""

    changed: PaymentTold


class PaymentQuery(Listing):
    contact: IdText | None = None
    account: IdText | None = None
    state: Annotated[State | None, Field(description="As of now.")] = None


def rows_at(request):
    return Payment.objects.with_state(request.now)


def told(row: dict) -> PaymentTold:
    row = dict(row)
    row["currency"], row["pass_id"] = row.pop("unit__code"), row.pop("issued_id")
    more = {name: row.pop(name) for name in ("pk", "pass_id")}
    fields = {name.removesuffix("_id"): row[name] for name in row}
    return PaymentTold(id=more["pk"], pass_id=more["pass_id"], **fields)


@payments.reads("/payments", scope=READ, answer=Page[PaymentTold])
def list_payments(request, asked: Query[PaymentQuery]):
    """List payments."""
    exact = asked.model_dump(include={"contact", "account", "state"}, exclude_none=True)
    items, following = page(rows_at(request).filter(**exact), asked, "payments", VALUES)
    return Page[PaymentTold](items=[told(row) for row in items], next=following)


@payments.reads("/payments/{int:pk}", scope=READ, answer=PaymentTold)
def get_payment(request, pk: int):
    """Get a payment."""
    return told(values_at(rows_at(request), pk, VALUES))


@payments.writes("/payments/{int:pk}/settling", scope=SETTLE, answer=PaymentChanged)
def settle_payment(request, pk: int, asked: Versioned):
    """Give what was paid for after all, with its paid invoice."""
    at_address(Payment.objects, pk)
    given = {**who(request), **operation(request)}
    return changed(request, pk, asked, refunding.settle(pk, version=asked.version, **given))


@payments.writes("/payments/{int:pk}/refund", scope=SETTLE, answer=PaymentChanged)
def refund_payment(request, pk: int, asked: VersionedAction):
    """Give the money back for what was paid for and couldn't be given, or was credited since."""
    at_address(Payment.objects, pk)
    given = {**who(request), **operation(request), "reason": asked.reason}
    return changed(request, pk, asked, refunding.refund(pk, version=asked.version, **given))


def changed(request, pk: int, asked: Versioned, consequences) -> PaymentChanged:
    row = values_at(rows_at(request), pk, VALUES)
    return PaymentChanged(changed=told(row), **outcome(asked, consequences))

"""What can programs do with token issues? Everything that people can, through the same verbs."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field, WithJsonSchema

from catalog.models import Unit
from crm.api import MERGED
from crm.models import Account
from tms.programs.fields import IN_JSON, Day, Id, IdText, Line, Text, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Action, Outcome, Previewed, outcome
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal

from . import balances, issuing, ledger
from .beats import MOST
from .models import IssueSource, IssueStatus, TokenIssue, TokenType

issues = Resource(tags=["Tokens"])

VALUES = (
    "account_id", "token_type_id", "token_type__unit__label", "issued", "issued_on", "issued_at",
    "expires_on", "status", "spendable", "redeemed", "expired", "remaining", "source", "note",
    "external_id", "unit_price", "currency__code", "version",
)  # fmt: skip

Quantity = Annotated[int, Field(ge=1, le=MOST, description="A whole number."), IN_JSON]
Amount = Annotated[
    str,
    Field(pattern=r"^\d{1,10}(\.\d{1,4})?$", max_length=15),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,10}(\.\d{1,4})?$", "maxLength": 15}),
]


class TokenIssueTold(Told):
    """Tokens of one type, given to one account at one time, with one expiry."""

    id: int | None = Field(description="null in the preview of a new one.")
    account: int
    token_type: int
    token_type_name: str
    issued: int = Field(description="How many it began with.")
    issued_on: datetime.date
    issued_at: datetime.datetime
    expires_on: datetime.date | None = Field(
        description="The last day on which they can be spent; null: they never expire."
    )
    status: Literal["active", "used_up", "expired"] = Field(
        description="As of today in the installation's time zone."
    )
    remaining: int = Field(description="What can be spent of it: 0 from the day after the last.")
    redeemed: int = Field(description="Less what came back.")
    expired: int = Field(description="What expired unused.")
    source: Literal["hand", "courtesy", "opportunity", "order", "transfer", "api", "import"]
    note: str
    external_id: str
    unit_price: Decimal | None = Field(description="What was paid for one, net, where it is known.")
    currency: str | None
    version: int = Field(description="Send it with an action to be refused if it changed since.")


class IssueChanged(Outcome):
    """What an action did to an issue."""

    changed: TokenIssueTold


class TransferTold(Outcome):
    """What a transfer did: the issue as it is now, and the one that the other account has."""

    changed: TokenIssueTold
    arrived: TokenIssueTold


class BalanceTold(Told):
    """What an account has of one type."""

    token_type: int
    token_type_name: str
    available: int = Field(description="What can be spent today.")
    expiring: int = Field(description="What of it expires within 30 days.")
    issued: int = Field(description="Ever issued.")
    redeemed: int = Field(description="Less what came back.")
    expired: int = Field(description="What expired unused.")


class Balances(Told):
    """What an account has of each type that it ever had."""

    account: int
    merged_into: int | None = Field(description=MERGED)
    balances: list[BalanceTold]


class IssueQuery(Listing):
    account: IdText | None = None
    token_type: IdText | None = None
    status: Literal["active", "used_up", "expired"] | None = None
    external_id: Annotated[Line, Field(min_length=1, max_length=80)] | None = None
    expires_from: Day | None = None
    expires_to: Day | None = None


class NewIssue(Previewed):
    account: Id
    token_type: Id
    quantity: Quantity
    expires_on: Annotated[
        Day | None,
        Field(description="The last day. Left out: as the type says; null: they never expire."),
    ] = None
    note: Text = ""
    external_id: Annotated[
        Line, Field(max_length=80, description="The account's own, used once.")
    ] = ""
    unit_price: Annotated[Amount | None, Field(description="For one, net.")] = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None


class OneIssue(Action):
    version: Annotated[
        Version | None, Field(description="Refused (409) if the issue has another one by now.")
    ] = None


class NewExpiry(OneIssue):
    expires_on: Annotated[Day | None, Field(description="null: they never expire.")]


class Adjustment(OneIssue):
    quantity: Annotated[
        int,
        Field(ge=-MOST, le=MOST, description="Plus or minus a whole number, not zero."),
        IN_JSON,
    ]


class Transfer(OneIssue):
    to: Annotated[Id, Field(description="The account that gets them.")]
    quantity: Quantity


def rows(on):
    return TokenIssue.objects.with_status(on)


def told(row: dict, on, *, planned=False) -> TokenIssueTold:
    """From a row of VALUES: what is over shows what the night will have written off."""
    row = {name.removesuffix("_id"): value for name, value in row.items()}
    pk, spendable = row.pop("pk"), row.pop("spendable")
    row["expired"] += row.pop("remaining") - spendable
    return TokenIssueTold(
        id=None if planned else pk,
        token_type_name=row.pop("token_type__unit__label"),
        currency=row.pop("currency__code"),
        remaining=spendable,
        external_id=row.pop("external"),
        **row,
    )


def told_one(pk: int, on, *, planned=False) -> TokenIssueTold:
    return told(values_at(rows(on), pk, VALUES), on, planned=planned)


@issues.reads("/accounts/{int:pk}/token-balances", scope="tokens:read", answer=Balances)
def get_token_balances(request, pk: int):
    """Get what an account can spend."""
    account = at_address(Account.objects, pk)
    found = [
        BalanceTold(
            token_type=each.token_type_id,
            token_type_name=each.name,
            available=each.available,
            expiring=each.ending,
            issued=each.issued,
            redeemed=each.redeemed,
            expired=each.expired,
        )
        for each in balances.of_account(pk, request.today)
    ]
    return Balances(account=pk, merged_into=account.merged_into_id, balances=found)


@issues.reads("/token-issues", scope="tokens:read", answer=Page[TokenIssueTold])
def list_token_issues(request, asked: Query[IssueQuery]):
    """List token issues."""
    found = rows(request.today)
    if asked.status:
        found = found.in_status(IssueStatus(asked.status), request.today)
    exact = {
        "account": asked.account,
        "token_type": asked.token_type,
        "external_id": asked.external_id,
        "expires_on__gte": asked.expires_from,
        "expires_on__lte": asked.expires_to,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "token-issues", VALUES)
    return Page[TokenIssueTold](items=[told(row, request.today) for row in items], next=following)


@issues.reads("/token-issues/{int:pk}", scope="tokens:read", answer=TokenIssueTold)
def get_token_issue(request, pk: int):
    """Get a token issue."""
    return told_one(pk, request.today)


@issues.writes("/token-issues", scope="tokens:issue", answer=IssueChanged, status=201)
def issue_tokens(request, asked: NewIssue):
    """Issue tokens to an account.

    Only where the settings allow issues by hand. They are there at once.
    """
    currency = None
    if asked.currency:
        currency = Unit.objects.currencies().filter(code=asked.currency).first()
        if currency is None:
            raise Refusal(
                _("There is no currency %(code)s. Add it in the control panel first.")
                % {"code": asked.currency},
                field="currency",
            )
    account = named(Account.objects.all(), asked.account, "account")
    if asked.external_id and account.token_issues.filter(external_id=asked.external_id).exists():
        raise Refusal(
            _("%(account)s has an issue with this External ID already.") % {"account": account},
            field="external_id",
        )
    wanted = issuing.Wanted(
        account,
        named(TokenType.objects.select_related("unit"), asked.token_type, "token_type"),
        asked.quantity,
        expires_on=asked.expires_on if "expires_on" in asked.model_fields_set else issuing.DEFAULT,
        note=asked.note,
        external_id=asked.external_id,
        unit_price=Decimal(asked.unit_price) if asked.unit_price else None,
        currency=currency,
    )
    given = {**who(request), **operation(request)}
    (made,) = issuing.issue_many([wanted], source=IssueSource.API, **given)
    return changed(request, asked, made.pk, planned=asked.preview)


@issues.writes("/token-issues/{int:pk}/expiry", scope="tokens:expiry", answer=IssueChanged)
def change_token_expiry(request, pk: int, asked: NewExpiry):
    """Move the last day of a token issue.

    Not before today, and not once it has expired. Say why.
    """
    at_address(TokenIssue.objects, pk)
    issuing.change_expiry(pk, expires_on=asked.expires_on, **given(request, asked))
    return changed(request, asked, pk)


@issues.writes("/token-issues/{int:pk}/adjustments", scope="tokens:adjust", answer=IssueChanged)
def adjust_tokens(request, pk: int, asked: Adjustment):
    """Adjust a token issue by hand.

    Only where the settings allow it. Say why.
    """
    at_address(TokenIssue.objects, pk)
    ledger.adjust(pk, asked.quantity, **given(request, asked))
    return changed(request, asked, pk)


@issues.writes("/token-issues/{int:pk}/transfers", scope="tokens:transfer", answer=TransferTold)
def transfer_tokens(request, pk: int, asked: Transfer):
    """Transfer tokens to another account.

    They keep their expiry. Only where the settings allow adjustments.
    """
    at_address(TokenIssue.objects, pk)
    to = named(Account.objects.all(), asked.to, "to")
    arrived = ledger.transfer(pk, asked.quantity, to=to, **given(request, asked))
    return TransferTold(
        changed=told_one(pk, request.today),
        arrived=told_one(arrived.pk, request.today, planned=asked.preview),
        **outcome(asked, []),
    )


def given(request, asked: OneIssue) -> dict:
    """What every verb about one issue is told."""
    return {
        "version": asked.version,
        "reason": asked.reason,
        **who(request),
        **operation(request),
    }


def changed(request, asked, pk: int, *, planned=False) -> IssueChanged:
    return IssueChanged(changed=told_one(pk, request.today, planned=planned), **outcome(asked, []))

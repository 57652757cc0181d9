"""What moved on an account's tokens, and how do programs spend them and give them back?"""

import datetime
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from crm.api import MERGED
from crm.models import Account, Contact
from tms.compiled import Rows
from tms.consequences import Consequence
from tms.programs.fields import Day, Id, IdText, Told, Version
from tms.programs.looking import at_address, named, several
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Action, Outcome, Previewed, outcome
from tms.programs.problems import Problem
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal

from . import ledger, spending
from .api_issues import Quantity
from .models import LedgerEntry, Spender, TokenIssue, TokenType, WhoMaySpend

movements = Resource(tags=["Tokens"])
TYPES = Rows(lambda pk: TokenType.objects.filter(pk=pk).select_related("unit"))

ENTRY = (
    "issue_id", "account_id", "token_type_id", "kind", "quantity", "move", "of_id", "contact_id",
    "purpose_kind", "purpose_id", "at", "on", "recorded_at", "by_id", "key_id", "source", "reason",
)  # fmt: skip


class EntryTold(Told):
    """One signed movement on one token issue; never changed."""

    id: int
    issue: int
    account: int
    token_type: int
    kind: Literal["issued", "redeemed", "refunded", "adjusted", "expired", "transferred"]
    quantity: int
    move: int = Field(description="The deed that it is part of: a redemption, a refund …")
    of: int | None = Field(description="The entry that a refund takes back.")
    contact: int | None = Field(description="The learner for whom they were spent.")
    purpose: str = Field(description="What they were spent for: registration, opportunity …")
    purpose_id: int | None
    at: datetime.datetime
    on: datetime.date
    recorded_at: datetime.datetime = Field(description="When it was written down.")
    by: int | None = Field(description="The user; null: the system.")
    key: int | None = Field(description="The API key it came by.")
    source: str
    reason: str


class EntryQuery(Listing):
    account: IdText | None = None
    issue: IdText | None = None
    token_type: IdText | None = None
    contact: IdText | None = None
    kind: Literal["issued", "redeemed", "refunded", "adjusted", "expired", "transferred"] | None = (
        None
    )
    on_from: Annotated[Day, Field(description="On this day or later.")] | None = None
    on_to: Annotated[Day, Field(description="On this day or before.")] | None = None


class PartTold(Told):
    """What a redemption took of one issue, and what of it came back."""

    issue: int
    quantity: int
    given_back: int


class RedemptionTold(Told):
    """Tokens that were redeemed at once."""

    id: int | None = Field(description="null in a preview.")
    account: int
    token_type: int
    quantity: int
    given_back: int
    contact: int | None
    purpose: str
    purpose_id: int | None
    at: datetime.datetime
    reason: str
    parts: list[PartTold] = Field(description="By issue, in the order in which they were spent.")


class Redeemed(Outcome):
    """What a redemption or a refund did."""

    changed: RedemptionTold


class NewRedemption(Action):
    account: Id
    token_type: Id
    quantity: Quantity
    contact: Annotated[Id | None, Field(description="The learner for whom.")] = None
    issue: Annotated[
        Id | None, Field(description="Take them from this issue; best left out: earliest expiry.")
    ] = None


class Refund(Action):
    quantity: Annotated[Quantity | None, Field(description="Left out: all that is left.")] = None


class SpendingTold(Told):
    """Who may spend an account's tokens at checkout, and see its balance."""

    account: int
    merged_into: int | None = Field(description=MERGED)
    who: Literal["nobody", "chosen", "everybody"]
    contacts: list[int] = Field(description="Who was chosen.")
    yearly_limit: int | None = Field(description="For one learner in a calendar year; null: none.")
    version: int


class SpendingRule(Previewed):
    who: Literal["nobody", "chosen", "everybody"]
    contacts: Annotated[list[Id], Field(max_length=1000)] = []
    yearly_limit: Annotated[Quantity | None, Field(description="null: no limit.")] = None
    version: Version | None = None


# The ledger


@movements.reads("/token-entries", scope="tokens:read", answer=Page[EntryTold])
def list_token_entries(request, asked: Query[EntryQuery]):
    """List the entries of the ledger, oldest first."""
    exact = {
        "account": asked.account,
        "issue": asked.issue,
        "token_type": asked.token_type,
        "contact": asked.contact,
        "kind": asked.kind,
        "on__gte": asked.on_from,
        "on__lte": asked.on_to,
    }
    found = LedgerEntry.objects.filter(
        **{name: value for name, value in exact.items() if value is not None}
    )
    items, following = page(found, asked, "token-entries", ENTRY)
    return Page[EntryTold](items=[entry(row) for row in items], next=following)


def entry(row: dict) -> EntryTold:
    told = {name.removesuffix("_id"): value for name, value in row.items()}
    told["purpose"], told["purpose_id"] = told.pop("purpose_kind"), row["purpose_id"]
    return EntryTold(id=told.pop("pk"), **told)


# Redeeming and giving back


def redemption(move: int) -> RedemptionTold:
    """The redemption of this number. Raises Problem (404) without one. Two statements."""
    parts = ledger.parts_of(move)
    if not parts:
        raise Problem("not-found", _("There is no redemption %(pk)s.") % {"pk": move})
    first = parts[0]
    told = [
        PartTold(
            issue=each.issue_id, quantity=-each.quantity, given_back=-each.quantity - each.left
        )
        for each in parts
    ]
    return RedemptionTold(
        id=move,
        account=first.account_id,
        token_type=first.token_type_id,
        quantity=sum(each.quantity for each in told),
        given_back=sum(each.given_back for each in told),
        contact=first.contact_id,
        purpose=first.purpose_kind,
        purpose_id=first.purpose_id,
        at=first.at,
        reason=first.reason,
        parts=told,
    )


@movements.reads("/token-redemptions/{int:pk}", scope="tokens:read", answer=RedemptionTold)
def get_token_redemption(request, pk: int):
    """Get a redemption, with what came back of it."""
    return redemption(pk)


@movements.writes(
    "/token-redemptions", scope="tokens:redeem", answer=Redeemed, status=201, alone=True
)
def redeem_tokens(request, asked: NewRedemption):
    """Redeem tokens of an account.

    The earliest expiry first; all of them, or none. With an Idempotency-Key a repeat takes nothing
    a second time.
    """
    # All that can be known before anybody has to wait for it.
    contact = named(Contact.objects.all(), asked.contact, "contact")
    token_type = TYPES.one(pk=asked.token_type)
    if token_type is None:
        token_type = named(TokenType.objects.all(), asked.token_type, "token_type")
    told, moment = outcome(asked, []), who(request)
    try:
        taken = ledger.redeem(
            asked.account,
            token_type,
            asked.quantity,
            issue_id=asked.issue,
            contact_id=contact and contact.pk,
            reason=asked.reason,
            **moment,
            **operation(request),
        )
    except Refusal:
        # Nothing was taken. Perhaps there is nothing of that id at all, which says more.
        account = named(Account.objects.all(), asked.account, "account")
        named(TokenIssue.objects.filter(account=account), asked.issue, "issue")
        raise
    redeemed = RedemptionTold(
        id=None if asked.preview else taken.move,
        account=asked.account,
        token_type=asked.token_type,
        quantity=taken.quantity,
        given_back=0,
        contact=asked.contact,
        purpose="",
        purpose_id=None,
        at=moment["at"],
        reason=asked.reason,
        parts=[PartTold(issue=pk, quantity=n, given_back=0) for pk, n in taken.parts],
    )
    return Redeemed(changed=redeemed, **told)


@movements.writes("/token-redemptions/{int:pk}/refunds", scope="tokens:redeem", answer=Redeemed)
def refund_tokens(request, pk: int, asked: Refund):
    """Give tokens back to the issues that they came from.

    What goes back to an issue that has expired is written off again at once; the consequences say
    so. A preview says it before.
    """
    redemption(pk)
    back = ledger.refund(
        {pk: asked.quantity}, reason=asked.reason, **who(request), **operation(request)
    )
    lost = [each for each in back if each.over]
    told = []
    if lost:
        number = sum(each.quantity for each in lost)
        sentence = _("%(n)s go back to an issue that has expired, and are written off at once.")
        told.append(Consequence("closes", sentence % {"n": number}, number))
    return Redeemed(changed=redemption(pk), **outcome(asked, told))


# Who may spend


def spending_told(account: Account) -> SpendingTold:
    rule = spending.rule_of(account.pk)
    chosen = Spender.objects.filter(account=account).order_by("contact")
    return SpendingTold(
        account=account.pk,
        merged_into=account.merged_into_id,
        who=rule.who,
        contacts=list(chosen.values_list("contact_id", flat=True)),
        yearly_limit=rule.yearly_limit,
        version=rule.version,
    )


@movements.reads("/accounts/{int:pk}/token-spending", scope="tokens:read", answer=SpendingTold)
def get_token_spending(request, pk: int):
    """Get who may spend an account's tokens."""
    return spending_told(at_address(Account.objects, pk))


@movements.writes(
    "/accounts/{int:pk}/token-spending",
    scope="tokens:spending",
    answer=SpendingTold,
    method="PUT",
)
def set_token_spending(request, pk: int, asked: SpendingRule):
    """Set who may spend an account's tokens."""
    account = at_address(Account.objects, pk)
    spending.set_rule(
        account,
        who=WhoMaySpend(asked.who),
        contacts=several(Contact.objects.all(), asked.contacts, "contacts"),
        yearly_limit=asked.yearly_limit,
        version=asked.version,
        **who(request),
    )
    return spending_told(account)

"""What can programs do with opportunities? Open, change, move, win, lose, reopen them."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from catalog.models import Region, Unit
from tms.models import User
from tms.programs.fields import IN_JSON, Asked, Day, Id, IdText, Line, Text, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Outcome, Previewed, outcome
from tms.programs.resource import Resource, operation, who
from tms.refusals import Refusal

from . import external_ids, interests, invoices, selling
from . import opportunities as verbs
from .api import (
    ExternalText,
    GoneIdentity,
    Identities,
    Identity,
    NewIdentity,
    identities,
    told_apart,
    without_id,
)
from .choosing import opportunities_matching
from .models import Account, Contact, Interest, InterestContact, Opportunity, Stage

opportunities = Resource(tags=["Opportunities"])

VALUES = (
    "name", "account_id", "contact_id", "owner_id", "region_id", "currency__code", "stage_id",
    "stage__name", "closes_on", "probability", "source", "notes", "worth", "opened_on",
    "closed_on", "won", "lost_because", "version",
)  # fmt: skip
LINES = (
    "opportunity_id", "offer", "title", "detail", "quantity", "unit__code",
    "unit_price", "list_price", "discount", "tax_level_id", "tax_percent", "net", "tax", "version",
)  # fmt: skip

Status = Literal["open", "won", "lost"]
Percent = Annotated[int, Field(ge=0, le=100, description="In per cent."), IN_JSON]


class StageTold(Told):
    """One step of the pipeline."""

    id: int
    name: str
    counts_as: Status
    probability: int
    position: int


class InterestTold(Told):
    """One thing that an opportunity is about."""

    id: int
    offer: str = Field(description="passes, tokens, courses, paths.")
    title: str
    detail: str
    quantity: int
    unit: str = Field(description="The currency's code, or the token type's name.")
    unit_price: Decimal = Field(description="For one, net.")
    list_price: Decimal | None = Field(description="What the catalogue asked for it then.")
    discount: Decimal = Field(description="In per cent.")
    tax_level: int
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    contacts: list[int] = Field(description="For whom it is by name.")
    version: int


class OpportunityTold(Told):
    """A sale to one account, from enquiry to won or lost."""

    id: int
    name: str
    status: Status
    account: int
    contact: int | None
    owner: int | None = Field(description="The user who works it.")
    region: int
    currency: str
    stage: int
    stage_name: str
    closes_on: datetime.date | None = Field(description="When it is expected to be decided.")
    probability: int
    source: str
    notes: str
    worth: Decimal = Field(description="The net sum of what costs money.")
    opened_on: datetime.date
    closed_on: datetime.date | None
    lost_because: str
    external_ids: list[Identity]
    interests: list[InterestTold]
    version: int = Field(description="Send it with a change to be refused if it changed since.")


class OpportunityChanged(Outcome):
    """What an action did to an opportunity, and what it gave."""

    changed: OpportunityTold


class OpportunityQuery(Listing):
    q: Annotated[Line, Field(description="Words of the name.")] = ""
    status: Status | None = None
    stage: IdText | None = None
    account: IdText | None = None
    contact: IdText | None = None
    owner: IdText | None = None
    closes_from: Day | None = None
    closes_to: Day | None = None
    external_id: ExternalText | None = None


class OpportunityFields(Asked):
    name: Line = ""
    contact: Id | None = None
    owner: Id | None = None
    region: Annotated[Id | None, Field(description="null, for a new one: the account's.")] = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None
    closes_on: Day | None = None
    probability: Percent | None = None
    source: Annotated[Line, Field(max_length=80)] = ""
    notes: Text = ""


class NewOpportunity(OpportunityFields):
    name: Annotated[Line, Field(min_length=1)]
    account: Id
    stage: Annotated[Id | None, Field(description="An open one; null: the first.")] = None
    external_ids: Identities = []


class OpportunityChange(OpportunityFields):
    account: Id | None = None
    version: Version | None = None


class ToStage(Asked):
    stage: Id
    version: Version | None = None


class Winning(Previewed):
    """What is asked of a win."""

    stage: Annotated[Id | None, Field(description="One that counts as won.")] = None
    days_to_pay: Annotated[int, Field(ge=0, le=365), IN_JSON] = invoices.DAYS_TO_PAY
    draft_invoice: Annotated[
        bool, Field(description="Leave the invoice without a number, to be issued later.")
    ] = False
    version: Version | None = None


class Losing(Asked):
    because: Annotated[Text, Field(min_length=1)]
    stage: Annotated[Id | None, Field(description="One that counts as lost.")] = None
    version: Version | None = None


class Reopening(Asked):
    stage: Annotated[Id | None, Field(description="An open one; null: the first.")] = None
    version: Version | None = None


# Told


def told_several(rows) -> list[OpportunityTold]:
    """From rows of VALUES. Three statements."""
    ids = [row["pk"] for row in rows]
    elsewhere, lines = identities("opportunity", ids), interests_of(ids)
    return [one_told(without_id(row), elsewhere, lines) for row in rows]


def one_told(row: dict, elsewhere, lines) -> OpportunityTold:
    pk, won = row.pop("pk"), row.pop("won")
    return OpportunityTold(
        id=pk,
        status={None: "open", True: "won", False: "lost"}[won],
        currency=row.pop("currency__code"),
        stage_name=row.pop("stage__name"),
        external_ids=elsewhere[pk],
        interests=lines[pk],
        **row,
    )


def told(pk: int) -> OpportunityTold:
    return told_several([values_at(Opportunity.objects, pk, VALUES)])[0]


def interests_of(ids) -> dict[int, list[InterestTold]]:
    """The interests of opportunities, in their order. Two statements."""
    found: dict[int, list[InterestTold]] = {pk: [] for pk in ids}
    rows = Interest.objects.filter(opportunity__in=ids).order_by("position", "pk")
    rows = list(rows.values("pk", *LINES))
    people: dict[int, list[int]] = {row["pk"]: [] for row in rows}
    named_ones = InterestContact.objects.filter(interest__in=people).order_by("position", "pk")
    for interest, contact in named_ones.values_list("interest", "contact"):
        people[interest].append(contact)
    for row in rows:
        pk, of = row.pop("pk"), row.pop("opportunity_id")
        code = row.pop("unit__code")
        found[of].append(InterestTold(id=pk, unit=code, contacts=people[pk], **without_id(row)))
    return found


# Asked


def rows_of(values: dict) -> dict:
    """The values with rows instead of ids. Raises Refusal for what isn't there."""
    tables = {
        "account": Account.objects.all(),
        "contact": Contact.objects.all(),
        "owner": User.objects.filter(is_staff=True, is_active=True),
        "region": Region.objects.filter(archived_at=None),
        "stage": Stage.objects.all(),
    }
    found = {
        name: named(tables[name], value, name) if name in tables else value
        for name, value in values.items()
    }
    if "currency" in found:
        found["currency"] = currency_of(found["currency"])
    return found


def currency_of(code: str | None) -> Unit | None:
    if code is None:
        return None
    found = Unit.objects.currencies().in_use().filter(code=code).first()
    if found is None:
        raise Refusal(
            _("There is no currency %(code)s. Add it in the control panel first.") % {"code": code},
            field="currency",
        )
    return found


def stage_of(pk: int | None) -> Stage | None:
    return named(Stage.objects.all(), pk, "stage")


# Operations


@opportunities.reads("/stages", scope="opportunities:read", answer=Page[StageTold])
def list_stages(request, asked: Query[Listing]):
    """List the stages in use."""
    living = Stage.objects.filter(archived_at=None)
    rows, following = page(living, asked, "stages", ("name", "kind", "probability", "position"))
    items = [StageTold(id=row.pop("pk"), counts_as=row.pop("kind"), **row) for row in rows]
    return Page[StageTold](items=items, next=following)


@opportunities.reads("/opportunities", scope="opportunities:read", answer=Page[OpportunityTold])
def list_opportunities(request, asked: Query[OpportunityQuery]):
    """List opportunities."""
    found = Opportunity.objects.all()
    if asked.status:
        found = found.filter(won={"open": None, "won": True, "lost": False}[asked.status])
    exact = {
        "stage": asked.stage,
        "account": asked.account,
        "contact": asked.contact,
        "owner": asked.owner,
        "closes_on__gte": asked.closes_from,
        "closes_on__lte": asked.closes_to,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.q:
        found = opportunities_matching(found, asked.q)
    if asked.external_id:
        system, _colon, value = asked.external_id.partition(":")
        found = found.filter(external_ids__system=system, external_ids__value=value)
    items, following = page(found, asked, "opportunities", VALUES)
    return Page[OpportunityTold](items=told_several(items), next=following)


@opportunities.reads("/opportunities/{int:pk}", scope="opportunities:read", answer=OpportunityTold)
def get_opportunity(request, pk: int):
    """Get an opportunity with its interests."""
    return told(pk)


@opportunities.writes(
    "/opportunities", scope="opportunities:write", answer=OpportunityTold, status=201
)
def create_opportunity(request, asked: NewOpportunity):
    """Open an opportunity."""
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"external_ids"}))
    ids = [(each.system, each.value) for each in asked.external_ids]
    return told(verbs.create(ids=ids, **values, **who(request)).pk)


@opportunities.writes(
    "/opportunities/{int:pk}", scope="opportunities:write", answer=OpportunityTold, method="PATCH"
)
def change_opportunity(request, pk: int, asked: OpportunityChange):
    """Change some fields of an opportunity."""
    at_address(Opportunity.objects, pk)
    values = rows_of(asked.model_dump(exclude_unset=True, exclude={"version"}))
    for name in ("account", "region", "currency", "probability"):
        if name in values and values[name] is None:
            raise Refusal(
                _("An opportunity always has one. Leave it out, or name one."), field=name
            )
    verbs.edit(pk, version=asked.version, **values, **who(request))
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/stage", scope="opportunities:write", answer=OpportunityTold
)
def move_opportunity(request, pk: int, asked: ToStage):
    """Move an opportunity to another open stage."""
    at_address(Opportunity.objects, pk)
    verbs.move(pk, stage=stage_of(asked.stage), version=asked.version, **who(request))
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/win", scope="opportunities:win", answer=OpportunityChanged
)
def win_opportunity(request, pk: int, asked: Winning):
    """Win an opportunity.

    Everything that was sold is delivered, paid for and billed, or nothing is. Won already: nothing
    more happens.
    """
    at_address(Opportunity.objects, pk)
    won = selling.win(
        pk,
        stage=stage_of(asked.stage),
        days_to_pay=asked.days_to_pay,
        draft_invoice=asked.draft_invoice,
        version=asked.version,
        **who(request),
        **operation(request),
    )
    return OpportunityChanged(changed=told(pk), **outcome(asked, list(won.consequences)))


@opportunities.writes(
    "/opportunities/{int:pk}/loss", scope="opportunities:write", answer=OpportunityTold
)
def lose_opportunity(request, pk: int, asked: Losing):
    """Lose an opportunity, and say why."""
    at_address(Opportunity.objects, pk)
    verbs.lose(
        pk,
        because=asked.because,
        stage=stage_of(asked.stage),
        version=asked.version,
        **who(request),
    )
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/reopening", scope="opportunities:write", answer=OpportunityTold
)
def reopen_opportunity(request, pk: int, asked: Reopening):
    """Open an opportunity again that was lost."""
    at_address(Opportunity.objects, pk)
    verbs.reopen(pk, stage=stage_of(asked.stage), version=asked.version, **who(request))
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/interests/{int:interest}/removal",
    scope="opportunities:write",
    answer=OpportunityTold,
)
def remove_interest(request, pk: int, interest: int):
    """Take an interest off an open opportunity."""
    at_address(Interest.objects.filter(opportunity=pk), interest)
    interests.remove(interest, **who(request))
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/external-ids",
    scope="opportunities:write",
    answer=OpportunityTold,
    status=201,
)
def add_opportunity_id(request, pk: int, asked: NewIdentity):
    """Note what another system calls the opportunity."""
    found = at_address(Opportunity.objects, pk)
    external_ids.add(found, system=asked.system, value=asked.value, **who(request))
    return told(pk)


@opportunities.writes(
    "/opportunities/{int:pk}/external-ids/removal",
    scope="opportunities:write",
    answer=OpportunityTold,
)
def remove_opportunity_id(request, pk: int, asked: GoneIdentity):
    """Forget what another system calls the opportunity; the history keeps it."""
    at_address(Opportunity.objects, pk)
    external_ids.remove(told_apart("opportunity", pk, asked), **who(request))
    return told(pk)

"""Which packs of tokens are sold online, and how do programs set them up and price them?"""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from catalog.api import PriceTold, prices_of
from catalog.api_prices import NewPrice, PriceChange, merged, price_at, rows_of
from tms.programs.fields import IN_JSON, Asked, Flag, Id, Line, Told, Version
from tms.programs.looking import at_address, named, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Previewed
from tms.programs.resource import Resource, operation, who

from . import packs
from .models import TokenPack, TokenType

token_packs = Resource(tags=["Tokens"])

READ, WRITE = "tokens:read", "token-types:write"
ONE = "/token-packs/{int:pk}"
COLUMNS = (
    "name", "token_type_id", "token_type__unit__code", "units", "period", "period_unit", "position",
    "archived_at", "version", "priced_id",
)  # fmt: skip
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Units = Annotated[int, Field(ge=1, le=1_000_000, description="How many tokens it is."), IN_JSON]
Period = Annotated[
    int | None, Field(ge=1, le=3650, description="null: as the token type says."), IN_JSON
]
Position = Annotated[int, Field(ge=0, le=10_000, description="The smallest is first."), IN_JSON]


class TokenPackTold(Told):
    """A number of tokens that is sold online as one thing."""

    id: int
    name: str
    token_type: int
    unit: str = Field(description="What prices in these tokens name them by.")
    units: int = Field(description="How many tokens it is.")
    period: int | None = Field(description="How long they can be spent; null: as their type says.")
    period_unit: Literal["days", "months"]
    position: int
    archived_at: datetime.datetime | None
    version: int
    prices: list[PriceTold]


class PackQuery(Listing):
    archived: Annotated[Flag, Field(description="The archived ones too.")] = False


def told(row: dict, prices: list[PriceTold]) -> TokenPackTold:
    same = ("name", "units", "period", "period_unit", "position", "archived_at", "version")
    return TokenPackTold(
        id=row["pk"],
        token_type=row["token_type_id"],
        unit=row["token_type__unit__code"],
        prices=prices,
        **{name: row[name] for name in same},
    )


def seen(pk: int) -> TokenPackTold:
    row = values_at(TokenPack.objects, pk, COLUMNS)
    return told(row, prices_of([row["priced_id"]])[row["priced_id"]])


@token_packs.reads("/token-packs", scope=READ, answer=Page[TokenPackTold])
def list_token_packs(request, asked: Query[PackQuery]):
    """List token packs."""
    found = TokenPack.objects.all()
    if not asked.archived:
        found = found.filter(archived_at=None)
    items, following = page(found, asked, "token-packs", COLUMNS)
    prices = prices_of([row["priced_id"] for row in items])
    return Page[TokenPackTold](
        items=[told(row, prices[row["priced_id"]]) for row in items], next=following
    )


@token_packs.reads(ONE, scope=READ, answer=TokenPackTold)
def get_token_pack(request, pk: int):
    """Get a token pack."""
    return seen(pk)


# Setting them up


class NewTokenPack(Asked):
    token_type: Id
    name: Name
    units: Units
    period: Period = None
    period_unit: Literal["days", "months"] = "months"
    position: Position = 0


class TokenPackChange(Asked):
    """What is left out stays as it is."""

    name: Name = ""
    units: Units = 1
    period: Period = None
    period_unit: Literal["days", "months"] = "months"
    position: Position = 0
    version: Version | None = None


@token_packs.writes("/token-packs", scope=WRITE, answer=TokenPackTold, status=201)
def create_token_pack(request, asked: NewTokenPack):
    """Make a token pack. It is sold once it has a price in money."""
    values = asked.model_dump(exclude={"token_type"})
    kinds = TokenType.objects.select_related("unit")
    kind = named(kinds, asked.token_type, "token_type")
    made = packs.create(token_type=kind, **values, **who(request), **operation(request))
    return seen(made.pk)


@token_packs.writes(ONE, scope=WRITE, answer=TokenPackTold, method="PATCH")
def change_token_pack(request, pk: int, asked: TokenPackChange):
    """Change some fields of a token pack. What was bought stays as it was."""
    found = at_address(TokenPack.objects, pk)
    values = packs.said(found) | asked.model_dump(exclude_unset=True, exclude={"version"})
    packs.edit(found, **values, version=asked.version, **who(request), **operation(request))
    return seen(pk)


@token_packs.writes(f"{ONE}/archiving", scope=WRITE, answer=TokenPackTold)
def archive_token_pack(request, pk: int, asked: Previewed):
    """Archive a token pack: it is sold no more."""
    packs.archive(at_address(TokenPack.objects, pk), **who(request), **operation(request))
    return seen(pk)


@token_packs.writes(f"{ONE}/restoring", scope=WRITE, answer=TokenPackTold)
def restore_token_pack(request, pk: int, asked: Previewed):
    """Restore an archived token pack."""
    packs.restore(at_address(TokenPack.objects, pk), **who(request), **operation(request))
    return seen(pk)


# Their prices


@token_packs.writes(f"{ONE}/prices", scope=WRITE, answer=TokenPackTold, status=201)
def add_pack_price(request, pk: int, asked: NewPrice):
    """Give a token pack a price in money, for all of it."""
    packs.add_price(at_address(TokenPack.objects, pk), **rows_of(asked), **who(request))
    return seen(pk)


@token_packs.writes(
    f"{ONE}/prices/{{int:price}}", scope=WRITE, answer=TokenPackTold, method="PATCH"
)
def change_pack_price(request, pk: int, price: int, asked: PriceChange):
    """Change a price of a token pack. What was sold keeps the price it was sold at."""
    found = at_address(TokenPack.objects, pk)
    old = price_at(found.priced_id, price)
    packs.edit_price(found, old, **merged(old, asked), **who(request))
    return seen(pk)


@token_packs.writes(f"{ONE}/prices/{{int:price}}/removal", scope=WRITE, answer=TokenPackTold)
def remove_pack_price(request, pk: int, price: int, asked: Asked):
    """Remove a price of a token pack; without any it isn't sold."""
    found = at_address(TokenPack.objects, pk)
    packs.remove_price(found, price_at(found.priced_id, price), **who(request))
    return seen(pk)

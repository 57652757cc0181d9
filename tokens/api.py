"""What can programs see of tokens? The types there are."""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from tms.programs.fields import Flag, Told
from tms.programs.looking import values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.resource import Resource

from .models import TokenType

tokens = Resource(tags=["Tokens"])

TYPE = ("unit__code", "unit__label", "description", "period", "period_unit", "unit__archived_at")


class TokenTypeTold(Told):
    """A kind of token."""

    id: int
    code: str = Field(description="The unit that prices name it by.")
    name: str
    description: str
    period: int | None = Field(description="How long what is issued can be spent; null: for ever.")
    period_unit: Literal["days", "months"]
    archived_at: datetime.datetime | None


class TypeQuery(Listing):
    archived: Annotated[Flag, Field(description="The archived ones too.")] = False


def told(row: dict) -> TokenTypeTold:
    return TokenTypeTold(
        id=row["pk"],
        code=row["unit__code"],
        name=row["unit__label"],
        archived_at=row["unit__archived_at"],
        **{name: row[name] for name in ("description", "period", "period_unit")},
    )


@tokens.reads("/token-types", scope="tokens:read", answer=Page[TokenTypeTold])
def list_token_types(request, asked: Query[TypeQuery]):
    """List token types."""
    found = TokenType.objects.all()
    if not asked.archived:
        found = found.filter(unit__archived_at=None)
    items, following = page(found, asked, "token-types", TYPE)
    return Page[TokenTypeTold](items=[told(row) for row in items], next=following)


@tokens.reads("/token-types/{int:pk}", scope="tokens:read", answer=TokenTypeTold)
def get_token_type(request, pk: int):
    """Get a token type."""
    return told(values_at(TokenType.objects, pk, TYPE))

"""Which token types are there, and how do programs set them up?"""

import datetime
from typing import Annotated, Literal

from ninja import Query
from pydantic import Field

from tms.programs.fields import IN_JSON, Asked, Flag, Line, Text, Told
from tms.programs.looking import at_address, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Previewed
from tms.programs.resource import Resource, who

from . import types
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


# Setting them up


class NewTokenType(Previewed):
    name: Annotated[Line, Field(min_length=1, max_length=40)]
    description: Text = ""
    period: Annotated[int | None, Field(ge=1, le=3650), IN_JSON] = None
    period_unit: Literal["days", "months"] = "months"


class TokenTypeChange(Asked):
    """What is left out stays as it is."""

    name: Annotated[Line, Field(min_length=1, max_length=40)] = ""
    description: Text = ""
    period: Annotated[int | None, Field(ge=1, le=3650), IN_JSON] = None
    period_unit: Literal["days", "months"] = "months"


@tokens.writes("/token-types", scope="token-types:write", answer=TokenTypeTold, status=201)
def create_token_type(request, asked: NewTokenType):
    """Make a token type."""
    values = asked.model_dump(exclude={"preview", "digest"})
    return seen(types.create(**values, **who(request)).pk)


@tokens.writes(
    "/token-types/{int:pk}", scope="token-types:write", answer=TokenTypeTold, method="PATCH"
)
def change_token_type(request, pk: int, asked: TokenTypeChange):
    """Change some fields of a token type.

    What was issued keeps its expiry.
    """
    found = at_address(TokenType.objects.select_related("unit"), pk)
    types.edit(found, **types.said(found) | asked.model_dump(exclude_unset=True), **who(request))
    return seen(pk)


@tokens.writes("/token-types/{int:pk}/archiving", scope="token-types:write", answer=TokenTypeTold)
def archive_token_type(request, pk: int, asked: Previewed):
    """Archive a token type.

    It is issued no more and put into no new price; what was issued stays spendable.
    """
    types.archive(at_address(TokenType.objects, pk), **who(request))
    return seen(pk)


@tokens.writes("/token-types/{int:pk}/restoring", scope="token-types:write", answer=TokenTypeTold)
def restore_token_type(request, pk: int, asked: Previewed):
    """Restore an archived token type."""
    types.restore(at_address(TokenType.objects, pk), **who(request))
    return seen(pk)


def seen(pk: int) -> TokenTypeTold:
    return told(values_at(TokenType.objects, pk, TYPE))

"""What can programs do with pass types? See them, change their texts, put them on and off sale."""

from typing import Annotated, Literal

from django.db.models.functions import Lower
from ninja import Query
from pydantic import Field

from catalog.api import PriceTold, prices_of
from tms.programs.fields import Asked, Line, Text, Told, Version
from tms.programs.looking import at_address, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Deleted, Outcome, Versioned, outcome
from tms.programs.resource import Resource, operation, who

from . import types
from .content import says
from .models import Inclusion, PassOption, PassType

pass_types = Resource(tags=["Pass types"])

TYPE = ("name", "code", "slug", "description", "status", "version")
OPTION = ("name", "period", "period_unit", "status", "version", "priced_id")


# What is told


class TypeTold(Told):
    """What is sold: a name, a code, a description, and what it opens."""

    id: int
    name: str
    code: str
    slug: str
    description: str
    status: Literal["draft", "active", "archived"]
    version: int


class OptionTold(Told):
    """A length of a pass type."""

    id: int
    name: str
    period: int
    period_unit: Literal["days", "months"]
    status: Literal["draft", "published", "archived"]
    version: int
    prices: list[PriceTold]


class Opens(Told):
    """Something that a pass type opens: an item, whole or some types of its events, or an event."""

    id: int
    item: int | None
    event: int | None
    event_types: list[str] = Field(description="Of a course; empty: all of them.")


class TypeWhole(TypeTold):
    """A pass type with its options and its training."""

    options: list[OptionTold]
    training: list[Opens]


class TypeChanged(Outcome):
    """What an action did to a pass type, and to others."""

    changed: TypeTold


class WholeChanged(Outcome):
    """What an action did to a pass type with what belongs to it, and to others."""

    changed: TypeWhole


# Looking


class TypeQuery(Listing):
    q: Annotated[Line, Field(description="Words of name or code.")] = ""
    code: Annotated[Line, Field(description="The whole code, in any capitals.")] = ""
    status: Literal["draft", "active", "archived"] | None = None


def plain(row: dict) -> dict:
    return {"id": row.pop("pk"), **row}


def told(pk: int) -> TypeTold:
    return TypeTold(**plain(values_at(PassType.objects, pk, TYPE)))


@pass_types.reads("/pass-types", scope="passes:read", answer=Page[TypeTold])
def list_pass_types(request, asked: Query[TypeQuery]):
    """List pass types."""
    found = PassType.objects.all()
    for word in asked.q.split()[:8]:
        found = found.filter(says("search_text", word))
    if asked.code:
        found = found.alias(folded=Lower("code")).filter(folded=asked.code.lower())
    if asked.status:
        found = found.filter(status=asked.status)
    items, following = page(found, asked, "pass-types", TYPE)
    return Page[TypeTold](items=[TypeTold(**plain(row)) for row in items], next=following)


@pass_types.reads("/pass-types/{int:pk}", scope="passes:read", answer=TypeWhole)
def get_pass_type(request, pk: int):
    """Get a pass type with its options, their prices, and what it opens."""
    return told_whole(pk)


def told_whole(pk: int) -> TypeWhole:
    """Four statements."""
    row = plain(values_at(PassType.objects, pk, TYPE))
    options = list(PassOption.objects.filter(pass_type=pk).order_by("pk").values("pk", *OPTION))
    prices = prices_of([option["priced_id"] for option in options])
    training = Inclusion.objects.filter(pass_type=pk).order_by("pk")
    return TypeWhole(
        options=[
            OptionTold(prices=prices[option.pop("priced_id")], **plain(option))
            for option in options
        ],
        training=[
            Opens(
                id=each["pk"],
                item=each["item_id"],
                event=each["event_id"],
                event_types=each["event_types"],
            )
            for each in training.values("pk", "item_id", "event_id", "event_types")
        ],
        **row,
    )


# Changing


class NewType(Asked):
    name: Annotated[Line, Field(min_length=1, max_length=120)]
    code: Annotated[Line, Field(min_length=1, max_length=30)]
    description: Text = ""


class TypeChange(Asked):
    name: Annotated[Line, Field(min_length=1, max_length=120)] = ""
    code: Annotated[Line, Field(min_length=1, max_length=30)] = ""
    description: Text = ""
    version: Version | None = None


@pass_types.writes("/pass-types", scope="pass-types:write", answer=TypeTold, status=201)
def create_pass_type(request, asked: NewType):
    """Make a pass type, as a draft."""
    return told(types.create(**asked.model_dump(), **who(request), **operation(request)).pk)


@pass_types.writes(
    "/pass-types/{int:pk}", scope="pass-types:write", answer=TypeTold, method="PATCH"
)
def change_pass_type(request, pk: int, asked: TypeChange):
    """Change name, code or description of a pass type."""
    found = at_address(PassType.objects, pk)
    values = {name: getattr(found, name) for name in ("name", "code", "description")}
    values |= asked.model_dump(exclude_unset=True)
    types.edit(found, **values, **who(request), **operation(request))
    return told(pk)


@pass_types.writes("/pass-types/{int:pk}/publication", scope="pass-types:write", answer=TypeChanged)
def publish_pass_type(request, pk: int, asked: Versioned):
    """Put a draft on sale."""
    return moved(request, pk, asked, types.publish)


@pass_types.writes("/pass-types/{int:pk}/archiving", scope="pass-types:write", answer=TypeChanged)
def archive_pass_type(request, pk: int, asked: Versioned):
    """Take a pass type off sale.

    Passes that are held go on.
    """
    return moved(request, pk, asked, types.archive)


@pass_types.writes("/pass-types/{int:pk}/restoring", scope="pass-types:write", answer=TypeChanged)
def restore_pass_type(request, pk: int, asked: Versioned):
    """Put an archived pass type back on sale."""
    return moved(request, pk, asked, types.restore)


@pass_types.writes("/pass-types/{int:pk}/deletion", scope="pass-types:write", answer=Deleted)
def delete_pass_type(request, pk: int, asked: Versioned):
    """Delete a pass type that was never issued, with its options, prices and training."""
    found = at_address(PassType.objects, pk)
    gone = types.delete(found, version=asked.version, **who(request), **operation(request))
    return Deleted(id=pk, **outcome(asked, gone))


def moved(request, pk: int, asked: Versioned, verb) -> TypeChanged:
    found = at_address(PassType.objects, pk)
    done = verb(found, version=asked.version, **who(request), **operation(request))
    return TypeChanged(changed=told(pk), **outcome(asked, done if isinstance(done, list) else []))

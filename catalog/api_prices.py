"""What can programs do with prices? Here with those of courses, learning paths and events."""

from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field

from tms.programs.fields import Amount, Asked, Day, Id, Line
from tms.programs.looking import at_address, held, named
from tms.programs.resource import who
from tms.refusals import Refusal

from . import pricing
from .api import EventWhole, ItemWhole, catalogue, told_event, told_item
from .models import Event, Item, Price, Region, TaxLevel, Unit

SCOPE = "prices:write"


class PriceFields(Asked):
    tax_level: Annotated[Id | None, Field(description="null: the region's.")] = None
    valid_from: Annotated[Day | None, Field(description="The first day; null: always.")] = None
    valid_to: Annotated[Day | None, Field(description="The last day; null: for good.")] = None


class NewPrice(PriceFields):
    region: Id
    unit: Annotated[Line, Field(description="The code of a currency or of a token type.")]
    amount: Annotated[Amount, Field(description="Net; zero is free.")]


class PriceChange(PriceFields):
    region: Id = 0
    unit: Line = ""
    amount: Amount | None = None


def rows_of(asked: PriceFields) -> dict[str, Any]:
    """What `pricing.set_price` takes, of what was sent. Raises Refusal for what isn't there."""
    values = asked.model_dump(exclude_unset=True)
    if values.get("amount", 0) is None:
        del values["amount"]
    if "region" in values:
        values["region"] = named(Region.objects.all(), asked.region, "region")
    if "tax_level" in values:
        values["tax_level"] = named(TaxLevel.objects.all(), asked.tax_level, "tax_level")
    if "unit" in values:
        values["unit"] = Unit.objects.filter(code=asked.unit).first()
        if values["unit"] is None:
            raise Refusal(_("There is no unit %(code)s.") % {"code": asked.unit}, field="unit")
    return values


def merged(price: Price, asked: PriceChange) -> dict[str, Any]:
    """What `pricing.edit_price` takes: the price as it is, with what was sent."""
    names = ("region", "unit", "amount", "tax_level", "valid_from", "valid_to")
    return {name: getattr(price, name) for name in names} | rows_of(asked)


def price_at(priced_id: int, pk: int) -> Price:
    """The price of that owner that the address names. Raises Problem (404)."""
    rows = Price.objects.select_related("region", "unit", "tax_level")
    return at_address(rows.filter(priced=priced_id), pk)


# Of courses and learning paths


@catalogue.writes("/items/{int:pk}/prices", scope=SCOPE, answer=ItemWhole, status=201)
def add_item_price(request, pk: int, asked: NewPrice):
    """Give a course or a learning path a price."""
    priced = held(Item.objects, pk).priced
    pricing.set_price(priced, **rows_of(asked), **who(request))
    return told_item(pk)


@catalogue.writes(
    "/items/{int:pk}/prices/{int:price}", scope=SCOPE, answer=ItemWhole, method="PATCH"
)
def change_item_price(request, pk: int, price: int, asked: PriceChange):
    """Change a price. What was sold keeps the price it was sold at."""
    found = price_at(held(Item.objects, pk).priced_id, price)
    pricing.edit_price(found, **merged(found, asked), **who(request))
    return told_item(pk)


@catalogue.writes("/items/{int:pk}/prices/{int:price}/removal", scope=SCOPE, answer=ItemWhole)
def remove_item_price(request, pk: int, price: int, asked: Asked):
    """Remove a price of a course or a learning path."""
    found = price_at(held(Item.objects, pk).priced_id, price)
    pricing.remove_price(found, keep_last=False, **who(request))
    return told_item(pk)


# Of events


@catalogue.writes("/events/{int:pk}/prices", scope=SCOPE, answer=EventWhole, status=201)
def add_event_price(request, pk: int, asked: NewPrice):
    """Give an event a price of its own, instead of its course's in that region."""
    priced = held(Event.objects, pk).priced
    pricing.set_price(priced, **rows_of(asked), **who(request))
    return told_event(pk, request.today)


@catalogue.writes(
    "/events/{int:pk}/prices/{int:price}", scope=SCOPE, answer=EventWhole, method="PATCH"
)
def change_event_price(request, pk: int, price: int, asked: PriceChange):
    """Change a price of an event. What was sold keeps the price it was sold at."""
    found = price_at(held(Event.objects, pk).priced_id, price)
    pricing.edit_price(found, **merged(found, asked), **who(request))
    return told_event(pk, request.today)


@catalogue.writes("/events/{int:pk}/prices/{int:price}/removal", scope=SCOPE, answer=EventWhole)
def remove_event_price(request, pk: int, price: int, asked: Asked):
    """Remove a price of an event: its course's is asked again."""
    found = price_at(held(Event.objects, pk).priced_id, price)
    pricing.remove_price(found, keep_last=False, **who(request))
    return told_event(pk, request.today)

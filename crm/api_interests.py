"""What do programs say of an interest, whatever is sold? How many, at which price, for whom."""

import datetime
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, WithJsonSchema

from catalog import pricing
from catalog.models import Price, TaxLevel, UnitKind
from tms.programs.fields import IN_JSON, Asked, Id
from tms.programs.looking import named, several
from tms.refusals import Refusal

from .interests import Wanted
from .models import Contact, Opportunity

AMOUNT = r"^\d{1,9}(\.\d{1,4})?$"
Amount = Annotated[
    str,
    Field(pattern=AMOUNT, max_length=14),
    WithJsonSchema({"type": "string", "pattern": AMOUNT, "maxLength": 14}),
]


class InterestFields(Asked):
    """How many of something, at which price."""

    quantity: Annotated[int, Field(ge=1, le=1_000_000), IN_JSON] = 1
    unit: Annotated[
        str | None,
        Field(max_length=40, description="A currency or token type; null: the opportunity's."),
    ] = None
    unit_price: Annotated[
        Amount | None,
        Field(description="For one, net. null: the catalogue's. Another one takes a permission."),
    ] = None
    discount: Annotated[
        str,
        Field(pattern=r"^\d{1,3}(\.\d{1,2})?$", max_length=6, description="In per cent."),
    ] = "0"
    tax_level: Annotated[Id | None, Field(description="null: the price's.")] = None
    contacts: Annotated[list[Id], Field(max_length=1000, description="For whom by name.")] = []


def wanted_by(
    asked: InterestFields,
    opportunity: Opportunity,
    *,
    title: str,
    detail: str = "",
    priced_id: int | None = None,
    instead: int | None = None,
    on: datetime.date,
) -> Wanted:
    """What the verbs take. Without `priced_id` the catalogue never prices it.

    Raises Refusal for what isn't there, and without a price.
    """
    prices: list[Price] = []
    if priced_id is not None:
        also = {priced_id: instead} if instead else None
        prices = pricing.prices_for([priced_id], region=opportunity.region, on=on, instead=also)[
            priced_id
        ]
    wanted = asked.unit or opportunity.currency.code
    found = next((each for each in prices if str(each.unit).casefold() == wanted.casefold()), None)
    unit = found.unit if found else opportunity.currency
    if found is None and str(unit).casefold() != wanted.casefold():
        raise Refusal(_("It has no price in %(unit)s here.") % {"unit": wanted}, field="unit")
    if found and unit.kind == UnitKind.CURRENCY and unit.pk != opportunity.currency_id:
        raise Refusal(
            _("This opportunity is in %(currency)s. Choose a price in %(currency)s or in tokens.")
            % {"currency": opportunity.currency},
            field="unit",
        )
    price = Decimal(asked.unit_price) if asked.unit_price else found and found.amount
    if price is None:
        raise Refusal(
            _("The catalogue has no price for it in %(unit)s. Send `unit_price`.") % {"unit": unit},
            field="unit_price",
        )
    level = named(TaxLevel.objects.all(), asked.tax_level, "tax_level")
    return Wanted(
        title=title,
        detail=detail,
        quantity=asked.quantity,
        unit=unit,
        unit_price=price,
        list_price=found.amount if found else None,
        priced=priced_id is not None,
        discount=Decimal(asked.discount),
        tax_level=level or (found.tax_level if found else opportunity.region.tax_level),
        contacts=several(Contact.objects.all(), asked.contacts, "contacts"),
    )

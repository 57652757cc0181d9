"""What can programs do with the options of a pass type, their prices, and what the type opens?"""

from typing import Annotated, Literal

from pydantic import Field

from catalog.api_prices import NewPrice, PriceChange, merged, price_at, rows_of
from tms.programs.fields import IN_JSON, Asked, Id, Line, Reason, Version
from tms.programs.looking import at_address
from tms.programs.previews import Versioned, outcome
from tms.programs.resource import operation, who

from . import option_prices, options, training, types
from .api_types import TypeWhole, WholeChanged, pass_types, told_whole
from .models import Inclusion, PassOption, PassType

SCOPE = "pass-types:write"
ONE = "/pass-types/{int:pk}/options/{int:option}"
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Period = Annotated[
    int, Field(ge=1, le=3650, description="Up to 3650 days, or 120 months."), IN_JSON
]
EventTypes = Annotated[
    list[Literal["classroom", "blended", "lms"]],
    Field(max_length=3, description="Of a course; empty: all of its events."),
]


def option_at(pk: int, option: int) -> PassOption:
    return at_address(PassOption.objects.filter(pass_type=pk).select_related("pass_type"), option)


def both(request) -> dict:
    return {**who(request), **operation(request)}


def changed(pk: int, asked, consequences) -> WholeChanged:
    return WholeChanged(changed=told_whole(pk), **outcome(asked, consequences))


# Options. A `version` is the option's.


class NewOption(Asked):
    name: Name
    period: Period
    period_unit: Literal["days", "months"]


class OptionChange(Asked):
    name: Name = ""
    period: Period = 0
    period_unit: Literal["days", "months"] = "months"
    option_version: Version | None = None


class OfOption(Versioned):
    """`version` is the pass type's."""

    option_version: Version | None = None


def asked_of(pk: int, asked) -> None:
    """Refuse what is about a pass type that changed since it was seen."""
    if getattr(asked, "version", None) is not None:
        types.locked(pk, asked.version)


@pass_types.writes("/pass-types/{int:pk}/options", scope=SCOPE, answer=TypeWhole, status=201)
def create_pass_option(request, pk: int, asked: NewOption):
    """Give a pass type an option, as a draft."""
    found = at_address(PassType.objects, pk)
    options.create(found, **asked.model_dump(), **both(request))
    return told_whole(pk)


@pass_types.writes(ONE, scope=SCOPE, answer=TypeWhole, method="PATCH")
def change_pass_option(request, pk: int, option: int, asked: OptionChange):
    """Change name or period of an option. Passes that were issued keep their dates."""
    found = option_at(pk, option)
    values = {name: getattr(found, name) for name in ("name", "period", "period_unit")}
    values |= asked.model_dump(exclude_unset=True, exclude={"option_version"})
    options.edit(found, **values, version=asked.option_version, **both(request))
    return told_whole(pk)


@pass_types.writes(f"{ONE}/publication", scope=SCOPE, answer=WholeChanged)
def publish_pass_option(request, pk: int, option: int, asked: OfOption):
    """Put an option on sale. It needs a price."""
    return moved(request, pk, option, asked, options.publish)


@pass_types.writes(f"{ONE}/archiving", scope=SCOPE, answer=WholeChanged)
def archive_pass_option(request, pk: int, option: int, asked: OfOption):
    """Take an option off sale. Passes that were issued by it go on."""
    return moved(request, pk, option, asked, options.archive)


@pass_types.writes(f"{ONE}/deletion", scope=SCOPE, answer=WholeChanged)
def delete_pass_option(request, pk: int, option: int, asked: OfOption):
    """Delete an option that was never issued, with its prices."""
    return moved(request, pk, option, asked, options.delete)


def moved(request, pk: int, option: int, asked: OfOption, verb) -> WholeChanged:
    found = option_at(pk, option)
    asked_of(pk, asked)
    done = verb(found, version=asked.option_version, **both(request))
    return changed(pk, asked, done if isinstance(done, list) else [])


# Their prices


@pass_types.writes(f"{ONE}/prices", scope=SCOPE, answer=TypeWhole, status=201)
def add_option_price(request, pk: int, option: int, asked: NewPrice):
    """Give an option a price."""
    option_prices.add(option_at(pk, option), **rows_of(asked), **who(request))
    return told_whole(pk)


@pass_types.writes(f"{ONE}/prices/{{int:price}}", scope=SCOPE, answer=TypeWhole, method="PATCH")
def change_option_price(request, pk: int, option: int, price: int, asked: PriceChange):
    """Change a price of an option. What was sold keeps the price it was sold at."""
    found = option_at(pk, option)
    old = price_at(found.priced_id, price)
    option_prices.edit(found, old, **merged(old, asked), **who(request))
    return told_whole(pk)


@pass_types.writes(f"{ONE}/prices/{{int:price}}/removal", scope=SCOPE, answer=TypeWhole)
def remove_option_price(request, pk: int, option: int, price: int, asked: Asked):
    """Remove a price of an option; the last one of a published option stays."""
    found = option_at(pk, option)
    option_prices.remove(found, price_at(found.priced_id, price), **who(request))
    return told_whole(pk)


# What the type opens


class NewTraining(Versioned):
    items: Annotated[
        list[Id], Field(max_length=1000, description="Courses and learning paths.")
    ] = []
    event_types: EventTypes = []
    events: Annotated[list[Id], Field(max_length=1000)] = []


class TrainingGone(Versioned):
    training: Annotated[
        list[Id], Field(min_length=1, max_length=1000, description="Their `id` in the pass type.")
    ]
    reason: Reason = ""


class TrainingChange(Versioned):
    event_types: EventTypes


@pass_types.writes("/pass-types/{int:pk}/training", scope=SCOPE, answer=WholeChanged, status=201)
def add_training(request, pk: int, asked: NewTraining):
    """Put training into a pass type: open at once to who holds an active pass of it.

    What is in already, is archived or cancelled, is passed over.
    """
    found = at_address(PassType.objects, pk)
    asked_of(pk, asked)
    items = [(item, asked.event_types) for item in asked.items]
    training.add(found, items=items, events=asked.events, **both(request))
    return changed(pk, asked, [])


@pass_types.writes("/pass-types/{int:pk}/training/removal", scope=SCOPE, answer=WholeChanged)
def remove_training(request, pk: int, asked: TrainingGone):
    """Take training out of a pass type.

    Who registered for it through a pass keeps it until that pass ends.
    """
    found = at_address(PassType.objects, pk)
    asked_of(pk, asked)
    gone = training.remove(found, asked.training, reason=asked.reason, **both(request))
    return changed(pk, asked, gone)


@pass_types.writes(
    "/pass-types/{int:pk}/training/{int:training}",
    scope=SCOPE,
    answer=WholeChanged,
    method="PATCH",
)
def change_training(request, pk: int, training: int, asked: TrainingChange):
    """Say which types of a course's events a pass type opens."""
    return narrowed(request, pk, training, asked)


def narrowed(request, pk: int, inclusion: int, asked: TrainingChange) -> WholeChanged:
    found = at_address(PassType.objects, pk)
    at_address(Inclusion.objects.filter(pass_type=pk), inclusion)
    asked_of(pk, asked)
    gone = training.change_event_types(found, inclusion, asked.event_types, **both(request))
    return changed(pk, asked, gone)

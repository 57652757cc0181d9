"""What can programs see of the catalogue? Courses, learning paths, events, and what they name."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.db.models.functions import Lower
from ninja import Query
from pydantic import Field

from tms.programs.fields import Day, Flag, IdText, Line, Told
from tms.programs.looking import values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.resource import Resource

from .choosing import courses_matching
from .models import Category, Event, Item, Price, Region, Session, Step, TaxLevel
from .models.item import image_url

catalogue = Resource(tags=["Catalogue"])

ITEM = (
    "kind", "title", "code", "slug", "summary", "duration", "image", "tags", "status",
    "published_at", "version",
)  # fmt: skip
TEXTS = ("description", "objectives", "prerequisites", "priced_id")
EVENT = (
    "course_id", "course__title", "code", "type", "status", "state", "place", "minimum", "capacity",
    "taken", "closes_on", "cancel_until", "content_days", "first_on", "last_on", "starts_at",
    "ends_at", "version",
)  # fmt: skip
REGION = ("name", "countries", "shows_tax", "is_default", "archived_at")


# What is told


class ItemTold(Told):
    """A course (taught through events) or a learning path (courses in an order)."""

    id: int
    kind: Literal["course", "path"]
    title: str
    code: str
    slug: str
    summary: str
    duration: str
    image: str = Field(description="The address of its picture on this site; empty without one.")
    tags: list[str]
    status: Literal["draft", "published", "archived"]
    published_at: datetime.datetime | None
    version: int


class StepTold(Told):
    """A course's place in a learning path."""

    id: int
    course: int
    position: int
    required: bool
    locked: bool = Field(description="Until the step before is complete.")


class PriceTold(Told):
    """What it costs in one region, net, in a currency or in tokens."""

    id: int
    region: int
    unit: str = Field(description="The code of a currency or of a token type.")
    amount: Decimal
    tax_level: int
    tax_percent: Decimal
    valid_from: datetime.date | None
    valid_to: datetime.date | None


class ItemWhole(ItemTold):
    """An item with its texts (HTML), its prices and, of a path, its steps."""

    description: str
    objectives: str
    prerequisites: str
    categories: list[int]
    steps: list[StepTold]
    prices: list[PriceTold]


class EventTold(Told):
    """One run of a course."""

    id: int
    course: int
    course_title: str
    code: str
    type: Literal["classroom", "blended", "lms"]
    status: Literal["draft", "open", "cancelled"] = Field(description="What people decided.")
    state: Literal["draft", "open", "full", "running", "completed", "cancelled"] = Field(
        description="What it is today."
    )
    place: str
    minimum: int | None
    capacity: int | None = Field(description="null: no maximum.")
    taken: int
    closes_on: datetime.date | None = Field(description="The last day to register.")
    cancel_until: datetime.date | None
    content_days: int | None
    first_on: datetime.date | None
    last_on: datetime.date | None
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    version: int


class SessionTold(Told):
    """A meeting of an event."""

    id: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    time_zone: str
    place: str
    link: str
    instructor: Annotated[str, Field(description="In words.")]
    taught_by: Annotated[
        str, Field(description="The contacts chosen to teach it; without any, the words.")
    ]


class EventWhole(EventTold):
    """An event with its sessions, and the prices it has instead of its course's."""

    sessions: list[SessionTold]
    prices: list[PriceTold]


class RegionTold(Told):
    """A market, in which accounts are and prices apply."""

    id: int
    name: str
    countries: list[str]
    shows_tax: bool
    is_default: bool
    archived_at: datetime.datetime | None


class CategoryTold(Told):
    """A branch of the tree that the catalogue is sorted by."""

    id: int
    parent: int | None
    name: str
    slug: str
    position: int


class TaxLevelTold(Told):
    """A name and a percentage."""

    id: int
    name: str
    percent: Decimal
    archived_at: datetime.datetime | None


def plain(row: dict) -> dict:
    """A row of values under the names of the document."""
    names = {"pk": "id", "course_id": "course", "course__title": "course_title"}
    told = {names.get(name, name): value for name, value in row.items()}
    if "image" in told:
        told["image"] = image_url(told["image"])
    return told


# Items


class ItemQuery(Listing):
    q: Annotated[Line, Field(description="Words of title, code or summary.")] = ""
    kind: Literal["course", "path"] | None = None
    status: Literal["draft", "published", "archived"] | None = None
    code: Annotated[Line, Field(description="The whole code, in any capitals.")] = ""


@catalogue.reads("/items", scope="catalogue:read", answer=Page[ItemTold])
def list_items(request, asked: Query[ItemQuery]):
    """List courses and learning paths."""
    found = courses_matching(Item.objects.all(), asked.q) if asked.q else Item.objects.all()
    if asked.code:
        found = found.alias(folded=Lower("code")).filter(folded=asked.code.lower())
    exact = {"kind": asked.kind, "status": asked.status}
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "items", ITEM)
    return Page[ItemTold](items=[ItemTold(**plain(row)) for row in items], next=following)


@catalogue.reads("/items/{int:pk}", scope="catalogue:read", answer=ItemWhole)
def get_item(request, pk: int):
    """Get a course or a learning path."""
    return told_item(pk)


def told_item(pk: int) -> ItemWhole:
    """Four statements."""
    row = plain(values_at(Item.objects, pk, (*ITEM, *TEXTS)))
    priced = row.pop("priced_id")
    steps = Step.objects.filter(path=pk).order_by("position", "pk")
    names = ("pk", "course_id", "position", "required", "locked")
    categories = Category.objects.filter(items=pk).order_by("pk").values_list("pk", flat=True)
    return ItemWhole(
        categories=list(categories),
        prices=prices_of([priced])[priced],
        steps=[StepTold(**plain(step)) for step in steps.values(*names)],
        **row,
    )


def prices_of(priced_ids) -> dict[int, list[PriceTold]]:
    """All prices of each, those to come and those that are over too. One statement."""
    names = (
        "pk", "priced_id", "region_id", "unit__code", "amount", "tax_level_id",
        "tax_level__percent", "valid_from", "valid_to",
    )  # fmt: skip
    found: dict[int, list[PriceTold]] = {pk: [] for pk in priced_ids}
    told = {
        "pk": "id",
        "region_id": "region",
        "unit__code": "unit",
        "tax_level_id": "tax_level",
        "tax_level__percent": "tax_percent",
    }
    for row in Price.objects.filter(priced__in=list(found)).order_by("pk").values(*names):
        prices = found[row.pop("priced_id")]
        prices.append(PriceTold(**{told.get(name, name): value for name, value in row.items()}))
    return found


# Events


class EventQuery(Listing):
    course: IdText | None = None
    type: Literal["classroom", "blended", "lms"] | None = None
    status: Literal["draft", "open", "cancelled"] | None = None
    first_from: Annotated[Day, Field(description="Begins on this day or later.")] | None = None
    first_to: Annotated[Day, Field(description="Begins on this day or before.")] | None = None
    free: Annotated[Flag, Field(description="Only those with free places.")] = False


@catalogue.reads("/events", scope="catalogue:read", answer=Page[EventTold])
def list_events(request, asked: Query[EventQuery]):
    """List events."""
    found = Event.objects.with_status(request.today)
    if asked.free:
        found = found.with_seats()
    exact = {
        "course": asked.course,
        "type": asked.type,
        "status": asked.status,
        "first_on__gte": asked.first_from,
        "first_on__lte": asked.first_to,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    items, following = page(found, asked, "events", EVENT)
    return Page[EventTold](items=[EventTold(**plain(row)) for row in items], next=following)


@catalogue.reads("/events/{int:pk}", scope="catalogue:read", answer=EventWhole)
def get_event(request, pk: int):
    """Get an event with its sessions and its own prices."""
    return told_event(pk, request.today)


def told_event(pk: int, on: datetime.date) -> EventWhole:
    """Three statements."""
    row = plain(values_at(Event.objects.with_status(on), pk, (*EVENT, "priced_id")))
    priced = row.pop("priced_id")
    names = ("pk", "starts_at", "ends_at", "time_zone", "place", "link", "instructor", "taught_by")
    sessions = Session.objects.filter(event=pk).order_by("starts_at", "pk").values(*names)
    return EventWhole(
        sessions=[SessionTold(**plain(each)) for each in sessions],
        prices=prices_of([priced])[priced],
        **row,
    )


# Regions, categories, tax levels


@catalogue.reads("/regions", scope="catalogue:read", answer=Page[RegionTold])
def list_regions(request, asked: Query[Listing]):
    """List regions."""
    items, following = page(Region.objects.all(), asked, "regions", REGION)
    return Page[RegionTold](items=[RegionTold(**plain(row)) for row in items], next=following)


@catalogue.reads("/categories", scope="catalogue:read", answer=Page[CategoryTold])
def list_categories(request, asked: Query[Listing]):
    """List categories."""
    names = ("parent_id", "name", "slug", "position")
    rows, following = page(Category.objects.all(), asked, "categories", names)
    items = [CategoryTold(parent=row.pop("parent_id"), **plain(row)) for row in rows]
    return Page[CategoryTold](items=items, next=following)


@catalogue.reads("/tax-levels", scope="catalogue:read", answer=Page[TaxLevelTold])
def list_tax_levels(request, asked: Query[Listing]):
    """List tax levels."""
    names = ("name", "percent", "archived_at")
    rows, following = page(TaxLevel.objects.all(), asked, "tax-levels", names)
    return Page[TaxLevelTold](items=[TaxLevelTold(**plain(row)) for row in rows], next=following)

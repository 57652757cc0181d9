"""What is on offer, narrowed and sorted as the visitor asks? One statement for a page of cards."""

import dataclasses
import datetime
import decimal

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, JSONObject, Least
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Category,
    Event,
    EventType,
    Item,
    ItemKind,
    Price,
    Region,
    Step,
    UnitKind,
)
from passes import entitlements
from passes.models import Pass
from tms.text import Fold

PAGE = 24
PLACES = 100  # that are offered to choose from

WHEN = [
    ("month", _("This month")),
    ("quarter", _("Next three months")),
    ("half", _("Next six months")),
    ("any_time", _("Start any time")),
]
TYPES = [*ItemKind.choices, *EventType.choices]
SORTS = [
    ("best", _("Best match")),
    ("date", _("Next date")),
    ("title", _("Title")),
    ("price", _("Price")),
]
PRICES = [("free", _("Free")), ("tokens", _("In training tokens"))]
AMOUNTS = [100, 250, 500, 1000]


@dataclasses.dataclass(frozen=True)
class Question:
    """What the visitor asks for; the address of the page says it all."""

    q: str = ""
    category: str = ""
    type: str = ""
    when: str = ""
    place: str = ""
    price: str = ""
    pass_type: int | None = None
    sort: str = "best"
    page: int = 1


def cards(question: Question, region: Region | None, on: datetime.date):
    """(the rows of the page, how many there are in all). One statement; two past the end."""
    rows = _narrowed(question, region, on).annotate(total=Window(Count("pk")))
    rows = _sorted(rows, question, region, on)
    start = (max(1, question.page) - 1) * PAGE
    found = list(_shown(rows, region, on)[start : start + PAGE])
    if found or start == 0:
        return found, found[0]["total"] if found else 0
    return [], _narrowed(question, region, on).count()


@dataclasses.dataclass(frozen=True)
class Facets:
    """What there is to choose from: (slug, name) of categories, places, (slug, name, id, last day
    if the contact holds one) of pass types.
    """

    categories: list[tuple[str, str]]
    places: list[str]
    passes: list[tuple[str, str, int, datetime.date | None]]


def facets(contact_id: int | None, on: datetime.date) -> Facets:
    """The choices of the filters. One statement."""
    text, number = CharField(), IntegerField()
    nothing = Cast(Value(None), DateField())
    columns = ("kind", "slug_", "name_", "number", "until", "position_")
    categories = Category.objects.annotate(
        kind=Value("category", text), slug_=F("slug"), name_=F("name"), number=Value(0, number),
        until=nothing, position_=F("position"),
    )  # fmt: skip
    places = Event.objects.bookable_on(on).exclude(place="").annotate(
        kind=Value("place", text), slug_=Value("", text), name_=F("place"),
        number=Value(0, number), until=nothing, position_=Value(0, number),
    )  # fmt: skip
    held = (
        Pass.objects.active_on(on)
        .filter(contact=contact_id, pass_type=OuterRef("pk"), contact__isnull=False)
        .order_by("-expires_on")
        .values("expires_on")[:1]
    )
    passes = entitlements.offers(contact_id, on).annotate(
        kind=Value("pass", text), slug_=F("slug"), name_=F("name"),
        number=Cast("pk", number), until=Subquery(held), position_=Value(0, number),
    )  # fmt: skip
    rows = (
        categories.order_by()
        .values_list(*columns)
        .union(
            places.order_by().distinct().values_list(*columns),
            passes.order_by().values_list(*columns),
            all=True,
        )
        .order_by("position_", "name_")
    )
    found = Facets([], [], [])
    for kind, slug, name, pk, until, _position in rows:
        if kind == "category":
            found.categories.append((slug, name))
        elif kind == "pass":
            found.passes.append((slug, name, pk, until))
        elif len(found.places) < PLACES:
            found.places.append(name)
    return found


# How


def _narrowed(question: Question, region, on):
    rows = Item.objects.published()
    for word in question.q.split()[:8]:
        rows = rows.filter(search_text__contains=Fold(Value(word)))
    if question.category:
        rows = rows.filter(_in_category(question.category))
    bookable = Event.objects.bookable_on(on).filter(course=OuterRef("pk"))
    if question.type in ItemKind.values:
        rows = rows.filter(kind=question.type)
    elif question.type in EventType.values:
        rows = rows.filter(Exists(bookable.filter(type=question.type)))
    if question.when == "any_time":
        rows = rows.filter(Exists(bookable.filter(type=EventType.LMS)))
    elif last := _until(question.when, on):
        rows = rows.filter(Exists(bookable.filter(first_on__lte=last)))
    if question.place:
        rows = rows.filter(Exists(bookable.filter(place=question.place)))
    if question.price and region:
        rows = rows.filter(Exists(_prices(region, on).filter(_costs(question.price, region))))
    if question.pass_type:
        rows = rows.filter(pk__in=entitlements.items_in(question.pass_type).order_by().values("pk"))
    return rows


def _in_category(slug: str):
    """In the category, or in one of those under it; the tree is three deep at most."""
    under = Q(slug=slug) | Q(parent__slug=slug) | Q(parent__parent__slug=slug)
    return Exists(
        Item.categories.through.objects.filter(
            item=OuterRef("pk"), category__in=Category.objects.filter(under).values("pk")
        )
    )


def _until(when: str, on: datetime.date) -> datetime.date | None:
    if when == "month":
        return on + relativedelta(day=31)
    months = {"quarter": 3, "half": 6}.get(when)
    return on + relativedelta(months=months) if months else None


def _prices(region: Region, on):
    """The prices of an item (outer row) in the region: its own, and those of its open events."""
    return (
        Price.objects.valid_on(on)
        .filter(region=region)
        .filter(
            Q(priced=OuterRef("priced"))
            | Q(priced__event__course=OuterRef("pk"), priced__event__status="open")
        )
    )


def _costs(price: str, region: Region) -> Q:
    if price == "free":
        return Q(amount=0)
    if price == "tokens":
        return Q(unit__kind=UnitKind.TOKEN)
    most = decimal.Decimal(price) if price.isdecimal() else decimal.Decimal(0)
    asked = F("amount") * (1 + F("tax_level__percent") / 100) if region.shows_tax else F("amount")
    return Q(unit__kind=UnitKind.CURRENCY) & Q(LessThanOrEqual(asked, most))


def _sorted(rows, question: Question, region, on):
    if question.sort == "title":
        return rows.order_by("title_key", "pk")
    if question.sort == "date":
        return rows.annotate(next_on=_next_on(on)).order_by(
            F("next_on").asc(nulls_last=True), "title_key", "pk"
        )
    if question.sort == "price" and region:
        lowest = (
            _prices(region, on)
            .filter(unit__kind=UnitKind.CURRENCY)
            .order_by()
            .values("region")
            .annotate(lowest=Min("amount"))
            .values("lowest")
        )
        return rows.annotate(lowest=Subquery(lowest)).order_by(
            F("lowest").asc(nulls_last=True), "title_key", "pk"
        )
    if question.q.strip():
        said = Fold(Value(question.q.strip()))
        rank = Case(
            When(title_key__startswith=said, then=0), When(title_key__contains=said, then=1),
            default=2,
        )  # fmt: skip
        return rows.annotate(rank=rank).order_by("rank", "title_key", "pk")
    return rows.order_by("title_key", "pk")


def _next_on(on):
    """The next day on which it begins: of the course, or of a course of the path."""
    dated = Event.objects.bookable_on(on).filter(first_on__isnull=False).order_by()

    def first(events):
        return Subquery(
            events.values("status").annotate(day=Min("first_on")).values("day"),
        )

    return Least(
        first(dated.filter(course=OuterRef("pk"))),
        first(dated.filter(course__paths_with__path=OuterRef("pk"))),
    )


def _shown(rows, region, on):
    """What a card says, as values."""
    bookable = Event.objects.bookable_on(on).filter(course=OuterRef("pk"))
    dated = bookable.filter(first_on__isnull=False).order_by("first_on", "pk")
    of_steps = Event.objects.bookable_on(on).filter(course__paths_with__path=OuterRef("pk"))
    event = JSONObject(day="first_on", place="place", capacity="capacity", taken="taken")
    price = JSONObject(
        amount="amount",
        code="unit__code",
        label="unit__label",
        kind="unit__kind",
        decimals="unit__decimals",
        percent="tax_level__percent",
        own=ExpressionWrapper(Q(priced=OuterRef("priced")), BooleanField()),
    )
    prices = _prices(region, on) if region else Price.objects.none()
    return rows.annotate(
        event_types=ArraySubquery(bookable.order_by("type").values("type").distinct()),
        next_event=Subquery(dated.values(json=event)[:1]),
        next_step_on=Subquery(
            of_steps.filter(first_on__isnull=False).order_by("first_on").values("first_on")[:1]
        ),
        step_count=Subquery(
            Step.objects.filter(path=OuterRef("pk"))
            .order_by()
            .values("path")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        category_id=Subquery(
            Item.categories.through.objects.filter(item=OuterRef("pk"))
            .order_by("category_id")
            .values("category_id")[:1]
        ),
        prices=ArraySubquery(prices.order_by("unit__kind", "amount", "pk").values(json=price)),
    ).values(
        "id", "kind", "title", "slug", "summary", "duration", "image", "total",
        "event_types", "next_event", "next_step_on", "step_count", "category_id", "prices",
    )  # fmt: skip

"""What is on offer, narrowed and sorted as the visitor asks? One statement for a page of cards."""

import dataclasses
import datetime
import decimal
import functools

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
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
from catalog.models.event import bookable
from passes import entitlements
from passes.models import Pass
from tms import compiled
from tms.text import FoldOnce

from . import coming_first

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
NO_UNIT = ""  # the code of no unit
AMOUNTS = [100, 250, 500, 1000]


@dataclasses.dataclass(frozen=True)
class Question:
    """What the visitor asks for; the address of the page says it all.

    `units` are the tokens that they could pay in, where that is known: `In training tokens` then
    finds what costs those.
    """

    q: str = ""
    category: str = ""
    type: str = ""
    when: str = ""
    place: str = ""
    price: str = ""
    pass_type: int | None = None
    sort: str = "best"
    page: int = 1
    units: frozenset[str] | None = None


def cards(question: Question, region: Region | None, on: datetime.date):
    """(the rows of the page, how many there are in all). One statement; two past the end."""
    shape, values = _shape(question, region, on)
    found = _page(shape)(**values)
    if found or question.page == 1:
        return found, found[0]["total"] if found else 0
    first = _page(dataclasses.replace(shape, page=1)).one(**values)
    return [], first["total"] if first else 0


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
    found, passes, held = Facets([], [], []), [], {}
    for kind, slug, name, pk, until, _position in FACETS(contact=contact_id or 0, on=on):
        if kind == "category":
            found.categories.append((slug, name))
        elif kind == "pass":
            passes.append((slug, name, pk))
        elif kind == "held":
            held[pk] = until
        elif len(found.places) < PLACES:
            found.places.append(name)
    found.passes.extend((slug, name, pk, held.get(pk)) for slug, name, pk in passes)
    return found


def _facets(contact, on):
    text, number, day = CharField(), IntegerField(), DateField()
    nothing, none, first = Cast(Value(None), day), Value("", text), Value(0, number)
    columns = ("kind", "slug_", "name_", "number", "until_", "position_")
    categories = Category.objects.annotate(
        kind=Value("category", text), slug_=F("slug"), name_=F("name"), number=first,
        until_=nothing, position_=F("position"),
    )  # fmt: skip
    places = Event.objects.bookable_on(on).exclude(place="").annotate(
        kind=Value("place", text), slug_=none, name_=F("place"), number=first,
        until_=nothing, position_=first,
    )  # fmt: skip
    passes = entitlements.offers(contact, on).annotate(
        kind=Value("pass", text), slug_=F("slug"), name_=F("name"), number=Cast("pk", number),
        until_=nothing, position_=first,
    )  # fmt: skip
    # By the contact and not by the type: of a type there may be any number.
    held = Pass.objects.active_on(on).filter(contact=contact).values("pass_type").annotate(
        kind=Value("held", text), slug_=none, name_=none, number=Cast("pass_type", number),
        until_=Max("expires_on"), position_=first,
    )  # fmt: skip
    return (
        categories.order_by()
        .values_list(*columns)
        .union(
            places.order_by().distinct().values_list(*columns),
            passes.order_by().values_list(*columns),
            held.order_by().values_list(*columns),
            all=True,
        )
        .order_by("position_", "name_")
    )


FACETS = compiled.Question(_facets)


# How


@dataclasses.dataclass(frozen=True)
class Shape:
    """What of a question makes a statement of its own; the rest are values in it."""

    words: int
    asked: frozenset[str]
    type: str
    price: str
    shows_tax: bool
    sort: str
    page: int

    @property
    def is_narrowed(self) -> bool:
        """Is anything asked for but an order?"""
        return bool(self.words or self.type or self.price or self.asked - {"region"})


def _shape(question: Question, region: Region | None, on: datetime.date) -> tuple[Shape, dict]:
    """The shape of the question, and its values by name."""
    words = question.q.split()[:8]
    values = {f"word{index}": word for index, word in enumerate(words)} | {
        "said": words and question.sort == "best" and question.q.strip(),
        "category": question.category,
        "last": _until(question.when, on),
        "place": question.place,
        "pass_type": question.pass_type,
        "region": region and region.pk,
    }
    if question.price == "tokens" and question.units is not None:
        values["units"] = sorted(question.units) or [NO_UNIT]
    values = {name: value for name, value in values.items() if value}
    any_time = {"any_time"} if question.when == "any_time" else set()
    shape = Shape(
        words=len(words),
        asked=frozenset(values.keys() | any_time),
        type=question.type,
        price=question.price if region else "",
        shows_tax=bool(region and region.shows_tax),
        sort=question.sort,
        page=max(1, question.page),
    )
    return shape, values | {"on": on}


@functools.lru_cache(maxsize=500)
def _page(shape: Shape) -> compiled.Rows:
    """The statement for a page of cards: which ones first, and then what only these say."""

    def ask(on, **values):
        narrowed = _narrowed(shape, values, on)
        start = (shape.page - 1) * PAGE
        if shape.sort == "price" and "region" in values:
            region = values["region"]
            if shape.is_narrowed:
                page = coming_first.CheapestFirst(narrowed, region, on, start, PAGE)
            else:
                page = coming_first.cheapest(region, on, start, PAGE)
        elif shape.sort == "date" and not shape.is_narrowed:
            page = coming_first.soonest(on, start, PAGE)
        else:
            page = _sorted(narrowed, shape, values, on).values("pk")[start : start + PAGE]
        total = narrowed.order_by().values(every=Value(1)).annotate(n=Count("pk")).values("n")
        rows = Item.objects.filter(pk__in=page).annotate(total=Subquery(total))
        return _shown(_sorted(rows, shape, values, on), values, on)

    return compiled.Rows(ask)


def _narrowed(shape: Shape, values: dict, on):
    rows = Item.objects.published()
    for index in range(shape.words):
        rows = rows.filter(search_text__contains=FoldOnce(Value(values[f"word{index}"])))
    if "category" in values:
        rows = rows.filter(_in_category(values["category"]))
    bookable = Event.objects.bookable_on(on).filter(course=OuterRef("pk"))
    if shape.type in ItemKind.values:
        rows = rows.filter(kind=shape.type)
    elif shape.type in EventType.values:
        rows = rows.filter(Exists(bookable.filter(type=shape.type)))
    if "any_time" in shape.asked:
        rows = rows.filter(Exists(bookable.filter(type=EventType.LMS)))
    elif "last" in values:
        rows = rows.filter(Exists(bookable.filter(first_on__lte=values["last"])))
    if "place" in values:
        rows = rows.filter(Exists(bookable.filter(place=values["place"])))
    if shape.price:
        costs = _costs(shape, values)
        own, of_events = _prices(values["region"], on)
        rows = rows.filter(Exists(own.filter(costs)) | Exists(of_events.filter(costs)))
    if "pass_type" in values:
        included = entitlements.items_in(values["pass_type"])
        rows = rows.filter(pk__in=included.order_by().values("pk"))
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


def _prices(region: int, on):
    """The prices of an item (outer row) in the region: its own, and those of its dates on offer.

    Two queries, as no index answers "this or that" of different tables.
    """
    valid = Price.objects.valid_on(on).filter(region=region)
    return (
        valid.filter(priced=OuterRef("priced")),
        valid.filter(bookable(on, "priced__event__"), priced__event__course=OuterRef("pk")),
    )


def _costs(shape: Shape, values: dict) -> Q:
    if shape.price == "free":
        return Q(amount=0)
    if shape.price == "tokens":
        tokens = Q(unit__kind=UnitKind.TOKEN)
        return tokens & Q(unit__code__in=values["units"]) if "units" in values else tokens
    most = decimal.Decimal(shape.price) if shape.price.isdecimal() else decimal.Decimal(0)
    asked = F("amount") * (1 + F("tax_level__percent") / 100) if shape.shows_tax else F("amount")
    return Q(unit__kind=UnitKind.CURRENCY) & Q(LessThanOrEqual(asked, most))


def _sorted(rows, shape: Shape, values: dict, on):
    if shape.sort == "date":
        return rows.annotate(next_on=_next_on(on)).order_by(
            F("next_on").asc(nulls_last=True), "title_key", "pk"
        )
    if shape.sort == "price" and "region" in values:

        def lowest(prices):
            money = prices.filter(unit__kind=UnitKind.CURRENCY).order_by().values("region")
            return Subquery(money.annotate(lowest=Min("amount")).values("lowest"))

        own, of_events = _prices(values["region"], on)
        return rows.annotate(lowest=Least(lowest(own), lowest(of_events))).order_by(
            F("lowest").asc(nulls_last=True), "title_key", "pk"
        )
    if "said" in values:
        said = FoldOnce(Value(values["said"]))
        rank = Case(
            When(title_key__startswith=said, then=0), When(title_key__contains=said, then=1),
            default=2,
        )  # fmt: skip
        return rows.annotate(rank=rank).order_by("rank", "title_key", "pk")
    return rows.order_by("title_key", "pk")


def _next_on(on):
    """The next day on which it begins: the course, or a course of the path."""
    dated = Event.objects.bookable_on(on).filter(first_on__isnull=False).order_by()

    def first(events):
        return Subquery(events.values("status").annotate(day=Min("first_on")).values("day"))

    steps = Step.objects.filter(path=OuterRef(OuterRef("pk"))).values("course")
    return Case(
        When(kind=ItemKind.PATH, then=first(dated.filter(course__in=steps))),
        default=first(dated.filter(course=OuterRef("pk"))),
    )


def _shown(rows, values: dict, on):
    """What a card says, as values."""
    bookable = Event.objects.bookable_on(on).filter(course=OuterRef("pk"))
    dated = bookable.filter(first_on__isnull=False).order_by("first_on", "pk")
    event = JSONObject(day="first_on", place="place", capacity="capacity", taken="taken")
    price = JSONObject(
        amount="amount",
        code="unit__code",
        label="unit__label",
        kind="unit__kind",
        decimals="unit__decimals",
        percent="tax_level__percent",
    )
    own, of_events = (
        _prices(values["region"], on) if "region" in values else [Price.objects.none()] * 2
    )
    return rows.annotate(
        event_types=ArraySubquery(bookable.order_by("type").values("type").distinct()),
        next_event=Subquery(dated.values(json=event)[:1]),
        next_on=_next_on(on),
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
        prices=ArraySubquery(own.order_by("unit__kind", "amount", "pk").values(json=price)),
        event_prices=ArraySubquery(
            of_events.order_by("unit__kind", "amount", "pk").values(json=price)
        ),
    ).values(
        "id", "kind", "title", "slug", "summary", "duration", "image", "total", "event_types",
        "next_event", "next_on", "step_count", "category_id", "prices", "event_prices",
    )  # fmt: skip

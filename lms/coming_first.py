"""Which items stand on a page of the catalogue that is sorted by price or by date?

Both follow from other rows than the item's own: from prices, and from days of events. Where the
catalogue isn't narrowed these are walked to in their order, so that a page costs the same however
many items there are; where it is, what the few or many that are left cost is read at once.
"""

from django.db.models import (
    BigAutoField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from catalog.models import Event, Item, ItemStatus, Price, UnitKind
from catalog.models.event import bookable


class InTurn(Expression):
    """The ids of `number` items after `start`: those of `ways` by their least `key`, then `rest`.

    Each of the `ways` gives (item, key, title) in this order, each item once, as far as the page
    may reach. `rest` is only read where the others don't fill the page.
    """

    template = (
        "(SELECT item FROM ("
        "(SELECT item FROM ({ways}) way GROUP BY item, title "
        "ORDER BY min(key), title, item LIMIT {reach}) UNION ALL ({rest})"
        ") found LIMIT {number} OFFSET {start})"
    )

    def __init__(self, ways: list[QuerySet], rest: QuerySet, start: int, number: int):
        super().__init__(output_field=BigAutoField())
        self.start, self.number, reach = start, number, start + number
        first, *others = (way.order_by("key", "title", "item")[:reach] for way in ways)
        self.ways = first.union(*others, all=True).query
        self.rest = rest.order_by("title_key", "pk").values("pk")[:reach].query

    def as_sql(self, compiler, connection):
        ways, values = self.ways.get_compiler(connection=connection).as_sql()
        rest, more = self.rest.get_compiler(connection=connection).as_sql()
        numbers = {"reach": self.start + self.number, "number": self.number, "start": self.start}
        return self.template.format(ways=ways, rest=rest, **numbers), (*values, *more)


def cheapest(region: int, on, start: int, number: int) -> InTurn:
    """By the lowest amount of money; what has none comes last, by title."""
    money = Price.objects.valid_on(on).filter(region=region, unit__kind=UnitKind.CURRENCY)
    lower = Q(amount__lt=OuterRef("amount")) | Q(amount=OuterRef("amount"), pk__lt=OuterRef("pk"))
    own = (
        money.filter(priced__item__status=ItemStatus.PUBLISHED)
        .filter(~Exists(money.filter(lower, priced=OuterRef("priced"))))
        .annotate(item=F("priced__item__pk"), key=F("amount"), title=F("priced__item__title_key"))
    )
    offered = money.filter(bookable(on, "priced__event__"))
    of_events = (
        offered.filter(priced__event__course__status=ItemStatus.PUBLISHED)
        .annotate(item=F("priced__event__course__pk"))
        .filter(~Exists(offered.filter(lower, priced__event__course=OuterRef("item"))))
        .annotate(key=F("amount"), title=F("priced__event__course__title_key"))
    )
    without = Item.objects.published().filter(
        ~Exists(money.filter(priced=OuterRef("priced"))),
        ~Exists(offered.filter(priced__event__course=OuterRef("pk"))),
    )
    ways = [each.values_list("item", "key", "title") for each in (own, of_events)]
    return InTurn(ways, without, start, number)


def soonest(on, start: int, number: int) -> InTurn:
    """By the next day on which a date of it begins, or of a course of the path; the others last."""
    dated = Event.objects.bookable_on(on).filter(first_on__gte=on)
    sooner = Q(first_on__lt=OuterRef("first_on"))
    sooner |= Q(first_on=OuterRef("first_on"), pk__lt=OuterRef("pk"))
    courses = (
        dated.filter(course__status=ItemStatus.PUBLISHED)
        .filter(~Exists(dated.filter(sooner, course=OuterRef("course"))))
        .annotate(item=F("course__pk"), key=F("first_on"), title=F("course__title_key"))
    )
    path = "course__paths_with__path"
    paths = (
        dated.filter(**{f"{path}__status": ItemStatus.PUBLISHED})
        .annotate(item=F(f"{path}__pk"))
        .filter(~Exists(dated.filter(sooner, **{path: OuterRef("item")})))
        .annotate(key=F("first_on"), title=F(f"{path}__title_key"))
    )
    without = Item.objects.published().filter(
        ~Exists(dated.filter(course=OuterRef("pk"))),
        ~Exists(dated.filter(**{path: OuterRef("pk")})),
    )
    ways = [each.values_list("item", "key", "title") for each in (courses, paths)]
    return InTurn(ways, without, start, number)


class CheapestFirst(Subquery):
    """The ids of `number` of the items, those with the lowest amount first, without any last.

    The amounts are read once for all items; a subquery for each took five times as long.
    """

    template = (
        "(SELECT i.id FROM (%(subquery)s) i LEFT JOIN ("
        "SELECT a.item, min(a.amount) AS lowest FROM (%(amounts)s) a GROUP BY a.item"
        ") l ON l.item = i.id "
        "ORDER BY l.lowest NULLS LAST, i.title_key, i.id LIMIT %(number)d OFFSET %(start)d)"
    )

    def __init__(self, items, region: int, on, start: int, number: int):
        super().__init__(items.order_by().values("id", "title_key"), start=start, number=number)
        self.amounts = amounts(region, on).query

    def as_sql(self, compiler, connection, template=None, **more):
        amounts, values = self.amounts.as_sql(compiler, connection)
        sql, params = super().as_sql(compiler, connection, template, amounts=amounts, **more)
        return sql, (*params, *values)


def amounts(region: int, on):
    """(item, amount) of all prices in money: those of items and of their events on offer."""
    money = Price.objects.valid_on(on).filter(region=region, unit__kind=UnitKind.CURRENCY)
    own = money.filter(priced__item__isnull=False).annotate(item=F("priced__item__pk"))
    of_events = money.filter(bookable(on, "priced__event__"))
    of_events = of_events.annotate(item=F("priced__event__course"))
    return own.values("item", "amount").union(of_events.values("item", "amount"), all=True)

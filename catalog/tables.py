"""What do the lists of the catalogue show?"""

import functools

from django.db.models import Count, F, OuterRef, StringAgg, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Lower
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tms import days
from tms.ui import tables
from tms.ui.address import page_of

from .models import (
    Event,
    EventState,
    EventType,
    Item,
    ItemStatus,
    Region,
    Session,
    Step,
    TaxLevel,
    Unit,
)

EMPTY = Value("")


def joined(rows, name, outer):
    """The values of `name` in `rows` of each row, in one text, by a subquery."""
    found = (
        rows.order_by()
        .values(outer)
        .annotate(all=StringAgg(name, Value(", "), distinct=True, order_by=name))
        .values("all")
    )
    return Coalesce(Subquery(found), EMPTY, output_field=TextField())


def counted(rows, outer):
    """How many of `rows` each row has."""
    return Coalesce(
        Subquery(rows.order_by().values(outer).annotate(n=Count("pk")).values("n")), Value(0)
    )


def items(kind):
    """Courses or paths, with what their lists say of them."""
    of_item = Item.categories.through.objects.filter(item=OuterRef("pk"))
    return Item.objects.filter(kind=kind).annotate(
        category_names=joined(of_item, "category__name", "item")
    )


@functools.lru_cache(maxsize=8)
def courses(day):
    """Courses with what their list says of them on `day`; made once a day: take `.all()` of it."""
    to_come = Event.objects.filter(course=OuterRef("pk"), first_on__gte=day).open()
    return items("course").annotate(events_to_come=counted(to_come, "course"))


@functools.cache
def paths():
    return items("path").annotate(
        step_count=counted(Step.objects.filter(path=OuterRef("pk")), "path")
    )


@functools.lru_cache(maxsize=8)
def events(day):
    """Events with their state on `day` and who teaches them; made once a day: take `.all()`."""
    sessions = Session.objects.filter(event=OuterRef("pk")).exclude(taught_by="")
    return Event.objects.with_status(day).annotate(
        instructors=joined(sessions, "taught_by", "event")
    )


class CourseTable(tables.Table):
    title = tables.Link("catalog:course", main=True, sort="title_key", verbose_name=_("Title"))
    code = tables.Column(sort="code", css="code", verbose_name=_("Code"))
    status = tables.Status(ItemStatus.choices, verbose_name=_("Status"))
    category_names = tables.Column(verbose_name=_("Categories"))
    duration = tables.Column(verbose_name=_("Duration"))
    events_to_come = tables.Number(verbose_name=_("Events to come"))
    tags = tables.Column(
        hidden=True,
        needs=("tags",),
        draw=lambda row: ", ".join(row["tags"]),
        export=lambda row: ", ".join(row["tags"]),
        verbose_name=_("Tags"),
    )


class PathTable(tables.Table):
    title = tables.Link("catalog:path", main=True, sort="title_key", verbose_name=_("Title"))
    code = tables.Column(sort="code", css="code", verbose_name=_("Code"))
    status = tables.Status(ItemStatus.choices, verbose_name=_("Status"))
    category_names = tables.Column(verbose_name=_("Categories"))
    step_count = tables.Number(verbose_name=_("Steps"))
    tags = tables.Column(
        hidden=True,
        needs=("tags",),
        draw=lambda row: ", ".join(row["tags"]),
        export=lambda row: ", ".join(row["tags"]),
        verbose_name=_("Tags"),
    )


def dates_of(row) -> str:
    """7 Dec 2026, or from when to when; an LMS event has none."""
    first, last = row["first_on"], row["last_on"]
    if first is None:
        return gettext("Any time") if row["type"] == EventType.LMS else gettext("No session yet")
    return days.span_short(first, last)


def seats_of(row) -> str:
    """3 of 12; 3 where there is no maximum."""
    if row["capacity"] is None:
        return days.number(row["taken"])
    return gettext("%(taken)s of %(capacity)s") % {
        "taken": days.number(row["taken"]),
        "capacity": days.number(row["capacity"]),
    }


class EventTable(tables.Table):
    dates = tables.Column(
        sort="sort_on",
        css="nowrap",
        draw=dates_of,
        export=dates_of,
        needs=("first_on", "last_on", "type"),
        repeats=True,
        verbose_name=_("Dates"),
    )
    course = tables.Link(
        "catalog:event",
        accessor="course__title",
        note="code",
        main=True,
        verbose_name=_("Event"),
    )
    state = tables.Status(EventState.choices, verbose_name=_("Status"))
    type = tables.Choice(EventType.choices, verbose_name=_("Type"))
    place = tables.Column(verbose_name=_("Place"))
    instructors = tables.Column(verbose_name=_("Instructors"))
    seats = tables.Column(
        number=True,
        draw=seats_of,
        export=seats_of,
        needs=("taken", "capacity"),
        repeats=True,
        verbose_name=_("Places taken"),
    )


class EventOfCourseTable(tables.Table):
    """Of one course: an event is told by its dates."""

    dates = tables.Column(
        main=True,
        sort="sort_on",
        draw=lambda row: format_html(
            '<a href="{}">{}</a>', page_of("catalog:event", row["pk"]), dates_of(row)
        ),
        export=dates_of,
        needs=("first_on", "last_on", "type"),
        verbose_name=_("Dates"),
    )
    code = tables.Column(css="code", verbose_name=_("Code"))
    state = tables.Status(EventState.choices, verbose_name=_("Status"))
    type = tables.Choice(EventType.choices, verbose_name=_("Type"))
    place = tables.Column(verbose_name=_("Place"))
    seats = tables.Column(
        number=True,
        draw=seats_of,
        export=seats_of,
        needs=("taken", "capacity"),
        repeats=True,
        verbose_name=_("Places taken"),
    )


# Where prices are


def regions():
    currencies = Region.currencies.through.objects.filter(region=OuterRef("pk"))
    return Region.objects.annotate(
        name_key=Lower("name"), currency_codes=joined(currencies, "unit__code", "region")
    )


class RegionTable(tables.Table):
    name = tables.Column(main=True, sort="name_key", verbose_name=_("Name"))
    currency_codes = tables.Column(verbose_name=_("Currencies"))
    tax_level = tables.Column(
        needs=("tax_level__name", "tax_level__percent"),
        draw=lambda row: f"{row['tax_level__name']} {row['tax_level__percent'].normalize():f} %",
        export=lambda row: f"{row['tax_level__name']} {row['tax_level__percent'].normalize():f} %",
        verbose_name=_("Default tax level"),
    )
    shows_tax = tables.Choice(
        [(True, _("with tax")), (False, _("net"))],
        verbose_name=_("Prices are shown"),
    )
    countries = tables.Number(
        repeats=False,
        needs=("countries",),
        draw=lambda row: days.number(len(row["countries"])) if row["countries"] else "",
        export=lambda row: " ".join(row["countries"]),
        verbose_name=_("Countries"),
    )
    is_default = tables.Choice([(True, _("yes")), (False, "")], verbose_name=_("Default"))


class CurrencyTable(tables.Table):
    code = tables.Column(main=True, sort="code_key", verbose_name=_("Code"))
    label = tables.Column(verbose_name=_("Name"))
    decimals = tables.Number(verbose_name=_("Decimals"))
    region_names = tables.Column(verbose_name=_("Used in"))


def currencies():
    used = Region.currencies.through.objects.filter(unit=OuterRef("pk"))
    return Unit.objects.currencies().annotate(
        code_key=Lower("code"), region_names=joined(used, "region__name", "unit")
    )


def tax_levels():
    return TaxLevel.objects.annotate(name_key=Lower("name"))


class TaxLevelTable(tables.Table):
    name = tables.Column(main=True, sort="name_key", verbose_name=_("Name"))
    percent = tables.Column(
        number=True,
        sort=F("percent"),
        needs=("percent",),
        draw=lambda row: f"{row['percent'].normalize():f} %",
        verbose_name=_("Percentage"),
    )

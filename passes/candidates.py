"""What could a pass type open besides? The whole catalogue, searched, for the dialog."""

import dataclasses

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    SmallIntegerField,
    Value,
)
from django.db.models.functions import Cast

from catalog import categories
from catalog.models import (
    Category,
    Event,
    EventStatus,
    EventType,
    Item,
    ItemKind,
    ItemStatus,
    Step,
)

from .content import filed_under, says
from .models import Inclusion

ANOTHER, NONE = "other", "none"  # of the filter `Training Pass`


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the dialog is asked for; all of it combines.

    `kind` is course, path or a type of events; `in_pass` a pass type's id, ANOTHER or NONE.
    """

    q: str = ""
    category: int | None = None
    kind: str = ""
    in_pass: str = ""


def candidates(pass_type, asked=Asked(), *, new_only=False):
    """What the catalogue has and is asked for, as rows of values: items and events, by title.

    `what` ("course", "path" or the event's type), `rank` (1 item, 2 event) and `row` (its id),
    `course_pk`, `name`, `label` (the code), `day`, `where`, `state`, and `here`: it is in this type
    already (an event through its course, too). `new_only` leaves those out.
    """
    within = categories.with_descendants(asked.category) if asked.category else None
    items = _items(pass_type, asked, within, new_only)
    events = _events(pass_type, asked, within, new_only)
    return items.union(events, all=True).order_by("key", "rank", "day", "row")


def key_of(row) -> str:
    """A row by name: i12 for an item, e7 for an event."""
    return ("i" if row["rank"] == 1 else "e") + str(row["row"])


def particulars(rows, pass_type) -> list[dict]:
    """The rows with `key`, `categories`, `types` (a course's), `steps` (a path's), `elsewhere`.

    `elsewhere` names the other pass types that it is in. Four queries for any number of rows.
    """
    rows = [dict(row, key=key_of(row)) for row in rows]
    courses = {row["course_pk"] for row in rows}
    filed = _grouped(
        Category.objects.filter(items__in=courses).values_list("items", "name").order_by("name")
    )
    types = _grouped(
        Event.objects.filter(course__in=courses)
        .exclude(status=EventStatus.CANCELLED)
        .values_list("course", "type")
        .distinct()
    )
    paths = [row["row"] for row in rows if row["what"] == ItemKind.PATH]
    steps = dict(
        Step.objects.filter(path__in=paths)
        .order_by()
        .values_list("path")
        .annotate(count=Count("pk"))
    )
    events = [row["row"] for row in rows if row["rank"] == 2]
    inclusions = list(
        Inclusion.objects.filter(Q(item__in=courses) | Q(event__in=events))
        .exclude(pass_type=pass_type)
        .order_by("pass_type__name_key")
        .values_list("item", "event", "event_types", "pass_type__name")
    )
    for row in rows:
        row["categories"] = filed.get(row["course_pk"], [])
        taught = types.get(row["row"], []) if row["what"] == ItemKind.COURSE else []
        row["types"] = [each for each in EventType if each in taught]
        row["steps"] = steps.get(row["row"], 0) if row["rank"] == 1 else 0
        names = (name for *which, name in inclusions if _is_in(row, *which))
        row["elsewhere"] = list(dict.fromkeys(names))
    return rows


def _is_in(row, item, event, event_types) -> bool:
    """Does an inclusion of (item, event, event types) bring the row?"""
    if row["rank"] == 1:
        return item == row["row"]
    if event:
        return event == row["row"]
    return item == row["course_pk"] and (not event_types or row["what"] in event_types)


def _grouped(pairs) -> dict:
    found = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _items(pass_type, asked, within, new_only):
    inside = Inclusion.objects.filter(item=OuterRef("pk"))
    rows = Item.objects.exclude(status=ItemStatus.ARCHIVED)
    for word in asked.q.split():
        rows = rows.filter(says("search_text", word))
    if within is not None:
        rows = rows.filter(Exists(filed_under("pk", within)))
    if asked.kind:
        known = asked.kind in ItemKind.values
        rows = rows.filter(kind=asked.kind) if known else rows.none()
    return _rows(rows, inside, pass_type, asked, new_only).values(
        "here",
        key=F("title_key"),
        rank=Value(1, SmallIntegerField()),
        day=Value(None, DateField()),
        row=F("pk"),
        course_pk=F("pk"),
        name=F("title"),
        label=F("code"),
        what=Cast("kind", CharField()),
        where=Value("", CharField()),
        state=Cast("status", CharField()),
    )


def _events(pass_type, asked, within, new_only):
    inside = Inclusion.objects.filter(
        Q(event=OuterRef("pk"))
        | Q(item=OuterRef("course"), event_types=[])
        | Q(item=OuterRef("course"), event_types__contains=[OuterRef("type")])
    )
    rows = Event.objects.exclude(
        Q(status=EventStatus.CANCELLED) | Q(course__status=ItemStatus.ARCHIVED)
    )
    for word in asked.q.split():
        rows = rows.filter(says("search_text", word) | says("course__search_text", word))
    if within is not None:
        rows = rows.filter(Exists(filed_under("course", within)))
    if asked.kind:
        known = asked.kind in EventType.values
        rows = rows.filter(type=asked.kind) if known else rows.none()
    return _rows(rows, inside, pass_type, asked, new_only).values(
        "here",
        key=F("course__title_key"),
        rank=Value(2, SmallIntegerField()),
        day=F("first_on"),
        row=F("pk"),
        course_pk=F("course"),
        name=F("course__title"),
        label=F("code"),
        what=Cast("type", CharField()),
        where=F("place"),
        state=Cast("status", CharField()),
    )


def _rows(rows, inside, pass_type, asked, new_only):
    """With `here`, and by which pass types they are asked to be in."""
    if asked.in_pass == ANOTHER:
        rows = rows.filter(Exists(inside.exclude(pass_type=pass_type)))
    elif asked.in_pass == NONE:
        rows = rows.exclude(Exists(inside))
    elif asked.in_pass:
        rows = rows.filter(Exists(inside.filter(pass_type=asked.in_pass)))
    here = Exists(inside.filter(pass_type=pass_type))
    return rows.exclude(here).annotate(here=here) if new_only else rows.annotate(here=here)

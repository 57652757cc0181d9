"""What does a pass type open, and what else could it? The lists of its page and of its dialog."""

from django.db.models import (
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    SmallIntegerField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from catalog.models import Category, Event, EventStatus, EventType, Item, ItemKind, ItemStatus
from tms.text import Fold

from .models import Inclusion

ANOTHER, NONE = "other", "none"  # of the filter `Training Pass`


def included(pass_type, *, q="", category=None, type=""):
    """The rows of a type's training, by title: `key`, `kind` (of item or event), `title`, `code`."""
    rows = Inclusion.objects.filter(pass_type=pass_type).annotate(
        kind=Coalesce("item__kind", "event__type"),
        title=Coalesce("item__title", "event__course__title"),
        key=Coalesce("item__title_key", "event__course__title_key"),
        code=Coalesce("item__code", "event__code"),
        status=Coalesce("item__status", "event__status"),
    )
    for word in q.split():
        rows = rows.filter(
            _says("item__search_text", word)
            | _says("event__search_text", word)
            | _says("event__course__search_text", word)
        )
    if category:
        within = with_descendants(category)
        rows = rows.filter(Exists(_filed("item", within)) | Exists(_filed("event__course", within)))
    if type:
        rows = rows.filter(kind=type)
    return rows.order_by("key", "event__first_on", "pk")


def candidates(pass_type, *, q="", category=None, type="", in_pass="", new_only=False):
    """What the catalogue has, as rows of values: items and single events, by title.

    `kind` ("course", "path" or the event's type), `pk`, `title`, `code`, `first_on`, `place`,
    `status`, and `here`: it is in this type already (an event through its course, too).
    `type` is a `kind`; `in_pass` a type's id, ANOTHER or NONE; `new_only` leaves out what is here.
    """
    items = _items(pass_type, q, category, type, in_pass, new_only)
    events = _events(pass_type, q, category, type, in_pass, new_only)
    return items.union(events, all=True).order_by("key", "rank", "day", "row")


def keys(rows) -> list[str]:
    """The rows by name: i12 for an item, e7 for an event."""
    return [("i" if row["rank"] == 1 else "e") + str(row["row"]) for row in rows]


def with_descendants(category_id: int) -> list[int]:
    """The category and all under it. One query."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Category.objects.order_by().values_list("pk", "parent"):
        children.setdefault(parent, []).append(pk)
    found = [category_id]
    for pk in found:
        found.extend(children.get(pk, ()))
    return found


def _items(pass_type, q, category, type, in_pass, new_only):
    inside = Inclusion.objects.filter(item=OuterRef("pk"))
    rows = Item.objects.exclude(status=ItemStatus.ARCHIVED)
    for word in q.split():
        rows = rows.filter(_says("search_text", word))
    if category:
        rows = rows.filter(Exists(_filed("pk", with_descendants(category))))
    if type:
        rows = rows.filter(kind=type) if type in ItemKind.values else rows.none()
    here = Exists(inside.filter(pass_type=pass_type))
    rows = _in_pass(rows, inside, pass_type, in_pass)
    if new_only:
        rows = rows.exclude(here)
    return rows.values(
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
        here=here,
    )


def _events(pass_type, q, category, type, in_pass, new_only):
    inside = Inclusion.objects.filter(
        Q(event=OuterRef("pk"))
        | Q(item=OuterRef("course"), event_types=[])
        | Q(item=OuterRef("course"), event_types__contains=[OuterRef("type")])
    )
    rows = Event.objects.exclude(
        Q(status=EventStatus.CANCELLED) | Q(course__status=ItemStatus.ARCHIVED)
    )
    for word in q.split():
        rows = rows.filter(_says("search_text", word) | _says("course__search_text", word))
    if category:
        rows = rows.filter(Exists(_filed("course", with_descendants(category))))
    if type:
        rows = rows.filter(type=type) if type in EventType.values else rows.none()
    here = Exists(inside.filter(pass_type=pass_type))
    rows = _in_pass(rows, inside, pass_type, in_pass)
    if new_only:
        rows = rows.exclude(here)
    return rows.values(
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
        here=here,
    )


def _in_pass(rows, inside, pass_type, in_pass):
    if in_pass == ANOTHER:
        return rows.filter(Exists(inside.exclude(pass_type=pass_type)))
    if in_pass == NONE:
        return rows.exclude(Exists(inside))
    if in_pass:
        return rows.filter(Exists(inside.filter(pass_type=in_pass)))
    return rows


def _says(field, word) -> Q:
    return Q(**{f"{field}__contains": Fold(Value(word))})


def _filed(item, categories):
    """The filings of the outer row's `item` in one of `categories`."""
    filing = Item.categories.through.objects
    return filing.filter(item=OuterRef(item), category__in=categories)

"""What does a pass type open? The rows of its section Training."""

import functools

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, StringAgg, Subquery, Value
from django.db.models.functions import Coalesce

from catalog import categories
from catalog.models import Item, Step
from tms.text import Fold

from .models import Inclusion


def included(pass_type, *, q="", category=None, kind=""):
    """The rows of a type's training by title, as `narrowed` says.

    With `kind` (of the item or event), `title`, `code`, `key` (to sort by), `course` (the item's
    id, or that of the event's course), `category_names` and `steps` (of a path).
    """
    rows = _described().filter(pass_type=pass_type)
    return narrowed(rows, q=q, category=category, kind=kind).order_by("key", "pk")


@functools.cache
def _described():
    """All inclusions with what is said of them. Put together once: that costs more than the rest
    of the question."""
    filed = Item.categories.through.objects.filter(item=OuterRef("course")).values("item")
    names = StringAgg("category__name", Value(", "), order_by="category__name")
    steps = Step.objects.filter(path=OuterRef("item")).order_by().values("path")
    return Inclusion.objects.annotate(
        course=Coalesce("item", "event__course"),
        kind=Coalesce("item__kind", "event__type"),
        title=Coalesce("item__title", "event__course__title"),
        key=Coalesce("item__title_key", "event__course__title_key"),
        code=Coalesce("item__code", "event__code"),
        status=Coalesce("item__status", "event__status"),
        category_names=Subquery(filed.annotate(names=names).values("names")),
        steps=Coalesce(
            Subquery(
                steps.annotate(count=Count("pk")).values("count"), output_field=IntegerField()
            ),
            0,
        ),
    )


def narrowed(rows, *, q="", category=None, kind=""):
    """Those of the rows that have every word of `q`, are under the category, are of that kind."""
    for word in (q or "").split():
        rows = rows.filter(
            says("item__search_text", word)
            | says("event__search_text", word)
            | says("event__course__search_text", word)
        )
    if category:
        within = categories.with_descendants(category)
        rows = rows.filter(
            Exists(filed_under("item", within) | filed_under("event__course", within))
        )
    if kind:
        rows = rows.filter(kind=kind)
    return rows


def says(field: str, word: str) -> Q:
    """The folded `field` has the word, without case and accents."""
    return Q(**{f"{field}__contains": Fold(Value(word))})


def filed_under(item: str, within):
    """The filings of the outer row's `item` under one of the categories `within`."""
    filing = Item.categories.through.objects
    return filing.filter(item=OuterRef(item), category__in=within)

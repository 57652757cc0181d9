"""What of the catalogue does global search find? Courses, learning paths, events."""

import functools

from django.db.models import Value
from django.urls import reverse

from tms.compiled import Rows
from tms.text import Fold
from tms.ui.address import page_of
from tms.ui.register import Hit

from .models import Event, Item
from .tables import dates_of

WORDS = 8


def matching(rows, query, path="search_text"):
    """The rows in which every word of the query stands."""
    for word in query.split()[:WORDS]:
        rows = rows.filter(**{f"{path}__contains": Fold(Value(word))})
    return rows


def words_of(query: str) -> dict[str, str]:
    """The words of a query as the values of a question, in their order."""
    return {f"word{number}": word for number, word in enumerate(query.split()[:WORDS])}


def items(kind):
    @functools.cache
    def found(_words: int, limit: int) -> Rows:
        """The question for so many words."""

        def ask(**given):
            rows = Item.objects.filter(kind=kind).order_by("title_key", "pk")
            for word in given.values():
                rows = rows.filter(search_text__contains=Fold(Value(word)))
            return rows.only("kind", "title", "code", "status")[:limit]

        return Rows(ask)

    def find(query, user, limit):
        words = words_of(query)
        return [
            Hit(
                row.title,
                reverse(f"catalog:{row.kind}", args=[row.pk]),
                row.code,
                row.get_status_display(),
            )
            for row in found(len(words), limit)(**words)
        ]

    return find


courses, paths = items("course"), items("path")


@functools.cache
def _events(_words: int, limit: int) -> Rows:
    """The question for so many words."""

    def ask(**given):
        rows = Event.objects.select_related("course").order_by("-sort_on", "-pk")
        for word in given.values():
            folded = Fold(Value(word))
            itself = Event.objects.filter(search_text__contains=folded)
            of_course = Event.objects.filter(course__search_text__contains=folded)
            # Two ways, as no index answers "this or that" of different tables.
            rows = rows.filter(pk__in=itself.values("pk").union(of_course.values("pk")))
        return rows[:limit]

    return Rows(ask)


def events(query, user, limit):
    """Events by their code or place, or by their course; the latest first."""
    words = words_of(query)
    return [
        Hit(
            row.course.title,
            page_of("catalog:event", row.pk),
            " ".join(filter(None, [row.code, row.place])),
            dates_of({"first_on": row.first_on, "last_on": row.last_on, "type": row.type}),
        )
        for row in _events(len(words), limit)(**words)
    ]

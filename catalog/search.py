"""What of the catalogue does global search find? Courses, learning paths, events."""

from django.db.models import Q, Value
from django.urls import reverse

from tms.text import Fold
from tms.ui.address import page_of
from tms.ui.register import Hit

from .models import Event, Item
from .tables import dates_of


def matching(rows, query, path="search_text"):
    """The rows in which every word of the query stands."""
    for word in query.split()[:8]:
        rows = rows.filter(**{f"{path}__contains": Fold(Value(word))})
    return rows


def items(kind):
    def find(query, user, limit):
        rows = matching(Item.objects.filter(kind=kind), query).order_by("title_key", "pk")
        return [
            Hit(
                row.title,
                reverse(f"catalog:{row.kind}", args=[row.pk]),
                row.code,
                row.get_status_display(),
            )
            for row in rows.only("kind", "title", "code", "status")[:limit]
        ]

    return find


courses, paths = items("course"), items("path")


def events(query, user, limit):
    """Events by their code or place, or by their course; the latest first."""
    rows = Event.objects.select_related("course").order_by("-sort_on", "-pk")
    for word in query.split()[:8]:
        folded = Fold(Value(word))
        found = Item.objects.filter(search_text__contains=folded).values("pk")
        rows = rows.filter(Q(search_text__contains=folded) | Q(course__in=found))
    return [
        Hit(
            row.course.title,
            page_of("catalog:event", row.pk),
            " ".join(filter(None, [row.code, row.place])),
            dates_of({"first_on": row.first_on, "last_on": row.last_on, "type": row.type}),
        )
        for row in rows[:limit]
    ]

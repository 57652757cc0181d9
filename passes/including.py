"""Which pass types include this item or event, and by what?"""

from django.db.models import Q

from .models import Inclusion, TypeStatus

COLUMNS = (
    "pk",
    "pass_type",
    "pass_type__name",
    "pass_type__code",
    "pass_type__status",
    "event_types",
    "event",
)


def of_item(item) -> list[dict]:
    """The rows that put a course or path into a pass type. One query."""
    return _rows(Inclusion.objects.filter(item=item))


def of_event(event) -> list[dict]:
    """The rows that bring an event: itself, or its course with all events or those of its type."""
    through = Q(item=event.course_id) & (Q(event_types=[]) | Q(event_types__contains=[event.type]))
    return _rows(Inclusion.objects.filter(Q(event=event) | through))


def _rows(rows) -> list[dict]:
    found = rows.order_by("pass_type__name_key", "pass_type", "pk").values(*COLUMNS)
    return [row | {"status": TypeStatus(row["pass_type__status"])} for row in found]

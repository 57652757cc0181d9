"""How is an event written down? Locked, checked, saved."""

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import days
from tms.refusals import Refusal

from .models import Event, EventType

TEXTS = ("code", "place")
NUMBERS = ("minimum", "capacity", "content_days")
DAYS = ("closes_on", "cancel_until")


def locked(event: Event) -> Event:
    found = (
        Event.objects.select_for_update(of=("self",))
        .select_related("course")
        .filter(pk=event.pk)
        .first()
    )
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def save(event: Event) -> None:
    """Save what these verbs change, with the next version; `taken` belongs to others."""
    if not event.pk:
        event.save()
        return
    event.version = F("version") + 1
    event.save(
        update_fields=[
            "type", "status", *TEXTS, *NUMBERS, *DAYS,
            "first_on", "last_on", "starts_at", "ends_at", "version",
        ]
    )  # fmt: skip


def write_values(event: Event, values: dict) -> None:
    """Put values on the row and refuse what an event can't be."""
    for name, value in values.items():
        if name in TEXTS:
            setattr(event, name, " ".join(value.split()))
        elif name in (*NUMBERS, *DAYS):
            setattr(event, name, value)
        else:
            raise TypeError(f"An event has no {name}.")
    if event.type == EventType.LMS:
        event.minimum = event.closes_on = event.cancel_until = None
        event.place = ""
    elif event.type == EventType.CLASSROOM:
        event.content_days = None
    check_seats(event)
    check_deadlines(event)
    if event.content_days is not None and event.content_days < 1:
        raise Refusal(
            _("At least 1 day. Leave it empty if the content stays open for good."),
            field="content_days",
        )


def check_seats(event: Event) -> None:
    if event.capacity is None:
        return
    if event.capacity < 1:
        raise Refusal(_("At least 1. Leave it empty if there is no maximum."), field="capacity")
    if event.minimum is not None and event.minimum > event.capacity:
        raise Refusal(
            _("The minimum of %(minimum)s is above the maximum of %(maximum)s.")
            % {"minimum": event.minimum, "maximum": event.capacity},
            field="minimum",
        )
    if event.capacity < event.taken:
        raise Refusal(
            ngettext(
                "%(taken)s place is taken, so the maximum can't be %(maximum)s. "
                "Cancel registrations first.",
                "%(taken)s places are taken, so the maximum can't be %(maximum)s. "
                "Cancel registrations first.",
                event.taken,
            )
            % {"taken": event.taken, "maximum": event.capacity},
            field="capacity",
        )


def check_deadlines(event: Event) -> None:
    if event.first_on is None:
        return
    for name in DAYS:
        day = getattr(event, name)
        if day and day > event.first_on:
            raise Refusal(
                _("The event begins on %(first)s. Choose that day or an earlier one.")
                % {"first": days.day_text(event.first_on)},
                field=name,
            )


def said(event: Event) -> dict:
    """An event as the journal keeps it."""
    names = ("type", "status", *TEXTS, *NUMBERS, *DAYS)
    return {"course": event.course_id} | {name: getattr(event, name) for name in names}

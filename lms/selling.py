"""How does an opportunity come to be interested in a course, an event or a learning path?"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, EventType, Item, ItemKind, ItemStatus
from crm import interests
from crm.interests import Wanted
from crm.models import Interest
from tms.refusals import Refusal

from . import offering
from .models import PlaceInterest

COURSES, PATHS = "courses", "paths"


@transaction.atomic
def add_interest(
    opportunity_id: int,
    wanted: Wanted,
    *,
    item: Item,
    event: Event | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Interest:
    """Add places on a course (without `event` its date is to be agreed) or on a path.

    Its words are the catalogue's. Raises Refusal for what isn't offered, and what
    `crm.interests.add` raises.
    """
    _refuse_unfit(item, event, on)
    offer = PATHS if is_path(item) else COURSES
    made = interests.add(opportunity_id, offer, _said(wanted, item, event), at=at, on=on, by=by)
    PlaceInterest.objects.create(interest=made, item=item, event=event)
    return made


@transaction.atomic
def edit_interest(
    interest_id: int,
    wanted: Wanted,
    *,
    item: Item,
    event: Event | None = None,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Interest:
    """Change the interest to what `add_interest` would make of the same answers."""
    words = _said(wanted, item, event)
    made = interests.edit(interest_id, words, version=version, at=at, on=on, by=by)
    kept = PlaceInterest.objects.select_related("item").get(interest=made)
    if item.kind != kept.item.kind:
        raise Refusal(_("Choose one of the same kind, or add another interest."), field="item")
    if (item.pk, event and event.pk) != (kept.item_id, kept.event_id):
        _refuse_unfit(item, event, on)
    kept.item, kept.event = item, event
    kept.save(update_fields=["item", "event"])
    return made


def _said(wanted: Wanted, item: Item, event: Event | None) -> Wanted:
    return dataclasses.replace(wanted, title=item.title, detail=detail_of(item, event))


def _refuse_unfit(item: Item, event: Event | None, on: datetime.date) -> None:
    if item.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is not published.") % {"title": item.title}, field="item")
    if event is None:
        return
    if event.course_id != item.pk:
        raise Refusal(_("Choose a date of %(title)s.") % {"title": item.title}, field="event")
    if why := why_not_dated(event, on):
        raise Refusal(why, field="event")


def why_not_dated(event: Event, on: datetime.date) -> str:
    """ "" when places on this event can be sold on this day, otherwise why not and what to do."""
    words = {"event": event.choice_label}
    if event.status == EventStatus.CANCELLED:
        return _("%(event)s is cancelled: choose another date.") % words
    if event.status != EventStatus.OPEN:
        return _("%(event)s is a draft: open it, or choose another date.") % words
    if event.last_on and event.last_on < on:
        return _("%(event)s is over: choose another date.") % words
    return ""


# What can be chosen


def is_path(item: Item) -> bool:
    return item.kind == ItemKind.PATH


def detail_of(item: Item, event: Event | None) -> str:
    """What stands beside the title: when and where, or that it is to be agreed."""
    if is_path(item):
        return _("Learning path")
    if event is None:
        return _("Date to be agreed")
    return ", ".join(filter(None, [offering.when(event), event.place, event.code]))


def dates_of(item: Item, on: datetime.date) -> list[Event]:
    """The events of a course that can be sold on this day, LMS ones first. One statement."""
    open_ones = Event.objects.open().filter(course=item).exclude(last_on__lt=on)
    found = list(open_ones.select_related("course").order_by("sort_on", "pk"))
    return sorted(found, key=lambda each: each.type != EventType.LMS)


def default_date(dates: Sequence[Event]) -> Event | None:
    """An LMS event, which needs no agreeing on; None: the date is to be agreed."""
    return next((each for each in dates if each.type == EventType.LMS), None)

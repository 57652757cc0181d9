"""When can learners book an event, and until when?"""

import datetime

from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, EventType
from tms import clock
from tms.days import day_text


def why_not_open(event: Event, on: datetime.date, *, offered: bool = False) -> str:
    """ "" when learners can book the event on this day, otherwise why not. `offered`: a place is on
    offer to them, which staff do by hand after the deadline too.
    """
    if event.status != EventStatus.OPEN:
        return _("This date is no longer offered. Choose another one.")
    if event.type == EventType.LMS:
        return ""
    if event.first_on is None or event.first_on < on:
        return _("This event has begun. Choose another date.")
    if not offered and event.closes_on and event.closes_on < on:
        return _("Registration closed on %(day)s. Choose another date.") % {
            "day": day_text(event.closes_on)
        }
    return ""


def ends_at(event: Event, zone: str, *, by_hand: bool = False) -> datetime.datetime | None:
    """The moment until which a place can be taken: the registration deadline, or the start; None:
    without an end. `by_hand`: staff do it, for whom the deadline doesn't count.
    """
    moments = []
    if event.closes_on and not by_hand:
        moments.append(clock.end_of(event.closes_on, zone))
    if event.first_on:
        moments.append(event.starts_at or clock.end_of(event.first_on, zone))
    return min(moments, default=None)

"""What do the learner's templates say often? When an event is, and a session in its own zone."""

import zoneinfo

from django import template

from lms import offering
from tms.days import day_text

register = template.Library()
register.filter("when", offering.when)


@register.simple_tag
def session_time(session) -> str:
    """The day, from when to when, and the zone."""
    zone = zoneinfo.ZoneInfo(session.time_zone)
    first, last = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    until = f"{last:%H:%M}"
    if first.date() != last.date():
        until = f"{day_text(last.date())}, {until}"
    return f"{day_text(first.date())}, {first:%H:%M}–{until} ({session.time_zone})"

"""What time is it? The only reader of the system clock.

The edge (middleware, a task, a command) asks once and hands the moment down as `at` (an aware
moment, UTC) or `on` (a day in the installation's zone). Nothing below the edge asks again.
"""

import datetime
import functools
import zoneinfo

from django.utils import timezone


def now() -> datetime.datetime:
    """The moment, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def day_of(moment: datetime.datetime, zone: str) -> datetime.date:
    """The calendar day on which `moment` falls in the zone called `zone`."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).date()


def start_of(day: datetime.date, zone: str) -> datetime.datetime:
    """The first moment of `day` in `zone`, as UTC.

    Where midnight is skipped by a clock change it is the first moment that exists that day.
    """
    tz = zoneinfo.ZoneInfo(zone)
    midnight = datetime.datetime.combine(day, datetime.time(), tz)
    try:
        moment = midnight.astimezone(datetime.UTC)
    except OverflowError:  # the first day that there is, where it begins before UTC's
        return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    # A midnight that the zone skips converts by the offset before the gap, and lands after it.
    while moment.astimezone(tz).date() < day:
        moment += datetime.timedelta(minutes=15)
    return moment


def end_of(day: datetime.date, zone: str) -> datetime.datetime:
    """The first moment in `zone` that is after `day`, as UTC; there is none after the last day."""
    if day == datetime.date.max:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return start_of(day + datetime.timedelta(days=1), zone)


@functools.cache
def zone_names() -> tuple[str, ...]:
    """The names of all time zones, sorted; read from the disk once."""
    return tuple(sorted(zoneinfo.available_timezones()))


def use_zone(zone: str) -> None:
    """Format moments in `zone` for the rest of this request (or of this thread's work)."""
    timezone.activate(zoneinfo.ZoneInfo(zone))

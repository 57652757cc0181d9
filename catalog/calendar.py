"""Which sessions take place on which day of a month or a week?"""

import calendar
import dataclasses
import datetime
import zoneinfo

from catalog.models import EventStatus, Session
from tms import clock

DAY = datetime.timedelta(days=1)
MOST = 2000  # sessions that a page holds


@dataclasses.dataclass(frozen=True)
class Meeting:
    """A session as the calendar writes it: when it begins on the wall of the installation."""

    event_id: int
    title: str
    code: str
    place: str
    instructor: str
    starts: datetime.datetime
    ends: datetime.datetime
    status: str

    @property
    def times(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    @property
    def where(self) -> str:
        return ", ".join(filter(None, [self.place, self.instructor]))

    @property
    def is_cancelled(self) -> bool:
        return self.status == EventStatus.CANCELLED

    @property
    def is_draft(self) -> bool:
        return self.status == EventStatus.DRAFT


@dataclasses.dataclass(frozen=True)
class Day:
    """A day with its meetings. `inside`: it is of the month that is shown."""

    day: datetime.date
    inside: bool
    meetings: list[Meeting]


def month_days(on: datetime.date) -> list[list[datetime.date]]:
    """The weeks, from Monday, that the month of `on` is in."""
    return calendar.Calendar().monthdatescalendar(on.year, on.month)


def week_days(on: datetime.date) -> list[datetime.date]:
    """The days of the week of `on`, from Monday."""
    monday = on - on.weekday() * DAY
    return [monday + number * DAY for number in range(7)]


def days(events, dates: list[datetime.date], *, month: int, zone: str) -> list[Day]:
    """Each of the dates, which follow each other, with the sessions of `events` that begin on it.

    One statement.
    """
    first, last = clock.start_of(dates[0], zone), clock.start_of(dates[-1] + DAY, zone)
    rows = Session.objects.filter(
        starts_at__gte=first, starts_at__lt=last, event__in=events.order_by().values("pk")
    )
    here = zoneinfo.ZoneInfo(zone)
    found: dict[datetime.date, list[Meeting]] = {day: [] for day in dates}
    columns = (
        "event_id", "event__course__title", "event__code", "place", "taught_by",
        "starts_at", "ends_at", "event__status", "event__place",
    )  # fmt: skip
    for event, title, code, place, who, starts, ends, status, otherwise in rows.order_by(
        "starts_at", "id"
    ).values_list(*columns)[:MOST]:
        begins = starts.astimezone(here)
        meeting = Meeting(
            event, title, code, place or otherwise, who, begins, ends.astimezone(here), status
        )
        found[begins.date()].append(meeting)
    return [Day(day, day.month == month, meetings) for day, meetings in found.items()]

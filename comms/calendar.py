"""How many messages will leave on which of the next days, by which rule?"""

import dataclasses
import datetime

from babel.dates import get_day_names

from tms.days import reader

from . import forecast
from .models import Trigger
from .rules import Setting, rule_of

DAYS, NAMED = 90, 20


@dataclasses.dataclass(frozen=True)
class Calendar:
    """{day: [(trigger, how many are sent, how many skipped)]}, and how many there are at most."""

    days: dict[datetime.date, list]
    total: int
    most: int


@dataclasses.dataclass(frozen=True)
class Day:
    """A day of the calendar: how many messages, and how full it is, from 0 to 4."""

    day: datetime.date
    sent: int
    skipped: int
    level: int
    inside: bool


def of(now: Setting) -> Calendar:
    """The next 90 days of all rules that are switched on. Two queries, and one a rule."""
    triggers = (
        Trigger.objects.switched_on()
        .select_related("template")
        .prefetch_related("options")
        .order_by("name_key", "pk")
    )
    last = now.today + datetime.timedelta(days=DAYS)
    days = forecast.counts_by_day(triggers, now, now.today, last)
    sums = [sum(sent for _trigger, sent, _skipped in rows) for rows in days.values()]
    return Calendar(days, sum(sums), max(sums, default=0))


def on(calendar: Calendar, day: datetime.date, now: Setting):
    """(trigger, sent, skipped, the first rows) of one day. One query a rule that has any."""
    for trigger, sent, skipped in calendar.days[day]:
        rule = rule_of(trigger, forecast.options_of(trigger))
        yield trigger, sent, skipped, forecast.foretell(rule, now, day, day, limit=NAMED)


def weeks(calendar: Calendar, now: Setting) -> list[list[Day]]:
    """The days by weeks from Monday, those around them too."""
    begin = now.today - datetime.timedelta(days=now.today.weekday())
    last = now.today + datetime.timedelta(days=DAYS)
    found = []
    while begin <= last:
        found.append(
            [one(calendar, begin + datetime.timedelta(days=n), now.today, last) for n in range(7)]
        )
        begin += datetime.timedelta(days=7)
    return found


def one(calendar: Calendar, day, first, last) -> Day:
    rows = calendar.days.get(day, [])
    sent = sum(sent for _trigger, sent, _skipped in rows)
    skipped = sum(skipped for _trigger, _sent, skipped in rows)
    level = -(-4 * sent // calendar.most) if calendar.most else 0
    return Day(day, sent, skipped, level, first <= day <= last)


def weekdays() -> list[tuple[str, str]]:
    """(Mon, Monday) of each day of the week, in the reader's language."""
    short, wide = (get_day_names(width, locale=reader()) for width in ("abbreviated", "wide"))
    return [(short[n], wide[n]) for n in range(7)]

"""What came of passes over time: how many were sold, ran, were renewed, and will end?

Each answer is one statement over all passes. As of a past day a pass is what its dates were then:
a renewal, extension or shortening keeps in the journal what they had been before it. Whether the
night has recorded an expiry changes nothing.
"""

import collections
import dataclasses
import datetime
import functools
import itertools

from tms import clock
from tms.compiled import Statement
from tms.lately import Lately

# {which} narrows the passes `p`. By which of the starts something comes is its place in their list:
# a fifth of the work of asking the calendar for each row.
SOLD = """
SELECT width_bucket(p.issued_at, %(starts)s::timestamptz[]), {split}, count(*)
FROM passes_pass p
WHERE p.issued_at >= %(begin)s AND p.issued_at < %(end)s {which}
GROUP BY 1, 2
"""
# A span is a time in which nothing about a pass's dates changed: before each move that came after
# the first day asked about, and since the last one. A pass was active at the end of those days that
# lie in one of its spans and within the dates that it had then. All passes are counted first as if
# their dates had always been what they are; for the few that moved, that is taken back. Days are
# counted by their place in the list, so that a million passes come to a few rows at once: of each
# type how many were active after one place, up to another.
ACTIVE = """
WITH moves AS (
    SELECT j.subject_id, j."on", (j.before ->> 'starts_on')::date AS opens,
           least((j.before ->> 'expires_on')::date, j."on" - 1) AS closes,
           lag(j."on") OVER its AS since, lead(j.id) OVER its IS NULL AS is_last
    FROM journal j
    WHERE j.kind IN ('pass.renewed', 'pass.extended', 'pass.shortened') AND j."on" > %(first)s
    WINDOW its AS (PARTITION BY j.subject_id ORDER BY j.id)
), places AS (
    SELECT p.pass_type_id, width_bucket(p.starts_on - 1, %(days)s::date[]) AS opens,
           width_bucket(p.expires_on, %(days)s::date[]) AS closes, count(*)::int AS passes
    FROM passes_pass p
    WHERE p.cancelled_at IS NULL AND p.expires_on >= %(first)s {which}
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT p.pass_type_id, width_bucket(p.starts_on - 1, %(days)s::date[]),
           width_bucket(least(p.expires_on, (p.cancelled_at AT TIME ZONE %(zone)s)::date - 1),
                        %(days)s::date[]), count(*)::int
    FROM passes_pass p
    WHERE p.cancelled_at >= %(begin)s {which}
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT p.pass_type_id, width_bucket(s.opens - 1, %(days)s::date[]),
           width_bucket(s.closes, %(days)s::date[]), sum(s.passes)::int
    FROM moves m
    JOIN passes_pass p ON p.id = m.subject_id {which},
         LATERAL (SELECT least(p.expires_on, (p.cancelled_at AT TIME ZONE %(zone)s)::date - 1)) AS
             now (closes),
         LATERAL (
             SELECT greatest(m.opens, m.since), m.closes, 1
             UNION ALL
             SELECT p.starts_on, least(now.closes, m."on" - 1), -1
             WHERE m.is_last
         ) AS s (opens, closes, passes)
    GROUP BY 1, 2, 3
)
SELECT pass_type_id, opens, closes, passes FROM places
"""
# Due in a month: those that ended in it, and those that a renewal or an extension took out of it.
RENEWAL = """
WITH moved AS (
    SELECT j.subject_id, date_trunc('month', (j.before ->> 'expires_on')::timestamp)::date AS month,
           bool_or(j.kind = 'pass.renewed') AS renewed
    FROM journal j
    WHERE j.kind IN ('pass.renewed', 'pass.extended')
      AND j.before ->> 'expires_on' BETWEEN %(first)s AND %(last)s
      AND substr(j.after ->> 'expires_on', 1, 7) > substr(j.before ->> 'expires_on', 1, 7)
    GROUP BY 1, 2
), due AS (
    SELECT m.month, count(*) FILTER (WHERE m.renewed) AS renewed,
           count(*) FILTER (WHERE NOT m.renewed) AS extended, 0 AS ended
    FROM moved m JOIN passes_pass p ON p.id = m.subject_id
    WHERE date_trunc('month', p.expires_on::timestamp) <> m.month {which}
    GROUP BY 1
    UNION ALL
    SELECT date_trunc('month', p.expires_on::timestamp)::date, 0, 0, count(*)
    FROM passes_pass p
    WHERE p.expires_on BETWEEN %(first)s::date AND %(last)s::date
      AND (p.cancelled_at IS NULL
           OR (p.cancelled_at AT TIME ZONE %(zone)s)::date > p.expires_on) {which}
    GROUP BY 1
)
SELECT month, sum(renewed) AS renewed, sum(extended) AS extended, sum(ended) AS ended
FROM due GROUP BY 1
"""
ENDING = """
SELECT width_bucket(p.expires_on, %(starts)s::date[]), {split}, count(*)
FROM passes_pass p
WHERE p.cancelled_at IS NULL AND p.starts_on <= %(on)s
  AND p.expires_on BETWEEN %(first)s AND %(last)s {which}
GROUP BY 1, 2
"""
SPLIT = {"type": "p.pass_type_id", "source": "p.source", "": "''::text"}
WHICH = {
    "pass_type": " AND p.pass_type_id = %(pass_type)s",
    "source": " AND p.source = %(source)s",
}

Counts = dict[tuple[datetime.date, object], int]


@dataclasses.dataclass(frozen=True)
class Due:
    """The passes that were due in a month: what became of them."""

    renewed: int = 0
    extended: int = 0
    ended: int = 0

    @property
    def passes(self) -> int:
        return self.renewed + self.extended + self.ended

    @property
    def rate(self) -> float | None:
        """How large a part of them was renewed; of none there is no part."""
        return self.renewed / self.passes if self.passes else None


def sold(
    starts: list[datetime.date],
    first: datetime.date,
    last: datetime.date,
    *,
    zone: str,
    by: str = "type",
    pass_type: int | None = None,
    source: str = "",
) -> Counts:
    """How many were issued from `first` to `last`, days of `zone`, cancelled since or not.

    `starts` are the first days of the granules they are counted by, in order.
    {(one of them, id of the pass type, the source, or ""): number}, as `by` is type, source or "".
    """
    day_after = last + datetime.timedelta(days=1)
    return _counted(
        SOLD,
        starts,
        split=SPLIT[by],
        pass_type=pass_type,
        source=source,
        begin=clock.start_of(first, zone),
        end=clock.start_of(day_after, zone),
        starts=[clock.start_of(each, zone) for each in starts],
    )


def active(days: list[datetime.date], *, zone: str, pass_type: int | None = None) -> Counts:
    """How many were active at the end of each of the `days`, which are in order.

    {(day, id of the pass type): number}
    """
    rows = _rows(
        ACTIVE,
        pass_type=pass_type,
        days=days,
        first=days[0],
        begin=clock.start_of(days[0] + datetime.timedelta(days=1), zone),
        zone=zone,
    )
    # How many more than on the day before; behind the last is what lasts longer.
    more = collections.defaultdict(lambda: [0] * (len(days) + 1))
    for pk, opens, closes, passes in rows:
        if opens < closes:
            more[pk][opens] += passes
            more[pk][closes] -= passes
    return {
        (day, pk): running
        for pk, changes in more.items()
        for day, running in zip(days, itertools.accumulate(changes[:-1]), strict=True)
        if running
    }


def renewal(
    first: datetime.date, last: datetime.date, *, zone: str, pass_type: int | None = None
) -> dict[datetime.date, Due]:
    """What became of the passes that were due in each month; `first` begins one, `last` ends one.

    A pass was due in the month in which it ended, or would have ended without a renewal or an
    extension into a later month; however late that came, it counts for the month it was due in.
    Who was renewed and extended out of the same month was renewed; who is due in it once more, as
    the renewal was taken back, ended in it. One cancelled before its last day was not due.
    """
    given = {"first": first.isoformat(), "last": last.isoformat(), "zone": zone}
    rows = _rows(RENEWAL, pass_type=pass_type, **given)
    return {month: Due(int(renewed), int(out), int(ended)) for month, renewed, out, ended in rows}


def ending(
    starts: list[datetime.date],
    first: datetime.date,
    last: datetime.date,
    *,
    on: datetime.date,
    pass_type: int | None = None,
) -> Counts:
    """How many of those active on `on` end from `first` to `last`, as things stand.

    `starts` are the first days of the granules they are counted by, in order.
    {(one of them, id of the pass type): number}
    """
    given = {"starts": starts, "first": first, "last": last, "on": on}
    return _counted(ENDING, starts, split="p.pass_type_id", pass_type=pass_type, **given)


def _counted(sql: str, places: list[datetime.date], **given) -> Counts:
    rows = _rows(sql, **given)
    return {(places[place - 1], series): int(number) for place, series, number in rows}


def _rows(
    sql: str, *, pass_type: int | None, source: str = "", split: str = "", **given
) -> list[tuple]:
    narrowed = {"pass_type": pass_type, "source": source}
    narrowed = {name: value for name, value in narrowed.items() if value}
    return _kept(sql, tuple(narrowed), split)(**narrowed, **given)


@functools.cache
def _kept(sql: str, narrowed: tuple[str, ...], split: str) -> Lately:
    """The statement of a report, narrowed by these: there are few, and their plans are kept."""
    which = "".join(WHICH[name] for name in narrowed)
    said = Statement(f"SELECT * FROM ({sql.format(which=which, split=split)}) found")  # noqa: S608
    numbers = slice(1 if sql is RENEWAL else -1, None)
    return Lately(said, counted=lambda rows: sum(sum(row[numbers]) for row in rows))

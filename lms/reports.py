"""What came of training over time: registrations, attendance, completions and certificates?

Each answer is one statement. A place that is part of a learning path was registered for with the
path, and isn't counted beside it; somebody was there, or wasn't, on each event of the path.
"""

import dataclasses
import datetime

from django.db import connection

from tms import clock

# {which} narrows places `r`, or completions and certificates `d`.
REGISTERED = """
SELECT width_bucket(r.registered_on, %(starts)s::date[]), {split}, count(*)
FROM lms_registration r
LEFT JOIN catalog_event e ON e.id = r.event_id
WHERE r.registered_on BETWEEN %(first)s AND %(last)s AND r.path_registration_id IS NULL {which}
GROUP BY 1, 2
"""
ATTENDED = """
SELECT {rows}, count(*) FILTER (WHERE r.attended), count(*) FILTER (WHERE NOT r.attended),
       count(*) FILTER (WHERE r.attended IS NULL)
FROM catalog_event e
JOIN lms_registration r ON r.event_id = e.id
WHERE e.first_on BETWEEN %(first)s AND %(last)s AND e.status <> 'cancelled'
  AND r.cancelled_at IS NULL {which}
GROUP BY 1
"""
COMPLETED = """
SELECT {rows}, count(*), count(*) FILTER (WHERE r.completed_at IS NOT NULL OR d.id IS NOT NULL),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM lms_certificate c
           WHERE c.contact_id = r.contact_id AND c.item_id = coalesce(r.path_id, e.course_id)
             AND c.withdrawn_at IS NULL))
FROM lms_registration r
LEFT JOIN catalog_event e ON e.id = r.event_id
LEFT JOIN lms_completion d
  ON d.contact_id = r.contact_id AND d.item_id = coalesce(r.path_id, e.course_id)
WHERE r.registered_on BETWEEN %(first)s AND %(last)s AND r.cancelled_at IS NULL
  AND r.path_registration_id IS NULL {which}
GROUP BY 1
"""
COMPLETIONS = """
SELECT width_bucket(d.at, %(starts)s::timestamptz[]), d.item_id, count(*)
FROM lms_completion d
JOIN crm_contact p ON p.id = d.contact_id
WHERE d.at >= %(begin)s AND d.at < %(end)s {which}
GROUP BY 1, 2
"""
CERTIFICATES = """
SELECT width_bucket(d.completed_on, %(starts)s::date[]), d.item_id, count(*)
FROM lms_certificate d
JOIN crm_contact p ON p.id = d.contact_id
WHERE d.completed_on BETWEEN %(first)s AND %(last)s AND d.withdrawn_at IS NULL {which}
GROUP BY 1, 2
"""
SPLIT = {
    "item": "coalesce(r.path_id, e.course_id)",
    "paid": "r.paid_by",
    "kept": "CASE WHEN r.cancelled_at IS NULL THEN 'kept' ELSE 'cancelled' END",
}
BY_EVENT_DAY = "width_bucket(e.first_on, %(starts)s::date[])"
BY_REGISTRATION_DAY = "width_bucket(r.registered_on, %(starts)s::date[])"
NARROWED = {
    "course": " AND e.course_id = %(course)s",
    "path": """ AND (r.path_id = %(path)s OR EXISTS (
        SELECT FROM lms_registration w
        WHERE w.id = r.path_registration_id AND w.path_id = %(path)s))""",
    "event": " AND r.event_id = %(event)s",
    "account": " AND r.account_id = %(account)s",
}
NARROWED_DONE = {
    "course": " AND d.item_id = %(course)s",
    "path": " AND d.item_id = %(path)s",
    "account": " AND p.account_id = %(account)s",
}

Counts = dict[tuple[datetime.date, object], int]


@dataclasses.dataclass(frozen=True)
class Asked:
    """In which days of `zone`, from the first days of which granules on; of one course, path or
    event (their ids) or all training, of one account or all."""

    starts: list[datetime.date]
    first: datetime.date
    last: datetime.date
    zone: str
    course: int | None = None
    path: int | None = None
    event: int | None = None
    account: int | None = None


@dataclasses.dataclass(frozen=True)
class Attendance:
    """Places on events: who was there, who was not, and of whom it isn't known."""

    there: int = 0
    absent: int = 0
    unknown: int = 0

    @property
    def places(self) -> int:
        return self.there + self.absent + self.unknown

    @property
    def rate(self) -> float | None:
        """How large a part of those of whom it is known was there; of none there is no part."""
        known = self.there + self.absent
        return self.there / known if known else None


@dataclasses.dataclass(frozen=True)
class Completion:
    """Places that weren't cancelled: how many, how many of their learners completed the training,
    and how many have a certificate of it."""

    places: int = 0
    completed: int = 0
    certified: int = 0

    @property
    def rate(self) -> float | None:
        return self.completed / self.places if self.places else None


def registered(asked: Asked, *, by: str = "item") -> Counts:
    """How many places were registered for, cancelled since or not.

    {(first day of a granule, id of the item, way of paying, or kept/cancelled): number}, as `by`
    is item, paid or kept.
    """
    return _placed(asked, _rows(REGISTERED, asked, split=SPLIT[by]))


def attendance(asked: Asked, *, by_item: bool = False) -> dict[object, Attendance]:
    """By the first day of a granule that events begin in; `by_item`: by the id of the course."""
    rows = _rows(ATTENDED, asked, rows="e.course_id" if by_item else BY_EVENT_DAY)
    return {_key(asked, key, by_item): Attendance(*numbers) for key, *numbers in rows}


def completion(asked: Asked, *, by_item: bool = False) -> dict[object, Completion]:
    """By the granule that learners registered in; `by_item`: by the id of the course or path."""
    rows = _rows(COMPLETED, asked, rows=SPLIT["item"] if by_item else BY_REGISTRATION_DAY)
    return {_key(asked, key, by_item): Completion(*numbers) for key, *numbers in rows}


def completions(asked: Asked) -> Counts:
    """How many completed something for the first time: {(granule, id of the item): number}"""
    day_after = asked.last + datetime.timedelta(days=1)
    given = {
        "begin": clock.start_of(asked.first, asked.zone),
        "end": clock.start_of(day_after, asked.zone),
        "starts": [clock.start_of(each, asked.zone) for each in asked.starts],
    }
    return _placed(asked, _rows(COMPLETIONS, asked, NARROWED_DONE, **given))


def certificates(asked: Asked) -> Counts:
    """How many were issued, without those withdrawn, by the day of the completion:
    {(granule, id of the item): number}
    """
    return _placed(asked, _rows(CERTIFICATES, asked, NARROWED_DONE))


def _placed(asked: Asked, rows) -> Counts:
    return {(asked.starts[place - 1], series): number for place, series, number in rows}


def _key(asked: Asked, key: int, by_item: bool):
    return key if by_item else asked.starts[key - 1]


def _rows(sql: str, asked: Asked, narrowed=NARROWED, *, split="", rows="", **given) -> list[tuple]:
    which = "".join(narrowed[name] for name in narrowed if getattr(asked, name))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(which=which, split=split, rows=rows),
            {**dataclasses.asdict(asked), **given},
        )
        return cursor.fetchall()

"""What do the holders of a pass type really use of it? By item, and by holder.

Counted are the passes of the type that were valid, and held by somebody, in some of the time asked
about, and the places booked through them in that time that were not cancelled. A learning path is
one item; its parts are not counted beside it. Of a pass that went from one to another, an item was
used by whoever used it; what its holder used is what the one who holds it now did.
"""

import dataclasses
import datetime

from django.db import connection

from tms import clock

HELD = """
WITH held AS (
    SELECT p.id, p.contact_id, p.account_id
    FROM passes_pass p
    WHERE p.pass_type_id = %(pass_type)s AND p.contact_id IS NOT NULL
      AND p.starts_on <= %(last)s AND p.expires_on >= %(first)s
      AND (p.cancelled_at IS NULL OR p.cancelled_at >= %(begin)s) {of_account}
), places AS (
    SELECT r.used_pass_id AS pass_id, coalesce(r.path_id, e.course_id) AS item_id,
           r.contact_id, r.registered_on,
           r.completed_at IS NOT NULL OR d.id IS NOT NULL AS completed
    FROM held h
    JOIN lms_registration r ON r.used_pass_id = h.id
    LEFT JOIN catalog_event e ON e.id = r.event_id
    LEFT JOIN lms_completion d
      ON d.contact_id = r.contact_id AND d.item_id = coalesce(r.path_id, e.course_id)
    WHERE r.cancelled_at IS NULL AND r.path_registration_id IS NULL
      AND r.registered_on BETWEEN %(first)s AND %(last)s
)
"""
ITEMS = """{held}, used AS (
    SELECT item_id, count(*) AS places, count(DISTINCT pass_id) AS passes,
           count(*) FILTER (WHERE completed) AS completed
    FROM places GROUP BY item_id
), opened AS (
    SELECT coalesce(i.item_id, e.course_id) AS item_id
    FROM passes_inclusion i LEFT JOIN catalog_event e ON e.id = i.event_id
    WHERE i.pass_type_id = %(pass_type)s
    GROUP BY 1
)
SELECT i.id, i.title, i.kind, coalesce(u.places, 0), coalesce(u.passes, 0),
       coalesce(u.completed, 0), o.item_id IS NOT NULL
FROM opened o FULL JOIN used u ON u.item_id = o.item_id
JOIN catalog_item i ON i.id = coalesce(o.item_id, u.item_id)
ORDER BY 4 DESC, i.title, i.id
"""
HOLDERS = """{held}
SELECT h.id, c.first_name, c.last_name, a.name, count(DISTINCT p.item_id) AS items,
       count(p.pass_id), count(*) FILTER (WHERE p.completed), max(p.registered_on)
FROM held h
JOIN crm_contact c ON c.id = h.contact_id
JOIN crm_account a ON a.id = h.account_id
LEFT JOIN places p ON p.pass_id = h.id AND p.contact_id = h.contact_id
GROUP BY h.id, c.id, a.id
ORDER BY items DESC, h.id DESC
"""
SPREAD = """{held}
SELECT items, count(*) FROM (
    SELECT h.id, count(DISTINCT p.item_id) AS items
    FROM held h LEFT JOIN places p ON p.pass_id = h.id AND p.contact_id = h.contact_id
    GROUP BY h.id
) used GROUP BY items ORDER BY items
"""
OF_ACCOUNT = "AND p.account_id = %(account)s"
CHUNK = 2000


@dataclasses.dataclass(frozen=True)
class Asked:
    """Passes of which type (an id), in which days of `zone`; of one account, or of all."""

    pass_type: int
    first: datetime.date
    last: datetime.date
    zone: str
    account: int | None = None


@dataclasses.dataclass(frozen=True)
class Item:
    """What was used of an item: places booked, by how many passes, how many of them completed.

    `is_in`: the pass type opens it as things stand.
    """

    pk: int
    title: str
    kind: str
    places: int
    passes: int
    completed: int
    is_in: bool


@dataclasses.dataclass(frozen=True)
class Holder:
    """What somebody used of their pass: how many items, places, completed; when last booked."""

    pass_id: int
    first_name: str
    last_name: str
    account: str
    items: int
    places: int
    completed: int
    last: datetime.date | None


def items(asked: Asked) -> list[Item]:
    """Everything that the type opens and everything that was used, the most used first."""
    return [Item(*row) for row in _rows(ITEMS, asked)]


def spread(asked: Asked) -> dict[int, int]:
    """How many passes used so many items: {0: 12, 1: 30, 4: 2}."""
    return dict(_rows(SPREAD, asked))


def holders(asked: Asked, *, limit: int) -> list[Holder]:
    """Who used most, first: so many of them."""
    return [Holder(*row) for row in _rows(f"{HOLDERS} LIMIT {int(limit)}", asked)]


def all_holders(asked: Asked):
    """The same, all of them, read as they are asked for."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*_statement(HOLDERS, asked))
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                yield Holder(*row)


def _rows(sql: str, asked: Asked) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(*_statement(sql, asked))
        return cursor.fetchall()


def _statement(sql: str, asked: Asked) -> tuple[str, dict]:
    given = dataclasses.asdict(asked) | {"begin": clock.start_of(asked.first, asked.zone)}
    held = HELD.format(of_account=OF_ACCOUNT if asked.account else "")
    return sql.format(held=held), given

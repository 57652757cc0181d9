"""What else carries a place whose pass doesn't? Another pass, or a path that was paid for."""

from typing import Any

from django.db import connection

from tms import journal
from tms.consequences import Fact

# Registrations that were made through a pass; beside each, what else would carry it: the longest
# other pass of theirs, or a path that was paid for.
CARRIERS = """
SELECT r.id, r.event_id, r.contact_id, r.used_pass_id,
       e.first_on IS NOT NULL AND coalesce(e.starts_at > %(at)s, e.first_on > %(on)s) AS to_come,
       other.id AS other_pass_id, paid.id AS paid_path_id, paid.paid_by AS path_paid_by
FROM lms_registration r
JOIN passes_pass u ON u.id = r.used_pass_id
LEFT JOIN catalog_event e ON e.id = r.event_id
LEFT JOIN lms_registration up ON up.id = r.path_registration_id AND up.cancelled_at IS NULL
LEFT JOIN LATERAL (
    SELECT p.id FROM passes_pass p
    WHERE p.contact_id = r.contact_id AND p.cancelled_at IS NULL
      AND p.starts_on <= %(on)s AND p.expires_on >= greatest(%(on)s, e.first_on)
      AND EXISTS (
          SELECT 1 FROM passes_inclusion i
          WHERE i.pass_type_id = p.pass_type_id
            AND (i.event_id = e.id OR i.item_id = r.path_id OR i.item_id = up.path_id
                 OR i.item_id = e.course_id
                    AND (i.event_types = '{}' OR e.type = ANY(i.event_types))))
    ORDER BY p.expires_on DESC, p.id
    LIMIT 1
) other ON true
LEFT JOIN LATERAL (
    SELECT q.id, q.paid_by FROM lms_registration q
    JOIN catalog_step s ON s.path_id = q.path_id AND s.course_id = e.course_id
    WHERE q.contact_id = r.contact_id AND q.cancelled_at IS NULL AND q.paid_by <> 'pass'
      AND (q.content_until IS NULL OR q.content_until >= greatest(%(on)s, e.first_on))
    ORDER BY q.content_until DESC NULLS FIRST, q.id
    LIMIT 1
) paid ON true
"""
# Those through the passes `subjects` which these no longer carry: the pass was cancelled, is with
# somebody else, or ends before the event begins (where the place was kept when the event moved:
# before the day that it had to last to).
UNCOVERED = (
    CARRIERS
    + """
WHERE r.used_pass_id = ANY(%(passes)s) AND r.cancelled_at IS NULL
  AND (u.cancelled_at IS NOT NULL OR u.contact_id IS DISTINCT FROM r.contact_id
       OR u.expires_on < %(on)s
       OR (u.expires_on < least(r.kept_for, e.first_on)
           AND coalesce(e.starts_at > %(at)s, e.first_on > %(on)s)))
ORDER BY r.id
"""
)
# Those on events to come (all, or `events`) whose pass goes on but ends before the first day.
BEYOND = (
    CARRIERS
    + """
WHERE r.cancelled_at IS NULL AND u.cancelled_at IS NULL
  AND (%(events)s::bigint[] IS NULL OR r.event_id = ANY(%(events)s))
  AND u.expires_on < e.first_on AND coalesce(e.starts_at > %(at)s, e.first_on > %(on)s)
ORDER BY r.id
"""
)


def rows(sql: str, given: dict) -> list[dict[str, Any]]:
    """The registrations that one of the questions above finds. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor]


def carry_over(rows, fact: Fact) -> None:
    """Let another pass, or the path that was paid for, carry these places from now on."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lms_registration r "
            "SET kept_for = NULL, used_pass_id = c.pass_id, version = r.version + 1, "
            "    paid_by = CASE WHEN c.pass_id IS NULL THEN c.paid_by ELSE r.paid_by END, "
            "    path_registration_id = CASE WHEN c.pass_id IS NULL THEN c.path_id "
            "                                ELSE r.path_registration_id END "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) "
            "     AS c (id, pass_id, path_id, paid_by) WHERE r.id = c.id",
            [
                [row["id"] for row in rows],
                [row["other_pass_id"] for row in rows],
                [row["paid_path_id"] for row in rows],
                [row["path_paid_by"] for row in rows],
            ],
        )
    journal.write_all(
        journal.row(
            "registration.moved",
            row["id"],
            contact_id=row["contact_id"],
            before={"pass": row["used_pass_id"]},
            after={"pass": row["other_pass_id"]}
            if row["other_pass_id"]
            else {"path_registration": row["paid_path_id"]},
            at=fact.at,
            on=fact.on,
            by=fact.by,
            reason=fact.reason,
            operation=fact.operation,
        )
        for row in rows
    )

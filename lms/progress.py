"""How far is somebody? In per cent, by person and course or path, from what is kept for good."""

from django.db import connection

# A course counts its required units, all where none is required; one without any counts as one,
# done by its completion. A path counts all of its required steps together. What is completed is
# 100, whatever is added.
PERCENTS = """
WITH wanted AS (
    SELECT * FROM unnest(%(contacts)s::bigint[], %(items)s::bigint[]) AS w (contact_id, item_id)
), courses AS (
    SELECT w.contact_id, w.item_id, coalesce(s.course_id, w.item_id) AS course_id
    FROM wanted w
    LEFT JOIN catalog_step s ON s.path_id = w.item_id AND (s.required OR NOT EXISTS (
        SELECT 1 FROM catalog_step r WHERE r.path_id = w.item_id AND r.required))
), counted AS (
    SELECT c.contact_id, c.item_id,
           EXISTS (SELECT 1 FROM lms_completion x
                   WHERE x.contact_id = c.contact_id AND x.item_id = c.course_id) AS complete,
           u.units, u.done
    FROM courses c
    CROSS JOIN LATERAL (
        SELECT count(*) AS units, count(g.completed_at) AS done
        FROM lms_section t
        JOIN lms_contentunit n ON n.section_id = t.id AND n.archived_at IS NULL
            AND (n.required OR NOT EXISTS (
                SELECT 1 FROM lms_section o JOIN lms_contentunit q ON q.section_id = o.id
                WHERE o.course_id = c.course_id AND q.required AND q.archived_at IS NULL))
        LEFT JOIN lms_progress g ON g.unit_id = n.id AND g.contact_id = c.contact_id
        WHERE t.course_id = c.course_id
    ) u
)
SELECT c.contact_id, c.item_id,
       CASE WHEN EXISTS (SELECT 1 FROM lms_completion x
                         WHERE x.contact_id = c.contact_id AND x.item_id = c.item_id) THEN 100
            ELSE floor(100.0 * sum(CASE WHEN c.complete THEN greatest(c.units, 1) ELSE c.done END)
                       / sum(greatest(c.units, 1))) END
FROM counted c
GROUP BY c.contact_id, c.item_id
"""


def percents(pairs) -> dict[tuple[int, int], int]:
    """The progress of each (contact id, item id), 0 to 100. One statement, whatever the number."""
    pairs = list(dict.fromkeys(pairs))
    if not pairs:
        return {}
    contacts, items = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(PERCENTS, {"contacts": contacts, "items": items})
        return {(contact, item): int(percent) for contact, item, percent in cursor}

"""How much of what a pass opens has its holder used?"""

from tms.compiled import Statement

USAGE = Statement("""
SELECT * FROM (
WITH mine AS (
    SELECT DISTINCT p.pass_type_id FROM passes_pass p WHERE p.contact_id = %(contact)s
), opened AS (
    SELECT m.pass_type_id, i.item_id
    FROM mine m JOIN passes_inclusion i ON i.pass_type_id = m.pass_type_id
    WHERE i.item_id IS NOT NULL
    UNION
    SELECT m.pass_type_id, e.course_id
    FROM mine m JOIN passes_inclusion i ON i.pass_type_id = m.pass_type_id
    JOIN catalog_event e ON e.id = i.event_id
), used AS (
    SELECT coalesce(r.path_id, e.course_id) AS item_id
    FROM lms_registration r LEFT JOIN catalog_event e ON e.id = r.event_id
    WHERE r.contact_id = %(contact)s AND r.cancelled_at IS NULL
    UNION
    SELECT s.course_id FROM lms_progress g
    JOIN lms_contentunit u ON u.id = g.unit_id JOIN lms_section s ON s.id = u.section_id
    WHERE g.contact_id = %(contact)s
)
SELECT o.pass_type_id, count(*) FILTER (WHERE u.item_id IS NOT NULL), count(*)
FROM opened o
JOIN catalog_item i ON i.id = o.item_id AND (i.status = 'published' OR EXISTS (
    SELECT 1 FROM used x WHERE x.item_id = i.id))
LEFT JOIN used u ON u.item_id = o.item_id
GROUP BY o.pass_type_id
) AS usage
""")


def of(contact_id: int) -> dict[int, tuple[int, int]]:
    """By pass type: how many of its items the contact has used, of how many. One statement."""
    return {pass_type: (used, opened) for pass_type, used, opened in USAGE(contact=contact_id)}

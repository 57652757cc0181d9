"""How far is somebody? In per cent, by person and course or path, from what is kept for good."""

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

# As `lms.learning` counts for one learner: a course by its required units (all of them where none
# is required), a path by its required courses that are complete; what is completed is 100.
PERCENTS = """
WITH wanted AS (
    SELECT * FROM unnest(%(contacts)s::bigint[], %(items)s::bigint[]) AS w (contact_id, item_id)
)
SELECT w.contact_id, w.item_id,
       CASE WHEN EXISTS (SELECT 1 FROM lms_completion x
                         WHERE x.contact_id = w.contact_id AND x.item_id = w.item_id) THEN 100
            WHEN s.steps > 0 THEN 100 * s.done / s.steps
            WHEN u.units > 0 THEN 100 * u.done / u.units
            ELSE 0 END
FROM wanted w
CROSS JOIN LATERAL (
    SELECT count(*) AS steps, count(x.id) AS done
    FROM catalog_step p
    LEFT JOIN lms_completion x ON x.item_id = p.course_id AND x.contact_id = w.contact_id
    WHERE p.path_id = w.item_id AND (p.required OR NOT EXISTS (
        SELECT 1 FROM catalog_step r WHERE r.path_id = w.item_id AND r.required))
) s
CROSS JOIN LATERAL (
    SELECT count(*) AS units, count(g.completed_at) AS done
    FROM (
        SELECT n.id, n.required, bool_or(n.required) OVER () AS some_required
        FROM lms_section t
        JOIN lms_contentunit n ON n.section_id = t.id AND n.archived_at IS NULL
        WHERE t.course_id = w.item_id
    ) n
    LEFT JOIN lms_progress g ON g.unit_id = n.id AND g.contact_id = w.contact_id
    WHERE n.required OR NOT n.some_required
) u
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


# The same for one row of a list of registrations, by its contact and what it is on.
PERCENT = PERCENTS.partition("SELECT w.contact_id, w.item_id,")[2]
OF_REGISTRATION = f"""(
SELECT {
    PERCENT.replace(
        "FROM wanted w",
        '''FROM (SELECT lms_registration.contact_id, coalesce(lms_registration.path_id, (
        SELECT course_id FROM catalog_event WHERE id = lms_registration.event_id)) AS item_id) w''',
    )
})"""  # noqa: S608 - two constants of this module


def of_registration() -> RawSQL:
    """An annotation for querysets of registrations: the progress in per cent."""
    return RawSQL(OF_REGISTRATION, [], output_field=IntegerField())  # noqa: S611

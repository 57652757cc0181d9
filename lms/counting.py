"""Which of somebody's attempts at a quiz is the result? As the quiz is set: the best, or the last.

`lms.attempts.Stand.counting` says the same of one learner; a test holds the two together. What was
passed stays passed, whichever attempt counts.
"""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

# Of one row of lms_attempt under the name {a}. The best one by whole per cent, of equal ones the
# first; one that runs, or was withdrawn, is no result.
COUNTS = """(
    {a}.submitted_at IS NOT NULL AND {a}.withdrawn_at IS NULL AND NOT EXISTS (
        SELECT FROM lms_attempt other JOIN lms_quiz held ON held.unit_id = other.unit_id
        WHERE other.contact_id = {a}.contact_id AND other.unit_id = {a}.unit_id
          AND other.submitted_at IS NOT NULL AND other.withdrawn_at IS NULL
          AND CASE WHEN held.counts = 'last' THEN other.id > {a}.id
                   ELSE (100 * other.score / greatest(other.points, 1), -other.id)
                        > (100 * {a}.score / greatest({a}.points, 1), -{a}.id) END
    )
)"""


def of_attempt() -> RawSQL:
    """An annotation for querysets of attempts: is it the result?"""
    return RawSQL(COUNTS.format(a="lms_attempt"), [], output_field=BooleanField())  # noqa: S611

"""What must never be with what learners did, and with what they paid for it online?"""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "O17 certified",
        _("Certificates of what their contact never completed"),
        """
SELECT c.id, c.number, c.contact_id, c.item_id
FROM reporting.certificates c
WHERE NOT EXISTS (
    SELECT FROM lms_completion d WHERE d.contact_id = c.contact_id AND d.item_id = c.item_id)
""",
    ),
    Invariant(
        "O18 quiz results",
        _("Quiz attempts that passed below their pass mark, or failed at it"),
        """
SELECT id, contact_id, state, score, points, pass_mark
FROM reporting.quiz_attempts
WHERE state IN ('passed', 'failed') AND (state = 'passed') <> (100 * score >= pass_mark * points)
""",
    ),
    Invariant(
        "O19 paid places",
        _("Payments for a place that were settled without a place of that learner"),
        """
SELECT p.id, p.contact_id, p.registration_id
FROM reporting.payments p LEFT JOIN reporting.registrations r ON r.id = p.registration_id
WHERE p.settled_at IS NOT NULL AND coalesce(p.event_id, p.path_id) IS NOT NULL
  AND (r.id IS NULL OR r.contact_id <> p.contact_id)
""",
    ),
]

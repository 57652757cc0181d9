"""What must never be with passes. Read whole: the passes, and their journal by journal_subject."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "I7 issued",
        _("Passes without exactly one issued event"),
        """
SELECT p.id, coalesce(e.events, 0) AS issued
FROM reporting.passes p
LEFT JOIN (
    SELECT pass_id, count(*) AS events FROM reporting.pass_events
    WHERE kind = 'issued' GROUP BY pass_id
) e ON e.pass_id = p.id
WHERE e.events IS DISTINCT FROM 1
""",
    ),
    Invariant(
        "I7 cancelled",
        _("Passes cancelled more than once, or changed after they were cancelled"),
        """
SELECT pass_id AS id, count(*) AS events
FROM reporting.pass_events e
JOIN (
    SELECT pass_id, min(id) AS id FROM reporting.pass_events
    WHERE kind = 'cancelled' GROUP BY pass_id
) first USING (pass_id)
WHERE e.id > first.id
GROUP BY pass_id
""",
    ),
    Invariant(
        "I7 expired",
        _("Passes that expired more than once on one day"),
        """
SELECT pass_id AS id, after->>'expires_on' AS expires_on, count(*) AS events
FROM reporting.pass_events
WHERE kind = 'expired'
GROUP BY 1, 2
HAVING count(*) > 1
""",
    ),
    Invariant(
        "I7 replayed",
        _("Passes whose journal, replayed, gives other dates, another holder or another end"),
        """
WITH last AS (
    SELECT pass_id, max(id) AS told, max(id) FILTER (WHERE after ? 'starts_on') AS started,
           bool_or(kind = 'cancelled') AS cancelled
    FROM reporting.pass_events GROUP BY pass_id
)
-- Who was merged into another one since is that one.
SELECT p.id, p.starts_on, p.expires_on, p.contact_id, p.cancelled_at, told.after AS told
FROM reporting.passes p
JOIN last ON last.pass_id = p.id
JOIN reporting.pass_events told ON told.id = last.told
LEFT JOIN reporting.pass_events started ON started.id = last.started
LEFT JOIN crm_contact c ON c.id = (told.after->>'contact')::bigint
WHERE (told.after->>'expires_on')::date IS DISTINCT FROM p.expires_on
   OR coalesce(c.merged_into_id, c.id) IS DISTINCT FROM p.contact_id
   OR (started.after->>'starts_on')::date IS DISTINCT FROM p.starts_on
   OR last.cancelled <> (p.cancelled_at IS NOT NULL)
""",
    ),
    Invariant(
        "O1 options",
        _("Passes whose option is of another pass type"),
        """
SELECT p.id, p.type_id, p.option_id
FROM reporting.passes p
JOIN passes_passoption o ON o.id = p.option_id
WHERE o.pass_type_id <> p.type_id
""",
    ),
    # Served by the partial index pass_expiry_to_record, which is empty after a good night.
    Invariant(
        "O2 expiries",
        _("Passes that expired more than two days ago, and nobody wrote it down"),
        """
SELECT id, expires_on
FROM passes_pass
WHERE cancelled_at IS NULL
  AND (expiry_recorded IS NULL OR expiry_recorded <> expires_on)
  AND expires_on < (SELECT reporting.today()) - 2
""",
    ),
]

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
-- The journal is read once: of arrays the greatest is the one with the greatest id, the last.
WITH last AS (
    SELECT pass_id, bool_or(kind = 'cancelled') AS cancelled,
           max(ARRAY[id, (after->>'expires_on')::date - date '2000-01-01',
                     (after->>'contact')::bigint]) AS told,
           max(ARRAY[id, (after->>'starts_on')::date - date '2000-01-01'])
               FILTER (WHERE after ? 'starts_on') AS started
    FROM reporting.pass_events GROUP BY pass_id
)
-- Who was merged into another one since is that one.
SELECT p.id, p.starts_on, p.expires_on, p.contact_id, p.cancelled_at,
       date '2000-01-01' + last.told[2]::int AS told_until, last.told[3] AS told_of
FROM reporting.passes p
JOIN last ON last.pass_id = p.id
LEFT JOIN crm_contact c ON c.id = last.told[3]
WHERE date '2000-01-01' + last.told[2]::int IS DISTINCT FROM p.expires_on
   OR coalesce(c.merged_into_id, c.id) IS DISTINCT FROM p.contact_id
   OR date '2000-01-01' + last.started[2]::int IS DISTINCT FROM p.starts_on
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
    # Served by the partial index pass_expiry_to_write, which is empty after a good night.
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

"""What must never be with operation keys, and with rights in the database."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    # One request has one moment, so what one key did was done at one. Reads the journal whole.
    Invariant(
        "I14 keys",
        _("Operation keys with more than one effect"),
        """
SELECT operation, by_id, count(DISTINCT at) AS effects
FROM journal
WHERE operation <> ''
GROUP BY operation, by_id
HAVING min(at) <> max(at)
""",
    ),
    Invariant(
        "I14 doubled",
        _("Passes and registrations to which one operation did the same thing twice"),
        """
SELECT operation, kind, subject_id, count(*) AS effects
FROM journal
WHERE operation <> '' AND subject_kind IN ('pass', 'registration')
GROUP BY operation, by_id, kind, subject_id
HAVING count(*) > 1
""",
    ),
    Invariant(
        "I15 rights",
        _("Rights of the application's role to rewrite what is only added to"),
        """
SELECT kept.name AS "table", had.privilege
FROM unnest(%(kept)s::text[]) AS kept (name)
CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS had (privilege)
JOIN pg_roles r ON r.rolname = %(role)s
WHERE has_table_privilege(r.oid, to_regclass('public.' || kept.name), had.privilege)
""",
    ),
]

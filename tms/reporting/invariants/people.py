"""What must never be with contacts and accounts."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    Invariant(
        "I12 archived",
        _("Accounts in use whose main contact is archived"),
        """
SELECT a.id, a.main_contact_id
FROM crm_account a JOIN reporting.contacts c ON c.id = a.main_contact_id
WHERE a.archived_at IS NULL AND a.kind = 'organisation' AND c.archived_at IS NOT NULL
""",
    ),
    # The journal has no foreign keys: what it names must be there all the same. Served by the
    # partial indexes journal_contact, journal_other_contact and journal_account.
    Invariant(
        "I12 gone",
        _("Contacts and accounts that the journal names, and that are not there"),
        """
SELECT 'contact ' || j.contact_id AS who
FROM (SELECT DISTINCT contact_id FROM journal WHERE contact_id IS NOT NULL
      UNION SELECT DISTINCT other_contact_id FROM journal WHERE other_contact_id IS NOT NULL) j
LEFT JOIN reporting.contacts c ON c.id = j.contact_id
WHERE c.id IS NULL
  AND NOT EXISTS (SELECT FROM journal d WHERE d.subject_kind = 'contact'
                  AND d.subject_id = j.contact_id AND d.kind = 'contact.deleted')
UNION ALL
SELECT 'account ' || j.account_id
FROM (SELECT DISTINCT account_id FROM journal WHERE account_id IS NOT NULL) j
LEFT JOIN reporting.accounts a ON a.id = j.account_id
WHERE a.id IS NULL
  AND NOT EXISTS (SELECT FROM journal d WHERE d.subject_kind = 'account'
                  AND d.subject_id = j.account_id AND d.kind = 'account.deleted')
""",
    ),
]

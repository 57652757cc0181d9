"""What must never be with contacts and accounts that were merged into others."""

from django.utils.translation import gettext_lazy as _

from ..invariant import Invariant

INVARIANTS = [
    # Asked from those that were merged, which are few, by each table's own index. Nothing leads to
    # them but history; token issues stay where the ledger has them, and are empty.
    Invariant(
        "I12 merged",
        _("Rows that lead to contacts or accounts which were merged into others"),
        """
WITH c AS (SELECT id, user_id FROM crm_contact WHERE merged_into_id IS NOT NULL),
     a AS (SELECT id FROM crm_account WHERE merged_into_id IS NOT NULL)
SELECT 'crm_opportunity' AS what, t.id, m.id AS merged
    FROM c m JOIN crm_opportunity t ON t.contact_id = m.id
UNION ALL SELECT 'crm_interestcontact', t.id, m.id
    FROM c m JOIN crm_interestcontact t ON t.contact_id = m.id
UNION ALL SELECT 'crm_task', t.id, m.id
    FROM c m JOIN crm_task t ON t.contact_id = m.id
UNION ALL SELECT 'crm_note', t.id, m.id
    FROM c m JOIN crm_note t ON t.contact_id = m.id
UNION ALL SELECT 'crm_membership', t.id, m.id
    FROM c m JOIN crm_membership t ON t.contact_id = m.id
UNION ALL SELECT 'crm_externalid', t.id, m.id
    FROM c m JOIN crm_externalid t ON t.contact_id = m.id
UNION ALL SELECT 'passes_pass', t.id, m.id
    FROM c m JOIN passes_pass t ON t.contact_id = m.id
UNION ALL SELECT 'lms_registration', t.id, m.id
    FROM c m JOIN lms_registration t ON t.contact_id = m.id
UNION ALL SELECT 'lms_heldplace', t.id, m.id
    FROM c m JOIN lms_heldplace t ON t.contact_id = m.id
UNION ALL SELECT 'lms_request', t.id, m.id
    FROM c m JOIN lms_request t ON t.contact_id = m.id
UNION ALL SELECT 'lms_progress', t.id, m.id
    FROM c m JOIN lms_progress t ON t.contact_id = m.id
UNION ALL SELECT 'lms_completion', t.id, m.id
    FROM c m JOIN lms_completion t ON t.contact_id = m.id
UNION ALL SELECT 'comms_message', t.id, m.id
    FROM c m JOIN comms_message t ON t.contact_id = m.id
UNION ALL SELECT 'tokens_spender', t.id, m.id
    FROM c m JOIN tokens_spender t ON t.contact_id = m.id
UNION ALL SELECT 'crm_contact', t.id, m.id
    FROM a m JOIN crm_contact t ON t.account_id = m.id
UNION ALL SELECT 'crm_opportunity', t.id, m.id
    FROM a m JOIN crm_opportunity t ON t.account_id = m.id
UNION ALL SELECT 'crm_task', t.id, m.id
    FROM a m JOIN crm_task t ON t.account_id = m.id
UNION ALL SELECT 'crm_note', t.id, m.id
    FROM a m JOIN crm_note t ON t.account_id = m.id
UNION ALL SELECT 'crm_membership', t.id, m.id
    FROM a m JOIN crm_membership t ON t.account_id = m.id
UNION ALL SELECT 'crm_externalid', t.id, m.id
    FROM a m JOIN crm_externalid t ON t.account_id = m.id
UNION ALL SELECT 'crm_invoice', t.id, m.id
    FROM a m JOIN crm_invoice t ON t.account_id = m.id
UNION ALL SELECT 'passes_pass', t.id, m.id
    FROM a m JOIN passes_pass t ON t.account_id = m.id
UNION ALL SELECT 'lms_registration', t.id, m.id
    FROM a m JOIN lms_registration t ON t.account_id = m.id
UNION ALL SELECT 'lms_heldplace', t.id, m.id
    FROM a m JOIN lms_heldplace t ON t.account_id = m.id
UNION ALL SELECT 'comms_message', t.id, m.id
    FROM a m JOIN comms_message t ON t.account_id = m.id
UNION ALL SELECT 'tokens_spender', t.id, m.id
    FROM a m JOIN tokens_spender t ON t.account_id = m.id
UNION ALL SELECT 'tokens_spending', t.id, m.id
    FROM a m JOIN tokens_spending t ON t.account_id = m.id
UNION ALL SELECT 'tokens_tokenissue', t.id, m.id
    FROM a m JOIN tokens_tokenissue t ON t.account_id = m.id
    WHERE t.remaining <> 0
UNION ALL SELECT 'crm_account', t.id, m.id
    FROM a m JOIN crm_account t ON t.parent_id = m.id
UNION ALL SELECT 'crm_account', t.id, m.id
    FROM c m JOIN crm_account t ON t.main_contact_id = m.id
UNION ALL SELECT 'crm_account', t.id, m.id
    FROM a m JOIN crm_account t ON t.merged_into_id = m.id
UNION ALL SELECT 'crm_contact', t.id, m.id
    FROM c m JOIN crm_contact t ON t.merged_into_id = m.id
UNION ALL SELECT 'tms_user', m.user_id, m.id FROM c m WHERE m.user_id IS NOT NULL
""",
    ),
]

"""Who has a pass, from when, until when?"""

from ..view import TODAY, View

VIEW = View(
    "A training pass: one option of one pass type, owned by an account, held by one contact.",
    {
        "id": ("p.id", "Number of the pass"),
        "account_id": ("p.account_id", "The account that owns it"),
        "contact_id": ("p.contact_id", "The contact who holds it; empty: nobody yet"),
        "type_id": ("p.pass_type_id", "Number of the pass type"),
        "starts_on": ("p.starts_on", "First valid day"),
        "expires_on": ("p.expires_on", "Last valid day, in the installation's time zone"),
        "cancelled_at": ("p.cancelled_at", "When it was cancelled; empty: it was not"),
        "created_at": ("p.issued_at", "When it was issued"),
        # The same table as Pass.status_on; a test holds them together.
        "status": (
            "CASE WHEN p.cancelled_at IS NOT NULL THEN 'cancelled'"
            f" WHEN p.expires_on < {TODAY} THEN 'expired'"
            f" WHEN p.starts_on > {TODAY} THEN 'not_started'"
            " ELSE 'active' END",
            "cancelled, expired, not_started or active, as of today",
        ),
        "type_code": ("t.code", "Code of the pass type"),
        "type_name": ("t.name", "Name of the pass type"),
        "option_id": ("p.option_id", "Number of the option: how long it was sold for"),
        "option_name": ("o.name", "Name of the option"),
        "assigned_on": ("p.assigned_on", "Since which day the contact holds it"),
        "source": ("p.source", "How it came: hand, opportunity, api or import"),
        "external_ids": ("p.external_ids", "What other systems call it"),
    },
    """passes_pass p
LEFT JOIN passes_passtype t ON t.id = p.pass_type_id
LEFT JOIN passes_passoption o ON o.id = p.option_id""",
)

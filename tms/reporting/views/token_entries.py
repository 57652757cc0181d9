"""What moved on token issues?"""

from ..view import View

VIEW = View(
    "One signed movement on one token issue: never changed. In order of `id`.",
    {
        "id": ("e.id", "Number of the entry; grows within an issue"),
        "issue_id": ("e.issue_id", "The issue"),
        "op_key": ("e.move", "Number of the deed: entries of one redemption, refund, transfer"),
        "kind": (
            "e.kind",
            "issued, redeemed, refunded, adjusted, expired or transferred",
        ),
        "qty": ("e.quantity", "How many: plus or minus"),
        "effective_on": ('e."on"', "The day it counts from, in the installation's time zone"),
        "at": ("e.at", "The moment it counts from"),
        "recorded_at": ("e.recorded_at", "When it was written down"),
        "account_id": ("e.account_id", "The account of the issue"),
        "type_id": ("e.token_type_id", "Number of the token type"),
        "of_id": ("e.of_id", "The entry that a refund takes back, or that a transfer came from"),
        "contact_id": ("e.contact_id", "The learner for whom they were spent"),
        "purpose": ("nullif(e.purpose_kind, '')", "What they were spent for: registration, order"),
        "purpose_id": ("e.purpose_id", "Number of that"),
        "actor": ("e.by_id", "Number of the user who did it; empty: the system"),
        "source": ("e.source", "The road it came by: page, api, import or system"),
        "by_choice": ("e.by_choice", "Redeemed from an issue that somebody picked"),
    },
    "tokens_ledgerentry e",
)

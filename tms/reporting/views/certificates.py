"""Who was certified what, and until when does it hold?"""

from ..view import View

VIEW = View(
    "One certificate as it was issued; only withdrawing it changes it, and nothing deletes it.",
    {
        "id": ("c.id", "Number of the row"),
        "number": ("c.number", "What stands on it, and what anybody verifies it by"),
        "contact_id": ("c.contact_id", "Who completed the training"),
        "item_id": ("c.item_id", "The course or learning path"),
        "title": ("c.title", "What that was called then"),
        "completed_on": ("c.completed_on", "The day of the completion that it proves"),
        "valid_until": ("c.valid_until", "Its last day; empty: it holds for good"),
        "valid": (
            "c.withdrawn_at IS NULL "
            "AND (c.valid_until IS NULL OR c.valid_until >= reporting.today())",
            "Whether it holds as of today",
        ),
        "issued_at": ("c.issued_at", "When it was issued"),
        "withdrawn_at": ("c.withdrawn_at", "When staff withdrew it; empty: they didn't"),
    },
    "lms_certificate c",
)

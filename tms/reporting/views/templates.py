"""What is written?"""

from ..view import View

VIEW = View(
    "What messages say: a subject and a body with fields to fill in.",
    {
        "id": ("t.id", "Number of the template"),
        "name": ("t.name", "Its name"),
        "target": (
            "t.target",
            "What its messages are about: pass, tokens, registration, opportunity or content",
        ),
        "kind": ("t.kind", "service, reminder or announcement"),
        "subject": ("t.subject", "Its subject line, with fields to fill in"),
        "archived_at": ("t.archived_at", "When it was archived; empty: it was not"),
    },
    "comms_template t",
)

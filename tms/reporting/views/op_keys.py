"""Which forms and API writes were carried out?"""

from ..view import View

VIEW = View(
    "A form, or a write by API, that was carried out once under its operation key.",
    {
        "key": ("k.key", "The key that came with it"),
        "actor": ("k.actor_id", "Number of the user who sent it"),
        "status": ("k.status", "The HTTP status that was answered"),
        "at": ("k.at", "When"),
    },
    "operation_key k",
)

"""Who learns, books, decides?"""

from ..view import View

VIEW = View(
    "A person. Holds passes and places; notes, phone numbers and custom fields are left out.",
    {
        "id": ("c.id", "Number of the contact"),
        "account_id": ("c.account_id", "The primary account"),
        "first_name": ("c.first_name", "First name"),
        "last_name": ("c.last_name", "Last name"),
        "email": ("c.email", "The address for writing to; empty where none is known"),
        "job_title": ("c.job_title", "What they do"),
        "has_sign_in": ("c.user_id IS NOT NULL", "Whether they have a sign-in of their own"),
        "is_instructor": ("c.is_instructor", "Whether they teach"),
        "language": ("c.language", "Their language; empty: the installation's"),
        "announcements": ("c.announcements", "Whether they receive announcements"),
        "archived_at": ("c.archived_at", "When they were put away; empty while in use"),
        "reminders": ("c.reminders", "Whether they receive reminders"),
    },
    "crm_contact c",
)

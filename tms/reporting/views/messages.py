"""What was written to whom, about what, and what became of it?"""

from ..view import View

VIEW = View(
    "One message to one recipient about one happening, from when it fell due.",
    {
        "id": ("m.id", "Number of the message"),
        "trigger_id": ("m.trigger_id", "The trigger that wrote it"),
        "subject": (
            "m.subject_kind || ':' || m.subject_id",
            "What it is about: pass:12, token_issue:3, registration:7, opportunity:5",
        ),
        "occurrence": (
            "m.occurrence",
            "Which happening of it; what was sent again ends in #again:1, #again:2",
        ),
        "recipient": (
            "m.recipient",
            "Who it is for: c12 a contact, u5 a user, a:… an address, n nobody",
        ),
        "state": (
            "m.state",
            "waiting, queued, sending, sent, unclear, failed, bounced, missed, skipped or invalid",
        ),
        "message_id": ("'message-' || m.id", "What its Message-ID has before the @"),
        "due_on": ("m.due_on", "The day on which it was due"),
        "at": ("m.made_at", "When it was written down"),
        "subject_kind": ("m.subject_kind", "The kind of what it is about"),
        "subject_id": ("m.subject_id", "Its number"),
        "contact_id": ("m.contact_id", "The contact it is for, if any"),
        "user_id": ("m.user_id", "The colleague it is for, if any"),
        "account_id": ("m.account_id", "The account it concerns, if any"),
        "role": ("nullif(m.role, '')", "As whom the recipient is written to"),
        "reason": (
            "nullif(m.reason, '')",
            "Why it was not sent, or why it waits for a person; empty: no such reason",
        ),
        "late": ("m.late", "Whether it was written down, or approved, after the day it was due"),
        "due_at": ("m.due_at", "When it was due"),
        "first_at": ("m.first_at", "When it was first tried; empty: not yet"),
        "sent_at": ("m.sent_at", "When it was sent; empty: it was not"),
        "attempts": ("m.attempts", "How often sending was tried"),
        "title": ("nullif(m.title, '')", "Its subject line as sent; empty: it wasn't"),
        "resend_of": ("m.resend_of_id", "The message that it sends again, if any"),
    },
    "comms_message m",
)

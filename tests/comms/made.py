"""Messages as they stand in the log, in whatever state a test needs them."""

import datetime

from comms.models import Message

AT = datetime.datetime(2026, 11, 22, 8, tzinfo=datetime.UTC)
SENT = {
    "sent_at": AT,
    "first_at": AT,
    "to": "ada@kestrelrail.example",
    "sender": "Northlight <training@northlight.example>",
    "title": "Your pass ends soon",
    "text": "It ends in 30 days.",
    "html": "<p>It ends in 30 days.</p>",
}


def message(trigger, contact=None, state="waiting", **particulars) -> Message:
    """One message of the rule about a pass, to `contact`; what was sent says what it said."""
    values = {
        "trigger": trigger,
        "subject_kind": "pass",
        "subject_id": 12,
        "occurrence": f"j:{Message.objects.count()}",
        "recipient": f"c{contact.pk}" if contact else "n",
        "role": "learner",
        "contact": contact,
        "account": contact and contact.account,
        "state": state,
        "due_at": AT,
        "due_on": AT.date(),
        "made_at": AT,
    }
    said = SENT if state in ("sent", "bounced") else {}
    return Message.objects.create(**{**values, **said, **particulars})

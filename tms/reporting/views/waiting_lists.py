"""Who waits, or waited, for a place on which event, and what became of it?"""

from ..view import View

VIEW = View(
    "One learner in the line for one event.",
    {
        "id": ("w.id", "Number of the entry; the order of the line"),
        "event_id": ("w.event_id", "The event"),
        "contact_id": ("w.contact_id", "Who waits"),
        "state": (
            "CASE WHEN w.outcome <> '' THEN w.outcome"
            " WHEN w.offered_at IS NOT NULL THEN 'offered' ELSE 'waiting' END",
            "waiting, offered (takes a seat), booked, left, removed, lapsed or closed",
        ),
        "joined_at": ("w.joined_at", "When they joined"),
        "offered_at": ("w.offered_at", "When a place was offered; empty: not yet"),
        "offered_until": ("w.offered_until", "The end of the offer"),
        "ended_at": ("w.ended_at", "When they left the line; empty: they are in it"),
        "registration_id": ("w.registration_id", "The registration that ended the wait, if any"),
    },
    "lms_waiting w",
)

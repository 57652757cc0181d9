"""Who has a place on what?"""

from ..view import View

VIEW = View(
    "One learner's place on one event, or on one learning path.",
    {
        "id": ("r.id", "Number of the registration"),
        "event_id": ("r.event_id", "The event; empty for a learning path"),
        "contact_id": ("r.contact_id", "The learner"),
        "state": (
            "CASE WHEN r.cancelled_at IS NULL THEN 'active' ELSE 'cancelled' END",
            "active or cancelled; an active one takes a seat, also when it is completed",
        ),
        "source_pass_id": ("r.used_pass_id", "The pass it was booked by, if any"),
        "op_key": (
            "(SELECT nullif(j.operation, '') FROM journal j"
            " WHERE j.subject_kind = 'registration' AND j.subject_id = r.id"
            " AND j.kind = 'registration.made' ORDER BY j.id LIMIT 1)",
            "The operation key it was booked under, if any",
        ),
        "path_id": ("r.path_id", "The learning path; empty for an event"),
        "path_registration_id": (
            "r.path_registration_id",
            "The registration on a path that this place belongs to",
        ),
        "account_id": ("r.account_id", "The account it was booked for"),
        "paid_by": ("r.paid_by", "pass, tokens, invoice, card, free or staff"),
        "registered_at": ("r.registered_at", "The moment of booking"),
        "registered_on": ("r.registered_on", "Its day in the installation's time zone"),
        "content_until": ("r.content_until", "Last day of the content; empty: for good"),
        "kept_for": (
            "r.kept_for",
            "The first day for which its pass carried it, where the event was moved beyond the"
            " pass since and the place is kept; empty: no such thing",
        ),
        "choose_until": (
            "r.choose_until",
            "Until when whoever was moved here, as their event was called off, or whose event was"
            " moved to other days, may take another date or give the place up; empty: nothing to"
            " choose",
        ),
        "attended": ("r.attended", "Whether the learner was there; empty: not marked"),
        "completed_at": ("r.completed_at", "When it was completed; empty: not yet"),
        "cancelled_at": ("r.cancelled_at", "When it was cancelled; empty: it was not"),
        "unit": ("u.code", "What was paid in: a currency or a token type; empty: nothing was"),
        "amount": ("r.amount", "How much of it was paid, net; parts of a path: with the path"),
        "token_move": (
            "r.token_move",
            "The redemption in the ledger of tokens that paid for it, if any",
        ),
    },
    "lms_registration r LEFT JOIN catalog_unit u ON u.id = r.unit_id",
)

"""What was paid online, for what, and what became of the money?"""

from ..view import View

VIEW = View(
    "An amount that somebody pays online for one place, one pass or one pack of tokens.",
    {
        "id": ("p.id", "Number of the payment"),
        "contact_id": ("p.contact_id", "Who pays"),
        "account_id": ("p.account_id", "The account that it is billed to"),
        "state": (
            "CASE WHEN p.refunded_at IS NOT NULL THEN 'refunded'"
            " WHEN p.refund_asked_at IS NOT NULL THEN 'refunding'"
            " WHEN p.settled_at IS NOT NULL THEN 'paid'"
            " WHEN p.paid_at IS NOT NULL THEN 'needs_action'"
            " WHEN p.given_up_at IS NOT NULL THEN 'given_up'"
            " WHEN p.failed_at IS NOT NULL THEN 'failed' ELSE 'started' END",
            "started (until holds_until), given_up, failed, paid, needs_action (paid, and nothing"
            " was given), refunding or refunded",
        ),
        "event_id": ("p.event_id", "The event that it is a place on, if any"),
        "path_id": ("p.path_id", "The learning path that it is a place on, if any"),
        "title": ("p.title", "What is paid for, as it was called then"),
        "currency": ("u.code", "Currency of its amounts"),
        "net": ("p.net", "The price, net"),
        "tax": ("p.tax", "Its tax"),
        "provider": ("p.provider", "Who takes the money: stripe or trial"),
        "started_on": ("p.started_on", "The day on which it was begun"),
        "started_at": ("p.started_at", "When it was begun"),
        "holds_until": ("p.holds_until", "Until when it can be paid"),
        "paid_at": ("p.paid_at", "When it was paid; empty: it was not"),
        "settled_at": ("p.settled_at", "When what was paid for was given; empty: it was not"),
        "refunded_at": ("p.refunded_at", "When all of it was paid back; empty: it was not"),
        "registration_id": ("p.registration_id", "The registration that it paid for, if any"),
        "pass_id": ("p.issued_id", "The pass that it paid for, if any"),
        "token_issue_id": ("p.token_issue_id", "The token issue that it paid for, if any"),
        "invoice_id": ("p.invoice_id", "The invoice that bills it, if any"),
    },
    "lms_payment p JOIN catalog_unit u ON u.id = p.unit_id",
)

"""Which places were sold for nobody yet, and what became of them?"""

from ..view import View

VIEW = View(
    "One place that an account bought for somebody yet to be named.",
    {
        "id": ("h.id", "Number of the held place"),
        "account_id": ("h.account_id", "The account it was sold to"),
        "opportunity_id": ("i.opportunity_id", "The opportunity it was sold on"),
        "interest_id": ("h.interest_id", "The interest of it"),
        "item_id": ("h.item_id", "The course or learning path"),
        "event_id": ("h.event_id", "The event; empty: the date is to be agreed, or a path"),
        "contact_id": ("h.contact_id", "Who it is meant for, or who has it; empty: nobody yet"),
        "state": (
            "CASE WHEN h.filled_by_id IS NOT NULL THEN 'filled'"
            " WHEN h.released_at IS NOT NULL THEN 'released' ELSE 'held' END",
            "held, filled or released; a held one with an event takes a seat",
        ),
        "filled_by": ("h.filled_by_id", "The registration that filled it; empty: none yet"),
        "paid_by": ("h.paid_by", "tokens, invoice or free"),
        "unit": ("u.code", "What was paid in: a currency or a token type"),
        "amount": ("h.amount", "How much of it was paid, net"),
        "token_move": ("h.token_move", "The redemption in the ledger of tokens, if any"),
        "held_at": ("h.held_at", "The moment at which it was sold"),
        "held_on": ("h.held_on", "Its day in the installation's time zone"),
        "released_at": ("h.released_at", "When it was released; empty: it was not"),
    },
    "lms_heldplace h JOIN crm_interest i ON i.id = h.interest_id"
    " JOIN catalog_unit u ON u.id = h.unit_id",
)

"""What did winning give, and what was taken back of it?"""

from ..view import View

VIEW = View(
    "One thing that a won interest gave: written once, and never given twice.",
    {
        "interest_id": ("f.interest_id", "The interest"),
        "unit": ("f.number", "Which of the interest's things it is, from 1"),
        "kind": ("f.kind", "What was given: pass, token_issue or registration"),
        "object_id": ("f.object_id", "That thing's number"),
        "reversed": ("f.reversed", "How many of it were taken back since, with a credit note"),
        "quantity": ("f.quantity", "How many it was: 1, or the number of tokens"),
        "at": ("f.at", "When it was given"),
    },
    "crm_fulfilment f",
)

"""What was billed and credited, when is it due, and was it paid?"""

from ..view import TODAY, View

VIEW = View(
    "An invoice, or the credit note for one. What was issued never changes.",
    {
        "id": ("i.id", "Number of the row"),
        "number": ("nullif(i.number, '')", "Its number; empty while it is a draft"),
        "kind": ("i.kind", "invoice or credit_note"),
        "account_id": ("i.account_id", "The account it goes to"),
        "currency": ("u.code", "Currency of its sums"),
        # The same table as Invoice.status; a test holds them together.
        "status": (
            "CASE WHEN i.voided_on IS NOT NULL THEN 'void' WHEN i.paid_on IS NOT NULL THEN 'paid'"
            " WHEN i.issued_on IS NOT NULL THEN 'issued' ELSE 'draft' END",
            "draft, issued, paid or void",
        ),
        "issued_on": ("i.issued_on", "Day on which it was issued; empty: not yet"),
        "due_on": ("i.due_on", "Day by which it is to be paid"),
        "paid_on": ("i.paid_on", "Day on which it was paid; empty: it was not"),
        "voided_on": (
            "i.voided_on",
            "Day on which all of it had been credited, or its draft was thrown away",
        ),
        "net": ("i.net", "Sum of its lines; above zero on a credit note, too"),
        "tax": ("i.tax", "Tax of its lines"),
        "gross": ("i.gross", "Net and tax"),
        "credits_id": ("i.credits_id", "The invoice that a credit note credits"),
        "opportunity_id": ("i.opportunity_id", "The opportunity whose win it bills, if any"),
        "drafted_on": ("i.made_on", "Day on which it was drafted"),
        "overdue": (
            f"i.due_on < {TODAY} AND i.paid_on IS NULL AND i.voided_on IS NULL",
            "Whether it should have been paid before today; empty: it is never due",
        ),
    },
    """crm_invoice i
LEFT JOIN catalog_unit u ON u.id = i.currency_id""",
)

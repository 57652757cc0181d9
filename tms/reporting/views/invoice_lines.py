"""What did an invoice or a credit note say, line by line?"""

from ..view import View

VIEW = View(
    "One line of an invoice or a credit note, rounded by itself.",
    {
        "id": ("l.id", "Number of the line"),
        "invoice_id": ("l.invoice_id", "The invoice or credit note"),
        "position": ("l.position", "Its place on it, from 1"),
        "title": ("l.title", "What was sold, as it was called then"),
        "detail": ("nullif(l.detail, '')", "The line under it"),
        "quantity": ("l.quantity", "How many"),
        "unit_price": ("l.unit_price", "Net price of one"),
        "discount": ("l.discount", "Discount in per cent"),
        "tax_name": ("l.tax_name", "Name of the tax level, as it was then"),
        "tax_percent": ("l.tax_percent", "Its percentage, as it was then"),
        "net": ("l.net", "What the line comes to, net"),
        "tax": ("l.tax", "Its tax"),
        "interest_id": ("l.interest_id", "The interest that it bills, if any"),
        "source_kind": ("nullif(l.source_kind, '')", "What else it bills: registration"),
        "source_id": ("l.source_id", "That thing's number"),
        "credits_id": ("l.credits_id", "On a credit note: the line of which it credits so many"),
        "by_amount": ("l.by_amount", "On a credit note: does it credit of the price, not so many?"),
    },
    "crm_invoiceline l",
)

"""Which tokens were given to whom, until when, and how many are left?"""

from ..view import TODAY, View

VIEW = View(
    "A number of tokens of one type, given to one account at one time, with one expiry.",
    {
        "id": ("i.id", "Number of the issue"),
        "account_id": ("i.account_id", "The account that has them"),
        "type_id": ("i.token_type_id", "Number of the token type"),
        "qty": ("i.issued", "How many it began with"),
        "remaining": ("i.remaining", "Book balance: the sum of its entries"),
        "expires_on": (
            "i.expires_on",
            "Last day on which they can be spent, in the installation's time zone; empty: for ever",
        ),
        "created_at": ("i.issued_at", "When it was issued"),
        # The same table as TokenIssue.status_on; a test holds them together.
        "status": (
            f"CASE WHEN i.expires_on < {TODAY} THEN 'expired'"
            " WHEN i.remaining = 0 THEN 'used_up' ELSE 'active' END",
            "expired, used_up or active, as of today",
        ),
        "spendable": (
            f"CASE WHEN i.expires_on < {TODAY} THEN 0 ELSE i.remaining END",
            "What can be spent of it today: 0 once it has expired",
        ),
        "redeemed": ("i.redeemed", "How many were redeemed, less those that came back"),
        "expired": ("i.expired", "How many were written off"),
        "issued_on": ("i.issued_on", "The day on which it was issued"),
        "type_name": ("u.label", "Name of the token type"),
        "source": (
            "i.source",
            "How it came: hand, courtesy, opportunity, order, transfer, api or import",
        ),
        "external_id": ("nullif(i.external_id, '')", "What another system calls it"),
        "unit_price": ("i.unit_price", "What was paid for one token, net, where it is known"),
        "currency": ("c.code", "Currency of that price"),
    },
    """tokens_tokenissue i
LEFT JOIN tokens_tokentype t ON t.id = i.token_type_id
LEFT JOIN catalog_unit u ON u.id = t.unit_id
LEFT JOIN catalog_unit c ON c.id = i.currency_id""",
)

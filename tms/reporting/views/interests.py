"""What is an opportunity about, line by line?"""

from ..view import View

VIEW = View(
    "One thing that an opportunity is about, with its price; as it was sold, once it is won.",
    {
        "id": ("i.id", "Number of the interest"),
        "opportunity_id": ("i.opportunity_id", "The opportunity"),
        "offer": ("i.offer", "The kind of thing: passes, tokens, token_packs, event or path"),
        "title": ("i.title", "What it is called"),
        "detail": ("nullif(i.detail, '')", "The line under it"),
        "quantity": ("i.quantity", "How many"),
        "unit": ("u.code", "What its price is counted in: a currency or a token type"),
        "unit_price": ("i.unit_price", "Net price of one"),
        "list_price": ("i.list_price", "What the catalogue asked for one; empty: nothing fitted"),
        "discount": ("i.discount", "Discount in per cent"),
        "tax_level": ("t.name", "Name of its tax level"),
        "tax_percent": ("i.tax_percent", "Its percentage, as it was when the interest was edited"),
        "net": ("i.net", "What it comes to, net"),
        "tax": ("i.tax", "Its tax; none for tokens"),
        "position": ("i.position", "Its place in the opportunity"),
    },
    """crm_interest i
LEFT JOIN catalog_unit u ON u.id = i.unit_id
LEFT JOIN catalog_taxlevel t ON t.id = i.tax_level_id""",
)

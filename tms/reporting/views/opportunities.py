"""What might be sold, to whom, how far is it, and what came of it?"""

from ..view import View

VIEW = View(
    "A sale to one account, from enquiry to won or lost; notes are left out.",
    {
        "id": ("o.id", "Number of the opportunity"),
        "name": ("o.name", "What it is called"),
        "account_id": ("o.account_id", "The account that might buy"),
        "contact_id": ("o.contact_id", "The contact it is spoken about with, if any"),
        "state": (
            "CASE WHEN o.won THEN 'won' WHEN o.closed_on IS NOT NULL THEN 'lost' ELSE 'open' END",
            "open, won or lost",
        ),
        "stage": ("s.name", "Name of the stage it is in"),
        "currency": ("u.code", "Currency of its worth"),
        "worth": ("o.worth", "Net sum of its interests in that currency; tokens aren't in it"),
        "probability": ("o.probability", "In per cent"),
        "closes_on": ("o.closes_on", "Day on which it is expected to be decided"),
        "opened_on": ("o.opened_on", "Day on which it was opened"),
        "closed_on": ("o.closed_on", "Day on which it was won or lost; empty: it is open"),
        "region": ("r.name", "The region whose prices it has"),
        "owner": ("w.email", "Who looks after it: their address"),
        "source": ("nullif(o.source, '')", "Where it came from"),
    },
    """crm_opportunity o
LEFT JOIN crm_stage s ON s.id = o.stage_id
LEFT JOIN catalog_unit u ON u.id = o.currency_id
LEFT JOIN catalog_region r ON r.id = o.region_id
LEFT JOIN tms_user w ON w.id = o.owner_id""",
)

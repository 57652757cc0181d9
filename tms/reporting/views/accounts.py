"""Who buys?"""

from ..view import View

VIEW = View(
    "An organisation, or a single person, that buys: owns passes and tokens.",
    {
        "id": ("a.id", "Number of the account"),
        "name": ("a.name", "What it is called"),
        "kind": ("a.kind", "organisation or individual"),
        "parent_id": ("a.parent_id", "The account it belongs to, if any"),
        "region": ("r.name", "The region whose prices it sees"),
        "currency": ("u.code", "The currency it pays in, where it differs from the region's"),
        "city": ("a.city", "City of its address"),
        "country": ("a.country", "Country of its address, two letters"),
        "owner": ("o.email", "Who looks after it: their address"),
        "archived_at": ("a.archived_at", "When it was put away; empty while it is in use"),
    },
    """crm_account a
LEFT JOIN catalog_region r ON r.id = a.region_id
LEFT JOIN catalog_unit u ON u.id = a.currency_id
LEFT JOIN tms_user o ON o.id = a.owner_id""",
)

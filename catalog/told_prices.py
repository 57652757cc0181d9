"""How is it told what happened to a price?"""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from tms.ui.register import Fact
from tms.ui.timeline import Told, day

from .price_rules import span_text

TITLES = {
    "priced.price_set": gettext_lazy("Price added"),
    "priced.price_changed": gettext_lazy("Price changed"),
    "priced.price_removed": gettext_lazy("Price removed"),
}


def price(row, names) -> Told:
    """Of what (where an app above says so), and the price before and after."""
    before, after = written(row.before, names), written(row.after, names)
    title = TITLES[row.kind]
    if names.row("priced", row.subject_id):
        title = format_html("{}: {}", title, names("priced", row.subject_id))
    return Told(title, changes=[("", before, after)])


def written(said: dict, names):
    """Europe, 490 EUR, from 1 January 2026 to 31 December 2026"""
    if not said:
        return ""
    return format_html(
        "{}, {} {}{}",
        names("region", said["region"]),
        said["amount"],
        names("unit", said["unit"]),
        f", {when(said)}" if said["valid_from"] or said["valid_to"] else "",
    )


def when(said: dict) -> str:
    """On which days a price was to be valid."""
    return span_text(*(day(said[each]) for each in ("valid_from", "valid_to")))


FACTS = [
    Fact("priced.price_set", "plus", price, "good"),
    Fact("priced.price_changed", "pencil", price),
    Fact("priced.price_removed", "trash-2", price, "bad"),
]

"""How are the passes of an item listed on its page, and the items of a pass on its own?

Rows, written from plain values. There may be many of them; what people
typed is escaped where it is written.
"""

from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.models import ItemKind
from passes.entitlements import Badge, Offer
from tms.days import day_text
from tms.ui.icons import icon

PLACE = "slug-in-an-address"


def including(badge: Badge, options: dict[int, list]) -> SafeString:
    """Each pass type with its last day if it is held, otherwise with its options and prices.

    `options`: (option, its price in words) by pass type, as `option_words` gives them.
    """
    card, word = icon("id-card-lanyard"), _("Pass")
    held = f'<span class="pass" data-held>{icon("check")}{word}</span>'
    offered = f'<span class="pass">{icon("plus")}{word}</span>'
    address = _address()
    return mark_safe(  # noqa: S308 - escaped where it is written
        "".join(
            f'<li>{card}<span><a href="{address(each)}">{escape(each.name)}</a><br>'
            f'<span class="muted">{escape(_said(each, options.get(each.pass_type_id, [])))}</span>'
            f"</span>{held if each.held else offered}</li>"
            for each in badge.offers
        )
    )


def ways(badge: Badge) -> SafeString:
    """Links to how each pass is to be had."""
    address, words = _address(), _("How to get %(name)s")
    return mark_safe(  # noqa: S308 - escaped where it is written
        "".join(
            f'<li><a href="{address(each)}">{escape(words % {"name": each.name})}</a></li>'
            for each in badge.offers
        )
    )


def contents(items) -> SafeString:
    """Each item that a pass opens: dicts with kind, slug, title and summary."""
    pattern = reverse("lms:item", args=[PLACE])
    kinds = {
        kind: (icon("route" if kind == ItemKind.PATH else "book-open"), escape(label))
        for kind, label in ItemKind.choices
    }
    rows = []
    for each in items:
        drawn, kind = kinds[each["kind"]]
        said = escape(each["summary"])
        rows.append(
            f'<li>{drawn}<span><a href="{pattern.replace(PLACE, each["slug"])}">'
            f"{escape(each['title'])}</a>"
            f"{said and f'<br><span class="muted">{said}</span>'}</span>"
            f'<span class="muted small">{kind}</span></li>'
        )
    return mark_safe("".join(rows))  # noqa: S308 - escaped where it is written


def _said(offer: Offer, options) -> str:
    if offer.until:
        return _("Yours until %(day)s") % {"day": day_text(offer.until)}
    return "; ".join(
        f"{each['name']}: {price}" if price else each["name"] for each, price in options
    )


def _address():
    """Reversed once."""
    pattern = reverse("lms:pass_type", args=[PLACE])
    return lambda offer: pattern.replace(PLACE, offer.slug)

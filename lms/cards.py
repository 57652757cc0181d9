"""What stands on a card of the catalogue? Words, made from the values of one row, and drawn."""

import dataclasses
import datetime
import decimal
import functools
from html import escape

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import EventType, ItemKind, Price, Region, TaxLevel, Unit, UnitKind
from passes.entitlements import Badge
from tms.days import day_text
from tms.ui.icons import icon

from . import badges
from .covers import cover
from .paying import shows

FEW = 5  # seats from which their number is told


@dataclasses.dataclass(frozen=True)
class Card:
    id: int
    title: str
    url: str
    summary: str
    kinds: tuple[str, ...]
    image: str
    cover: SafeString
    when: str
    price: str
    price_more: str
    badge: Badge | None
    headline: str
    tip: str


def card(
    row: dict,
    badge: Badge | None,
    region: Region | None,
    url: str,
    whom: str,
    units: frozenset[str] | None = None,
) -> Card:
    """One row of `catalogue.cards` in words. `units`: the tokens they could pay in, if known."""
    first, more = _price(row, region, units)
    return Card(
        id=row["id"],
        title=row["title"],
        url=url,
        summary=row["summary"],
        kinds=tuple(filter(None, [*_kinds(row), row["duration"]])),
        image=f"{settings.MEDIA_URL}{row['image']}" if row["image"] else "",
        cover="" if row["image"] else cover(row["id"], row["category_id"]),
        when=_when(row),
        price=first,
        price_more=more,
        badge=badge,
        headline=badges.headline(badge) if badge else "",
        tip=badges.tip(badge, whom) if badge else "",
    )


def drawn(cards: list[Card]) -> SafeString:
    """The cards, one <li> each. Written here: fifty of them by a template cost half of the page.

    Whatever people typed is escaped where it is written.
    """
    held, offered, word = icon("check"), icon("plus"), _("Pass")
    return mark_safe("".join(_drawn(each, held, offered, word) for each in cards))  # noqa: S308


def _drawn(card: Card, held: str, offered: str, word: str) -> str:
    picture = card.cover or (
        f'<img class="cover" src="{escape(card.image)}" alt="" loading="lazy" '
        'width="320" height="140">'
    )
    badge = ""
    if card.badge:
        has, drawing = (" data-held", held) if card.badge.held else ("", offered)
        tip = f"tip-{card.id}"
        badge = (
            f'<button class="pass" type="button"{has} popovertarget="{tip}" data-tip '
            f'aria-describedby="{tip}">{drawing}{word}</button><div class="tip" id="{tip}" popover '
            f'role="tooltip"><strong>{escape(card.headline)}</strong>{escape(card.tip)}</div>'
        )
    kinds = "".join(f"<span>{escape(each)}</span>" for each in card.kinds)
    summary = f"<p>{escape(card.summary)}</p>" if card.summary else ""
    price = ""
    if card.price:
        price = f'<span class="price">{escape(card.price)}</span> {escape(card.price_more)}'
    return (
        f'<li class="card">{picture}{badge}<div class="card__body">'
        f'<p class="card__kind">{kinds}</p>'
        f'<h2 class="card__title"><a href="{escape(card.url)}">{escape(card.title)}</a></h2>'
        f'{summary}<div class="card__foot"><span>{escape(card.when)}</span>'
        f"<span>{price}</span></div></div></li>"
    )


def seats(capacity: int | None, taken: int) -> str:
    """2 seats left, or Full; nothing where there are many, or no maximum."""
    if capacity is None:
        return ""
    left = max(0, capacity - taken)
    if left == 0:
        return _("Full")
    if left > FEW:
        return ""
    return ngettext("%(count)d seat left", "%(count)d seats left", left) % {"count": left}


def _kinds(row) -> tuple[str, ...]:
    steps, types = row["step_count"] or 0, tuple(row["event_types"])
    return _kinds_said(row["kind"], steps, types, get_language())


@functools.lru_cache(maxsize=4096)
def _kinds_said(kind, steps, types, _language) -> tuple[str, ...]:
    if kind == ItemKind.PATH:
        return (
            str(ItemKind.PATH.label),
            ngettext("%(count)d course", "%(count)d courses", steps) % {"count": steps},
        )
    return (str(ItemKind.COURSE.label), *(str(EventType(each).label) for each in types))


def _when(row) -> str:
    if row["kind"] == ItemKind.PATH:
        if row["next_on"]:
            return _("Next dates from %(day)s") % {"day": day_text(row["next_on"])}
        return _("Start any time") if row["step_count"] else ""
    event = row["next_event"]
    any_time = _("Start any time") if EventType.LMS in row["event_types"] else ""
    if not event:
        return any_time or _("No dates yet")
    day = day_text(datetime.date.fromisoformat(event["day"]))
    place = ", ".join(filter(None, [day, event["place"]]))
    return ". ".join(filter(None, [any_time, place, seats(event["capacity"], event["taken"])]))


def in_tokens(rows: list[dict]) -> bool:
    """Does anything here cost tokens?"""
    prices = (price for row in rows for price in (*row["prices"], *row["event_prices"]))
    return any(price["kind"] == UnitKind.TOKEN for price in prices)


def _price(row, region: Region | None, units=None) -> tuple[str, str]:
    """(€240.00, or 3 Gold): the first price, and the others in words."""
    own, of_events = (
        [
            each
            for each in prices
            if shows(each["kind"], each["code"], free=not each["amount"], units=units)
        ]
        for prices in (row["prices"], row["event_prices"])
    )
    chosen, start = (own, "%s") if own else (_lowest(of_events), _("from %s"))
    texts = [start % _price_said(each, region) for each in chosen]
    if len(texts) < 2:
        return (texts[0] if texts else ""), ""
    return texts[0], _("or %(prices)s") % {"prices": ", ".join(texts[1:])}


def _lowest(prices) -> list[dict]:
    """The lowest price of each unit; they come sorted."""
    lowest: dict[str, dict] = {}
    for each in prices:
        lowest.setdefault(each["code"], each)
    return list(lowest.values())


def _price_said(price: dict, region: Region) -> str:
    values = {**price, "amount": str(price["amount"]), "percent": str(price["percent"])}
    return _said(tuple(sorted(values.items())), region.shows_tax, get_language())


@functools.lru_cache(maxsize=4096)
def _said(price, shows_tax: bool, _language) -> str:
    """A price as `pricing` says it. Few differ in a catalogue, and each costs much to write."""
    price = dict(price)
    amount, percent = decimal.Decimal(price.pop("amount")), decimal.Decimal(price.pop("percent"))
    known = Price(amount=amount, unit=Unit(**price), tax_level=TaxLevel(percent=percent))
    return pricing.shown(known, Region(shows_tax=shows_tax))

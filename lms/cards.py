"""What stands on a card of the catalogue? Words, made from the values of one row."""

import dataclasses
import datetime
import decimal

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import pricing
from catalog.models import EventType, ItemKind, Price, Region, TaxLevel, Unit
from passes.entitlements import Badge
from tms.days import day_text

from . import badges
from .covers import cover

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


def card(row: dict, badge: Badge | None, region: Region | None, url: str, whom: str) -> Card:
    """One row of `catalogue.cards` in words."""
    first, more = _price(row["prices"], region)
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


def _kinds(row) -> list[str]:
    if row["kind"] == ItemKind.PATH:
        steps = row["step_count"] or 0
        return [
            str(ItemKind.PATH.label),
            ngettext("%(count)d course", "%(count)d courses", steps) % {"count": steps},
        ]
    return [
        str(ItemKind.COURSE.label),
        *(str(EventType(each).label) for each in row["event_types"]),
    ]


def _when(row) -> str:
    if row["kind"] == ItemKind.PATH:
        if row["next_step_on"]:
            return _("Next dates from %(day)s") % {"day": day_text(row["next_step_on"])}
        return _("Start any time") if row["step_count"] else ""
    event = row["next_event"]
    any_time = _("Start any time") if EventType.LMS in row["event_types"] else ""
    if not event:
        return any_time or _("No dates yet")
    day = day_text(datetime.date.fromisoformat(event["day"]))
    place = ", ".join(filter(None, [day, event["place"]]))
    return ". ".join(filter(None, [any_time, place, seats(event["capacity"], event["taken"])]))


def _price(prices: list[dict], region: Region | None) -> tuple[str, str]:
    """(€240.00, or 3 Gold): the first price, and the others in words."""
    own = [each for each in prices if each["own"]]
    chosen, start = (own, "%s") if own else (_lowest(prices), _("from %s"))
    texts = [start % pricing.shown(_unsaved(each), region) for each in chosen]
    if len(texts) < 2:
        return (texts[0] if texts else ""), ""
    return texts[0], _("or %(prices)s") % {"prices": ", ".join(texts[1:])}


def _lowest(prices) -> list[dict]:
    """The lowest price of each unit; they come sorted."""
    lowest: dict[str, dict] = {}
    for each in prices:
        lowest.setdefault(each["code"], each)
    return list(lowest.values())


def _unsaved(each: dict) -> Price:
    """The price as `pricing` knows it."""
    unit = Unit(
        kind=each["kind"], code=each["code"], label=each["label"], decimals=each["decimals"]
    )
    tax = TaxLevel(percent=decimal.Decimal(str(each["percent"])))
    return Price(amount=decimal.Decimal(str(each["amount"])), unit=unit, tax_level=tax)

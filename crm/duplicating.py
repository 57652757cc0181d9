"""What does a duplicate of an opportunity have of its interests? All that can be sold today.

At today's prices, unless another price was agreed; what can't be sold any more is named and left
out. What an interest is in particular the offers copy.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import pricing
from catalog.models import Price, TaxLevel, UnitKind
from catalog.money import written
from tms.consequences import Consequence
from tms.days import number
from tms.refusals import Refusal
from tms.ui.access import allowed

from . import interests, offers, opportunities
from .documents import percent
from .interests import OVERRIDE, Wanted
from .models import Contact, Interest, Opportunity
from .offers import Who


@dataclasses.dataclass(frozen=True)
class Duplicate:
    """The opportunity that was made; `consequences` name what became of each interest."""

    opportunity: Opportunity
    consequences: Sequence[Consequence] = ()


@transaction.atomic
def duplicate(
    opportunity_id: int, *, at: datetime.datetime, on: datetime.date, by, **values
) -> Duplicate:
    """Open an opportunity of `values` (as `opportunities.create` takes them) with the interests of
    another one.

    Each is priced anew by the catalogue, for the region and the currency of the new one; an agreed
    price stays where the currency does and `by` may set one. What can't be sold is left out, and
    so is whom it was for who isn't of the account. About fifteen statements for each interest.
    """
    who = Who(at, on, by)
    made = opportunities.create(at=at, on=on, by=by, **values)
    rows = Interest.objects.select_related("opportunity", "unit", "tax_level")
    lines = list(rows.filter(opportunity=opportunity_id).order_by("position", "pk"))
    anew, agreed, gone, strangers = [], [], [], []
    for line in lines:
        try:
            copy = offers.of(line).again(line, made, who)
        except Refusal as no:
            gone.append(f"{_name(line)}: {no}")
            continue
        (agreed if _is_agreed(copy) else anew).append(_said(copy, line))
        strangers += _left_out(line, copy)
    return Duplicate(
        made,
        [
            *([] if lines else [Consequence("stays", _("There are no interests to copy"), 0)]),
            *_told("gives", _("Copied, at today’s prices"), anew),
            *_told("gives", _("Copied, at the price that was agreed"), agreed),
            *_told("closes", _("Left out, as it can’t be sold now"), gone),
            *_told("closes", _("No longer for these people"), strangers),
        ],
    )


def terms(
    line: Interest, into: Opportunity, who: Who, *, priced: int | None, instead: int | None = None
) -> Wanted:
    """An interest as it would be asked for today on another opportunity, without its own words.

    `priced` is whose prices count (None: the catalogue has none), `instead` whose where it has
    none of its own. Three statements. Raises Refusal where there is no price.
    """
    unit = line.unit if line.unit.kind == UnitKind.TOKEN else into.currency
    price = _price(unit, into, who.on, priced, instead) if priced else None
    stays = line.unit_id == unit.pk and _is_agreed(line)
    if priced and stays and not (who.by is None or allowed(who.by, OVERRIDE)):
        stays = False
    if not stays and price is None:
        raise Refusal(
            _("it has no price in %(unit)s in %(region)s.") % {"unit": unit, "region": into.region}
        )
    return Wanted(
        title=line.title,
        detail=line.detail,
        quantity=line.quantity,
        unit=unit,
        unit_price=line.unit_price if stays else price.amount,
        list_price=price and price.amount,
        priced=priced is not None,
        discount=line.discount,
        tax_level=_tax_level(line, into, price),
        contacts=_of_account(line, into),
    )


def _price(unit, into: Opportunity, on, priced: int, instead: int | None) -> Price | None:
    found = pricing.prices_for(
        [priced], region=into.region, on=on, instead={priced: instead} if instead else None
    )[priced]
    return next((each for each in found if each.unit_id == unit.pk), None)


def _tax_level(line: Interest, into: Opportunity, price: Price | None) -> TaxLevel:
    """The interest's where the region is the same, else that of the price, else the region's."""
    levels = [price and price.tax_level, into.region.tax_level]
    if line.opportunity.region_id == into.region_id:
        levels.insert(0, line.tax_level)
    return next(
        (each for each in levels if each and each.archived_at is None), into.region.tax_level
    )


def _of_account(line: Interest, into: Opportunity) -> list[Contact]:
    people = Contact.objects.living().of_account(into.account_id)
    ours = set(people.filter(pk__in=line.people.values("contact")).values_list("pk", flat=True))
    return [each for each in interests.people_of(line) if each.pk in ours] if ours else []


def _is_agreed(line: Interest) -> bool:
    """Was another price agreed than the catalogue's?"""
    return line.list_price is None or line.unit_price != line.list_price


# How a preview says it


def _told(tone: str, sentence: str, lines: Sequence[str]) -> list[Consequence]:
    return [Consequence(tone, sentence, len(lines), tuple(lines))] if lines else []


def _name(line: Interest) -> str:
    return ", ".join(filter(None, [line.title, line.detail]))


def _said(copy: Interest, line: Interest) -> str:
    """2 × Leadership, 3 May 2027, at €490.00 (it was €450.00), less 10 %"""
    words = {
        "n": number(copy.quantity),
        "what": _name(copy),
        "price": written(copy.unit_price, copy.unit),
        "before": written(line.unit_price, line.unit),
    }
    said = _("%(n)s × %(what)s, at %(price)s") % words
    if (copy.unit_id, copy.unit_price) != (line.unit_id, line.unit_price):
        said = _("%(n)s × %(what)s, at %(price)s (it was %(before)s)") % words
    if copy.discount:
        return _("%(said)s, less %(discount)s") % {
            "said": said,
            "discount": percent(copy.discount),
        }
    return said


def _left_out(line: Interest, copy: Interest) -> list[str]:
    """For whom it was by name, and the copy isn't."""
    kept = set(copy.people.values_list("contact", flat=True))
    gone = Contact.objects.filter(pk__in=line.people.values("contact")).exclude(pk__in=kept)
    return [
        _("%(what)s: %(name)s") % {"what": _name(line), "name": each.name}
        for each in gone.order_by("pk")
    ]

"""What can a price be? Its region's currencies, its unit's decimals, one a day."""

import decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import days
from tms.refusals import Refusal

from .models import Price, Unit, UnitKind
from .money import decimals_of

ONE_A_DAY = "price_one_a_day"


def check(price: Price, *, old=(None, None, None)) -> None:
    """Refuse what a price can't be; what it was before (`old`: region, unit, tax) may stay."""
    unit, region = price.unit, price.region
    if region.archived_at and region.pk != old[0]:
        raise Refusal(
            _("%(region)s is archived. Choose a region in use.") % {"region": region},
            field="region",
        )
    if unit.archived_at and unit.pk != old[1]:
        raise Refusal(
            _("%(unit)s is archived and can't be put into a new price.") % {"unit": unit},
            field="unit",
        )
    if (
        unit.kind == UnitKind.CURRENCY
        and (region.pk, unit.pk) != old[:2]
        and not region.currencies.filter(pk=unit.pk).exists()
    ):
        raise Refusal(
            _("%(region)s doesn't use %(unit)s. Choose one of its currencies, or add it there.")
            % {"region": region, "unit": unit},
            field="unit",
        )
    if price.tax_level.archived_at and price.tax_level_id != old[2]:
        raise Refusal(
            _("%(tax)s is archived. Choose a tax level in use.") % {"tax": price.tax_level},
            field="tax_level",
        )
    check_amount(price.amount, unit)
    if price.valid_from and price.valid_to and price.valid_from > price.valid_to:
        raise Refusal(
            _("The last day, %(to)s, is before the first, %(from)s.")
            % {"to": days.day_text(price.valid_to), "from": days.day_text(price.valid_from)},
            field="valid_to",
        )
    other = overlapping(price)
    if other is not None:
        raise taken(other)


def check_amount(amount: decimal.Decimal, unit: Unit) -> None:
    if amount < 0:
        raise Refusal(_("An amount is zero or more. Zero is free."), field="amount")
    if amount >= 10**10:
        raise Refusal(_("An amount is below 10,000,000,000."), field="amount")
    if decimals_of(amount) <= unit.decimals:
        return
    if unit.kind == UnitKind.TOKEN:
        sentence = _("Tokens are whole: %(unit)s can't be split.") % {"unit": unit}
    elif unit.decimals == 0:
        sentence = _("An amount of %(unit)s has no decimals.") % {"unit": unit}
    else:
        sentence = ngettext(
            "An amount of %(unit)s has at most %(count)s decimal.",
            "An amount of %(unit)s has at most %(count)s decimals.",
            unit.decimals,
        ) % {"unit": unit, "count": unit.decimals}
    raise Refusal(sentence, field="amount")


def overlapping(price: Price) -> Price | None:
    """Another price of the same thing, region and unit that is valid on one of the same days."""
    others = Price.objects.filter(
        priced_id=price.priced_id, region=price.region, unit=price.unit
    ).exclude(pk=price.pk)
    if price.valid_to:
        others = others.exclude(valid_from__gt=price.valid_to)
    if price.valid_from:
        others = others.exclude(valid_to__lt=price.valid_from)
    return others.select_related("region", "unit").order_by("valid_from", "pk").first()


def taken(other: Price) -> Refusal:
    """There is already a price for Europe in EUR from 1 January 2026 to 31 December 2026."""
    return Refusal(
        _(
            "There is already a price for %(region)s in %(unit)s %(days)s. "
            "Change that one, or choose other days."
        )
        % {"region": other.region, "unit": other.unit, "days": span(other)},
        field="valid_from",
    )


def span(price: Price) -> str:
    """The days of a price in words: `from 1 January 2026 to 31 December 2026`."""
    return span_text(days.day_text(price.valid_from), days.day_text(price.valid_to))


def span_text(first: str, last: str) -> str:
    """From when to when, of days that are written already; empty is open."""
    said = {"from": first, "to": last}
    if first and last:
        return _("from %(from)s to %(to)s") % said
    if first:
        return _("from %(from)s on") % said
    if last:
        return _("until %(to)s") % said
    return _("without an end")


def save(price: Price) -> None:
    """Save; what the constraint refuses (it has the last word) is the same sentence."""
    try:
        with transaction.atomic():
            price.save()
    except IntegrityError as error:
        if ONE_A_DAY not in str(error):
            raise
        raise taken(overlapping(price) or price) from error

"""With what does an empty installation begin? One region, with its currency and its tax."""

import datetime
import decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from . import currencies, regions, tax_levels
from .models import Region, TaxLevel, Unit


@transaction.atomic
def first_region(
    *,
    region: str,
    currency: str,
    tax_name: str = "",
    tax_percent: decimal.Decimal = decimal.Decimal(0),
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Region:
    """Make the first region, the default one, with a currency (its ISO code) and a tax level.

    Without `tax_name` the tax level is "No tax", 0 %. What is there already is used, not doubled.
    A second region is refused: it is made in the control panel.
    """
    if Region.objects.exists():
        raise Refusal(_("There is a region already. Add another one in the control panel."))
    unit = Unit.objects.currencies().in_use().filter(code__iexact=currency.strip()).first()
    unit = unit or currencies.add(currency, at=at, on=on, by=by)
    tax_name = tax_name or _("No tax")
    level = TaxLevel.objects.filter(name__iexact=tax_name).first() or tax_levels.create(
        name=tax_name, percent=tax_percent, at=at, on=on, by=by
    )
    return regions.create(name=region, currencies=[unit], tax_level=level, at=at, on=on, by=by)

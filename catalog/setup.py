"""What does a new catalogue begin with? One currency, one tax level, one region."""

from babel import Locale
from babel.numbers import get_currency_precision
from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal

from .models import Region, TaxLevel, Unit, UnitKind


@transaction.atomic
def first_region(*, currency: str, region: str, by, at, on) -> Region:
    """Make the default region with its currency and a tax level of 0 %; once."""
    unit, _made = Unit.objects.get_or_create(
        kind=UnitKind.CURRENCY,
        code=currency,
        defaults={
            "label": Locale("en").currencies.get(currency, currency),
            "decimals": get_currency_precision(currency),
        },
    )
    level, _made = TaxLevel.objects.get_or_create(percent=0, defaults={"name": _("No tax")})
    made = Region.objects.create(name=region, tax_level=level, is_default=True)
    made.currencies.add(unit)
    after = {"name": region, "currencies": [currency], "tax_level": level.pk}
    journal.write("region.created", made.pk, at=at, on=on, by=by, after=after)
    return made

"""What may happen to the prices of a pass option?

They are prices like all others (catalog.pricing); what is particular: a published option keeps at
least one that isn't over.
"""

from django.db import transaction

from catalog import pricing
from catalog.models import Price
from tms.refusals import Refusal

from . import options
from .models import OptionStatus, PassOption
from .options import prices_left


@transaction.atomic
def add(option: PassOption, *, at, on, by, **price) -> Price:
    """Give the option a price; `price` is what `catalog.pricing.set_price` takes."""
    found = options.locked(option)
    return pricing.set_price(found.priced, at=at, on=on, by=by, **price)


@transaction.atomic
def edit(option: PassOption, price: Price, *, at, on, by, **answers) -> Price:
    """Change a price; one that would end before `on` can't be the last of a published option."""
    found = options.locked(option)
    changed = pricing.edit_price(price, at=at, on=on, by=by, **answers)
    _refuse_without(found, on)
    return changed


@transaction.atomic
def remove(option: PassOption, price: Price, *, at, on, by) -> None:
    """Remove a price; the last one of a published option stays. What was sold doesn't change."""
    found = options.locked(option)
    pricing.remove_price(price, keep_last=False, at=at, on=on, by=by)
    _refuse_without(found, on)


def _refuse_without(option: PassOption, on) -> None:
    published = option.status == OptionStatus.PUBLISHED
    if published and not prices_left(option, on):
        raise Refusal(str(options.LAST_PRICE))

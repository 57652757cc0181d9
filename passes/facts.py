"""What stands on a pass type's page? What is live of it, and its options with their prices."""

import dataclasses
import datetime

from django.db.models import Case, Count, Value, When

from catalog.models import Price
from catalog.money import written_or_free
from tms.compiled import Question, Rows

from . import options
from .models import OptionStatus, Pass, PassOption, PassType, TypeStatus
from .models.type import was_issued

SOON = datetime.timedelta(days=30)


@dataclasses.dataclass
class OptionRow:
    """An option with what its row in the table says."""

    option: PassOption
    active: int
    issued: bool
    last_on_sale: bool
    prices: list = dataclasses.field(default_factory=list)

    def why_not(self, verb: str, on: datetime.date) -> str:
        """Why `verb` can't be done to it now; the verb itself asks the same."""
        lasting = [each for each in self.prices if each.valid_to is None or each.valid_to >= on]
        return options.why_not(
            verb,
            self.option.status,
            prices=len(lasting),
            issued=self.issued,
            last_on_sale=self.last_on_sale,
        )


LIVE = Rows(
    lambda pk, on, soon: (
        PassType.objects.filter(pk=pk)
        .with_live(on, soon)
        .values("active", "expiring", "expired", "cancelled")
    )
)
ACTIVE = Question(
    lambda pass_type_id, on: (
        Pass.objects.active_on(on)
        .filter(pass_type=pass_type_id)
        .order_by()
        .values_list("option")
        .annotate(count=Count("*"))
    )
)
OPTIONS = Rows(
    lambda pass_type_id: (
        PassOption.objects.filter(pass_type=pass_type_id)
        .annotate(
            issued=was_issued("option"),
            place=Case(When(status=OptionStatus.ARCHIVED, then=Value(1)), default=Value(0)),
        )
        .order_by("place", "pk")
    )
)
PRICES = Rows(
    lambda priced_ids: (
        Price.objects.filter(priced__in=priced_ids)
        .select_related("region", "unit", "tax_level")
        .order_by("region__name", "unit__kind", "unit__code", "valid_from", "pk")
    )
)


def live(pass_type: PassType, on: datetime.date) -> dict[str, int]:
    """The type's passes: active, expiring (active, ending within 30 days), expired, cancelled."""
    return LIVE.one(pk=pass_type.pk, on=on, soon=on + SOON)


def option_rows(pass_type: PassType, on: datetime.date) -> list[OptionRow]:
    """The options, archived ones last, with their passes and prices. Three queries."""
    active = dict(ACTIVE(pass_type_id=pass_type.pk, on=on))
    found = {
        option.priced_id: OptionRow(
            option, active.get(option.pk, 0), option.issued, last_on_sale=False
        )
        for option in OPTIONS(pass_type_id=pass_type.pk)
    }
    published = [row for row in found.values() if row.option.status == OptionStatus.PUBLISHED]
    if len(published) == 1:
        published[0].last_on_sale = pass_type.status == TypeStatus.ACTIVE
    for price in PRICES(priced_ids=list(found)):
        price.words = written_or_free(price.amount, price.unit)
        found[price.priced_id].prices.append(price)
    return list(found.values())

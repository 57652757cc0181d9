"""In which region does the visitor buy? Their account's; otherwise what they chose, or the default.

Never guessed from a network address. A region says whether prices show net or with tax.
"""

import dataclasses

from django.contrib.postgres.aggregates import ArrayAgg
from django.http import HttpResponse

from catalog.models import Region
from tms.compiled import Rows
from tms.ui import cookies

REGIONS = Rows(
    lambda: (
        Region.objects.filter(archived_at=None)
        .annotate(codes=ArrayAgg("currencies__code", order_by="currencies__code", default=[]))
        .order_by("name")
    )
)


@dataclasses.dataclass(frozen=True)
class Shown:
    """The region that prices are shown for (None: there is none at all), and what else there is.

    `fixed`: it is the account's, and nothing to choose.
    """

    region: Region | None
    all: tuple[Region, ...]
    fixed: bool

    @property
    def choosable(self) -> bool:
        return not self.fixed and len(self.all) > 1

    @property
    def currency(self) -> str:
        """The code of the region's first currency, for words like `up to 250 EUR`."""
        return next(iter(self.region.codes), "") if self.region else ""


def shown(request, contact) -> Shown:
    """The region of this visitor. One statement."""
    regions = tuple(REGIONS())
    of_account = contact and contact.account.region_id
    cookie = cookies.kept(request, "region")
    chosen = next((each for each in regions if each.pk == of_account), None)
    fixed = chosen is not None
    if not fixed:
        chosen = next((each for each in regions if str(each.pk) == cookie), None)
    default = next((each for each in regions if each.is_default), None)
    return Shown(chosen or default or next(iter(regions), None), regions, fixed)


def choose(request, response: HttpResponse, region_id: str) -> HttpResponse:
    """Keep the visitor's choice in a cookie, if there is such a region."""
    if region_id.isdecimal() and Region.objects.filter(archived_at=None, pk=region_id).exists():
        cookies.keep(response, "region", region_id)
    return response

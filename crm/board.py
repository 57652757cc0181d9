"""Which cards stand on the board, stage by stage, and what do they come to?

Whatever there is, it takes five statements, and no column has more cards than `MOST`. Open stages
show what closes next, the others what was decided in the last days.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db.models import Count, Sum
from django.utils.http import urlencode

from catalog.models import Unit
from catalog.money import written
from tms.compiled import Rows
from tms.lately import Lately

from . import stages
from .models import Opportunity, Stage, StageKind
from .tables_selling import CURRENCY, unit_of

MOST = 25
# How long what was won or lost stays on the board.
DAYS_SHOWN = 30
READ = (
    "pk",
    "name",
    "version",
    "stage_id",
    "account__name",
    "worth",
    "closes_on",
    "closed_on",
    "owner__name",
    *CURRENCY,
)


@dataclasses.dataclass
class Column:
    """A stage: its first cards, how many there are, and what they are worth by currency."""

    stage: Stage
    cards: Sequence[dict]
    count: int
    sums: Sequence[str]
    url: str

    @property
    def more(self) -> int:
        """How many there are beyond those that are shown."""
        return self.count - len(self.cards)

    @property
    def is_open(self) -> bool:
        return self.stage.kind == StageKind.OPEN


def _of(given: dict):
    """Everybody's opportunities, or those of one owner."""
    rows = Opportunity.objects.order_by()
    return rows.filter(owner=given["owner"]) if "owner" in given else rows


def _first(since, **given):
    """The first cards of the stages `open_1=7, closed_2=9, …`.

    Each stage is cut by itself, so that no more than what is shown is read.
    """
    heads = []
    for name, stage_id in given.items():
        rows = _of(given).filter(stage=stage_id).values(*READ)
        if name.startswith("open"):
            heads.append(rows.open().order_by("closes_key", "pk")[:MOST])
        elif name.startswith("closed"):
            heads.append(rows.filter(closed_on__gt=since).order_by("-closed_on", "-pk")[:MOST])
    return heads[0].union(*heads[1:], all=True)


def _summed(rows):
    """Of each stage and currency: how many, and worth how much."""
    sums = rows.values("stage_id", "currency_id").annotate(count=Count("*"), sum=Sum("worth"))
    return sums.order_by("-sum")


def _number(sums) -> int:
    return sum(each["count"] for each in sums)


FIRST = Rows(_first)
SUMS_OF_OPEN = Lately(Rows(lambda **given: _summed(_of(given).open())), counted=_number)
SUMS_OF_CLOSED = Lately(
    Rows(lambda since, **given: _summed(_of(given).filter(closed_on__gt=since))), counted=_number
)
UNITS = Rows(lambda ids: Unit.objects.filter(pk__in=ids))


def columns(list_url: str, *, on: datetime.date, owner_id: int | None = None) -> list[Column]:
    """The stages in use: open ones in their order, then won and lost. Five statements.

    `list_url` is the list that "n more" leads to; `owner_id` leaves the others' out.
    """
    order = [StageKind.OPEN, StageKind.WON, StageKind.LOST]
    living = sorted(stages.living(), key=lambda each: order.index(each.kind))
    whose = {"owner": owner_id} if owner_id else {}
    since = on - datetime.timedelta(days=DAYS_SHOWN)
    asked = {
        f"{'open' if stage.kind == StageKind.OPEN else 'closed'}_{n}": stage.pk
        for n, stage in enumerate(living)
    }
    cards = FIRST(since=since, **asked, **whose)
    sums = [*SUMS_OF_OPEN(**whose), *SUMS_OF_CLOSED(since=since, **whose)]
    units = {unit.pk: unit for unit in UNITS(ids=sorted({each["currency_id"] for each in sums}))}
    urls = {stage.pk: f"{list_url}?{urlencode({'stage': stage.pk} | whose)}" for stage in living}
    return [_column(stage, cards, sums, units, urls[stage.pk]) for stage in living]


def _column(stage: Stage, cards, sums, units, url: str) -> Column:
    mine = [each for each in cards if each["stage_id"] == stage.pk]
    for card in mine:
        card["money"] = written(card["worth"], unit_of(card)) if card["worth"] else ""
    of_it = [each for each in sums if each["stage_id"] == stage.pk]
    worth = [written(each["sum"], units[each["currency_id"]]) for each in of_it if each["sum"]]
    return Column(stage, mine, sum(each["count"] for each in of_it), worth, url)

"""Which cards stand on the board, stage by stage, and what do they come to?

Whatever there is, it takes four statements, and no column has more cards than `MOST`. Open stages
show what closes next, the others what was decided in the last days.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db.models import Count, Sum
from django.utils.http import urlencode

from catalog.money import written

from . import stages
from .models import Opportunity, Stage, StageKind
from .tables_selling import CURRENCY, currency, unit_of

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


def columns(list_url: str, *, on: datetime.date, owner_id: int | None = None) -> list[Column]:
    """The stages in use: open ones in their order, then won and lost. Four statements.

    `list_url` is the list that "n more" leads to; `owner_id` leaves the others' out.
    """
    rows = Opportunity.objects.all()
    if owner_id:
        rows = rows.filter(owner=owner_id)
    closed = rows.filter(closed_on__gt=on - datetime.timedelta(days=DAYS_SHOWN))
    order = [StageKind.OPEN, StageKind.WON, StageKind.LOST]
    living = sorted(stages.living(), key=lambda each: order.index(each.kind))
    cards = _first(living, rows.open(), closed)
    sums = [*_sums(rows.open()), *_sums(closed)]
    return [_column(stage, cards, sums, list_url, owner_id) for stage in living]


def _first(living: Sequence[Stage], opened, closed) -> list[dict]:
    """The first cards of each stage: each is cut by itself, so that no more than them are read."""
    heads = [
        opened.filter(stage=stage).order_by("closes_key", "pk")[:MOST]
        if stage.kind == StageKind.OPEN
        else closed.filter(stage=stage).order_by("-closed_on", "-pk")[:MOST]
        for stage in living
    ]
    heads = [each.values(*READ) for each in heads]
    return list(heads[0].union(*heads[1:], all=True))


def _sums(rows) -> list[dict]:
    """Of each stage and currency: how many, and worth how much."""
    by = rows.order_by().values("stage_id", *CURRENCY)
    return list(by.annotate(count=Count("*"), sum=Sum("worth")).order_by("-sum"))


def _column(stage: Stage, cards, sums, list_url: str, owner_id) -> Column:
    mine = [each for each in cards if each["stage_id"] == stage.pk]
    for card in mine:
        card["money"] = written(card["worth"], unit_of(card)) if card["worth"] else ""
    of_it = [each for each in sums if each["stage_id"] == stage.pk]
    asked = {"stage": stage.pk} | ({"owner": owner_id} if owner_id else {})
    return Column(
        stage,
        mine,
        sum(each["count"] for each in of_it),
        [
            written(each["sum"], currency(each["currency__code"], each["currency__decimals"]))
            for each in of_it
            if each["sum"]
        ],
        f"{list_url}?{urlencode(asked)}",
    )

"""What came of selling: what is open and how likely, what was won and lost when, and why lost?

Money is of one currency in every sum; each answer is one statement.
"""

import dataclasses
import datetime
import decimal
import functools

from catalog.models import Unit
from tms.compiled import Statement
from tms.lately import Lately

from .models import Opportunity

PIPELINE = """
SELECT {by} AS by, count(*), sum(o.worth), sum(o.worth * o.probability / 100) AS weighted
FROM crm_opportunity o
WHERE o.closed_on IS NULL AND o.currency_id = %(currency)s {which}
GROUP BY 1
"""
BY = {
    "stage": "o.stage_id",
    "owner": "o.owner_id",
    "closes": "date_trunc('month', o.closes_on::timestamp)::date",
}
# What is closed and not won is lost.
DECIDED = """
SELECT width_bucket(o.closed_on, %(starts)s::date[]),
       count(*) FILTER (WHERE o.won), coalesce(sum(o.worth) FILTER (WHERE o.won), 0),
       count(*) FILTER (WHERE NOT o.won), coalesce(sum(o.worth) FILTER (WHERE NOT o.won), 0)
FROM crm_opportunity o
WHERE o.closed_on BETWEEN %(first)s AND %(last)s {which}
GROUP BY 1
"""
WON = """
SELECT u.id, u.code, u.decimals, u.kind, o.place, o.won, o.worth
FROM (
    SELECT currency_id, width_bucket(closed_on, %(starts)s::date[]) AS place,
           count(*) AS won, sum(worth) AS worth
    FROM crm_opportunity
    WHERE closed_on BETWEEN %(first)s AND %(last)s AND won
    GROUP BY 1, 2
) o JOIN catalog_unit u ON u.id = o.currency_id
ORDER BY sum(o.won) OVER (PARTITION BY u.id) DESC, u.code
"""
# In which columns it stands how many there are.
NUMBERS = {PIPELINE: (1,), DECIDED: (1, 3), WON: (5,)}
WHICH = {
    "owner": " AND o.owner_id = %(owner)s",
    "currency": " AND o.currency_id = %(currency)s",
}
NOTHING = decimal.Decimal(0)


@dataclasses.dataclass(frozen=True)
class Open:
    """Open opportunities: how many, worth what net, and that times how likely each of them is."""

    count: int = 0
    worth: decimal.Decimal = NOTHING
    weighted: decimal.Decimal = NOTHING

    def __add__(self, other: "Open") -> "Open":
        return Open(
            self.count + other.count,
            self.worth + other.worth,
            self.weighted + other.weighted,
        )


@dataclasses.dataclass(frozen=True)
class Decided:
    """What was decided in a time: how many were won and lost, and worth what, net."""

    won: int = 0
    worth: decimal.Decimal = NOTHING
    lost: int = 0
    lost_worth: decimal.Decimal = NOTHING

    @property
    def rate(self) -> float | None:
        """How large a part of what was decided was won; of nothing there is no part."""
        return self.won / (self.won + self.lost) if self.won + self.lost else None

    def __add__(self, other: "Decided") -> "Decided":
        return Decided(
            self.won + other.won,
            self.worth + other.worth,
            self.lost + other.lost,
            self.lost_worth + other.lost_worth,
        )


def pipeline(by: str, *, currency: int, owner: int | None = None) -> dict[object, Open]:
    """What is open in one currency, by "stage" or "owner" (ids; None: nobody), or by the month
    in which it "closes" (its first day; None: no day was named)."""
    rows = _rows(PIPELINE, by=BY[by], owner=owner, given={"currency": currency})
    return {key: Open(*numbers) for key, *numbers in rows}


def decided(
    starts: list[datetime.date],
    first: datetime.date,
    last: datetime.date,
    *,
    currency: int | None,
    owner: int | None = None,
) -> dict[datetime.date, Decided]:
    """What was won and lost from `first` to `last`, by which of the `starts` (in order) it is in.

    Without a currency only the numbers mean something.
    """
    given = {"starts": starts, "first": first, "last": last}
    rows = _rows(DECIDED, currency=currency, owner=owner, given=given)
    return {starts[place - 1]: Decided(*numbers) for place, *numbers in rows}


def won_by_currency(
    starts: list[datetime.date], first: datetime.date, last: datetime.date
) -> list[tuple[Unit, dict[datetime.date, decimal.Decimal]]]:
    """What was won from `first` to `last`, by which of the `starts` (in order) it is in: of each
    currency, that in which most was won first."""
    found: dict[int, tuple] = {}
    rows = _rows(WON, given={"starts": starts, "first": first, "last": last})
    for pk, code, decimals, kind, place, _won, worth in rows:
        unit = Unit(pk=pk, code=code, decimals=decimals, kind=kind)
        found.setdefault(pk, (unit, {}))[1][starts[place - 1]] = worth
    return list(found.values())


def lost(
    first: datetime.date,
    last: datetime.date,
    *,
    currency: int | None = None,
    owner: int | None = None,
):
    """The opportunities that were lost from `first` to `last`, the latest first. Lazy."""
    found = Opportunity.objects.filter(won=False, closed_on__range=(first, last))
    if currency:
        found = found.filter(currency=currency)
    if owner:
        found = found.filter(owner=owner)
    return found.select_related("account", "owner", "currency").order_by("-closed_on", "-pk")


def _rows(
    sql: str,
    *,
    given: dict,
    by: str = "",
    currency: int | None = None,
    owner: int | None = None,
) -> list[tuple]:
    narrowed = {"currency": currency, "owner": owner}
    narrowed = {name: value for name, value in narrowed.items() if value}
    return _kept(sql, tuple(narrowed), by)(**given, **narrowed)


@functools.cache
def _kept(sql: str, narrowed: tuple[str, ...], by: str) -> Lately:
    """The statement of a report, narrowed by these: there are few, and their plans are kept."""
    which = "".join(WHICH[name] for name in narrowed)
    numbers = NUMBERS[sql]
    return Lately(
        Statement(sql.format(which=which, by=by)),
        counted=lambda rows: sum(row[place] for row in rows for place in numbers),
    )

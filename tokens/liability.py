"""What is owed in tokens on a day, until when, what was paid for it, and what expired unused?

As of any day up to today: what moved by then, and the expiry that each issue had then. Whether the
night has written off what expired changes nothing.
"""

import dataclasses
import datetime
import decimal

from django.db import connection

from catalog.models import Unit

from .models import TokenType

# What there was of each issue on the day is what there is now less what moved since, so that only
# the entries since then are read. An expiry that was changed later had been what the first change
# after the day found.
AS_OF = """
WITH since AS (
    SELECT e.issue_id, sum(e.quantity) AS moved
    FROM tokens_tokentype t
    JOIN tokens_ledgerentry e ON e.token_type_id = t.id AND e."on" > %(day)s
    GROUP BY e.issue_id
), another AS (
    SELECT DISTINCT ON (subject_id) subject_id, (before ->> 'expires_on')::date AS expires_on
    FROM journal
    WHERE kind = 'token_issue.expiry_changed' AND "on" > %(day)s
    ORDER BY subject_id, id
), held AS (
    SELECT i.token_type_id, i.unit_price, i.currency_id,
           i.remaining - coalesce(since.moved, 0) AS tokens,
           CASE WHEN another.subject_id IS NULL THEN i.expires_on ELSE another.expires_on END
               AS expires_on
    FROM tokens_tokenissue i
    LEFT JOIN since ON since.issue_id = i.id
    LEFT JOIN another ON another.subject_id = i.id
    WHERE i.issued_on <= %(day)s
)
"""
OUTSTANDING = """{as_of}
SELECT token_type_id, date_trunc('month', expires_on)::date AS month, currency_id,
       sum(tokens) AS tokens, sum(tokens * unit_price) AS revenue
FROM held
WHERE tokens > 0 AND (expires_on IS NULL OR expires_on >= %(day)s)
GROUP BY 1, 2, 3
"""
BREAKAGE = """{as_of}, gone AS (
    SELECT token_type_id, currency_id, unit_price, tokens
    FROM held
    WHERE tokens > 0 AND expires_on < %(day)s AND expires_on >= %(first)s::date - 1
    UNION ALL
    SELECT e.token_type_id, i.currency_id, i.unit_price, -e.quantity
    FROM tokens_tokentype t
    JOIN tokens_ledgerentry e ON e.token_type_id = t.id
     AND e."on" BETWEEN %(first)s AND %(day)s AND e.kind = 'expired'
    JOIN tokens_tokenissue i ON i.id = e.issue_id
)
SELECT token_type_id, currency_id, sum(tokens) AS tokens, sum(tokens * unit_price) AS revenue
FROM gone
GROUP BY 1, 2
"""


@dataclasses.dataclass(frozen=True)
class Line:
    """Tokens, and what was paid for them, net: in `currency`; where nobody knows, both are None."""

    tokens: int
    currency: Unit | None
    revenue: decimal.Decimal | None
    month: datetime.date | None = None


@dataclasses.dataclass
class OfType:
    """What is owed of a type, by month of expiry (None: never) and currency; what expired."""

    token_type: TokenType
    owed: list[Line] = dataclasses.field(default_factory=list)
    gone: list[Line] = dataclasses.field(default_factory=list)

    @property
    def outstanding(self) -> int:
        return sum(line.tokens for line in self.owed)

    @property
    def broken(self) -> int:
        return sum(line.tokens for line in self.gone)

    def in_month(self, month: datetime.date | None) -> int:
        return sum(line.tokens for line in self.owed if line.month == month)


def revenue_of(lines) -> dict[Unit, decimal.Decimal]:
    """What was paid for them, by currency; sums never cross currencies."""
    sums: dict[Unit, decimal.Decimal] = {}
    for line in lines:
        if line.currency is not None and line.revenue is not None:
            sums[line.currency] = sums.get(line.currency, decimal.Decimal(0)) + line.revenue
    return sums


def unpriced(lines) -> int:
    """How many of them nobody knows the price of."""
    return sum(line.tokens for line in lines if line.revenue is None)


def as_of(day: datetime.date, *, first: datetime.date) -> list[OfType]:
    """Every type of which something was owed on `day`, or expired from `first` to it; by name.

    Tokens are owed through their last day. Four statements.
    """
    owed = _rows(OUTSTANDING, day=day)
    gone = _rows(BREAKAGE, day=day, first=first)
    currencies = Unit.objects.in_bulk({row["currency_id"] for row in owed + gone} - {None})
    types = TokenType.objects.select_related("unit").in_bulk(
        {row["token_type_id"] for row in owed + gone}
    )
    found = {pk: OfType(each) for pk, each in types.items()}
    for row in owed:
        found[row["token_type_id"]].owed.append(_line(row, currencies))
    for row in gone:
        found[row["token_type_id"]].gone.append(_line(row, currencies))
    for each in found.values():
        each.owed.sort(key=_place)
    return sorted(found.values(), key=lambda each: (str(each.token_type).casefold(), each.broken))


def _place(line: Line):
    code = line.currency.code if line.currency else ""
    return (line.month or datetime.date.max, code)


def _line(row, currencies) -> Line:
    return Line(
        int(row["tokens"]),
        currencies.get(row["currency_id"]),
        row["revenue"],
        row.get("month"),
    )


def _rows(sql: str, **given) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(as_of=AS_OF), given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

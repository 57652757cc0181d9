"""Is every balance the sum of its entries, and what has expired without being written off?"""

import dataclasses
import datetime

from django.db import connection

from .models import TokenIssue

SHOWN = 100

BOTH = """
WITH sums AS (
    SELECT issue_id, count(*) AS entries, sum(quantity) AS remaining,
           coalesce(-sum(quantity) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0) AS redeemed,
           coalesce(-sum(quantity) FILTER (WHERE kind = 'expired'), 0) AS expired
    FROM tokens_ledgerentry GROUP BY issue_id
), book AS (
    SELECT i.id, i.account_id, i.token_type_id, i.remaining, coalesce(s.remaining, 0) AS by_entries,
           coalesce(s.entries, 0) AS entries,
           (i.remaining, i.redeemed, i.expired)
               IS DISTINCT FROM (s.remaining, s.redeemed, s.expired) AS differs
    FROM tokens_tokenissue i LEFT JOIN sums s ON s.issue_id = i.id
)
"""
TOTALS = """{both}
SELECT u.label AS name, count(*) AS issues, sum(b.entries) AS entries,
       sum(b.remaining) AS remaining, sum(b.by_entries) AS by_entries,
       count(*) FILTER (WHERE b.differs) AS differing
FROM book b
JOIN tokens_tokentype t ON t.id = b.token_type_id
JOIN catalog_unit u ON u.id = t.unit_id
GROUP BY u.label ORDER BY lower(u.label)
"""
DIFFERING = """{both}
SELECT b.id, a.name AS account, u.label AS name, b.remaining, b.by_entries
FROM book b
JOIN crm_account a ON a.id = b.account_id
JOIN tokens_tokentype t ON t.id = b.token_type_id
JOIN catalog_unit u ON u.id = t.unit_id
WHERE b.differs ORDER BY b.id LIMIT {shown}
"""


@dataclasses.dataclass(frozen=True)
class Proof:
    """`types`: a row each with what its issues say and what its entries add up to; `differing`:
    the first issues of which the two aren't alike; `waiting`: the first that have expired and
    aren't written off yet, which are worth nothing all the same.
    """

    types: list[dict]
    differing: list[dict]
    waiting: list[TokenIssue]
    waiting_count: int

    @property
    def issues(self) -> int:
        return sum(each["issues"] for each in self.types)

    @property
    def entries(self) -> int:
        return sum(each["entries"] for each in self.types)

    @property
    def differing_count(self) -> int:
        return sum(each["differing"] for each in self.types)


def prove(on: datetime.date) -> Proof:
    """Add up every entry there is, and hold it against every issue. Reads all of the ledger once,
    and once more only where something differs; locks nothing.
    """
    types = _rows(TOTALS)
    wrong = any(each["differing"] for each in types)
    waiting = TokenIssue.objects.filter(has_some=True, expires_on__lt=on)
    named = waiting.select_related("token_type__unit", "account").order_by("expires_on", "id")
    return Proof(types, _rows(DIFFERING) if wrong else [], list(named[:SHOWN]), waiting.count())


def _rows(sql: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(both=BOTH, shown=SHOWN))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

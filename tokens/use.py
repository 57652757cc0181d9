"""What became of tokens over time: how many were issued, redeemed, corrected, or expired?"""

import dataclasses
import datetime

from django.db import connection

# What expired and waits for the night to write it off expired all the same, on the day after.
USE = """
WITH moved AS (
    SELECT width_bucket(e."on", %(starts)s::date[]) AS place, e.kind, sum(e.quantity) AS tokens
    FROM tokens_ledgerentry e
    WHERE e.token_type_id = %(token_type)s AND e."on" BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2
    UNION ALL
    SELECT width_bucket(i.expires_on + 1, %(starts)s::date[]), 'expired', -sum(i.remaining)
    FROM tokens_tokenissue i
    WHERE i.token_type_id = %(token_type)s AND i.has_some
      AND i.expires_on BETWEEN %(first)s::date - 1 AND %(last)s::date - 1
    GROUP BY 1
)
SELECT place, coalesce(sum(tokens) FILTER (WHERE kind = 'issued'), 0),
       -coalesce(sum(tokens) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0),
       coalesce(sum(tokens) FILTER (WHERE kind = 'adjusted'), 0),
       -coalesce(sum(tokens) FILTER (WHERE kind = 'expired'), 0)
FROM moved GROUP BY place ORDER BY place
"""


@dataclasses.dataclass(frozen=True)
class Use:
    """Tokens of one type in a time: `redeemed` less what came back in it, which may be more."""

    issued: int = 0
    redeemed: int = 0
    adjusted: int = 0
    expired: int = 0

    @property
    def breakage(self) -> float | None:
        """How large a part of what was redeemed or expired did expire; of nothing there is none."""
        gone = self.redeemed + self.expired
        return self.expired / gone if gone > 0 and self.redeemed >= 0 else None

    def __add__(self, other: "Use") -> "Use":
        return Use(
            self.issued + other.issued,
            self.redeemed + other.redeemed,
            self.adjusted + other.adjusted,
            self.expired + other.expired,
        )


def of_type(
    token_type_id: int,
    starts: list[datetime.date],
    first: datetime.date,
    last: datetime.date,
) -> dict[datetime.date, Use]:
    """What happened from `first` to `last`, by which of the `starts` (in order) it came after.

    What moved between accounts is neither issued nor used. One statement.
    """
    given = {"token_type": token_type_id, "starts": starts, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(USE, given)
        return {
            starts[place - 1]: Use(*(int(number) for number in numbers))
            for place, *numbers in cursor
        }

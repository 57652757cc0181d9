"""Which number comes next? One series a kind and year, without gaps."""

import datetime

from django.db import connection

PREFIXES = {"invoice": "INV", "credit_note": "CRN", "quote": "QUO"}

NEXT = """
INSERT INTO crm_numberseries (kind, year, last) VALUES (%s, %s, 1)
ON CONFLICT (kind, year) DO UPDATE SET last = crm_numberseries.last + 1
RETURNING last
"""


def take(kind: str, on: datetime.date) -> str:
    """The next number of the series: `INV-2026-0001`. One statement; call it as late as possible.

    Whoever takes one holds the series until the transaction ends: what is rolled back leaves no
    gap, and two at once get two numbers.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind, on.year])
        (number,) = cursor.fetchone()
    return f"{PREFIXES[kind]}-{on.year}-{number:04}"

"""Is somebody else at it already?"""

import contextlib
from collections.abc import Iterator

from django.db import DatabaseError, connection

# The advisory locks of whoever follows the rules, and of whoever delivers.
FIRING, DELIVERING = 7_240_611, 7_240_612


@contextlib.contextmanager
def alone(door: int) -> Iterator[bool]:
    """Is nobody else behind this door? It opens again when we, or our connection, go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [door])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        # With a connection that is lost, the lock is gone too.
        with contextlib.suppress(DatabaseError):
            if mine:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [door])

"""What is done every 20 seconds, before anything leaves?"""

import datetime
import logging

from django.db import connection

from . import postman
from .alone import FIRING, alone

log = logging.getLogger(__name__)

# So far this machine's clock and the database's may be apart.
SKEW = datetime.timedelta(seconds=5)


def clocks_agree(*, at: datetime.datetime) -> bool:
    """Is it as late for the database as it is here? A day that is wrong would write to everybody.

    The operations page says so too, and what to do.
    """
    apart = abs(database_clock() - at)
    if apart > SKEW:
        log.error(
            "No messages: the clocks of this machine and of the database are %.0f seconds apart",
            apart.total_seconds(),
        )
    return apart <= SKEW


def database_clock() -> datetime.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def follow(*, at: datetime.datetime) -> postman.Run | None:
    """Follow the rules, unless somebody else does."""
    with alone(FIRING) as mine:
        return postman.run(at=at) if mine else None

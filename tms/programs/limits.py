"""How many calls a minute may one key make?

Counted in the cache that all web processes share. Where the cache is away each process counts for
itself, for a while without asking the cache again: a limit that is loose is better than an API
that is down with the broker, or that waits for it in every call.
"""

import datetime
import logging
import threading

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
WINDOW = 60
# How long the cache is left alone after it failed.
PAUSE = datetime.timedelta(seconds=15)


class Own:
    """What this process counted itself, while the cache was away."""

    def __init__(self):
        self.lock = threading.Lock()
        self.until: datetime.datetime | None = None
        self.window = -1
        self.counts: dict[int, int] = {}
        # Of which keys the shared counter of this minute is known to be there.
        self.begun: dict[int, int] = {}

    def count(self, key_id: int, window: int) -> int:
        with self.lock:
            if window != self.window:
                self.window, self.counts = window, {}
            self.counts[key_id] = self.counts.get(key_id, 0) + 1
            return self.counts[key_id]


own = Own()


def over(key_id: int, *, at: datetime.datetime) -> int:
    """Count one call. 0 while the key is within its limit, otherwise the seconds to wait."""
    second = int(at.timestamp())
    if _count(key_id, second // WINDOW, at) <= settings.API_CALLS_PER_MINUTE:
        return 0
    return WINDOW - second % WINDOW


def _count(key_id: int, window: int, at: datetime.datetime) -> int:
    if own.until is not None and at < own.until:
        return own.count(key_id, window)
    name = f"api:{key_id}:{window}"
    try:
        # Each is one command of the cache server: many calls at once count right.
        if own.begun.get(key_id) != window:
            cache.add(name, 0, timeout=2 * WINDOW)
            own.begun[key_id] = window
        return cache.incr(name)
    except ValueError:  # It ran out between the two.
        return 1
    except (RedisError, OSError) as error:
        log.warning("The cache is away, calls are counted in this process: %s", error)
        own.until = at + PAUSE
        return own.count(key_id, window)

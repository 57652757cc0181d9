"""How often may somebody guess?

Tries are counted per address typed (whether anybody has it or not, so that the count tells
nothing) and per network address, in fixed quarters of an hour. A locked address is free again
after fifteen minutes at the latest, however long the guessing goes on; setting a new password and
signing in with a passkey work meanwhile.
"""

import datetime
import hashlib

from django.core.cache import cache

WINDOW = 15 * 60
TRIES_PER_ADDRESS = 5
TRIES_PER_NETWORK_ADDRESS = 50


def _key(kind: str, who: str, at: datetime.datetime) -> str:
    digest = hashlib.sha256(who.encode()).hexdigest()
    return f"tries:{kind}:{digest}:{int(at.timestamp()) // WINDOW}"


def _count(key: str) -> int:
    # add and incr are each one command of the cache server: a thousand tries at once count right.
    cache.add(key, 0, timeout=WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # It ran out between the two commands.
        cache.set(key, 1, timeout=WINDOW)
        return 1


def take(email: str, network_address: str, *, at: datetime.datetime) -> int | None:
    """Count one try, before the password is looked at.

    Returns how many more there are for this address, or None: locked.
    """
    if _count(_key("network", network_address, at)) > TRIES_PER_NETWORK_ADDRESS:
        return None  # and it doesn't lock anybody else out either
    tries = _count(_key("address", email, at))
    return TRIES_PER_ADDRESS - tries if tries <= TRIES_PER_ADDRESS else None


def give_back(email: str, network_address: str, *, at: datetime.datetime) -> None:
    """The try was right: it is not counted, and the address starts afresh."""
    cache.delete(_key("address", email, at))
    # Only this one try: who signs in with an own address must not win fresh guesses at others.
    cache.decr(_key("network", network_address, at))


def unlock(email: str, *, at: datetime.datetime) -> None:
    """The owner set a new password."""
    cache.delete(_key("address", email, at))


def minutes_left(*, at: datetime.datetime) -> int:
    """Whole minutes, at least one, until the present quarter of an hour is over."""
    return max(1, -(-(WINDOW - int(at.timestamp()) % WINDOW) // 60))

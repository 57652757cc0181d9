"""Is the broker there, what waits in it, and when was anything last asked for?"""

import datetime
import json
import logging

import redis
from django.conf import settings

QUEUE = "celery"
NEWEST = 50  # messages looked at for the last one of a kind
log = logging.getLogger(__name__)


def line() -> redis.Redis:
    """A connection that gives up soon; close it."""
    return redis.Redis.from_url(settings.REDIS.cache, socket_connect_timeout=2, socket_timeout=2)


def answers() -> bool:
    connection = line()
    try:
        return bool(connection.ping())
    except redis.RedisError:
        return False
    finally:
        connection.close()


def waiting() -> int:
    """How many messages no worker has taken yet. Raises redis.RedisError."""
    connection = line()
    try:
        return connection.llen(QUEUE)
    finally:
        connection.close()


def last_asked(task: str) -> datetime.datetime | None:
    """When the newest waiting message asks for `task`; None where none does, or no broker is."""
    connection = line()
    try:
        messages = connection.lrange(QUEUE, 0, NEWEST - 1)
    except redis.RedisError:
        return None
    finally:
        connection.close()
    moments = [moment(message) for message in messages if name(message) == task]
    return max(filter(None, moments), default=None)


def headers(message: bytes) -> dict:
    try:
        return json.loads(message)["headers"]
    except (ValueError, KeyError, TypeError):
        log.warning("A message in the broker can't be read.")
        return {}


def name(message: bytes) -> str:
    return headers(message).get("task", "")


def moment(message: bytes) -> datetime.datetime | None:
    """When a message was sent, as tms.schedule wrote it into its headers."""
    try:
        return datetime.datetime.fromisoformat(headers(message).get("asked_at") or "")
    except ValueError:
        return None

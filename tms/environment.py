"""How do the environment's words become settings? Addresses of servers, and yes or no."""

import dataclasses
import os

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def flag(name: str, *, default: bool) -> bool:
    """The yes or no in the variable `name`; anything else is refused."""
    word = os.environ.get(name, "1" if default else "").lower()
    if word not in YES | NO:
        raise ImproperlyConfigured(f"{name} is 1 or 0, not {word!r}.")
    return word in YES


def database_from(url: str) -> dict:
    """Django's DATABASES entry for a `postgresql://` address."""
    parts = conninfo_to_dict(url)
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"dbname", "user", "password", "host", "port"}
    }
    options.setdefault("connect_timeout", 5)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "lanyard"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


@dataclasses.dataclass(frozen=True)
class Redis:
    """One server, as the cache and as Celery spell its address."""

    cache: str
    broker: str


def redis_from(url: str) -> Redis:
    """Both spellings of a `redis://`, `rediss://` or `unix://` address."""
    if url.startswith("unix://"):
        return Redis(cache=url, broker="redis+socket://" + url.removeprefix("unix://"))
    return Redis(cache=url, broker=url)

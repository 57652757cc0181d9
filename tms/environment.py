"""How do the environment's words become settings? Addresses of servers, yes or no, and refusals."""

import dataclasses
import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def flag(name: str, *, default: bool) -> bool:
    """The yes or no in the variable `name`; anything else is refused."""
    word = os.environ.get(name, "1" if default else "").lower()
    if word not in YES | NO:
        raise ImproperlyConfigured(f"{name} is 1 or 0, not {word!r}.")
    return word in YES


def number(name: str, *, default: int) -> int:
    """The whole number in the variable `name`; anything else is refused."""
    word = os.environ.get(name) or str(default)
    if not word.isdecimal():
        raise ImproperlyConfigured(f"{name} is a whole number, not {word!r}.")
    return int(word)


def database_from(url: str, *, limits: dict | None = None) -> dict:
    """Django's DATABASES entry for a `postgresql://` address.

    `limits` are parameters of the connection, like `statement_timeout` in milliseconds; those that
    the address itself names in its `options` win.
    """
    parts = conninfo_to_dict(url)
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"dbname", "user", "password", "host", "port"}
    }
    options.setdefault("connect_timeout", 5)
    # A statement of tms.compiled is planned anew so often, then its plan is kept.
    options.setdefault("prepare_threshold", 5)
    if limits:
        ours = " ".join(f"-c {name}={value}" for name, value in limits.items())
        options["options"] = f"{ours} {options.get('options', '')}".strip()
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


MAIL_SCHEMES = {"smtp": {}, "smtp+tls": {"use_tls": True}, "smtps": {"use_ssl": True}}
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mailer_from(url: str) -> dict:
    """Django's MAILERS entry for a mail server; without one, mails are kept as rows.

    `smtp://` speaks plainly, `smtp+tls://` begins plainly and turns to TLS (port 587), `smtps://`
    is TLS from the start (port 465). Name and password stand in the address, percent-encoded.
    """
    if not url:
        return {"BACKEND": "tms.mail.KeepBackend"}
    parts = urlsplit(url)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise ImproperlyConfigured(
            "MAIL_URL is smtp+tls://name:password@host:587, smtps://... or smtp://..., or empty."
        )
    return {
        "BACKEND": "tms.smtp.SmtpBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or MAIL_PORTS[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "timeout": 20,
            **MAIL_SCHEMES[parts.scheme],
        },
    }


def unsafe(
    *, secret_key: str, hosts: list[str], debug: bool, site_url: str, metrics_token: str = ""
) -> list[str]:
    """What forbids to start in production: one sentence each, saying what to set."""
    found = []
    if len(secret_key) < 50 or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure"):
        found.append("Set SECRET_KEY to at least 50 random characters, kept secret.")
    if not hosts or "*" in hosts:
        found.append("Set ALLOWED_HOSTS to the host names of the site, without *.")
    if debug:
        found.append("Unset DEBUG: it shows the inside of the program to visitors.")
    if urlsplit(site_url).scheme != "https" or not urlsplit(site_url).hostname:
        found.append("Set SITE_URL to the address of the site, beginning with https://.")
    if metrics_token and len(metrics_token) < 16:
        found.append("Set METRICS_TOKEN to at least 16 random characters, or not at all.")
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    return found + [f"Set {name} to the address of the server." for name in missing]


def single_sign_on_from(environ) -> tuple[dict, list[str]]:
    """Allauth's SOCIALACCOUNT_PROVIDERS for the OIDC_... variables, and the server's origin.

    The browser is sent on to that origin by a form, so the content security policy has to name it.
    Nothing, where no OIDC_SERVER_URL is set.
    """
    server = environ.get("OIDC_SERVER_URL", "")
    if not server:
        return {}, []
    missing = [name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if not environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"OIDC_SERVER_URL is set; set {' and '.join(missing)} as well.")
    application = {
        "provider_id": "sso",
        "name": environ.get("OIDC_NAME") or "Single sign-on",
        "client_id": environ["OIDC_CLIENT_ID"],
        "secret": environ["OIDC_CLIENT_SECRET"],
        "settings": {"server_url": server},
    }
    parts = urlsplit(server)
    providers = {
        "openid_connect": {
            "provider_class": "tms.people.single_sign_on.Provider",
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [application],
        }
    }
    return providers, [f"{parts.scheme}://{parts.netloc}"]

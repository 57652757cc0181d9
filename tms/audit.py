"""Who is changing things right now, by which road and from where? The audit trail asks.

Triggers (tms/recording.py) write a row for every change of a business record. What they know of
its author is told here, and travels beside the changing statement itself: reading costs nothing,
and no statement is added.

    with audit.context(source="api", user=key.owner, key=key.pk):
        ...

Requests have it from the middleware; jobs, the night and commands that write set it themselves.
"""

import contextlib
import ipaddress

import pghistory
import pghistory.runtime
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import empty

from . import trace

__all__ = ["Middleware", "context"]

# What these say changes no row: the author need not travel with them.
pghistory.runtime.IGNORED_SQL_PREFIXES += ("savepoint", "release", "rollback", "set ")


@contextlib.contextmanager
def context(*, source: str, **more):
    """Say who changes things within: `source` is one of AuditSource.

    `more` may have `user` (or their id; None: nobody), `key` (the id of an API key), `address` (of
    the client), `request` (its id; by itself that of tms.trace) and `path`. Within another context
    (the API's within its request's) what is named here counts until it is left, and the rest
    stays. Enter it outside a transaction: what a transaction is told last counts to its end.
    """
    said = {"source": source, "request": Later(trace.current), **more}
    if "user" in said:
        said["user"] = getattr(said["user"], "pk", said["user"])
    with pghistory.context() as now:
        before = dict(now.metadata)
        now.metadata.update(said)
        try:
            yield
        finally:
            now.metadata.clear()
            now.metadata.update(before)


class Middleware:
    """Every change that a request makes is that of its user, from its client's address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with context(
            source="page",
            user=Later(lambda: user_of(request)),
            address=address_of(request),
            path=Later(lambda: path_of(request)),
        ):
            return self.get_response(request)


class Later:
    """What is known only once something is written: asked then, and not before."""

    def __init__(self, ask):
        self.ask = ask


class Encoder(DjangoJSONEncoder):
    def default(self, o):
        return o.ask() if isinstance(o, Later) else super().default(o)


def user_of(request) -> int | None:
    """Who is signed in, if anybody asked already: this must not cost a query of its own."""
    user = getattr(request, "user", None)
    return None if getattr(user, "_wrapped", user) is empty else getattr(user, "pk", None)


def path_of(request) -> str:
    """The path; without its particulars where they aren't numbers: links carry secrets."""
    match = request.resolver_match
    if match and all(isinstance(value, int) for value in match.kwargs.values()):
        return request.path[:300]
    return f"/{match.route}"[:300] if match else ""


def address_of(request) -> str:
    """The client's address, as our own proxies (settings.PROXIES) tell it."""
    found = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        found = hops[-min(settings.PROXIES, len(hops))].strip()
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""

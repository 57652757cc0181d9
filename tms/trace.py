"""Which request is this? Its id is in every log line and in the answer, and goes along to workers.

What a worker does for a request carries the request's id: in the message that asks for it, and in
the row of a job, which outlives the broker.
"""

import contextlib
import contextvars
import re
import uuid

from django.conf import settings

HEADER = "X-Request-ID"
SOUND = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request = contextvars.ContextVar("request", default="")


def current() -> str:
    """The id of the request that is being worked on; "" for work of our own accord."""
    return _request.get()


def made() -> str:
    return uuid.uuid4().hex


def of(request) -> str:
    """What our own proxy calls the request, or a new id: from anybody else the header is noise."""
    given = request.headers.get(HEADER, "") if settings.PROXIES else ""
    return given if SOUND.fullmatch(given) else made()


@contextlib.contextmanager
def following(request_id: str):
    """What happens within belongs to this request; "" changes nothing."""
    token = _request.set(request_id or current())
    try:
        yield
    finally:
        _request.reset(token)

"""What did each request do, and how long did it take? Its id, its log line, its place in figures.

The middleware around all others but health's, so that every answer is counted, a broken one too.
"""

import logging
import time

from django.conf import settings
from django.core.exceptions import DisallowedHost

from tms import audit, trace

from . import metrics

log = logging.getLogger("lanyard.request")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Requests:
    """Name the request (`request.id`), time it, count it, and say one line about it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = trace.of(request)
        begun = time.perf_counter()
        with trace.following(request.id):
            response = self.get_response(request)
            tell(request, response, time.perf_counter() - begun)
        response.headers[trace.HEADER] = request.id
        return response


def tell(request, response, seconds: float) -> None:
    view = view_of(request)
    method = request.method if request.method in METHODS else "OTHER"
    status = response.status_code
    if settings.METRICS_TOKEN:
        metrics.count(view, method, status, seconds)
    slow = seconds * 1000 >= settings.SLOW_REQUEST_MS
    if view == "static" and not slow:
        return
    milliseconds = round(seconds * 1000)
    told = {"method": method, "view": view, "status": status, "ms": milliseconds}
    if (user := audit.user_of(request)) is not None:
        told["user"] = user
    match = request.resolver_match
    told |= (
        {name: value for name, value in match.kwargs.items() if isinstance(value, int)}
        if match
        else {}
    )
    if refused := refused_by(request, response):
        told["refused"] = refused
    log.log(
        logging.WARNING if slow else logging.INFO,
        "%s%s %s %s in %s ms",
        "Slow: " if slow else "",
        method,
        view,
        status,
        milliseconds,
        extra={"told": told},
    )


def refused_by(request, response) -> list[str]:
    """What was wrong with what came: fields of a form, the kind of an API's problem, the host.

    Names of ours only, nothing of what was sent.
    """
    if response.status_code == 400 and request.resolver_match is None:
        try:
            request.get_host()
        except DisallowedHost:
            return ["host"]
    return getattr(response, "refused", [])


def view_of(request) -> str:
    """The view's name, never the path: it has secrets in it, and no end of spellings."""
    match = request.resolver_match
    if match:
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"

"""How is a letter shown that somebody composed? At an address of its own that may do nothing."""

import secrets

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from tms.ui.access import staff

# No script, no form, no request but for pictures; and for a page of ours to hold it only.
NOTHING = {
    "default-src": ["'none'"],
    "img-src": ["'self'", "data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": True,
}
MINUTES = 15


def kept(html: str, user) -> str:
    """The address at which `user` sees this letter for a quarter of an hour."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(user, token), html, MINUTES * 60)
    return reverse("comms:letter_preview", args=[token])


@staff("comms.view_communications")
@require_GET
@xframe_options_sameorigin
@csp_override(NOTHING)
def letter_preview(request, token):
    """A letter as HTML, inside a frame of the page that shows it."""
    html = cache.get(_key(request.user, token))
    if html is None:
        raise Http404
    return shown(html)


def shown(html: str) -> HttpResponse:
    """A letter as the body of an answer; the view says NOTHING by `csp_override`."""
    response = HttpResponse(html)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _key(user, token: str) -> str:
    return f"letter:{user.pk}:{token}"

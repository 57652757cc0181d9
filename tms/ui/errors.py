"""What is said when a request can't be answered? Pages for what broke, is away, or is too old."""

import sys

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader

from tms.away import is_away

SOON = 5  # seconds: a database that restarts is back in that time


def too_old(request, reason=""):
    """The CSRF check failed: mostly a page that was open since before the last sign-in."""
    return render(request, "403_csrf.html", status=403)


def broke(request):
    """Something raised. Nothing is asked of the database here: it may be what is broken.

    The page shows the request's id, which is in the log beside the traceback.
    """
    away = is_away(sys.exc_info()[1])
    name = "503.html" if away else "500.html"
    page = loader.get_template(name).render({"id": getattr(request, "id", "")})
    response = HttpResponse(page, status=503 if away else 500)
    if away:
        response.headers["Retry-After"] = str(SOON)
    return response

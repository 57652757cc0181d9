"""What is said when a request can't be answered? Pages for 400, 403, 404, 500 and a stale form."""

from django.shortcuts import render


def too_old(request, reason=""):
    """The CSRF check failed: mostly a page that was open since before the last sign-in."""
    return render(request, "403_csrf.html", status=403)

"""Who may open this page? The one check of the back office's and the learners' pages.

What one may not do is refused here, however the address was found: page, fragment or download.
Anonymous people are sent to sign in and come back; htmx is told so by a header, as a fragment
can't show a sign-in page.
"""

import functools
import urllib.parse

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _


def allowed(user, permission=None) -> bool:
    """May this user, as staff, do what `permission` (a name, a tuple: all of them, None) says?"""
    if not (user.is_active and getattr(user, "is_staff", False)):
        return False
    if permission is None:
        return True
    return user.has_perms((permission,) if isinstance(permission, str) else permission)


def to_sign_in(request) -> HttpResponse:
    """Send an anonymous visitor to sign in, and back to the page they are on."""
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    back = request.htmx.current_url_abs_path or "/"
    response = HttpResponse(status=401)
    response["HX-Redirect"] = (
        f"{resolve_url(settings.LOGIN_URL)}?{urllib.parse.urlencode({'next': back})}"
    )
    return response


def refusal(request, permission=None, *, audience="staff") -> HttpResponse | None:
    """The answer to somebody who may not open this page, or None for who may.

    `audience`: "staff", "learner" (anybody signed in) or "anyone". Raises PermissionDenied.
    """
    if audience == "anyone":
        return None
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if audience == "learner":
        return None
    if not request.user.is_staff:
        raise PermissionDenied(
            _("This page belongs to the back office, and you sign in as a learner.")
        )
    if not allowed(request.user, permission):
        raise PermissionDenied(
            _("Your role doesn't include this. Who manages users and roles can add it.")
        )
    return None


def staff(permission=None):
    """For a view of the back office: @staff, @staff("crm.view_contact") or @staff(("a", "b"))."""
    if callable(permission):
        return staff(None)(permission)

    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            return refusal(request, permission) or view(request, *args, **kwargs)

        guarded.audience, guarded.permission = "staff", permission
        return guarded

    return decorate


def learner(view):
    """@learner: for a view of the learner site that needs a sign-in."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        return refusal(request, audience="learner") or view(request, *args, **kwargs)

    guarded.audience, guarded.permission = "learner", None
    return guarded


class Guarded:
    """For class-based views: who may not open it is answered before anything of the view runs.

    `audience` is "staff" (with `permission_required`: a name, or a tuple of which all are needed),
    "learner" (anybody signed in) or "anyone". `varies_on`: the headers that make answers differ.
    """

    audience = "staff"
    permission_required: str | tuple[str, ...] | None = None
    varies_on = ("HX-Request",)

    @classmethod
    def as_view(cls, **initkwargs):
        view = super().as_view(**initkwargs)

        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            no = refusal(request, cls.permission_required, audience=cls.audience)
            response = no or view(request, *args, **kwargs)
            patch_vary_headers(response, cls.varies_on)
            return response

        return guarded

"""What does a browser keep for us besides the sign-in? How pages look to it, passing messages.

In production their names begin with `__Host-`: no other host of the domain can set them.
"""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage

YEAR = 60 * 60 * 24 * 365


def called(name: str) -> str:
    return settings.COOKIE_PREFIX + name


def kept(request, name: str) -> str:
    """What the browser was told to keep; empty where it keeps nothing."""
    return request.COOKIES.get(called(name), "")


def keep(response, name: str, value: str) -> None:
    """For a year, out of the reach of scripts."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(called(name), value, YEAR, secure=secure, httponly=True, samesite="Lax")


def drop(response, name: str) -> None:
    response.delete_cookie(called(name), samesite="Lax")


class PassingInCookie(CookieStorage):
    cookie_name = called("messages")


class Passing(FallbackStorage):
    """Messages for the next page: in a cookie, and what is too long for it in the session."""

    storage_classes = (PassingInCookie, *FallbackStorage.storage_classes[1:])

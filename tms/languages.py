"""Which language does somebody read? What they chose, else what their browser asks for, else ours.

A sign-in and a contact each have a `language` of their own, which may be empty; a visitor's choice
is kept in a cookie. What is written to people (letters, messages, documents) knows no browser:
there it is the recipient's choice, else the installation's.
"""

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from .models import Organisation

# Programs are answered in one language, whoever sits at their keyboard; people read about the API.
PROGRAMS, PEOPLE = "/api/", "/api/v1/docs"


def spoken(code: str) -> str:
    """The language of ours that comes closest: `de` for `de-AT`; empty where none does."""
    try:
        return translation.get_supported_language_variant(code) if code else ""
    except LookupError:
        return ""


def of_recipient(*chosen: str, organisation: Organisation | None = None) -> str:
    """The first of these choices that we speak, else the installation's language.

    `organisation` is the row of settings where it is at hand; else it is asked for, if need be.
    """
    if found := next(filter(None, map(spoken, chosen)), ""):
        return found
    row = organisation or Organisation.objects.filter(pk=1).only("language").first()
    return spoken(row.language if row else "") or settings.LANGUAGE_CODE


def of_request(request) -> str:
    """The language of whoever reads this page."""
    if request.path.startswith(PROGRAMS) and not request.path.startswith(PEOPLE):
        return settings.LANGUAGE_CODE
    wanted = [
        getattr(request.user, "language", ""),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
        *_asked_for(request.headers.get("Accept-Language", "")),
    ]
    return of_recipient(*wanted, organisation=request.organisation)


def _asked_for(header: str) -> Iterator[str]:
    """What a browser asks for, best first; `*` is any, so that what follows it says nothing."""
    for code, _weight in parse_accept_lang_header(header):
        if code == "*":
            return
        yield code


class Middleware:
    """The page in its reader's language; after who signed in and the installation are known.

    Django's own comes before it, for what is answered before that, and tells caches the language.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        translation.activate(of_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)

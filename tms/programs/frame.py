"""What does every answer under /api/ have in common? A problem document for whatever went wrong."""

from django.conf import settings
from django.utils.translation import gettext as _

from . import problems

PROGRAMS = "/api/"
# For people: the page on which the API is read and tried.
PEOPLE = "/api/v1/docs"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


def is_for_programs(path: str) -> bool:
    return path.startswith(PROGRAMS) and not path.startswith(PEOPLE)


def sentence_of(status: int, request) -> str:
    if status == 404:
        return _("There is nothing at this address. /api/v1/openapi.json lists all of them.")
    if status == 405:
        return _("This address doesn’t take %(method)s. The header Allow says what it takes.") % {
            "method": request.method
        }
    if status == 400:
        return _("The request can’t be read. Mend its address, its headers or its body.")
    if status == 503:
        return _("Something that this needs is away. Come again in a few seconds.")
    return _("Nothing was done. Tell whoever runs this installation the id of this request.")


class Frame:
    """Turn refusals that were made further in, for people, into problem documents."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not is_for_programs(request.path):
            return response
        status = response.status_code
        if status >= 400 and response.get("Content-Type") != problems.MEDIA_TYPE:
            kind = problems.OF_STATUS.get(status, "malformed" if status < 500 else "bug")
            headers = {name.replace("-", "_"): response[name] for name in KEPT if name in response}
            response = problems.answer(kind, sentence_of(status, request), **headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Plain:
    """Refuse programs that come by plain http, instead of leading them to https.

    Whoever follows a redirect has sent the key in the clear, each time, and nobody notices.
    Stands before the redirect; people on the page of the API are redirected as everywhere.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        by_plain_http = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if by_plain_http and is_for_programs(request.path):
            return problems.answer(
                "plain-http",
                _(
                    "This came by plain http, where anybody on the way could read it. "
                    "Use https, and revoke the key that was sent."
                ),
            )
        return self.get_response(request)

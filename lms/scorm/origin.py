"""Where do packages run, apart from the site? On a host of their own, or in a sandbox.

A launch's files stand under /scorm/<token>/. The token is signed and names a launch; it is good
only while that launch is the last one, its player shows signs of life, the session that made it
lasts, and the same browser asks. docs/decisions/ has the reasons.
"""

import dataclasses
import functools
import hashlib
import json
import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpResponseNotFound

from lms.models import ScormLaunch, ScormPackage
from tms.compiled import Question

from . import running, standing

START = "/scorm/"
OURS = "~"
SANDBOX = "sandbox allow-scripts allow-forms allow-popups allow-modals"
# By the end of the name, and nothing else is given out.
KINDS = {
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "css": "text/css",
    "js": "text/javascript", "mjs": "text/javascript", "json": "application/json",
    "xml": "text/xml", "xsd": "text/xml", "dtd": "application/xml-dtd", "txt": "text/plain",
    "vtt": "text/vtt", "srt": "text/plain", "csv": "text/plain",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml", "ico": "image/x-icon",
    "bmp": "image/bmp", "cur": "image/x-icon",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "wav": "audio/wav",
    "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg", "weba": "audio/webm",
    "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg",
    "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf",
    "eot": "application/vnd.ms-fontobject", "wasm": "application/wasm", "pdf": "application/pdf",
}  # fmt: skip
PAGES = {"text/html", "application/xhtml+xml"}
SESSION = Question(
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).values_list("pk")
)


@dataclasses.dataclass(frozen=True)
class Opened:
    """What runs under a token: a part of a package; `values` asks for what it finds as its data."""

    package: ScormPackage
    item: str
    token: str
    sequence: int
    values: Callable[[], dict]

    @property
    def part(self) -> dict:
        return next(each for each in self.package.parts if each["id"] == self.item)


class Apart:
    """Where packages have a host of their own: nothing else is there, and they are nowhere else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.CONTENT_HOST:
            there = request.META.get("HTTP_HOST", "").lower() == settings.CONTENT_HOST
            if there != request.path.startswith(START):
                return HttpResponseNotFound("Not found.\n", content_type="text/plain")
        return self.get_response(request)


def token_of(launched: ScormLaunch) -> str:
    return _signer().sign(str(launched.pk))


def agent_of(request) -> str:
    return hashlib.sha256(request.headers.get("User-Agent", "").encode()).hexdigest()


def launched(request, token: str) -> ScormLaunch | None:
    """The launch whose file may be given to this request, or None. Two statements."""
    try:
        pk = _signer().unsign(token)
    except signing.BadSignature:
        return None
    found = (
        ScormLaunch.objects.select_related(
            "attempt__package", "attempt__contact", "attempt__unit__section"
        )
        .filter(
            pk=pk,
            attempt__contact__may_sign_in=True,
            attempt__contact__archived_at=None,
            attempt__contact__user__is_active=True,
        )
        .first()
    )
    if found is None or not running.is_live(found, request.now):
        return None
    return found if is_player(request, found.session_key, found.agent) else None


def is_player(request, session_key: str, agent: str) -> bool:
    """Does the browser ask that opened it, while that session lasts? One statement at most."""
    # A sandbox sends no cookie; what sends one, sends the right one. A link that was typed, pasted
    # or followed from elsewhere is none of a player's.
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if cookie and cookie != session_key:
        return False
    if request.headers.get("Sec-Fetch-Site") == "none" or agent != agent_of(request):
        return False
    return bool(SESSION(key=session_key, at=request.now))


def opened(found: ScormLaunch) -> Opened:
    """What runs in the launch."""
    return Opened(
        found.attempt.package,
        found.item,
        token_of(found),
        found.sequence,
        lambda: running.told(found),
    )


def base(request, token: str) -> str:
    """The address that a launch's files stand under."""
    return f"{settings.CONTENT_URL or site(request)}{START}{token}/"


def apart() -> bool:
    """Do packages have a host of their own?"""
    return bool(settings.CONTENT_URL)


def site(request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def policy(request, token: str) -> str:
    """What a package's page may do: load its own files and nothing else; without a host of its
    own, with an origin that is nobody's."""
    own = base(request, token)
    rules = [
        f"default-src {own} data: blob: 'unsafe-inline' 'unsafe-eval'",
        f"base-uri {own}",
        f"form-action {own}",
        "object-src 'none'",
    ]
    if settings.CONTENT_URL:
        # A sandbox's frames have no origin that could be named here.
        return "; ".join([*rules, f"frame-ancestors {settings.SITE_URL} {settings.CONTENT_URL}"])
    return "; ".join([SANDBOX, *rules])


def kind_of(path: str) -> str:
    return KINDS.get(path.rpartition(".")[2].lower(), "")


@functools.cache
def runtime() -> bytes:
    """The script that is the API."""
    return (settings.BASE_DIR / "static" / "js" / "scorm.js").read_bytes()


def data(request, found: Opened) -> str:
    """The script that tells the runtime where it is and what it knows."""
    standard = found.package.standard
    told = {
        "standard": standard,
        "site": settings.SITE_URL if settings.CONTENT_URL else site(request),
        "table": standing.readable(standard),
        "key": found.token,
        "values": found.values(),
        "sequence": found.sequence,
    }
    return f"LanyardScorm({json.dumps(told)})"


def wrapper(token: str, launch: str) -> str:
    """The page that has the API and the part in a frame: on a host of its own, frames can ask."""
    start = f"{START}{token}/"
    return (
        f'<!doctype html><meta charset="utf-8"><title>SCORM</title>'
        "<style>html,body,iframe{margin:0;border:0;width:100%;height:100%;display:block}</style>"
        f'<script src="{start}{OURS}/runtime.js"></script>'
        f'<script src="{start}{OURS}/data.js"></script>'
        f'<iframe title="SCORM" src="{start}{launch}" allow="fullscreen; autoplay"></iframe>'
    )


def with_api(page: bytes, token: str) -> bytes:
    """A page with the API as its first scripts: in a sandbox, a frame can't ask the one over it."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if page.startswith(mark):
            inner = page[2:].decode(encoding, errors="replace").encode()
            return mark + with_api(inner, token).decode().encode(encoding)
    start = f"{START}{token}/{OURS}"
    ours = f'<script src="{start}/runtime.js"></script><script src="{start}/data.js"></script>'
    for before in (rb"<head(\s[^>]*)?>", rb"<html(\s[^>]*)?>", rb"<!doctype[^>]*>"):
        if found := re.search(before, page[:65_536], re.IGNORECASE):
            return page[: found.end()] + ours.encode() + page[found.end() :]
    return ours.encode() + page


def _signer() -> signing.Signer:
    return signing.Signer(salt="lms.scorm.launch", sep="~")

"""What is in an uploaded file, and how does the browser get it? By content, never by name."""

import re

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from tms.refusals import Refusal

BIGGEST = 500 * 2**20
# The first bytes of what browsers can show.
PDF = {b"%PDF-": "application/pdf"}
VIDEO = {b"\x1a\x45\xdf\xa3": "video/webm", b"OggS": "video/ogg"}


def kind_of(file) -> str:
    """The media type of an open file, from its first bytes; "" for anything not shown here."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if head[4:8] == b"ftyp":
        return "video/mp4"
    known = PDF | VIDEO
    return next((kind for start, kind in known.items() if head.startswith(start)), "")


def refuse_unless(file, *, video: bool) -> None:
    """Refuse a file that isn't a video (or, otherwise, a PDF), or that is too big."""
    if file.size > BIGGEST:
        raise Refusal(_("The file is larger than 500 MB. Make it smaller."), field="file")
    kind = kind_of(file)
    if video and not kind.startswith("video/"):
        raise Refusal(_("This isn't a video. Use a WebM, MP4 or Ogg file."), field="file")
    if not video and kind != "application/pdf":
        raise Refusal(_("This isn't a PDF. Save the document as PDF first."), field="file")


def served(request, file) -> HttpResponse:
    """The file for the browser to show, as what its first bytes say it is."""
    return ranged(request, file, kind_of(file))


def ranged(request, file, kind: str) -> HttpResponse:
    """The file as `kind`: whole, or the one range that is asked for. Without a kind: to keep."""
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if wanted and int(wanted[1]) < file.size:
        first = int(wanted[1])
        size = file.size
        last = min(int(wanted[2] or size - 1), size - 1, first + 4 * 2**20)
        with file:
            file.seek(first)
            response = HttpResponse(file.read(last - first + 1), status=206, content_type=kind)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    else:
        response = FileResponse(file, content_type=kind or "application/octet-stream")
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline" if kind else "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response

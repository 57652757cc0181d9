"""How does a document leave as PDF? A typst file of ours, and what it says as data.

Words come as data and never as markup, so that nothing anybody typed is taken for an instruction.
The document is tagged for screen readers (PDF/UA-1). Nothing is fetched from outside.
"""

import datetime
import functools
import json
import re

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language

from .models import Organisation

FOLDER = settings.BASE_DIR / "templates" / "print"
STANDARDS = ["ua-1"]
# What no font has, as it is no letter: control characters, halves of pairs, non-characters.
NO_LETTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@functools.cache
def fonts():
    """The fonts there are, looked for once: the system's, and those that typst brings."""
    import typst  # loaded by who makes a document: it takes 10 MB

    return typst.Fonts()


def pdf(name: str, data: dict, *, at: datetime.datetime, picture: bytes = b"") -> bytes:
    """The document `templates/print/<name>.typ` with `data`: text, numbers, lists and dicts.

    The same data at the same moment is the same file, to the byte. About 30 ms. `picture` (PNG)
    stands in the data as `picture`, a list of bytes. typst takes whole seconds only.
    """
    import typst

    at = at.replace(microsecond=0)
    compiler = typst.Compiler(FOLDER / f"{name}.typ", root=FOLDER, font_paths=fonts())
    language = (get_language() or "en").partition("-")[0]
    said = json.dumps(_letters({"lang": language, **data, "picture": list(picture)}))
    try:
        return compiler.compile(sys_inputs={"data": said}, pdf_standards=STANDARDS, timestamp=at)
    except RuntimeError as error:
        if "could not be displayed with font" not in str(error):
            raise
        # No font here has a letter of it. The standard forbids that; a document with a box for
        # one letter is better than none.
        return compiler.compile(sys_inputs={"data": said}, timestamp=at)


def logo(organisation: Organisation) -> bytes:
    """The organisation's logo, a PNG that we drew; b"" without one, or when its file is gone."""
    if not organisation.logo:
        return b""
    try:
        with organisation.logo.open("rb") as file:
            return file.read()
    except OSError:
        return b""


def answer(
    name: str, data: dict, *, at: datetime.datetime, file: str, picture: bytes = b""
) -> HttpResponse:
    """The same, to be saved as `file`; kept by nobody in between."""
    content = pdf(name, data, at=at, picture=picture)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    response["Cache-Control"] = "no-store"
    return response


def _letters(value):
    """The same with a space for everything that is no letter of any font."""
    if isinstance(value, str):
        return NO_LETTERS.sub(" ", value)
    if isinstance(value, dict):
        return {key: _letters(each) for key, each in value.items()}
    if isinstance(value, list | tuple) and value and not isinstance(value[0], int):
        return [_letters(each) for each in value]
    return value

"""How is text that people type kept, compared and sorted?"""

import re
import unicodedata

from django.db.models import Func, TextField
from django.utils.translation import gettext as _

from .refusals import Refusal

# Characters that turn the direction of what follows: nobody's name needs them, and a name with
# them can make the sentence around it say something else.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class Fold(Func):
    """The database's `fold(text)`: lower case, no accents; immutable, so that it can be indexed."""

    function = "fold"
    output_field = TextField()


class FoldOnce(Fold):
    """The same for what is searched for: worked out once, and not again for each row."""

    template = "(SELECT %(function)s(%(expressions)s))"


def one_line(text: str, *, field: str | None = None) -> str:
    """A name as it is kept: composed (NFC), line breaks and runs of blanks as one blank.

    Markup and formulas stay as they were typed: they are text. Refused with other control
    characters in it.
    """
    if text and text.isascii() and text.isprintable():  # most are, and an import has many
        return " ".join(text.split())
    return " ".join(paragraphs(text, field=field).split())


def paragraphs(text: str, *, field: str | None = None) -> str:
    """Longer text as it is kept: like `one_line`, but with its line breaks."""
    text = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n")
    text = TURNING.sub("", text.replace("\x85", "\n"))
    if BROKEN.search(text):
        raise Refusal(
            _("There is a character in it that can't be shown. Type it anew."), field=field
        )
    return text.strip()

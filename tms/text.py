"""How is text that people type kept, compared and sorted?"""

import re
import unicodedata
from collections.abc import Iterable

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


MOST_WORDS = 8


def words_of(text: str) -> list[str]:
    """The words that are searched for, few enough to ask for each."""
    return text.replace("\x00", "").split()[:MOST_WORDS]


def contains_all(column: str, words: Iterable[str]) -> str:
    """SQL: each of the words, given by their names, is in the column, which is folded already."""
    return " AND ".join(f"{column} LIKE fold(%({name})s)" for name in words)


def patterns(words: list[str]) -> dict[str, str]:
    """The parameters for `contains_all`, by name."""
    return {f"word{number}": f"%{plain(word)}%" for number, word in enumerate(words)}


def plain(word: str) -> str:
    """The text for LIKE, its own signs taken as they are."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


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

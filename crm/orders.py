"""What does a buyer call what they ordered? A line of its own under what is billed.

They type it themselves, so that it may say who they are: it goes when they are erased.
"""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tms.personal import ERASED

ORDERED = gettext_noop("Your order %(number)s")


def line(number: str) -> str:
    """The line under what is billed, in the language of whoever is billed."""
    return _(ORDERED) % {"number": number}


def without_numbers(note: str) -> str:
    """The note with the fixed word for what a buyer typed, whatever language it was written in."""
    return "\n".join(_erased(each) for each in note.split("\n"))


def _erased(said: str) -> str:
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            before, _number, after = _(ORDERED).partition("%(number)s")
            if said.startswith(before) and said.endswith(after):
                return line(ERASED)
    return said

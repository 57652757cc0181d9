"""Which passwords would somebody try who knows where they are? Those are refused."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tms.models import Organisation

# The product's own names, and what people who look after it are called. docs/security.md names
# this list: the words of the organisation's name and of the site's host name are added to it.
WORDS = {"lanyard", "training", "trainings", "learning", "learner", "administrator", "password"}
SHORTEST = 4
# So much of a password may be such words, beside digits and signs.
REST = 6


def words() -> set[str]:
    """The words that a guess would begin with here."""
    name = Organisation.objects.filter(pk=1).values_list("name", flat=True).first() or ""
    parts = re.split(r"[^\w]+|_", f"{name} {settings.SITE_URL.partition('://')[2]}".lower())
    return WORDS | {part for part in parts if len(part) >= SHORTEST and not part.isdecimal()}


class OurWords:
    """Refuse a password that is little more than words of this place."""

    def validate(self, password, user=None):
        rest = password.lower()
        for word in sorted(words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        letters = [sign for sign in rest if sign.isalpha()]
        if len(rest) < len(password) and len(letters) < REST:
            raise ValidationError(
                _("This is little more than a name that everybody here knows."), code="our_words"
            )

    def get_help_text(self):
        return _("Not the name of the organisation or of the product.")

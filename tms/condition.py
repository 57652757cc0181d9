"""How is a part of the installation, and if it is not well, why, and what is to be done?"""

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

GOOD, NOTE, WARN, BAD = "good", "note", "warn", "bad"

WORDS = {GOOD: _("Well"), NOTE: _("Not yet"), WARN: _("Look"), BAD: _("Not well")}


@dataclasses.dataclass(frozen=True)
class Condition:
    """What one check of `settings.WATCHED` found; each is called with (at=).

    `name` is a word for programs, `label` one for people. `value` says in a few words how it is;
    `reason` and `remedy` are sentences: why it is not well, and what to do. `figures` are numbers
    for the metrics: name (with its unit at the end) → value.
    """

    name: str
    label: str
    tone: str
    value: str
    reason: str = ""
    remedy: str = ""
    figures: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def told(self) -> str:
        """The tone in a word, for those who don't see colours."""
        return gettext(WORDS[self.tone])

"""What does an action tell a program: what it took from others, before and after it is done?"""

import dataclasses
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from tms import operations
from tms.consequences import Consequence
from tms.refusals import Stale

from .fields import Asked, Reason, Told, Version


class Previewed(Asked):
    """What every action is asked besides its own."""

    preview: Annotated[
        bool, Field(description="Only tell what it would do: it is done, and rolled back.")
    ] = False
    digest: Annotated[
        str,
        Field(
            max_length=64,
            description="`digest` of a preview: do it only if it still does just that.",
        ),
    ] = ""


class Action(Previewed):
    """And of what keeps why it was done."""

    reason: Reason = ""


class Versioned(Previewed):
    """And of what is about one row as it was seen."""

    version: Version | None = None


class VersionedAction(Action):
    version: Version | None = None


class Follows(Told):
    """What an action does to others besides."""

    tone: Literal["closes", "stays", "sent", "billed", "pays", "gives"] = Field(
        description=(
            "closes: taken away. stays: kept, and why. sent: a message goes out. "
            "billed: an invoice or a credit note. pays: tokens are spent. "
            "gives: something new is given."
        )
    )
    sentence: str
    count: int
    lines: list[str] = Field(description="The first of them, by name.")


class Outcome(Told):
    """What came of an action."""

    preview: bool = Field(description="true: nothing was done.")
    consequences: list[Follows]
    digest: str = Field(description="A hash of the consequences, for the call that confirms them.")


class Deleted(Outcome):
    """What was deleted, and what went with it."""

    id: int


def outcome(asked: Previewed, consequences: list[Consequence]) -> dict:
    """The fields of an Outcome. Raises Stale where it isn't what the program was shown."""
    digest = operations.digest_of([dataclasses.astuple(each) for each in consequences])
    if asked.digest and asked.digest != digest:
        raise Stale(
            _("It would do something else now than the preview said. Ask for a preview again."),
            field="digest",
        )
    return {
        "preview": asked.preview,
        "consequences": [
            Follows(
                tone=each.tone,
                sentence=str(each.sentence),
                count=each.count,
                lines=[str(line) for line in each.lines],
            )
            for each in consequences
        ],
        "digest": digest,
    }

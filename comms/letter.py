"""What does a message look like once it is filled in and ready to leave?"""

import dataclasses

from .models import Reason, TemplateKind


@dataclasses.dataclass(frozen=True)
class Letter:
    """A message as it leaves: to one address, from one, as text and as HTML of its own.

    `files` are (name, content as bytes, content type). `unsubscribe` is the whole address by which
    the recipient can ask not to get such messages, or "" where that can't be asked (COM-20).
    """

    to: str
    to_name: str
    sender: str
    sender_name: str
    title: str
    text: str
    html: str
    kind: str = TemplateKind.SERVICE
    files: tuple[tuple[str, bytes, str], ...] = ()
    unsubscribe: str = ""


@dataclasses.dataclass(frozen=True)
class Incomplete:
    """Why a message can't be filled in, for whoever looks after templates."""

    why: str
    reason: str = Reason.INCOMPLETE

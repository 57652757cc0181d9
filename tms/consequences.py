"""What else does this take away? The one call upward, listed in `settings.CONSEQUENCES`.

A verb that takes something away ends with `follow(fact)`. Every listed function is called in the
same transaction, in order, with the fact; each is set-based and answers with the consequences it
carried out, so that a preview of the verb lists exactly what will happen. What they need to lock
before the verb does, by the order of locks, they say in `settings.LOCKS_AHEAD`.
"""

import dataclasses
import datetime
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclasses.dataclass(frozen=True)
class Fact:
    """Something was taken away: what, from whom, when, by whom.

    `kind` is the journal's kind ("pass.cancelled"); `subjects` the ids it happened to, all of one
    kind; `data` what else the followers need to know.
    """

    kind: str
    subjects: tuple[int, ...]
    at: datetime.datetime
    on: datetime.date
    by: Any = None
    operation: str = ""
    reason: str = ""
    data: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Consequence:
    """One group of what happened to others: a sentence, how many, and the first names.

    `tone` is "closes" (taken away), "stays" (kept, and `why`), "sent" (a message goes
    out), "billed" (an invoice, or a credit note), "pays" (tokens are spent) or "gives" (something
    new is given).
    """

    tone: str
    sentence: str
    count: int
    lines: tuple[str, ...] = ()


def ahead(kind: str, subjects: tuple[int, ...]) -> None:
    """Call it before a verb locks `subjects`: what will follow may need locks that come first."""
    for path in settings.LOCKS_AHEAD:
        import_string(path)(kind, subjects)


def follow(fact: Fact) -> list[Consequence]:
    """Carry the fact to every follower and return all consequences, in the order of settings."""
    found = []
    for path in settings.CONSEQUENCES:
        found.extend(import_string(path)(fact))
    return found


def messages() -> ModuleType:
    """Who says which messages it sets off, what is done: see `settings.MESSAGES`."""
    return import_module(settings.MESSAGES)

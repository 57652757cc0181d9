"""Which moments can a message be timed against? Each app lists its own in `occasions.py`.

A moment is one happening of one subject: a pass was renewed (a row of the journal), or a pass
expires (a day in a column). Nothing is scheduled ahead: who writes messages asks for the moments of
a span of days, and for those of chosen subjects, by SQL that is put together from these parts.
"""

import dataclasses
import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Field:
    """What a message about a subject can be filled in with: `pass.expires_on`.

    `many`: its value is a list of texts, and so is the example, a line each.
    """

    name: str
    label: Any
    example: str
    many: bool = False


@dataclasses.dataclass(frozen=True)
class Target:
    """What messages can be about. `adds` are the fields of a trigger that narrow it down.

    `fields` can be filled in, beside those that every message has. `facts(kind, ids)` answers
    {id: {...}} for subjects of one kind, nested as the names of the fields are, of plain values in
    the language that is active; in a constant number of statements. `page(kind, id)` is the address
    of the subject's page for staff, or "".
    """

    key: str
    label: Any
    fields: tuple[Field, ...]
    facts: Callable[[str, list[int]], dict[int, dict]]
    adds: tuple[str, ...] = ()
    page: Callable[[str, int], str] = lambda kind, pk: ""


@dataclasses.dataclass(frozen=True)
class Occasion:
    """A moment in the life of a target's subjects, as parts of a SELECT.

    `source` is what stands behind FROM, up to and with WHERE; the others are columns over it:
    `subject` (id, of the kind `kind`), `occurrence` (text, one for each happening), `day` (its day)
    and, where the journal recorded it, `at` (its moment); `contact` (the learner, or whoever it is
    about), `account`, `event`. `set_on` is the day on which a dated moment was set to where it is.
    `narrow` has a column for each field that narrows down. `roles` are who can be written to.

    `ahead`: the day is known before it comes. `ends`: it is a last day, so that "0 after" is the
    day that follows. `gone`: an SQL condition under which whoever it was about isn't any more.
    `first_hand`: an SQL condition; where it is false only the learner is told, as the others were.
    `quiet_without`: without a learner there is nothing to note. `reset` are kinds of the journal
    that set the day anew; `kinds` those whose rows are its moments.
    """

    key: str
    target: str
    label: Any
    kind: str
    subject: str
    occurrence: str
    day: str
    source: str
    account: str
    roles: tuple[str, ...]
    contact: str = "NULL::bigint"
    event: str = "NULL::bigint"
    at: str = ""
    set_on: str = ""
    narrow: dict[str, str] = dataclasses.field(default_factory=dict)
    ahead: bool = False
    ends: bool = False
    gone: str = ""
    first_hand: str = ""
    quiet_without: bool = False
    reset: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


# What the journal recorded, unless it came in by an import that was to tell nobody.
TOLD = "(j.source <> 'import' OR j.after ? 'tell')"


@functools.cache
def targets() -> dict[str, Target]:
    """All targets by key, in the order of the settings."""
    modules = [import_module(path) for path in settings.OCCASIONS]
    return {module.TARGET.key: module.TARGET for module in modules}


@functools.cache
def occasions() -> dict[str, Occasion]:
    """All occasions by key, target by target."""
    modules = [import_module(path) for path in settings.OCCASIONS]
    return {each.key: each for module in modules for each in module.OCCASIONS}

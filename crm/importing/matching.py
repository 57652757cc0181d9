"""Is it here already, and what would change? What contacts and accounts have in common.

Known by the number in our own exports, by the ID of the other system, then by what each noun has
besides (an address, a name). Who is known and was met earlier in the same file is only ever filled
in, so that a file that says one thing twice in two ways comes to rest.
"""

import dataclasses
from collections import Counter

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.refusals import Refusal

from ..models import ExternalId
from ..preferences import WISHES
from .rows import Row

EMPTY = ("", None)
# What an earlier part of the file put where nothing was, in a look; and that it silenced somebody.
FILLED, NONE_OF = "…", "wants no "


class Verdict(TextChoices):
    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")


class Known:
    """Somebody (or some account) who is here, or would be made by this file.

    `here` are the values as they are with what was read so far; of who would be made by an earlier
    part of the file it is only the names of those that have one. `made` is the new row.
    """

    __slots__ = (
        "account", "archived", "custom", "erased", "further", "here", "joined", "keys", "made",
        "met", "named", "pk", "set", "user_id", "version",
    )  # fmt: skip

    def __init__(self, pk=None, here=None, custom=None, made=None, **more):
        self.pk, self.here, self.custom, self.made = pk, here or {}, custom or {}, made
        self.set, self.keys, self.joined, self.further = {}, [], [], ()
        self.version, self.archived, self.erased, self.user_id = 0, False, False, None
        self.account, self.named, self.met = None, (), made is not None
        for name, value in more.items():
            setattr(self, name, value)

    def has(self, name) -> bool:
        return name in self.here and (
            isinstance(self.here, frozenset) or self.here[name] not in EMPTY
        )

    def wants_no(self, name) -> bool:
        """Do they want none of these (one of WISHES)?"""
        if isinstance(self.here, frozenset):
            return NONE_OF + name in self.here
        return self.here.get(name) is False

    @property
    def silent(self) -> frozenset:
        """What they want none of, as an earlier part of the file is remembered."""
        return frozenset(NONE_OF + name for name in WISHES if self.wants_no(name))

    def is_same(self, other) -> bool:
        """Is it the same, looked up twice?"""
        return other is self or (self.pk is not None and self.pk == getattr(other, "pk", None))


@dataclasses.dataclass(slots=True)
class Judged:
    """A row with its verdict; `place` is the column that it is refused for, if for one.

    `set` is what changes: {field: value}; `notes` says what else does.
    """

    row: Row
    verdict: Verdict
    reason: str = ""
    place: int | None = None
    set: dict = dataclasses.field(default_factory=dict)
    known: Known | None = None


class Memory:
    """What earlier rows of the file came to. In a look nothing is written, so it is all here."""

    def __init__(self, *, dry: bool):
        self.dry = dry
        self.met: set[int] = set()
        self.by_key: dict = {}
        self.by_word: dict = {}
        self.accounts_by_key: dict = {}
        self.accounts_by_name: dict = {}
        self.filled: dict[int, frozenset] = {}
        self.currencies: dict[int, dict] = {}
        self.kinds: dict[frozenset, frozenset] = {}

    def meet(self, known: Known) -> None:
        """Remember who was written down, or in a look would have been."""
        if known.pk:
            self.met.add(known.pk)
        if not self.dry:
            return
        if known.pk and known.set:
            names = frozenset(known.set) - {"custom"} | self.filled.get(known.pk, frozenset())
            names |= {f"custom {key}" for key in known.custom}
            self.filled[known.pk] = self.kinds.setdefault(names, names)
        if known.made is not None:
            names = frozenset(name for name in known.here if known.has(name))
            names |= {f"custom {key}" for key in known.custom}
            names |= known.silent
            known.here, known.custom, known.made = self.kinds.setdefault(names, names), None, None
        known.set, known.keys, known.joined, known.met = {}, [], [], True

    def fill(self, known: Known) -> Known:
        """Somebody here, as an earlier part of the file would have filled them in."""
        for name in self.filled.get(known.pk, ()):
            if name in WISHES:
                known.here[name] = False
            elif not known.has(name):
                known.here[name] = FILLED
        return known


class Batch:
    """Some rows, from looking up to the verdicts. Subclasses say how their noun is looked for."""

    noun = ""

    def __init__(self, rows: list[Row], plan, memory: Memory, *, region):
        self.rows, self.plan, self.memory, self.region = rows, plan, memory, region
        self.judged: list[Judged] = []
        self.changed: dict[int, Known] = {}
        self.new: list[Known] = []
        self.counts: Counter = Counter()

    def match(self) -> None:
        """A verdict for each row. A number of statements that doesn't depend on the rows'."""
        self.look_up([row for row in self.rows if not row.refused])
        for row in self.rows:
            if row.refused:
                judged = Judged(row, Verdict.REFUSED, row.refused, row.place)
            else:
                try:
                    judged = self.judge(row)
                except Refusal as no:
                    judged = Judged(row, Verdict.REFUSED, str(no), self.place_of(no.field))
            self.counts[judged.verdict.value] += 1
            self.judged.append(judged)

    def place_of(self, field) -> int | None:
        places = {name: place for place, name in self.plan.columns.items()}
        return places.get(field)

    def remember(self) -> None:
        """Once it is written down, or in a look would have been."""
        for known in [*self.new, *{id(each): each for each in self.found()}.values()]:
            if self.memory.dry and known.made is not None:
                for key in known.keys:
                    self.memory.by_key[key] = known
                for word in self.words_of(known):
                    self.memory.by_word[word] = known
            elif self.memory.dry and known.set:
                for word in self.words_of(known):
                    self.memory.by_word.setdefault(word, known)
            self.memory.meet(known)

    def found(self):
        """Everybody here whom a row was about."""
        return [
            judged.known
            for judged in self.judged
            if judged.known is not None and judged.verdict != Verdict.REFUSED and judged.known.pk
        ]

    # For subclasses

    def look_up(self, rows) -> None:
        raise NotImplementedError

    def by_word_of(self, row) -> Known | None:
        """Who is known by the row's address or name."""
        raise NotImplementedError

    def words_of(self, known) -> list:
        """By which addresses or names a later row would know them."""
        raise NotImplementedError

    def made_accounts(self) -> list:
        """The accounts that are made for these rows, before they are forgotten."""
        return []

    # What they share

    def by_keys(self, rows) -> dict[tuple[str, str], int]:
        """Numbers by (system, ID). One statement."""
        keys = {key for row in rows for key in row.keys}
        if not keys:
            return {}
        ids = ExternalId.objects.filter(
            **{f"{self.noun}__isnull": False},
            system__in={system for system, _id in keys},
            value__in={value for _system, value in keys},
        )
        found = ids.values_list("system", "value", f"{self.noun}_id")
        return {(system, value): pk for system, value, pk in found if (system, value) in keys}

    def known_of(self, row) -> Known | None:
        """Who the row is about. Raises Refusal where it is about two."""
        known = None
        if row.pk and (known := self.by_pk.get(row.pk)) is None:
            raise Refusal(
                _("Nothing here has the number %(number)s.") % {"number": row.pk}, field="number"
            )
        for key in row.keys:
            other = self.by_key.get(key) or self.memory.by_key.get(key)
            if known and other and not known.is_same(other):
                raise Refusal(
                    _("Its IDs belong to two here. Correct them, or merge the two first."),
                    field="id",
                )
            known = known or other
        return known or self.by_word_of(row)

    def change(self, known: Known, row: Row) -> dict:
        """Note what the row says and the known doesn't; returns it as {field: value}.

        What stands there already is only taken over if the plan says so, and never from a second
        row about the same.
        """
        take = self.plan.take and not known.met and known.pk not in self.memory.met
        changed = {}
        for name, value in row.values.items():
            if known.has(name) and not (take and known.here[name] != value):
                continue
            changed[name] = value
        custom = {
            key: value
            for key, value in row.custom.items()
            if not self._has_custom(known, key) or (take and known.custom[key] != value)
        }
        self.refuse_change(known, row, changed)
        keys = [key for key in row.keys if key not in self.by_key and key not in self.memory.by_key]
        if (changed or custom or keys) and known.archived:
            raise Refusal(self.is_archived(known))
        for key in keys:
            self.by_key[key] = known
            known.keys.append(key)
            if self.memory.dry:
                self.memory.by_key[key] = known
        self._set(known, changed, custom)
        if keys:
            changed = changed | {"keys": keys}
        return changed | {f"custom {key}": value for key, value in custom.items()}

    def _has_custom(self, known, key) -> bool:
        if isinstance(known.here, frozenset):
            return f"custom {key}" in known.here
        return key in known.custom or f"custom {key}" in known.here

    def _set(self, known, changed, custom):
        if isinstance(known.here, frozenset):
            known.here |= {*changed, *(f"custom {key}" for key in custom)}
            known.here |= {NONE_OF + name for name in WISHES if changed.get(name) is False}
            return
        known.here.update(changed)
        known.set.update(changed)
        if custom:
            known.custom = {**known.custom, **custom}
            known.set["custom"] = known.custom
        if known.made is not None:
            for name, value in known.set.items():
                setattr(known.made, name, value)

    def refuse_change(self, known, row, changed) -> None:
        """Refuse what the form would refuse; may take out what doesn't apply."""

    def is_archived(self, known) -> str:
        raise NotImplementedError

"""What would follow from a trigger as it stands in a form? Shown beside the questions."""

import dataclasses
import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tms import days
from tms.occasions import occasions

from . import forecast, log, wanted
from .forecast import Difference, Planned
from .models import SendingAddress, Side, Template, Trigger
from .rules import Rule, Setting, rule_of
from .wanted import Wanted

SOON, AHEAD, SHOWN = 30, 90, 6
CHANGES = {
    "adds": gettext_lazy("New among the next 90 days"),
    "removes": gettext_lazy("No more among the next 90 days"),
    "moves": gettext_lazy("On another day"),
}


@dataclasses.dataclass(frozen=True)
class Beside:
    """How many messages the next days have, the first of them, what an edit changes, warnings."""

    soon: int = 0
    ahead: int = 0
    first: list[tuple[Planned, str]] = dataclasses.field(default_factory=list)
    changes: list[tuple[str, int, list[str]]] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)


def look(said: Wanted | None, saved: Trigger | None, now: Setting, user) -> Beside | None:
    """What `said` would write, and how that differs from what `saved` does. Ten queries at most."""
    if said is None or said.occasion not in occasions():
        return None
    rule = rule_so_far(said, saved, now)
    last = now.today + datetime.timedelta(days=AHEAD)
    by_day = forecast.by_day(rule, now, now.today, last)
    soon = now.today + datetime.timedelta(days=SOON)
    first = forecast.foretell(rule, now, now.today, last, limit=SHOWN)
    names = log.about({(row.subject_kind, row.subject_id) for row in first}, user)
    return Beside(
        soon=sum(sent for day, (sent, _skipped) in by_day.items() if day <= soon),
        ahead=sum(sent for sent, _skipped in by_day.values()),
        first=[(row, names[row.subject_kind, row.subject_id][0]) for row in first],
        changes=changes_of(said, saved, rule, now),
        warnings=warnings_of(said, saved, now),
    )


def rule_so_far(said: Wanted, saved: Trigger | None, now: Setting) -> Rule:
    """The rule that it would be from now on: its beginning is now, unless it stays the same."""
    rule = dataclasses.replace(said, template=said.template or Template()).rule()
    if saved is None:
        return dataclasses.replace(rule, since=now.at, due_since=now.at)
    old = rule_of(saved)
    same = dataclasses.replace(rule, since=old.since, due_since=old.due_since, pk=old.pk)
    if saved.disabled:
        return dataclasses.replace(same, since=now.at, due_since=now.at)
    return same if same == old else dataclasses.replace(same, due_since=now.at)


def changes_of(said: Wanted, saved: Trigger | None, rule: Rule, now: Setting) -> list:
    if saved is None:
        return []
    old = None if saved.disabled else rule_of(saved)
    new = None if said.disabled else rule
    if old == new:
        return []
    found: Difference = forecast.difference(old, new, now)
    return [
        (str(CHANGES[what]), number, names)
        for what in CHANGES
        for number, names in [found.changes.get(what, (0, []))]
        if number
    ]


def warnings_of(said: Wanted, saved: Trigger | None, now: Setting) -> list[str]:
    found = [*overlaps(said, saved and saved.pk)]
    if said.sender is None and not SendingAddress.objects.living().filter(is_default=True).exists():
        found.append(
            _("There is no confirmed sending address yet: until then nothing of it can leave.")
        )
    if said.occasion == "pass.expired" and (names := unwarned(now)):
        found.append(names)
    return found


def overlaps(said: Wanted, but: int | None) -> list[str]:
    """A sentence for each other rule that writes about the same at the same time (E24)."""
    others = Trigger.objects.switched_on().filter(
        occasion=said.occasion, offset=said.offset, side=said.side
    )
    for name in ("pass_type", "token_type", "course"):
        if mine := getattr(said, name):
            others = others.filter(**{f"{name}__isnull": True}) | others.filter(**{name: mine})
    sentence = _("“%(name)s” writes at the same time about some of the same: both are sent.")
    return [
        sentence % {"name": name}
        for name in others.exclude(pk=but).order_by("name_key").values_list("name", flat=True)[:3]
    ]


def unwarned(now: Setting) -> str:
    """Which pass types would expire without a warning, in a sentence; "" where there is none."""
    names = [name for _pk, name in forecast.unwarned_types(now)]
    if not names:
        return ""
    return _("Passes of these types would expire without a warning: %(names)s.") % {
        "names": ", ".join(names)
    }


def warned(said: Wanted, trigger: Trigger) -> str:
    """What a toast says after saving."""
    return "" if said.disabled else " ".join(overlaps(said, trigger.pk))


def example(said: Wanted, now: Setting) -> str:
    """The day that the offset comes to, for something that is a year away, or happens today."""
    occasion = occasions().get(said.occasion)
    if occasion is None or said.offset is None or not 0 <= said.offset <= wanted.FURTHEST:
        return ""
    if not occasion.ahead:
        if said.offset == 0:
            return _("It leaves within a minute.")
        day = now.today
    else:
        day = now.today + datetime.timedelta(days=365)
    if said.side == Side.BEFORE and not occasion.ahead:
        return ""
    rule = Rule(occasion, said.offset, said.side, said.audience)
    leaves = day + datetime.timedelta(days=rule.days)
    return _("For example: %(trigger)s on %(day)s, it leaves on %(leaves)s at %(hour)s.") % {
        "trigger": occasion.label,
        "day": days.day_text(day),
        "leaves": days.day_text(leaves),
        "hour": f"{now.settings.send_at:%H:%M}",
    }


def offset_text(offset: int, side: str, occasion: str) -> str:
    """30 days before; At once."""
    known = occasions().get(occasion)
    if known and not known.ahead and offset == 0:
        return _("At once")
    if offset == 0:
        return _("On the day") if side == Side.BEFORE else _("The day after")
    if side == Side.BEFORE:
        return ngettext("%(n)d day before", "%(n)d days before", offset) % {"n": offset}
    return ngettext("%(n)d day after", "%(n)d days after", offset) % {"n": offset}

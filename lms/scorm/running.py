"""Where does somebody stand in a package? Attempts, what a part is told at launch, what it tells.

The last state wins, by its sequence number, and only of the launch that came last; what is
completed stays completed, whatever comes after it and from wherever.
"""

import dataclasses
import datetime
import re

from django.db import transaction
from django.utils.translation import gettext as _

from lms import learning
from lms.models import ContentUnit, ScormAttempt, ScormEntry, ScormLaunch, ScormState
from tms.refusals import Refusal

from . import standing, times

# Of a session log: lines for each launch, elements in a line, letters of a value.
MOST_LINES, MOST_CHANGES, MOST_LETTERS = 200, 60, 250
# What a launch sets for itself, and the next one doesn't get.
PASSING = ("cmi.core.exit", "cmi.core.session_time", "cmi.exit", "cmi.session_time",
           "adl.nav.request")  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a commit. `stale`: another launch has taken over, and the state was left.

    `completed`: the attempt is. `to`: the part that was asked for; `leave`: they want to go out.
    """

    stale: bool
    completed: bool
    to: str = ""
    leave: bool = False


def running(contact_id: int, unit_id: int) -> ScormAttempt | None:
    """The attempt that runs, with its package; or None before the first. One statement."""
    return (
        ScormAttempt.objects.select_related("package")
        .filter(contact=contact_id, unit=unit_id, ended_at=None)
        .first()
    )


def standing_of(contact_id: int, unit: ContentUnit) -> dict:
    """What the unit's page shows: the attempt, its version or the newest, and its parts."""
    attempt = running(contact_id, unit.pk)
    package = attempt.package if attempt else unit.packages.first()
    states = {each.item: each for each in attempt.states.all()} if attempt else {}
    parts = standing.outline(package, states) if package else []
    return {"attempt": attempt, "package": package, "parts": parts}


@transaction.atomic
def launch(
    contact_id: int, unit: ContentUnit, *, item: str, anew: bool, session_key: str, agent: str, at
) -> ScormLaunch:
    """Open a part of the unit's package: `item`, or where they go on. Takes over from any other.

    An attempt keeps the version that it began with. `anew`: after a completed one, begin another
    by the newest version. Raises Refusal.
    """
    newest = unit.packages.first()
    if newest is None:
        raise Refusal(_("There is no package here yet."))
    begun = {"package": newest, "started_at": at, "last_at": at}
    if anew:
        ScormAttempt.objects.filter(
            contact=contact_id, unit=unit, ended_at=None, completed_at__isnull=False
        ).update(ended_at=at)
    found, _new = ScormAttempt.objects.get_or_create(
        contact_id=contact_id, unit=unit, ended_at=None, defaults=begun
    )
    attempt = ScormAttempt.objects.select_for_update(of=("self",)).get(pk=found.pk)
    states = {each.item: each for each in attempt.states.all()}
    package = attempt.package
    part = _part(package, states, item or standing.following(package, states))
    state = states.get(part["id"]) or ScormState(attempt=attempt, item=part["id"])
    state.spent, state.session = state.spent + state.session, 0
    if state.over and package.standard == "2004":
        state.values = {}
    state.values = {key: value for key, value in state.values.items() if key not in PASSING}
    state.last_at = attempt.last_at = at
    state.save()
    attempt.save(update_fields=["last_at"])
    attempt.launches.filter(ended_at=None).update(ended_at=at, session_key="")
    learning.look(contact_id, unit.pk, at=at)
    return ScormLaunch.objects.create(
        attempt=attempt,
        item=part["id"],
        session_key=session_key,
        agent=agent,
        opened_at=at,
        seen_at=at,
    )


@transaction.atomic
def commit(launch_id: int, *, sequence: int, values: dict, finished: bool, at, on, by) -> Outcome:
    """Keep what a part tells, checked by `elements.wrong` before. Locks attempt, then launch.

    A number that isn't higher than the last one, or a launch that is over, changes no state; a
    completion it tells is noted all the same.
    """
    found = ScormLaunch.objects.values_list("attempt", flat=True).get(pk=launch_id)
    attempt = ScormAttempt.objects.select_for_update(of=("self",)).get(pk=found)
    launched = ScormLaunch.objects.get(pk=launch_id)
    package = attempt.package
    state = attempt.states.get(item=launched.item)
    part = next(each for each in package.parts if each["id"] == launched.item)
    stale = launched.ended_at is not None
    before = state.values
    if not stale and sequence > launched.sequence:
        values = standing.judged(values, part, package.standard, finished=finished)
        state.values = values
        state.session = times.hundredths(_one(values, "session_time"))
        state.over = finished and _one(values, "exit") not in {"suspend", "logout"}
        state.last_at = attempt.last_at = at
        launched.sequence, launched.seen_at = sequence, at
        launched.save(update_fields=["sequence", "seen_at"])
        _log(launched, before, values, sequence, at)
    standing.note(state, part, values, package.standard, at=at)
    state.save()
    _complete(attempt, at=at, on=on, by=by)
    attempt.save(update_fields=["last_at", "completed_at"])
    if stale or not finished:
        return Outcome(stale, attempt.completed_at is not None)
    to, leave = wanted(package, part, values.get("adl.nav.request", ""))
    return Outcome(stale, attempt.completed_at is not None, to, leave)


@transaction.atomic
def opened(launched: ScormLaunch, *, at, on, by) -> None:
    """An asset, which tells nothing, is completed by being opened."""
    attempt = ScormAttempt.objects.select_for_update(of=("self",)).get(pk=launched.attempt_id)
    part = next(each for each in attempt.package.parts if each["id"] == launched.item)
    if part["sco"]:
        return
    attempt.states.filter(item=part["id"], completed_at=None).update(completed_at=at)
    _complete(attempt, at=at, on=on, by=by)
    attempt.save(update_fields=["completed_at"])


def told(launched: ScormLaunch) -> dict:
    """What the part finds in its data model: {element: text}. Four statements at most."""
    attempt = launched.attempt
    package, contact = attempt.package, attempt.contact
    part = next(each for each in package.parts if each["id"] == launched.item)
    state = attempt.states.get(item=launched.item)
    first = not attempt.launches.filter(item=launched.item, pk__lt=launched.pk).exists()
    fresh = first or (state.over and package.standard == "2004")
    entry = "ab-initio" if fresh else ("" if state.over else "resume")
    name = ", ".join(filter(None, [contact.last_name, contact.first_name])) or str(contact)
    who = {"id": str(contact.pk), "name": name[:250], "entry": entry}
    spent = times.span(state.spent, package.standard)
    return {**standing.at_launch(part, package.standard, who, spent), **state.values}


def _part(package, states, item: str) -> dict:
    part = next((each for each in package.parts if each["id"] == item), None)
    if part is None:
        raise Refusal(_("This package has no such part."))
    if not package.contents["choice"] and item not in standing.near(package, states):
        raise Refusal(_("This package is gone through in order."))
    return part


def _one(values: dict, name: str) -> str:
    return values.get(f"cmi.core.{name}") or values.get(f"cmi.{name}") or ""


def _log(launched, before, values, sequence, at) -> None:
    changed = {key: value for key, value in values.items() if before.get(key) != value}
    if not changed or launched.entries.count() >= MOST_LINES:
        return
    kept = {key: value[:MOST_LETTERS] for key, value in list(changed.items())[:MOST_CHANGES]}
    ScormEntry.objects.create(launch=launched, at=at, sequence=sequence, changes=kept)


def _complete(attempt, *, at, on, by) -> None:
    if attempt.completed_at:
        return
    done = set(attempt.states.exclude(completed_at=None).values_list("item", flat=True))
    if all(part["id"] in done for part in attempt.package.parts):
        attempt.completed_at = at
        learning.complete(attempt.contact_id, attempt.unit, at=at, on=on, by=by)


def wanted(package, part, request: str) -> tuple[str, bool]:
    """The part that adl.nav.request leads to; and does it lead out?"""
    parts = [each["id"] for each in package.parts]
    place = parts.index(part["id"])
    target = re.fullmatch(r"\{target=([^{}\s]+)\}(?:choice|jump)", request)
    if target and target[1] in parts and package.contents["choice"]:
        return target[1], False
    if request == "continue" and place + 1 < len(parts):
        return parts[place + 1], False
    if request == "previous" and place:
        return parts[place - 1], False
    return "", bool(request and request != "_none_")


def is_live(launched: ScormLaunch, at: datetime.datetime) -> bool:
    return launched.ended_at is None and at - launched.seen_at <= LIVES


# Without a sign of life of its player for so long, a launch serves nothing more.
LIVES = datetime.timedelta(minutes=3)


def sign_of_life(launched: ScormLaunch, *, at: datetime.datetime) -> None:
    ScormLaunch.objects.filter(pk=launched.pk, ended_at=None).update(seen_at=at)

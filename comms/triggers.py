"""What can happen to a communication trigger? Made, edited, copied, enabled, disabled, archived."""

import dataclasses
import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import journal
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from . import postman, wanted
from .models import (
    WAITING_TO_LEAVE,
    Message,
    MessageState,
    Reason,
    Trigger,
)
from .rules import Setting, setting
from .wanted import Wanted

# What makes it another rule: from when on it is another, nothing before is written about.
RULE = (
    "occasion",
    "offset",
    "side",
    "audience",
    "addresses",
    "pass_type",
    "options",
    "token_type",
    "course",
)
NAMED = 5


@dataclasses.dataclass(frozen=True)
class Changed:
    """The trigger as it is now, and what followed for messages."""

    trigger: Trigger
    consequences: list[Consequence] = dataclasses.field(default_factory=list)


@transaction.atomic
def create(
    said: Wanted, *, reach_back_to: datetime.date | None = None, at, on, by, operation=""
) -> Changed:
    """Make a trigger. It looks at what falls due from now on, and with `reach_back_to` also at
    what would have been due since that day: written down here, and told.
    """
    _one_at_a_time()
    said = wanted.checked(said)
    trigger = Trigger.objects.create(**said.values(), enabled_at=at, changed_at=at)
    trigger.options.set(said.options)
    after = facts(said) | ({"reach_back_to": reach_back_to} if reach_back_to else {})
    journal.write(
        "trigger.created", trigger.pk, at=at, on=on, by=by, operation=operation, after=after
    )
    if reach_back_to is None:
        return Changed(trigger)
    return Changed(trigger, _reached_back(trigger, reach_back_to, setting(at)))


@transaction.atomic
def edit(
    trigger_id: int, said: Wanted, *, version: int | None = None, at, on, by, operation=""
) -> Changed:
    """Change a trigger, for everything that hasn't left yet: what waits and isn't due by it any
    more is voided. The same again changes and records nothing.

    Where the rule itself changes it looks at what falls due from now on. What waits for approval
    keeps waiting when it becomes automatic.
    """
    _one_at_a_time()
    trigger = _locked(trigger_id, version)
    said = wanted.checked(said, but=trigger.pk)
    before, after = facts(old := wanted.wanted_of(trigger)), facts(said)
    changed = {
        name for name in after if before[name] != after[name] or name in _unkept(old, said)
    } - {"disabled"}
    found: list[Consequence] = []
    if changed:
        for name, value in said.values().items():
            setattr(trigger, name, value)
        trigger.disabled = old.disabled
        if changed.intersection(RULE):
            trigger.changed_at = at
        trigger.options.set(said.options)
        _save(trigger)
        journal.write(
            "trigger.edited",
            trigger.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        if changed.intersection(RULE):
            found += _voided(postman.void_overtaken(trigger, setting(at)))
    if said.disabled != old.disabled:
        found += _switch(trigger, said.disabled, at=at, on=on, by=by, operation=operation)
    return Changed(trigger, found)


@transaction.atomic
def duplicate(trigger_id: int, *, at, on, by, operation="") -> Trigger:
    """A copy under another name: disabled and by approval until somebody has looked at it."""
    _one_at_a_time()
    trigger = _locked(trigger_id, None)
    said = dataclasses.replace(
        wanted.wanted_of(trigger),
        name=_free("name", _("Copy of %(name)s") % {"name": trigger.name}, wanted.NAMED_AT_MOST),
        abbreviation=_free("abbreviation", trigger.abbreviation, wanted.ABBREVIATED_AT_MOST),
        automatic=False,
        disabled=True,
    )
    made = Trigger.objects.create(**said.values(), enabled_at=at, changed_at=at)
    made.options.set(said.options)
    journal.write(
        "trigger.created",
        made.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        after=facts(said) | {"copy_of": trigger.pk},
    )
    return made


@transaction.atomic
def enable(trigger_id: int, *, version: int | None = None, at, on, by, operation="") -> Changed:
    """Switch it on: for what falls due from now on. Of what waited meanwhile, the days that are
    caught up can still leave; what is older is missed.
    """
    trigger = _locked(trigger_id, version)
    if not trigger.disabled:
        raise Refusal(_("It is enabled already."))
    if trigger.template.archived_at:
        raise Refusal(_("Its template is archived. Choose another template first."))
    wanted.refuse_sender(trigger.sender, trigger.automatic)
    return Changed(trigger, _switch(trigger, False, at=at, on=on, by=by, operation=operation))


@transaction.atomic
def disable(trigger_id: int, *, version: int | None = None, at, on, by, operation="") -> Changed:
    """Switch it off: nothing is written, and nothing of it leaves, until it is enabled again."""
    trigger = _locked(trigger_id, version)
    if trigger.disabled:
        raise Refusal(_("It is disabled already."))
    return Changed(trigger, _switch(trigger, True, at=at, on=on, by=by, operation=operation))


@transaction.atomic
def archive(trigger_id: int, *, version: int | None = None, at, on, by, operation="") -> Changed:
    """Put it away for good: what waits is voided, what was sent stays on record."""
    trigger = _locked(trigger_id, version)
    trigger.archived_at = at
    _save(trigger)
    voided = Message.objects.filter(trigger=trigger, state__in=WAITING_TO_LEAVE).update(
        state=MessageState.SKIPPED, reason=Reason.VOIDED, version=postman.NEXT_VERSION
    )
    journal.write("trigger.archived", trigger.pk, at=at, on=on, by=by, operation=operation)
    return Changed(trigger, _voided(voided))


def facts(said: Wanted) -> dict:
    """What the journal keeps of a trigger: ids, and of fixed addresses how many there are."""
    return {
        "name": said.name,
        "abbreviation": said.abbreviation,
        "template": said.template.pk,
        "sender": said.sender and said.sender.pk,
        "automatic": said.automatic,
        "disabled": said.disabled,
        "occasion": said.occasion,
        "offset": said.offset,
        "side": str(said.side),
        "audience": [str(role) for role in said.audience],
        "addresses": len(said.addresses),
        "pass_type": said.pass_type and said.pass_type.pk,
        "options": sorted(option.pk for option in said.options),
        "token_type": said.token_type and said.token_type.pk,
        "course": said.course and said.course.pk,
    }


def _unkept(old: Wanted, new: Wanted) -> set[str]:
    """What changed without the journal's values showing it: other addresses, as many."""
    return {"addresses"} if set(old.addresses) != set(new.addresses) else set()


def _switch(trigger: Trigger, disabled: bool, *, at, **who) -> list[Consequence]:
    trigger.disabled = disabled
    if not disabled:
        trigger.enabled_at, trigger.fired_until = at, None
    _save(trigger)
    kind = "trigger.disabled" if disabled else "trigger.enabled"
    journal.write(kind, trigger.pk, at=at, **who)
    waiting = Message.objects.filter(trigger=trigger, state__in=WAITING_TO_LEAVE)
    if disabled:
        count = waiting.count()
        sentence = ngettext(
            "%(n)d message waits until it is enabled again.",
            "%(n)d messages wait until it is enabled again.",
            count,
        )
        return [Consequence("stays", sentence % {"n": count}, count)] if count else []
    now = setting(at)
    oldest = now.today - datetime.timedelta(days=now.settings.catch_up_days)
    missed = waiting.filter(due_on__lt=oldest).update(
        state=MessageState.MISSED, late=True, version=postman.NEXT_VERSION
    )
    sentence = ngettext(
        "%(n)d message waited for too long: it is listed as missed.",
        "%(n)d messages waited for too long: they are listed as missed.",
        missed,
    )
    found = [Consequence("closes", sentence % {"n": missed}, missed)] if missed else []
    return [*found, *_leaving(waiting.filter(state=MessageState.QUEUED))]


def _reached_back(trigger: Trigger, first: datetime.date, now: Setting) -> list[Consequence]:
    if first > now.today:
        raise Refusal(_("Choose a day that has come."), field="reach_back_to")
    if trigger.disabled:
        raise Refusal(
            _("It is disabled: nothing is written. Enable it, or leave this day out."),
            field="reach_back_to",
        )
    postman.write_since(trigger, first, now)
    made = Message.objects.filter(trigger=trigger)
    return _leaving(made.filter(state=MessageState.QUEUED)) or _leaving(
        made.filter(state=MessageState.WAITING), by_approval=True
    )


def _leaving(messages, *, by_approval: bool = False) -> list[Consequence]:
    """These messages, to be sent or to be looked at: how many, and to whom first."""
    count = messages.count()
    if not count:
        return []
    if by_approval:
        sentence = ngettext(
            "%(n)d message about what was due since then is put up for approval.",
            "%(n)d messages about what was due since then are put up for approval.",
            count,
        )
    else:
        sentence = ngettext("%(n)d message goes out.", "%(n)d messages go out.", count)
    first = messages.select_related("contact", "user").order_by("due_at", "pk")[:NAMED]
    names = tuple(str(each.contact or each.user or each.to) for each in first)
    return [Consequence("sent", sentence % {"n": count}, count, names)]


def _voided(count: int) -> list[Consequence]:
    if not count:
        return []
    sentence = ngettext(
        "%(n)d message that waits is voided.", "%(n)d messages that wait are voided.", count
    )
    return [Consequence("closes", sentence % {"n": count}, count)]


def _locked(trigger_id: int, version: int | None) -> Trigger:
    found = (
        Trigger.objects.select_for_update(of=("self",))
        .select_related("template", "sender", "pass_type", "token_type", "course")
        .filter(pk=trigger_id, archived_at=None)
        .first()
    )
    if found is None:
        raise Stale(_("This trigger was archived meanwhile."))
    if version is not None and found.version != version:
        raise Stale(
            _("Somebody else changed %(name)s meanwhile. It is shown as it is now.")
            % {"name": found.name}
        )
    return found


def _save(trigger: Trigger) -> None:
    trigger.version += 1
    trigger.save()


def _free(field: str, text: str, most: int) -> str:
    """`text`, or with a number behind it, so that no other trigger has it."""
    taken = {each.lower() for each in Trigger.objects.living().values_list(field, flat=True)}
    found, number = text[:most], 1
    while found.lower() in taken:
        number += 1
        tail = f" {number}" if field == "name" else str(number)
        found = text[: most - len(tail)] + tail
    return found


def _one_at_a_time() -> None:
    """Names are given under one lock, so that two at once can't take the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('trigger.name', 0))")

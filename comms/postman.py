"""Which messages are due, and are they written down?

A message is written down when it falls due, by one statement for each rule: late, twice or by two
workers at once makes no difference, as the database takes one row for a rule, a happening and a
recipient. What was written down and hasn't left yet is looked at again, and voided where it doesn't
apply any more.
"""

import dataclasses
import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Q

from tms import clock
from tms.models import JournalRow
from tms.occasions import occasions

from .due import Span, moments, once_each, select
from .models import (
    PASSING,
    WAITING_TO_LEAVE,
    CommsSettings,
    Message,
    MessageState,
    Reason,
    Side,
    Trigger,
)
from .rules import Rule, Setting, rule_of, setting

# In which state each begins: what is kept back keeps its reason. In one order, so that two who
# write at once wait for each other and not in a circle, and numbers rise with what fell due.
# OFFSET 0: why it is kept back is found out once, however often it is asked here.
WRITE = """
INSERT INTO comms_message (trigger_id, subject_kind, subject_id, occurrence, recipient, role,
    contact_id, user_id, account_id, "to", state, reason, late, due_at, due_on, made_at)
SELECT %(trigger)s, subject_kind, subject_id, occurrence, recipient, role, contact_id, user_id,
    account_id, coalesce(address, ''),
    CASE WHEN reason = 'bad_address' THEN 'invalid' WHEN reason <> '' THEN 'skipped'
         WHEN due_on < %(missed_before)s THEN 'missed' ELSE %(state)s END,
    CASE WHEN reason = '' AND due_on >= %(missed_before)s THEN %(held)s ELSE reason END,
    due_on < %(today)s, due_at, due_on, %(at)s
FROM ({due} OFFSET 0) due
WHERE due_at <= %(at)s {only} AND NOT EXISTS (
    SELECT FROM comms_message e WHERE e.trigger_id = %(trigger)s AND e.subject_id = due.subject_id
    AND e.occurrence = due.occurrence AND e.recipient = due.recipient)
ORDER BY due_at, subject_id, occurrence, recipient
ON CONFLICT (trigger_id, subject_id, occurrence, recipient) DO NOTHING
"""

# What kept it back has passed, and it is still due.
REVIVE = """
UPDATE comms_message m SET state = %(state)s, reason = %(held)s, late = m.due_on < %(today)s,
    due_at = due.due_at, due_on = due.due_on, version = m.version + 1
FROM ({due}) due
WHERE m.trigger_id = %(trigger)s AND m.subject_id = due.subject_id
  AND m.occurrence = due.occurrence AND m.recipient = due.recipient
  AND m.state = 'skipped' AND m.reason = ANY(%(passing)s)
  AND due.reason = '' AND due.due_at <= %(at)s AND due.due_on >= %(missed_before)s
"""

# Is there anything to write down?
PEEK = """
SELECT count(*) FROM (
    SELECT 1 FROM ({due}) due WHERE due_at <= %(at)s AND NOT EXISTS (
        SELECT FROM comms_message e WHERE e.trigger_id = %(trigger)s
        AND e.subject_id = due.subject_id AND e.occurrence = due.occurrence
        AND e.recipient = due.recipient)
    LIMIT 1
) found
"""

# How many would go out, counted no further than matters.
COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM ({due}) due
    WHERE reason = '' AND due_at <= %(at)s AND due_on >= %(missed_before)s AND NOT EXISTS (
        SELECT FROM comms_message e WHERE e.trigger_id = %(trigger)s
        AND e.subject_id = due.subject_id AND e.occurrence = due.occurrence
        AND e.recipient = due.recipient)
    LIMIT %(limit)s
) found
"""

# Of these messages, those that don't apply any more: kept back by now, not due by the rule as it
# stands, or about something that isn't so any more.
VOID = """
UPDATE comms_message m SET
    state = CASE WHEN found.reason = 'bad_address' THEN 'invalid' ELSE 'skipped' END,
    reason = coalesce(nullif(found.reason, ''), 'changed'), version = m.version + 1
FROM comms_message o LEFT JOIN ({due}) found
  ON found.subject_id = o.subject_id AND found.occurrence = o.occurrence
  AND found.recipient = o.recipient AND found.due_at <= %(at)s
WHERE m.id = o.id AND o.id = ANY(%(ids)s) AND m.state = ANY(%(waiting)s)
  AND coalesce(found.reason, 'changed') <> ''
"""

# No fewer than those, for much less.
AT_MOST = "SELECT %(each)s * count(*) FROM (SELECT 1 FROM ({moments}) m LIMIT %(limit)s) found"

NEXT_VERSION = F("version") + 1
LONG_GAP = datetime.timedelta(days=30)
# So long a rule that had nothing to write down isn't noted as followed: a tick then writes nothing.
UNNOTED = datetime.timedelta(hours=1)
CHUNK = 10_000


@dataclasses.dataclass(frozen=True)
class Run:
    """What following the rules once did: messages written down and voided, and why they wait."""

    written: int = 0
    voided: int = 0
    held: str = ""


def run(*, at: datetime.datetime) -> Run:
    """Follow every rule that has something to look at, each in a transaction of its own.

    Harmless late, twice and in parallel: a rule that somebody is following or editing right now is
    left to the next run. A run that would send far more than usual, or that comes after a gap of
    more than 30 days, puts its messages up for approval whatever the rules say.
    """
    now = setting(at)
    rows = Trigger.objects.switched_on().select_related("template").order_by("pk")
    due = [each for each in rows.prefetch_related("options") if _has_something(each, now)]
    held = _held(due, now) if due else ""
    written = voided = 0
    for trigger in due:
        done = fire(trigger.pk, now, held=held)
        written, voided = written + done.written, voided + done.voided
    CommsSettings.objects.update_or_create(pk=1, defaults={"ran_at": at})
    return Run(written, voided, held)


@transaction.atomic
def fire(trigger_id: int, now: Setting, *, held: str = "") -> Run:
    """Follow one rule: write down what is due, void what doesn't apply any more.

    Locks the trigger; locked already, nothing happens. `held` is why messages wait for a person
    even where the rule is automatic.
    """
    trigger = (
        Trigger.objects.switched_on()
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=trigger_id)
        .first()
    )
    if trigger is None:
        return Run()
    rule = rule_of(trigger)
    more = {
        "trigger": trigger.pk,
        "at": now.at,
        "missed_before": now.today - datetime.timedelta(days=now.settings.catch_up_days),
        "state": MessageState.QUEUED if trigger.automatic and not held else MessageState.WAITING,
        "held": held,
    }
    span = _span(rule, trigger, now)
    written, voided = _write(rule, now, span, more), 0
    if not rule.at_once:
        written += _write_too_late(rule, trigger, now, more)
        written += _revive(rule, now, span, more)
        voided = void_overtaken(trigger, now, rule=rule)
    Trigger.objects.filter(pk=trigger.pk).update(fired_until=now.at)
    return Run(written, voided, held)


def write_since(trigger: Trigger, first: datetime.date, now: Setting) -> int:
    """Write down what would have been due from the day `first` until now; how many rows.

    Somebody asked for it: nothing of it is missed. Call it with the trigger locked, or just made.
    """
    begin = clock.start_of(first, now.zone)
    rule = dataclasses.replace(rule_of(trigger), since=None, due_since=begin)
    span = Span(first, None if rule.at_once else now.last_due)
    more = {
        "trigger": trigger.pk,
        "at": now.at,
        "missed_before": first,
        "state": MessageState.QUEUED if trigger.automatic else MessageState.WAITING,
        "held": "",
    }
    return _write(rule, now, span, more)


def void_overtaken(trigger: Trigger, now: Setting, ids=None, *, rule: Rule | None = None) -> int:
    """Void what waits of a rule (or `ids` of it) and doesn't apply any more; how many.

    Call it with the trigger locked, or with `ids` locked. One statement for 10,000 messages. With
    `rule` (the trigger's, which was followed just now) only what was there before is looked at.
    """
    # What was resent by a person was decided by a person.
    waiting = Message.objects.filter(
        trigger=trigger, state__in=WAITING_TO_LEAVE, resend_of=None
    ).order_by("pk")
    if ids is not None:
        waiting = waiting.filter(pk__in=ids)
    if rule is not None:
        waiting = waiting.filter(made_at__lt=now.at)
    # In the order of their ids, as everybody locks them.
    locked = waiting.select_for_update(of=("self",), no_key=True)
    rows = list(locked.values_list("pk", "subject_id"))
    if not rows:
        return 0
    rule = dataclasses.replace(rule or rule_of(trigger), since=None, due_since=None)
    voided = 0
    for begin in range(0, len(rows), CHUNK):
        part = rows[begin : begin + CHUNK]
        span = Span(subjects=sorted({subject for _pk, subject in part}))
        more = {"ids": [pk for pk, _ in part], "waiting": list(WAITING_TO_LEAVE), "at": now.at}
        voided += _execute(VOID, rule, now, span, more)
    return voided


def _has_something(trigger: Trigger, now: Setting) -> bool:
    """Does following it now find anything that the last time didn't?"""
    if trigger.fired_until is None:
        return True
    if occasions()[trigger.occasion].ahead or trigger.offset:
        return trigger.fired_until < now.hour_of(now.last_due)
    if now.at - trigger.fired_until > UNNOTED:
        return True
    rule = _read(trigger)
    more = {"trigger": trigger.pk, "at": now.at}
    return _execute(PEEK, rule, now, _span(rule, trigger, now), more) > 0


def _read(trigger: Trigger) -> Rule:
    """The rule of a trigger that came with its options."""
    return rule_of(trigger, [option.pk for option in trigger.options.all()])


def _span(rule: Rule, trigger: Trigger, now: Setting) -> Span:
    """The days whose messages are looked for: from where it was left, and some days more.

    Those of a day ago may have been committed late; by day, what kept a message back may have
    passed within the days that are caught up.
    """
    begun = trigger.fired_until or max(trigger.enabled_at, trigger.changed_at)
    left = min(clock.day_of(begun, now.zone), now.today)
    back = 1 if rule.at_once else max(now.settings.catch_up_days, 1)
    return Span(left - datetime.timedelta(days=back), None if rule.at_once else now.last_due)


def _write(rule: Rule, now: Setting, span: Span, more: dict, only: str = "") -> int:
    return _execute(WRITE.replace("{only}", only), rule, now, span, more)


def _write_too_late(rule: Rule, trigger: Trigger, now: Setting, more: dict) -> int:
    """Note what will never be written, as its day had gone by when the date was set."""
    if not rule.occasion.reset or rule.side != Side.BEFORE:
        return 0
    begun = trigger.fired_until or max(trigger.enabled_at, trigger.changed_at)
    left = min(clock.day_of(begun, now.zone), now.today) - datetime.timedelta(days=1)
    anew = JournalRow.objects.filter(
        kind__in=rule.occasion.reset, on__gte=left, at__gte=rule.due_since
    )
    subjects = sorted(set(anew.values_list("subject_id", flat=True)))
    if not subjects:
        return 0
    unlimited = dataclasses.replace(rule, due_since=None)
    return _write(
        unlimited,
        now,
        Span(last=now.last_due, subjects=subjects),
        more,
        f"AND reason = '{Reason.TOO_SHORT}'",
    )


def _revive(rule: Rule, now: Setting, span: Span, more: dict) -> int:
    """What was kept back by what has passed; about as many as that, and not as there is."""
    kept_back = Message.objects.filter(
        trigger=rule.pk, state=MessageState.SKIPPED, reason__in=PASSING, made_at__lt=now.at
    )
    subjects = sorted(set(kept_back.values_list("subject_id", flat=True)[: CHUNK + 1]))
    if not subjects:
        return 0
    if len(subjects) <= CHUNK:
        span = dataclasses.replace(span, subjects=subjects)
    return _execute(REVIVE, rule, now, span, {**more, "passing": list(PASSING)})


def _held(due: list[Trigger], now: Setting) -> str:
    """Why a person has to look first, or "": a long gap, or far more messages than usual."""
    if now.settings.ran_at is not None and now.at - now.settings.ran_at > LONG_GAP:
        return Reason.LONG_GAP
    automatic = [trigger for trigger in due if trigger.automatic]
    if not automatic:
        return ""
    room = _room(now)
    rules = [(trigger, _read(trigger)) for trigger in automatic]
    if _surely_fit([(rule, _span(rule, trigger, now)) for trigger, rule in rules], room):
        return ""
    missed_before = now.today - datetime.timedelta(days=now.settings.catch_up_days)
    for trigger, rule in rules:
        more = {
            "trigger": trigger.pk,
            "at": now.at,
            "missed_before": missed_before,
            "limit": max(room, 0) + 1,
        }
        room -= _execute(COUNT, rule, now, _span(rule, trigger, now), more)
        if room < 0:
            return Reason.UNUSUAL
    return ""


def _surely_fit(looked_at: list[tuple[Rule, Span]], room: int) -> bool:
    """Are there so few moments that nobody has to look at whom they concern?"""
    for rule, span in looked_at:
        found = moments(rule, span)
        if found is None or room < 0:
            return False
        statement, parameters = found
        with connection.cursor() as cursor:
            cursor.execute(
                AT_MOST.replace("{moments}", statement), parameters | {"limit": room + 1}
            )
            room -= cursor.fetchone()[0]
    return room >= 0


def _room(now: Setting) -> int:
    """How many messages may still go out today without being unusual."""
    month, day = datetime.timedelta(days=30), datetime.timedelta(days=1)
    recent = Message.objects.filter(due_at__gt=now.at - month, due_at__lte=now.at)
    left = Q(state__in=[MessageState.QUEUED, MessageState.SENDING, MessageState.SENT])
    counted = recent.aggregate(
        usual=Count("pk", filter=Q(due_at__lte=now.at - day)),
        today=Count("pk", filter=left & Q(due_at__gt=now.at - day)),
    )
    usual = counted["usual"] / 29
    allowed = max(now.settings.unusual_from, now.settings.unusual_times * usual)
    return int(allowed) - counted["today"]


def _execute(template: str, rule: Rule, now: Setting, span: Span, more: dict) -> int:
    """Carry out a statement around the SELECT of the rule; how many rows, or the one number."""
    statement, parameters = select(rule, now, span)
    statement = template.replace("{due}", once_each(rule, statement))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | more)
        if cursor.description:
            return cursor.fetchone()[0]
        return cursor.rowcount

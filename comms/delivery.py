"""Does what is queued leave, each message once, and is it true what the log says of it?

A message is marked as `sending`, and that is committed, before the conversation about it begins;
what became of it is written down after. Whoever dies in between leaves it `sending` with a lease:
once that has run out it is `unclear`, as it may have left, and no machine sends it again. Whoever
dies before leaves it queued.

Two statements to a quick server's every message would be slow, so as many are marked by one as
leave in a twentieth of a second: at most 50 can ever become unclear by one death.
"""

import dataclasses
import datetime
import json
import logging
from time import monotonic, sleep

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from tms import clock
from tms.models import JournalRow

from . import postman, rendering, rules
from .alone import DELIVERING, alone
from .letter import Incomplete, Letter
from .models import AddressTrouble, Message, MessageState, Reason, Trigger
from .transport import Fate, Outcome, Transport

log = logging.getLogger(__name__)

# How long a worker may be silent about what it marked; longer than any one conversation.
LEASE = datetime.timedelta(minutes=8)
BUDGET = 50.0  # seconds that one run takes
PAUSES = (1, 5, 15, 60, 120, 240)  # minutes before it is tried again
GIVEN_UP = datetime.timedelta(hours=48)
AT_ONCE = 0.05  # seconds' worth of messages that are marked by one statement
MOST_AT_ONCE = 50
AHEAD = 1.0  # seconds' worth of messages that are looked at and filled in together
MOST_AHEAD = 500
PATIENCE = 2.0  # seconds until a database that went away is asked again
STALE = 5.0  # seconds after which what was looked at is looked at again
OUTAGE = 3  # failures one after another after which the server is left alone until the next run
LATE = datetime.timedelta(hours=1)

MARK = """
WITH v AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
        id bigint, version int, receiver text, sender text, title text, text text, html text)
), mine AS MATERIALIZED (
    SELECT q.id FROM comms_message q JOIN v ON v.id = q.id AND v.version = q.version
    WHERE q.state = 'queued' FOR NO KEY UPDATE OF q SKIP LOCKED
)
UPDATE comms_message m SET state = 'sending', leased_until = %(lease)s, attempts = attempts + 1,
    first_at = coalesce(first_at, %(at)s), late = late OR due_on < %(today)s AND due_at < %(late)s,
    "to" = v.receiver, sender = v.sender, title = v.title, text = v.text, html = v.html,
    version = m.version + 1
FROM v JOIN mine ON mine.id = v.id WHERE m.id = v.id
RETURNING m.id
"""

COLUMNS = ("id", "attempts", "state", "reason", "sent_at", "next_at", "trouble")
# What was found out is true whether or not the lease has run out meanwhile.
RESULT = """
UPDATE comms_message m SET state = v.state, reason = v.reason, sent_at = v.sent_at,
    next_at = v.next_at, trouble = v.trouble, leased_until = NULL, version = m.version + 1
FROM jsonb_to_recordset(%(rows)s::jsonb) AS v(id bigint, attempts int, state text, reason text,
    sent_at timestamptz, next_at timestamptz, trouble text)
WHERE m.id = v.id AND m.attempts = v.attempts AND m.state IN ('sending', 'unclear')
"""

# It certainly didn't leave, and nobody tried.
PUT_BACK = """
UPDATE comms_message SET state = 'queued', leased_until = NULL, attempts = attempts - 1,
    first_at = CASE WHEN attempts > 1 THEN first_at END, version = version + 1
WHERE id = ANY(%(ids)s) AND state = 'sending'
"""


@dataclasses.dataclass
class Run:
    """What one run did. `unclear` counts those, too, that a dead worker had left behind."""

    sent: int = 0
    refused: int = 0
    postponed: int = 0
    unclear: int = 0
    kept_back: int = 0


def run(*, at: datetime.datetime, budget: float = BUDGET) -> Run:
    """Let leave what is queued and due, for `budget` seconds at most.

    Harmless twice, late, killed and in parallel: of several one delivers, and if two did, each
    message would be marked by one of them. While sending is paused nothing leaves.
    """
    done = Run(unclear=orphaned(at=at))
    with alone(DELIVERING) as mine:
        if mine:
            with Transport() as transport:
                Delivery(at, budget, transport, done).all()
    return done


def orphaned(*, at: datetime.datetime) -> int:
    """What a worker marked and never told of may have left: it is unclear. How many."""
    return Message.objects.filter(state=MessageState.SENDING, leased_until__lte=at).update(
        state=MessageState.UNCLEAR, leased_until=None, version=F("version") + 1
    )


class Delivery:
    """One run: looks at what is due, chunk by chunk, and hands it over, handful by handful."""

    def __init__(self, at: datetime.datetime, budget: float, transport: Transport, done: Run):
        self.at, self.budget, self.transport, self.done = at, budget, transport, done
        self.began = monotonic()
        self.pace = AT_ONCE  # seconds that one message takes: at first, one at a time
        self.failures = 0

    def moment(self) -> datetime.datetime:
        return self.at + datetime.timedelta(seconds=self.passed())

    def passed(self) -> float:
        return monotonic() - self.began

    def all(self) -> None:
        while self.passed() < self.budget and self.failures < OUTAGE:
            now = rules.setting(self.moment())
            if now.settings.paused:
                return
            looked_at = self.passed()
            found, letters = prepare(now, self._as_many(AHEAD, MOST_AHEAD), self.done)
            if not found:
                return
            while letters and self.failures < OUTAGE:
                if self.passed() - looked_at > STALE or self.passed() > self.budget:
                    break
                number = self._as_many(AT_ONCE, MOST_AT_ONCE)
                handful, letters = letters[:number], letters[number:]
                self.hand_over(handful, now)

    def _as_many(self, seconds: float, most: int) -> int:
        return max(1, min(most, int(seconds / self.pace)))

    def hand_over(self, handful: list[tuple[Message, Letter]], now: rules.Setting) -> None:
        """Mark them, hand each over, write down what became of them."""
        marked = mark(handful, now, self.moment())
        began, told, back = monotonic(), [], []
        for message, letter in handful:
            if message.pk not in marked:
                continue
            # Slower all of a sudden, or nobody there: the rest waits, unmarked.
            if told and (monotonic() - began > 1 or self.failures):
                back.append(message.pk)
                continue
            outcome = self.transport.hand(letter, message.pk, self.moment())
            self.failures = self.failures + 1 if outcome.away else 0
            told.append((message, letter, outcome, self.moment()))
        count(told, self.done)
        try:
            write_down(told, back)
        except DatabaseError:
            # It left, and the database is back in a moment, or what we know is lost.
            log.warning("The database went away; what became of %s is written again", len(told))
            connection.close()
            sleep(PATIENCE)
            write_down(told, back)
        if told:
            self.pace = (monotonic() - began) / len(told) or 1e-6


def prepare(now: rules.Setting, number: int, done: Run) -> tuple[int, list[tuple[Message, Letter]]]:
    """Look at the next `number` messages: how many there were, and those that may leave, filled in.

    What doesn't apply any more is voided, what was due too long ago is missed, what can't be filled
    in or would come back is kept back.
    """
    with transaction.atomic():
        rows = due(now.at, number)
        found = len(rows)
        rows = _still_due(rows, now)
        rows = _in_time(rows, now)
    done.kept_back += found - len(rows)
    letters = _letters(rows, now)
    whole, held = [], []
    bad = _in_trouble(letters.values())
    for row in rows:
        letter = letters[row.pk]
        if isinstance(letter, Incomplete):
            held.append((row, MessageState.WAITING, letter.reason, letter.why))
        elif letter.to.lower() in bad:
            held.append((row, MessageState.INVALID, Reason.BAD_ADDRESS, ""))
        else:
            whole.append((row, letter))
    for row, state, reason, why in held:
        Message.objects.filter(pk=row.pk, version=row.version, state=MessageState.QUEUED).update(
            state=state, reason=reason, trouble=why[:300], next_at=None, version=F("version") + 1
        )
    done.kept_back += len(held)
    return found, whole


def due(at: datetime.datetime, number: int) -> list[Message]:
    """The next messages that may leave, locked: first those never tried, in the order they were
    written. What a rule wrote that is disabled or archived waits.
    """
    off = list(Trigger.objects.filter(~Q(archived_at=None) | Q(disabled=True)).values_list("pk"))
    rows = Message.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.filter(state=MessageState.QUEUED).order_by(F("next_at").asc(nulls_first=True), "pk")
    if off:
        rows = rows.exclude(trigger_id__in=[pk for (pk,) in off])
    found = list(rows.filter(next_at=None)[:number])
    if len(found) < number:
        found += rows.filter(next_at__lte=at)[: number - len(found)]
    return found


def _still_due(rows: list[Message], now: rules.Setting) -> list[Message]:
    """Those that their rules, as they stand now, still want to be sent."""
    by_trigger: dict[int, list[int]] = {}
    for row in rows:
        if row.trigger_id and row.resend_of_id is None:
            by_trigger.setdefault(row.trigger_id, []).append(row.pk)
    voided = 0
    triggers = Trigger.objects.select_related("template").in_bulk(by_trigger)
    for pk, trigger in triggers.items():
        voided += postman.void_overtaken(trigger, now, ids=by_trigger[pk])
    return _queued(rows) if voided else rows


def _in_time(rows: list[Message], now: rules.Setting) -> list[Message]:
    """Those that aren't older than what is caught up: the others are missed, for a person to see.

    What was written down, tried, approved or sent again later than that, somebody asked for.
    """
    window = datetime.timedelta(days=now.settings.catch_up_days)
    old = [
        row.pk
        for row in rows
        if row.due_on < now.today - window
        and not row.attempts
        and row.resend_of_id is None
        and clock.day_of(row.made_at, now.zone) - row.due_on <= window
    ]
    if not old:
        return rows
    approved = JournalRow.objects.filter(kind="message.approved", subject_id__in=old)
    asked_for = set(approved.values_list("subject_id", flat=True))
    Message.objects.filter(pk__in=[pk for pk in old if pk not in asked_for]).update(
        state=MessageState.MISSED, late=True, version=F("version") + 1
    )
    return _queued(rows)


def _queued(rows: list[Message]) -> list[Message]:
    alive = Message.objects.filter(pk__in=[row.pk for row in rows], state=MessageState.QUEUED)
    left = set(alive.values_list("pk", flat=True))
    return [row for row in rows if row.pk in left]


def _letters(rows: list[Message], now: rules.Setting) -> dict[int, Letter | Incomplete]:
    """Their letters. One that breaks what fills them in must not keep the others."""
    if not rows:
        return {}
    try:
        return rendering.letters(rows, now=now)
    except Exception:
        log.exception("Filling in %s messages broke; each is tried by itself", len(rows))
    found: dict[int, Letter | Incomplete] = {}
    for row in rows:
        try:
            found |= rendering.letters([row], now=now)
        except Exception as broke:
            log.exception("Message %s can't be filled in", row.pk)
            found[row.pk] = Incomplete(type(broke).__name__)
    return found


def _in_trouble(letters) -> set[str]:
    """The addresses among these that mail comes back from."""
    wanted = {each.to.lower() for each in letters if isinstance(each, Letter)}
    rows = AddressTrouble.objects.annotate(key=Lower("email")).filter(key__in=wanted)
    return set(rows.values_list("key", flat=True)) if wanted else set()


def mark(
    handful: list[tuple[Message, Letter]], now: rules.Setting, at: datetime.datetime
) -> set[int]:
    """Mark them as being sent, with what they say; answers which of them are ours. One statement.

    Not those that changed since they were looked at, or that somebody else has.
    """
    rows = [
        {
            "id": message.pk,
            "version": message.version,
            "receiver": letter.to[:320],
            "sender": sender_of(letter)[:400],
            "title": _kept(letter.title)[:500],
            "text": _kept(letter.text),
            "html": _kept(letter.html),
        }
        for message, letter in handful
    ]
    given = {
        "rows": json.dumps(rows),
        "lease": at + LEASE,
        "at": at,
        "today": now.today,
        "late": at - LATE,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, given)
        return {pk for (pk,) in cursor.fetchall()}


def sender_of(letter: Letter) -> str:
    return f"{letter.sender_name} <{letter.sender}>" if letter.sender_name else letter.sender


def _kept(text: str) -> str:
    return text.replace("\0", "")


def count(told: list, done: Run) -> None:
    for _message, _letter, outcome, _at in told:
        done.sent += outcome.fate == Fate.SENT
        done.refused += outcome.fate == Fate.REFUSED
        done.postponed += outcome.fate == Fate.NOT_NOW
        done.unclear += outcome.fate == Fate.UNCLEAR


def write_down(told: list, back: list[int]) -> None:
    """What became of each; those in `back` were marked and not tried. In one transaction.

    Harmless twice.
    """
    results = [result(message, outcome, at) for message, _letter, outcome, at in told]
    troubles = [
        AddressTrouble(email=letter.to.lower(), why=outcome.why[:300], at=at)
        for _message, letter, outcome, at in told
        if outcome.hard
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        if results:
            rows = [dict(zip(COLUMNS, row, strict=True)) for row in results]
            cursor.execute(RESULT, {"rows": json.dumps(rows, default=str)})
        if back:
            cursor.execute(PUT_BACK, {"ids": back})
        if troubles:
            AddressTrouble.objects.bulk_create(troubles, ignore_conflicts=True)


def result(message: Message, outcome: Outcome, at: datetime.datetime) -> tuple:
    """The columns of a message after it was tried: (id, attempts, state, reason, sent, next, why).

    What wasn't taken now is tried again after growing pauses, until 48 hours have passed.
    """
    attempts, why = message.attempts + 1, outcome.why[:300]
    if outcome.fate == Fate.SENT:
        return message.pk, attempts, MessageState.SENT.value, "", at, None, ""
    if outcome.fate == Fate.UNCLEAR:
        return message.pk, attempts, MessageState.UNCLEAR.value, "", None, None, why
    if outcome.fate == Fate.REFUSED:
        if outcome.bad:
            state, reason = MessageState.INVALID, Reason.BAD_ADDRESS.value
        else:
            state, reason = MessageState.BOUNCED if outcome.hard else MessageState.FAILED, ""
        return message.pk, attempts, state.value, reason, None, None, why
    over = (message.first_at or at) + GIVEN_UP
    if at >= over:
        return message.pk, attempts, MessageState.FAILED.value, "", None, None, why
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    again = min(at + datetime.timedelta(minutes=pause), over)
    return message.pk, attempts, MessageState.QUEUED.value, "", None, again, why

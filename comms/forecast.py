"""What will rules write, to whom, on which day, if nothing happens until then? And what would they
have written?

By the SELECT that writes messages down (comms.due), so that what is foretold is what is written.
"""

import dataclasses
import datetime
import re

from django.db import connection

from .due import Span, once_each, select
from .models import PASSING, Reason, Side, Trigger
from .rules import Rule, Setting, rule_of

NAMED = 5
AHEAD = 90

# What was written about the same happening to the same recipient; what kept it back may pass.
NEW = """
NOT EXISTS (SELECT FROM comms_message e WHERE e.trigger_id = %(trigger)s
    AND e.subject_id = due.subject_id AND e.occurrence = due.occurrence
    AND e.recipient = due.recipient
    AND NOT (e.state = 'skipped' AND e.reason = ANY(%(passing)s) AND due.reason = ''))
"""
ROWS = """
SELECT due.subject_kind, due.subject_id, due.occurrence, due.day, due.due_on, due.due_at,
    due.recipient, due.role, due.contact_id, due.user_id, due.account_id, due.email, due.reason,
    coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), nullif(u.name, ''), due.email,
        '') AS name, e.state, e.id AS message_id
FROM ({due}) due
LEFT JOIN crm_contact c ON c.id = due.contact_id
LEFT JOIN tms_user u ON u.id = due.user_id
LEFT JOIN comms_message e ON e.trigger_id = %(trigger)s AND e.subject_id = due.subject_id
    AND e.occurrence = due.occurrence AND e.recipient = due.recipient
WHERE {only} {after}
ORDER BY due.due_on {way}, due.subject_id {way}, due.recipient {way}
LIMIT %(limit)s
"""
BY_DAY = """
SELECT due.due_on, count(*) FILTER (WHERE due.reason = ''), count(*) FILTER (WHERE due.reason <> '')
FROM ({due}) due WHERE {only} GROUP BY due.due_on ORDER BY due.due_on
"""
SENT = "SELECT * FROM ({due}) due WHERE due.reason = '' AND {only}"
DIFFERENCE = """
WITH before AS MATERIALIZED ({before}), after AS MATERIALIZED ({after}),
changed AS (
    SELECT CASE WHEN b.subject_id IS NULL THEN 'adds' WHEN a.subject_id IS NULL THEN 'removes'
            ELSE 'moves' END AS what,
        coalesce(a.contact_id, b.contact_id) AS contact_id,
        coalesce(a.user_id, b.user_id) AS user_id, coalesce(a.email, b.email) AS email,
        coalesce(a.due_on, b.due_on) AS due_on, coalesce(a.subject_id, b.subject_id) AS subject_id
    FROM before b FULL JOIN after a ON a.subject_id = b.subject_id
        AND a.occurrence = b.occurrence AND a.recipient = b.recipient
    WHERE a.subject_id IS NULL OR b.subject_id IS NULL OR a.due_on <> b.due_on
),
placed AS (
    SELECT *, count(*) OVER (PARTITION BY what) AS number,
        row_number() OVER (PARTITION BY what ORDER BY due_on, subject_id, email) AS place
    FROM changed
)
SELECT p.what, p.number, coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''),
    nullif(u.name, ''), p.email)
FROM placed p LEFT JOIN crm_contact c ON c.id = p.contact_id LEFT JOIN tms_user u
    ON u.id = p.user_id
WHERE p.place <= %(named)s ORDER BY p.what, p.place
"""
UNWARNED = """
SELECT t.id, t.name, o.id
FROM passes_passoption o JOIN passes_passtype t ON t.id = o.pass_type_id
WHERE (t.status = 'active' AND o.status = 'published') OR EXISTS (
    SELECT FROM passes_pass p WHERE p.option_id = o.id AND p.cancelled_at IS NULL
    AND p.expires_on >= %(today)s)
ORDER BY t.name_key, t.id
"""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A message that isn't written, as it would be; `state` and `message_id` of one that is.

    `day` is the day it counts from, `due_on` its own; `reason` why it would be skipped.
    """

    subject_kind: str
    subject_id: int
    occurrence: str
    day: datetime.date
    due_on: datetime.date
    due_at: datetime.datetime
    recipient: str
    role: str
    contact_id: int | None
    user_id: int | None
    account_id: int | None
    email: str | None
    reason: str
    name: str
    state: str | None
    message_id: int | None

    @property
    def why(self) -> str:
        """Why it would be skipped, in words."""
        return str(Reason(self.reason).label) if self.reason else ""

    @property
    def key(self) -> tuple:
        """Where it stands among the others."""
        return self.due_on, self.subject_id, self.recipient


@dataclasses.dataclass(frozen=True)
class Difference:
    """What an edit changes among the messages of the next days: {what: (how many, first names)}.

    `what` is "adds", "removes" or "moves".
    """

    changes: dict[str, tuple[int, list[str]]]

    def __bool__(self):
        return bool(self.changes)


def foretell(
    rule: Rule, now: Setting, first: datetime.date, last: datetime.date, *, after=None, limit=50
) -> list[Planned]:
    """What the rule will write from the day `first` (today or later) through `last`, if nothing
    happens until then. By day; `after` is the `key` of the last one that was seen. One query.
    """
    return _rows(rule, now, Span(max(first, now.today), last), NEW, after, limit)


def past(rule: Rule, now: Setting, first: datetime.date, *, before=None, limit=50) -> list[Planned]:
    """What the rule would have written from the day `first` until now, by what is so today, and
    what became of what it wrote. The newest first; `before` is the `key` of the last seen.
    """
    return _rows(
        _always(rule), _as_of(now, first), Span(first, now.today), WAS_DUE, before, limit, back=True
    )


def one(rule: Rule, now: Setting, subject_id: int, occurrence: str, recipient: str):
    """The message of a rule about one happening to one recipient, whenever it is, or None."""
    span = Span(subjects=[subject_id])
    only = "due.occurrence = %(occurrence)s AND due.recipient = %(recipient)s"
    statement, parameters = select(_always(rule), now, span)
    statement = ROWS.format(due=once_each(rule, statement), only=only, after="", way="ASC")
    which = {"occurrence": occurrence, "recipient": recipient, "limit": 1}
    found = _all(statement, parameters | _more(rule, now) | which)
    return Planned(*found[0]) if found else None


# Whatever the rule has already done.
WAS_DUE = "due.due_at <= %(at)s"


def count(rule: Rule, now: Setting, last: datetime.date) -> int:
    """How many messages the rule will send from now through `last`."""
    return sum(sent for sent, _skipped in by_day(rule, now, now.today, last).values())


def count_past(rule: Rule, now: Setting, first: datetime.date) -> int:
    """How many messages the rule would have sent since the day `first`."""
    found = _by_day(_always(rule), _as_of(now, first), Span(first, now.today), WAS_DUE)
    return sum(sent for sent, _skipped in found.values())


def by_day(rule: Rule, now: Setting, first: datetime.date, last: datetime.date) -> dict:
    """{day: (how many are sent, how many are skipped)} of one rule. One query."""
    return _by_day(rule, now, Span(max(first, now.today), last), NEW)


def counts_by_day(triggers, now: Setting, first: datetime.date, last: datetime.date) -> dict:
    """{day: [(trigger, sent, skipped)]} of saved triggers, in their order: fetched with their
    templates and options. One query each.
    """
    days: dict[datetime.date, list] = {}
    for trigger in triggers:
        rule = rule_of(trigger, options_of(trigger))
        for day, (sent, skipped) in by_day(rule, now, first, last).items():
            days.setdefault(day, []).append((trigger, sent, skipped))
    return dict(sorted(days.items()))


def difference(old: Rule | None, new: Rule | None, now: Setting, days: int = AHEAD) -> Difference:
    """What changes among the messages of the next days when `old` becomes `new`. One query.

    None is a rule that is switched off.
    """
    last = now.today + datetime.timedelta(days=days)
    span, parameters = Span(now.today, last), {"named": NAMED}
    parts = {}
    for name, rule in (("before", old), ("after", new)):
        if rule is None:
            parts[name] = NOTHING
            continue
        statement, given = select(rule, now, span)
        given |= {"trigger": rule.pk, "passing": list(PASSING)}
        statement = SENT.format(due=once_each(rule, statement), only=NEW)
        parts[name] = re.sub(r"%\((\w+)\)s", rf"%({name}_\1)s", statement)
        parameters |= {f"{name}_{key}": value for key, value in given.items()}
    found: dict[str, tuple[int, list[str]]] = {}
    for what, number, name in _all(DIFFERENCE.format(**parts), parameters):
        found.setdefault(what, (number, []))[1].append(name)
    return Difference(found)


# The same columns, and no rows.
NOTHING = """
SELECT NULL::bigint AS subject_id, NULL::text AS occurrence, NULL::text AS recipient,
    NULL::bigint AS contact_id, NULL::bigint AS user_id, NULL::text AS email,
    NULL::date AS due_on WHERE false
"""


def unwarned_types(now: Setting) -> list[tuple[int, str]]:
    """(id, name) of pass types on sale, or with living passes, of which some would expire without
    any switched-on rule before it. Two queries.
    """
    warned_options: set[int] = set()
    warned_types: set[int | None] = set()
    rules = Trigger.objects.switched_on().filter(occasion="pass.expired", side=Side.BEFORE)
    for type_id, option_id in rules.values_list("pass_type_id", "options"):
        if option_id is None:
            warned_types.add(type_id)
        else:
            warned_options.add(option_id)
    if None in warned_types:
        return []
    found = {
        (type_id, name): None
        for type_id, name, option_id in _all(UNWARNED, {"today": now.today})
        if type_id not in warned_types and option_id not in warned_options
    }
    return list(found)


def options_of(trigger: Trigger) -> list[int]:
    """The ids of the options that it is about, which were fetched with it."""
    return sorted(option.pk for option in trigger.options.all())


def from_now(rule: Rule, now: Setting) -> Rule:
    """The rule as it would be if it was switched on now."""
    return dataclasses.replace(rule, since=now.at, due_since=now.at)


def _always(rule: Rule) -> Rule:
    """The rule without a beginning."""
    return dataclasses.replace(rule, since=None, due_since=None)


def _as_of(now: Setting, first: datetime.date) -> Setting:
    """The same on an earlier day: what is over by now wasn't then."""
    return dataclasses.replace(now, today=first)


def _rows(rule, now, span, only, after, limit, *, back=False) -> list[Planned]:
    statement, parameters = select(rule, now, span)
    way, than = ("DESC", "<") if back else ("ASC", ">")
    cursor = ""
    if after is not None:
        cursor = f"""AND (due.due_on, due.subject_id, due.recipient)
            {than} (%(after_day)s, %(after_subject)s, %(after_recipient)s)"""
        names = ("after_day", "after_subject", "after_recipient")
        parameters |= dict(zip(names, after, strict=True))
    statement = ROWS.format(due=once_each(rule, statement), only=only, after=cursor, way=way)
    return [
        Planned(*row) for row in _all(statement, parameters | _more(rule, now) | {"limit": limit})
    ]


def _by_day(rule, now, span, only) -> dict:
    statement, parameters = select(rule, now, span)
    statement = BY_DAY.format(due=once_each(rule, statement), only=only)
    return {
        day: (sent, skipped)
        for day, sent, skipped in _all(statement, parameters | _more(rule, now))
    }


def _more(rule: Rule, now: Setting) -> dict:
    return {"trigger": rule.pk, "passing": list(PASSING), "at": now.at}


def _all(statement: str, parameters: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()

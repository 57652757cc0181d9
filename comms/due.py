"""Who is owed which message, by which rule, when? One SELECT for one rule.

The same SELECT writes messages down, foretells them and finds out which of those that wait still
apply. It goes from the moments of an occasion (tms.occasions) to when a message about each is due,
to whoever it is for, to the state that it would begin in.
"""

import dataclasses
import datetime

from tms.occasions import Occasion

from .models import MessageState, Reason, Role, Side, TemplateKind
from .rules import Rule, Setting

# Whose name and address: a contact, somebody who works here, or an address as it stands.
PEOPLE = {
    Role.LEARNER: "SELECT '{role}', m.contact_id, NULL::bigint, NULL::text WHERE {told}",
    Role.OPPORTUNITY_CONTACT: "SELECT '{role}', m.contact_id, NULL::bigint, NULL::text",
    Role.MAIN_CONTACT: """SELECT '{role}', ac.main_contact_id, NULL::bigint, NULL::text
        FROM crm_account ac WHERE ac.id = m.account_id AND m.first_hand""",
    Role.OWNER: """SELECT '{role}', NULL::bigint, ac.owner_id, NULL::text
        FROM crm_account ac WHERE ac.id = m.account_id AND m.first_hand""",
    # Those chosen to teach one of its sessions who still are instructors.
    Role.INSTRUCTORS: """SELECT DISTINCT '{role}', i.id, NULL::bigint, NULL::text
        FROM catalog_session s JOIN crm_teaching g ON g.session_id = s.id
        JOIN crm_contact i ON i.id = g.contact_id AND i.is_instructor AND i.archived_at IS NULL
        WHERE s.event_id = m.event_id""",
    Role.ADDRESSES: """SELECT '{role}', NULL::bigint, NULL::bigint, x.address
        FROM unnest(%(addresses)s::text[]) AS x(address) WHERE m.first_hand""",
}

WANTS = {TemplateKind.REMINDER: "c.reminders", TemplateKind.ANNOUNCEMENT: "c.announcements"}


@dataclasses.dataclass(frozen=True)
class Span:
    """Which moments: those due from `first` to `last` (days), or those of some `subjects`."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    subjects: list[int] | None = None


def select(rule: Rule, setting: Setting, span: Span) -> tuple[str, dict]:
    """The SELECT and its parameters.

    Its columns: subject_kind, subject_id, occurrence, day, due_on, due_at, recipient, role,
    contact_id, user_id, address, account_id, email, reason ("" where nothing keeps it back). Where
    a rule has several roles, a person may come more than once: `once_each` keeps one.
    """
    occasion, more = rule.occasion, {}
    parameters = {
        "days": rule.days,
        "zone": setting.zone,
        "hour": setting.settings.send_at,
        "today": setting.today,
        "since": rule.since,
        "due_since": rule.due_since,
        "addresses": list(rule.addresses),
    }
    conditions = _conditions(rule, span, more)
    roles = " UNION ALL ".join(
        PEOPLE[role].format(role=role, told=_told(occasion)) for role in rule.audience
    )
    statement = f"""
    SELECT d.*, coalesce(
        'c' || d.contact_id, 'u' || d.user_id, 'a:' || lower(d.address), 'n') AS recipient,
        lower(coalesce(c.email, u.email, d.address)) AS email, {_reason(rule)} AS reason
    FROM (
        SELECT '{occasion.kind}' AS subject_kind, m.subject_id, m.occurrence, m.day,
            {_due_on(rule)} AS due_on, {_due_at(rule)} AS due_at, m.set_on, m.account_id,
            w.role, w.contact_id, w.user_id, w.address
        FROM ({_moments(occasion, conditions)}) m
        CROSS JOIN LATERAL ({roles}) AS w(role, contact_id, user_id, address)
    ) d
    LEFT JOIN crm_contact c ON c.id = d.contact_id
    LEFT JOIN tms_user u ON u.id = d.user_id
    LEFT JOIN comms_addresstrouble t
        ON lower(t.email) = lower(coalesce(c.email, u.email, d.address))
    WHERE {_after_all(rule)}
    """
    return statement, parameters | more


def moments(rule: Rule, span: Span) -> tuple[str, dict] | None:
    """No fewer rows than the SELECT of the rule has, and cheaper by far; None where nobody knows
    how many are written to about one moment.
    """
    if Role.INSTRUCTORS in rule.audience:
        return None
    more = {"each": len(rule.audience) + len(rule.addresses), "since": rule.since}
    conditions = _conditions(rule, span, more)
    occasion = rule.occasion
    return f"SELECT 1 FROM {occasion.source} {conditions}", more


def once_each(rule: Rule, statement: str) -> str:
    """The same SELECT with each person, and each address, once a happening: when they are first due
    a message about it, by the first role.
    """
    if len(rule.audience) == 1 and Role.ADDRESSES not in rule.audience:
        return statement
    roles = ", ".join(f"'{role}'" for role in rule.audience)
    return f"""
    SELECT DISTINCT ON (subject_id, occurrence, coalesce(email, recipient)) *
    FROM ({statement}) each_role
    ORDER BY subject_id, occurrence, coalesce(email, recipient), due_at,
        array_position(ARRAY[{roles}], role), recipient
    """


def _moments(occasion: Occasion, conditions: str) -> str:
    """The moments of an occasion, as columns of the same names for all."""
    return f"""
    SELECT {occasion.subject} AS subject_id, {occasion.occurrence} AS occurrence,
        {occasion.day} AS day, {occasion.at or "NULL::timestamptz"} AS at,
        {occasion.contact} AS contact_id, {occasion.account} AS account_id,
        {occasion.event} AS event_id, {occasion.set_on or "NULL::date"} AS set_on,
        {occasion.gone or "false"} AS gone, {occasion.first_hand or "true"} AS first_hand
    FROM {occasion.source} {conditions}
    """


def _conditions(rule: Rule, span: Span, parameters: dict) -> str:
    occasion, found = rule.occasion, []
    if span.first is not None:
        parameters["first"] = span.first - datetime.timedelta(days=rule.days)
        found.append(f"{occasion.day} >= %(first)s")
    if span.last is not None:
        parameters["last"] = span.last - datetime.timedelta(days=rule.days)
        found.append(f"{occasion.day} <= %(last)s")
    if span.subjects is not None:
        parameters["subjects"] = span.subjects
        found.append(f"{occasion.subject} = ANY(%(subjects)s)")
    if occasion.at and rule.since is not None:
        found.append(f"{occasion.at} >= %(since)s")
    for name, value in rule.narrowed.items():
        parameters[f"only_{name}"] = value if isinstance(value, list) else [value]
        found.append(f"{occasion.narrow[name]} = ANY(%(only_{name})s)")
    return "".join(f" AND {each}" for each in found)


def _told(occasion: Occasion) -> str:
    """Where the learner is told: not where another one has taken their place since."""
    return "NOT m.gone AND m.contact_id IS NOT NULL" if occasion.quiet_without else "NOT m.gone"


def _due_on(rule: Rule) -> str:
    return "m.day + %(days)s::int"


def _due_at(rule: Rule) -> str:
    if rule.at_once:
        return "m.at"
    # Of an hour that comes twice the first, where Postgres would take the second.
    wall = "(m.day + %(days)s::int + %(hour)s::time)"
    moment = f"{wall} AT TIME ZONE %(zone)s"
    earlier = f"(({wall} - interval '1 hour') AT TIME ZONE %(zone)s + interval '1 hour')"
    return f"""CASE WHEN {earlier} < {moment} AND {earlier} AT TIME ZONE %(zone)s = {wall}
        THEN {earlier} ELSE {moment} END"""


def _after_all(rule: Rule) -> str:
    return "d.due_at >= %(due_since)s" if rule.due_since is not None else "true"


def _reason(rule: Rule) -> str:
    """Why it isn't sent, by the first that applies."""
    cases = []
    if rule.occasion.ahead:
        # A day that had gone by when the date was set: no message by surprise, before or after.
        # Named once, as it is looked up as often as it is named.
        cases.append(("d.set_on > least(d.due_on - 1, d.day)", Reason.TOO_SHORT))
        if rule.side == Side.BEFORE:
            cases.append(("d.day < %(today)s", Reason.OVER))
    cases += [
        ("d.contact_id IS NULL AND d.user_id IS NULL AND d.address IS NULL", Reason.NOBODY),
        ("c.erased_at IS NOT NULL", Reason.ERASED),
        ("c.archived_at IS NOT NULL OR u.is_active IS FALSE", Reason.ARCHIVED),
    ]
    if rule.kind in WANTS:
        cases.append((f"{WANTS[rule.kind]} IS FALSE", Reason.OPTED_OUT))
    cases += [
        ("coalesce(c.email, u.email, d.address, '') = ''", Reason.NO_ADDRESS),
        ("t.id IS NOT NULL", Reason.BAD_ADDRESS),
    ]
    whens = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in cases)
    return f"CASE {whens} ELSE '' END"


def state_by(reason: str) -> str:
    """In which state a message begins that `reason` keeps back."""
    return MessageState.INVALID if reason == Reason.BAD_ADDRESS else MessageState.SKIPPED

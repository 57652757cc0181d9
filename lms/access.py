"""May this person open this item now, and why? The single place; every road goes through it.

It takes a live registration on the item, or on a path that holds it, and one right that carries
it: the registration's own (paid, free, given by staff) until its content ends; an active pass of
theirs that includes the item, whatever the content's end says; or the pass it was made through,
while it is active and theirs. A path opens its steps as parts of that path only. Rights are a set:
any valid one suffices, and the one shown is the one that lasts longest.
"""

import dataclasses
import datetime
import enum

from django.utils.translation import gettext as _

from tms.compiled import Statement
from tms.days import day_text


class State(enum.StrEnum):
    """What a right is on the day asked about."""

    ACTIVE = "active"
    CONTENT_ENDED = "content_ended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    MOVED = "moved"
    NOT_STARTED = "not_started"


class Reason(enum.StrEnum):
    """Why it opens (pass, registration), or why not."""

    PASS = "pass"  # noqa: S105
    REGISTRATION = "registration"
    OFFERED = "offered"
    NEVER = "never"
    CONTENT_ENDED = "content_ended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    MOVED = "moved"
    NOT_STARTED = "not_started"


@dataclasses.dataclass(frozen=True)
class Right:
    """One right of a contact to an item, valid or over. `until` None: for good.

    `registration_id` None: a pass that includes the item without any registration.
    """

    state: State
    until: datetime.date | None
    registration_id: int | None
    paid_by: str = ""
    pass_id: int | None = None
    pass_type: str = ""
    slug: str = ""
    starts_on: datetime.date | None = None
    cancelled_on: datetime.date | None = None

    @property
    def valid(self) -> bool:
        return self.state is State.ACTIVE

    @property
    def comes(self) -> bool:
        """Valid, or to be so once its pass starts."""
        return self.state in {State.ACTIVE, State.NOT_STARTED}

    def opens_on(self, day: datetime.date) -> bool:
        """Would it be valid on `day`, from the day it was asked about on?"""
        begun = self.starts_on is None or self.starts_on <= day
        return self.comes and begun and day <= self.lasts

    @property
    def lasts(self) -> datetime.date:
        """For comparing how long: what has no end lasts longest."""
        return self.until or datetime.date.max

    @property
    def ended_on(self) -> datetime.date:
        """When it ended, for one that did: a cancelled pass on the day it was cancelled."""
        return min(self.cancelled_on or self.lasts, self.lasts)


@dataclasses.dataclass(frozen=True)
class Answer:
    """May they, and why? `right` is the one that carries it, or the last one that did.

    `offer` is the right by pass that `Access Now` would use, when there is no registration.
    `rights` are all of them, the longest first.
    """

    open: bool
    reason: Reason
    until: datetime.date | None = None
    right: Right | None = None
    offer: Right | None = None
    registered: bool = False
    rights: tuple[Right, ...] = ()

    @property
    def registration_id(self) -> int | None:
        return self.right.registration_id if self.right else None

    @property
    def sentence(self) -> str:
        """The reason, told to the learner."""
        return _sentence(self)

    @property
    def ground(self) -> str:
        """What it rests on, told to staff: through Leadership Library until 22 November 2027."""
        return _ground(self)


# For each wanted (contact, item, perhaps one event of it): every right, valid or not. Each part
# finds its few rows by an index from the one before: nothing grows with passes, items or events.
RIGHTS = """
SELECT rights.* FROM (
WITH wanted AS (
    SELECT w.n, w.contact_id, coalesce(w.item_id, e.course_id) AS item_id, w.event_id
    FROM {wanted} AS w (contact_id, item_id, event_id, n)
    LEFT JOIN catalog_event e ON e.id = w.event_id
), live AS MATERIALIZED (  -- what those people are registered on
    SELECT r.id, r.contact_id, r.paid_by, r.content_until, r.used_pass_id, r.path_id,
           r.event_id, e.course_id, e.type AS event_type, up.path_id AS part_of
    FROM lms_registration r
    LEFT JOIN catalog_event e ON e.id = r.event_id
    LEFT JOIN lms_registration up
        ON up.id = r.path_registration_id AND up.cancelled_at IS NULL
    WHERE r.cancelled_at IS NULL AND r.contact_id IN (SELECT w.contact_id FROM wanted w)
), bears AS (  -- and which of it bears on what is wanted
    SELECT w.n, w.contact_id, w.item_id, r.id, r.paid_by, r.content_until, r.used_pass_id,
           r.event_id, r.event_type, r.part_of
    FROM wanted w
    JOIN live r ON r.contact_id = w.contact_id AND r.course_id = w.item_id
        AND (w.event_id IS NULL OR w.event_id = r.event_id)
    UNION ALL
    SELECT w.n, w.contact_id, w.item_id, r.id, r.paid_by, r.content_until, r.used_pass_id,
           NULL, NULL, NULL
    FROM wanted w
    JOIN live r ON r.contact_id = w.contact_id AND r.path_id = w.item_id
    UNION ALL
    SELECT w.n, w.contact_id, w.item_id, r.id, r.paid_by, r.content_until, r.used_pass_id,
           w.event_id, NULL, r.path_id
    FROM wanted w
    JOIN live r ON r.contact_id = w.contact_id
    JOIN catalog_step s ON s.path_id = r.path_id AND s.course_id = w.item_id
), holds AS MATERIALIZED (  -- their passes, by what they include
    SELECT p.contact_id, p.pass_type_id, array_agg(p.id) AS passes
    FROM passes_pass p
    WHERE p.contact_id IN (SELECT w.contact_id FROM wanted w)
    GROUP BY p.contact_id, p.pass_type_id
), opened AS (
    SELECT b.n, b.contact_id, b.id, b.paid_by, h.passes
    FROM bears b
    JOIN holds h ON h.contact_id = b.contact_id
    CROSS JOIN LATERAL (
        SELECT FROM passes_inclusion i
        WHERE i.pass_type_id = h.pass_type_id AND i.event_id = b.event_id
        UNION ALL
        SELECT FROM passes_inclusion i
        WHERE i.pass_type_id = h.pass_type_id AND i.item_id = b.part_of
        UNION ALL
        SELECT FROM passes_inclusion i
        WHERE i.pass_type_id = h.pass_type_id AND i.item_id = b.item_id
              AND (i.event_types = '{}' OR b.event_type = ANY(i.event_types))
    ) AS included
    UNION ALL  -- what would be offered
    SELECT w.n, w.contact_id, NULL, '', h.passes
    FROM wanted w
    JOIN holds h ON h.contact_id = w.contact_id
    CROSS JOIN LATERAL (
        SELECT FROM passes_inclusion i
        WHERE i.pass_type_id = h.pass_type_id AND i.item_id = w.item_id
              AND (i.event_types = '{}' OR EXISTS (
                  SELECT FROM catalog_event o
                  WHERE o.course_id = w.item_id AND o.status = 'open'
                    AND o.type = ANY(i.event_types)
                    AND (w.event_id IS NULL OR w.event_id = o.id)))
        UNION ALL
        SELECT FROM catalog_event o
        JOIN passes_inclusion i ON i.event_id = o.id AND i.pass_type_id = h.pass_type_id
        WHERE o.course_id = w.item_id AND o.status = 'open'
              AND (w.event_id IS NULL OR w.event_id = o.id)
    ) AS included
), carried AS (
    SELECT b.n, b.contact_id, b.id, b.paid_by, b.used_pass_id AS pass_id
    FROM bears b WHERE b.paid_by = 'pass'
    UNION
    SELECT o.n, o.contact_id, o.id, o.paid_by, unnest(o.passes)
    FROM opened o
)
SELECT b.n,
       CASE WHEN b.content_until < %(on)s THEN 'content_ended' ELSE 'active' END,
       b.content_until, b.id, b.paid_by, NULL::bigint, '', '', NULL::date, NULL::date
FROM bears b WHERE b.paid_by <> 'pass'
UNION ALL
SELECT c.n,
       CASE WHEN p.contact_id IS DISTINCT FROM c.contact_id THEN 'moved'
            WHEN p.cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN p.expires_on < %(on)s THEN 'expired'
            WHEN p.starts_on > %(on)s THEN 'not_started'
            ELSE 'active' END,
       p.expires_on, c.id, c.paid_by, p.id, t.name, t.slug, p.starts_on,
       (p.cancelled_at AT TIME ZONE (SELECT time_zone FROM tms_organisation))::date
FROM carried c
JOIN passes_pass p ON p.id = c.pass_id
JOIN passes_passtype t ON t.id = p.pass_type_id
) AS rights
"""
# Asked for one, the planner has to see that it is one: what it thinks of a list of any length is
# dearer than planning anew, and then it plans anew each time.
RIGHTS_TO_ONE = Statement(
    RIGHTS.replace(
        "{wanted}", "(VALUES (%(contact)s::bigint, %(item)s::bigint, %(event)s::bigint, 1))"
    )
)
RIGHTS_TO_MANY = Statement(
    RIGHTS.replace(
        "{wanted}",
        "unnest(%(contacts)s::bigint[], %(items)s::bigint[], %(events)s::bigint[]) WITH ORDINALITY",
    )
)


def answer(
    contact_id: int,
    *,
    course: int | None = None,
    event: int | None = None,
    path: int | None = None,
    on: datetime.date,
) -> Answer:
    """May this contact open this one (an id each) on the day `on`? One statement."""
    return _answers([(contact_id, course or path, event)], on)[0]


def answers(contact_id: int, item_ids, on: datetime.date) -> dict[int, Answer]:
    """The answer for each course or path. One statement, whatever the number."""
    item_ids = list(item_ids)
    found = _answers([(contact_id, item_id, None) for item_id in item_ids], on)
    return dict(zip(item_ids, found, strict=True))


def answers_of_many(pairs, on: datetime.date) -> dict[tuple[int, int], Answer]:
    """The answer for each (contact, course or path) of `pairs`. One statement."""
    pairs = list(dict.fromkeys(pairs))
    found = _answers([(contact_id, item_id, None) for contact_id, item_id in pairs], on)
    return dict(zip(pairs, found, strict=True))


def changes_on(answer: Answer, on: datetime.date) -> datetime.date | None:
    """The first day after `on` on which the answer is the other one, as things stand; or None.

    A pass to come takes over from one that ends, and what is shut now may open with it.
    """
    carried = [right for right in answer.rights if right.registration_id and right.comes]
    days = {right.starts_on for right in carried if right.starts_on}
    days |= {right.until + datetime.timedelta(days=1) for right in carried if right.until}
    for day in sorted(each for each in days if each > on):
        if any(right.opens_on(day) for right in carried) != answer.open:
            return day
    return None


def _answers(wanted, on) -> list[Answer]:
    if not wanted:
        return []
    if len(wanted) == 1:
        contact, item, event = wanted[0]
        rows = RIGHTS_TO_ONE(contact=contact, item=item, event=event, on=on)
    else:
        # A list of unknown length is planned as one of ten; a shorter one, being cheaper than that,
        # would be planned anew each time, which costs more than all of its answers.
        padded = [*wanted, *[(None, None, None)] * (10 - len(wanted))]
        contacts, items, events = (list(column) for column in zip(*padded, strict=True))
        rows = RIGHTS_TO_MANY(contacts=contacts, items=items, events=events, on=on)
    rights: list[list[Right]] = [[] for _each in wanted]
    for n, state, *particulars in rows:
        rights[n - 1].append(Right(State(state), *particulars))
    return [_judge(each) for each in rights]


def _judge(rights: list[Right]) -> Answer:
    """The rule. At the same end a registration's own right comes before a pass, then by id."""
    rights.sort(key=lambda right: (right.pass_id or 0, right.registration_id or 0))
    rights.sort(key=lambda right: right.lasts, reverse=True)
    carried = [right for right in rights if right.registration_id]
    valid = next((right for right in carried if right.valid), None)
    common = {"registered": bool(carried), "rights": tuple(rights)}
    if valid:
        reason = Reason.PASS if valid.pass_id else Reason.REGISTRATION
        return Answer(True, reason, valid.until, valid, **common)
    offer = next((right for right in rights if right.valid), None)
    if offer:
        return Answer(False, Reason.OFFERED, offer.until, carried[0] if carried else None, offer,
                      **common)  # fmt: skip
    ended = _last(carried or rights)
    if ended:
        return Answer(False, Reason(ended.state), ended.until, ended, **common)
    return Answer(False, Reason.NEVER, **common)


def _last(rights: list[Right]) -> Right | None:
    """The right to speak of when none is valid: one to come, or the one that ended last.

    A pass that went to somebody else is spoken of only when there is nothing else to say.
    """
    # What is to come ends later than whatever has ended.
    told = sorted(rights, key=lambda right: right.ended_on, reverse=True)
    return min(told, key=lambda right: right.state is State.MOVED, default=None)


def _sentence(answer: Answer) -> str:
    right = answer.offer or answer.right
    match answer.reason:
        case Reason.PASS | Reason.OFFERED:
            return _("Included in your %(pass_type)s until %(day)s.") % {
                "pass_type": right.pass_type,
                "day": day_text(right.until),
            }
        case Reason.REGISTRATION if right.until:
            return _("You have it until %(day)s.") % {"day": day_text(right.until)}
        case Reason.REGISTRATION:
            return _("You have it for good.")
        case Reason.EXPIRED:
            return _("Your pass expired on %(day)s.") % {"day": day_text(right.until)}
        case Reason.CANCELLED:
            return _("Your pass was cancelled on %(day)s.") % {"day": day_text(right.ended_on)}
        case Reason.MOVED:
            return _("The pass you used for it is no longer assigned to you.")
        case Reason.NOT_STARTED:
            return _("Your %(pass_type)s starts on %(day)s.") % {
                "pass_type": right.pass_type,
                "day": day_text(right.starts_on),
            }
        case Reason.CONTENT_ENDED:
            return _("Your access ended on %(day)s.") % {"day": day_text(right.until)}
    return _("You are not registered for it.")


def _ground(answer: Answer) -> str:
    right = answer.offer or answer.right
    words = {}
    if right and right.until:
        words = {"pass_type": right.pass_type, "day": day_text(right.until)}
    match answer.reason:
        case Reason.PASS:
            return _("through %(pass_type)s until %(day)s") % words
        case Reason.REGISTRATION if right.until:
            return _("as registered, until %(day)s") % words
        case Reason.REGISTRATION:
            return _("as registered, for good")
        case Reason.OFFERED:
            return _("not registered; %(pass_type)s would open it until %(day)s") % words
        case Reason.EXPIRED:
            return _("%(pass_type)s expired on %(day)s") % words
        case Reason.CANCELLED:
            return _("%(pass_type)s was cancelled on %(day)s") % {
                **words,
                "day": day_text(right.ended_on),
            }
        case Reason.MOVED:
            return _("%(pass_type)s is assigned to somebody else") % words
        case Reason.NOT_STARTED:
            return _("%(pass_type)s starts on %(day)s") % {
                **words,
                "day": day_text(right.starts_on),
            }
        case Reason.CONTENT_ENDED:
            return _("content ended on %(day)s") % words
    return _("not registered")

"""Which seats are taken, and which does this release?

`Event.taken` changes here alone, in one statement. Locks: accounts, contacts, passes, events, each
by id, then registrations.
"""

from collections import Counter

from django.db import connection
from django.db.models import F, Q

from catalog.models import Event, EventStatus
from tms import journal
from tms.consequences import Consequence, Fact

from . import effects, paying
from .models import Registration


def take(event_id: int) -> bool:
    """Take a seat on an open event, or say no: one statement, so that the last is taken once."""
    return bool(
        Event.objects.filter(pk=event_id, status=EventStatus.OPEN)
        .filter(Q(capacity=None) | Q(taken__lt=F("capacity")))
        .update(taken=F("taken") + 1)
    )


def give_back(event_ids) -> None:
    """Free a seat for each of `event_ids` (one may come several times). One statement."""
    seats = Counter(event_ids)
    if not seats:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_event e SET taken = e.taken - f.seats "
            "FROM unnest(%s::bigint[], %s::int[]) AS f (id, seats) WHERE e.id = f.id",
            [list(seats), list(seats.values())],
        )


def lock_events(event_ids) -> None:
    """Lock the events in the order of their ids, against bookings and changes."""
    ids = {event_id for event_id in event_ids if event_id}
    if ids:
        list(
            Event.objects.select_for_update(no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
            .values_list("pk")
        )


def end(registration_ids, *, at, on, by, reason="", operation="") -> list[Registration]:
    """Cancel those of them that are live, free their seats, write it down. Events are locked.

    Four statements, whatever the number.
    """
    ended = list(
        Registration.objects.select_for_update(of=("self",))
        .live()
        .filter(pk__in=registration_ids)
        .order_by("pk")
    )
    Registration.objects.filter(pk__in=[each.pk for each in ended]).update(
        cancelled_at=at, version=F("version") + 1
    )
    give_back(each.event_id for each in ended if each.event_id)
    journal.write_all(
        journal.row(
            "registration.cancelled",
            each.pk,
            account_id=each.account_id,
            contact_id=each.contact_id,
            before={"event": each.event_id, "path": each.path_id, "paid_by": each.paid_by},
            at=at,
            on=on,
            by=by,
            reason=reason,
            operation=operation,
        )
        for each in ended
    )
    for each in ended:
        each.cancelled_at = at
        each.version += 1
    return ended


# The live registrations that were made through the passes `subjects` and which these no longer
# carry: the pass was cancelled, is with somebody else, or ends before the event begins. Beside
# each, what else would carry it: the longest other pass of theirs, or a path that was paid for.
UNCOVERED = """
SELECT r.id, r.event_id, r.contact_id, r.used_pass_id,
       e.first_on IS NOT NULL AND coalesce(e.starts_at > %(at)s, e.first_on > %(on)s) AS to_come,
       other.id AS other_pass_id, paid.id AS paid_path_id, paid.paid_by AS path_paid_by
FROM lms_registration r
JOIN passes_pass u ON u.id = r.used_pass_id
LEFT JOIN catalog_event e ON e.id = r.event_id
LEFT JOIN lms_registration up ON up.id = r.path_registration_id AND up.cancelled_at IS NULL
LEFT JOIN LATERAL (
    SELECT p.id FROM passes_pass p
    WHERE p.contact_id = r.contact_id AND p.cancelled_at IS NULL
      AND p.starts_on <= %(on)s AND p.expires_on >= greatest(%(on)s, e.first_on)
      AND EXISTS (
          SELECT 1 FROM passes_inclusion i
          WHERE i.pass_type_id = p.pass_type_id
            AND (i.event_id = e.id OR i.item_id = r.path_id OR i.item_id = up.path_id
                 OR i.item_id = e.course_id
                    AND (i.event_types = '{}' OR e.type = ANY(i.event_types))))
    ORDER BY p.expires_on DESC, p.id
    LIMIT 1
) other ON true
LEFT JOIN LATERAL (
    SELECT q.id, q.paid_by FROM lms_registration q
    JOIN catalog_step s ON s.path_id = q.path_id AND s.course_id = e.course_id
    WHERE q.contact_id = r.contact_id AND q.cancelled_at IS NULL AND q.paid_by <> 'pass'
      AND (q.content_until IS NULL OR q.content_until >= greatest(%(on)s, e.first_on))
    ORDER BY q.content_until DESC NULLS FIRST, q.id
    LIMIT 1
) paid ON true
WHERE r.used_pass_id = ANY(%(passes)s) AND r.cancelled_at IS NULL
  AND (u.cancelled_at IS NOT NULL OR u.contact_id IS DISTINCT FROM r.contact_id
       OR u.expires_on < %(on)s
       OR (u.expires_on < e.first_on AND coalesce(e.starts_at > %(at)s, e.first_on > %(on)s)))
ORDER BY r.id
"""


def release_uncovered(fact: Fact) -> list[Consequence]:
    """What a fact takes from learners: carried out, and told. A constant number of statements.

    Passes that were cancelled, reassigned or shortened: places booked through them on events not
    yet begun are released, unless another pass (the longest; the place is then booked through it)
    or payment covers them. What has begun, and content, stays on record; the access rule closes
    it. An event that was cancelled: all of its places. Training taken out of a pass type, a step
    out of a path: nothing is released, it closes for those with no other right.
    """
    match fact.kind:
        case "pass.cancelled" | "pass.reassigned" | "pass.unassigned" | "pass.shortened":
            return _passes_lost(fact)
        case "event.cancelled":
            return _events_lost(fact)
        case "pass_type.training_removed":
            return effects.training_closed(fact)
        case "item.step_removed":
            return effects.step_removed(fact)
        case "item.archived":
            return effects.archived(fact)
    return []


def _passes_lost(fact: Fact) -> list[Consequence]:
    made = list(
        Registration.objects.live().filter(used_pass__in=fact.subjects).values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, {"passes": list(fact.subjects), "on": fact.on, "at": fact.at})
        columns = [column.name for column in cursor.description]
        uncovered = [dict(zip(columns, row, strict=True)) for row in cursor]
    lost = [
        row
        for row in uncovered
        if row["to_come"] and not row["other_pass_id"] and not row["paid_path_id"]
    ]
    lock_events(row["event_id"] for row in lost)
    _carry_over([row for row in uncovered if row["other_pass_id"] or row["paid_path_id"]], fact)
    ended = end(
        [row["id"] for row in lost],
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )
    return effects.passes_ended(fact, made, {each.pk for each in ended})


def _carry_over(rows, fact: Fact) -> None:
    """Let another pass, or the path that was paid for, carry these places from now on."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lms_registration r "
            "SET used_pass_id = c.pass_id, version = r.version + 1, "
            "    paid_by = CASE WHEN c.pass_id IS NULL THEN c.paid_by ELSE r.paid_by END, "
            "    path_registration_id = CASE WHEN c.pass_id IS NULL THEN c.path_id "
            "                                ELSE r.path_registration_id END "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) "
            "     AS c (id, pass_id, path_id, paid_by) WHERE r.id = c.id",
            [
                [row["id"] for row in rows],
                [row["other_pass_id"] for row in rows],
                [row["paid_path_id"] for row in rows],
                [row["path_paid_by"] for row in rows],
            ],
        )
    journal.write_all(
        journal.row(
            "registration.moved",
            row["id"],
            contact_id=row["contact_id"],
            before={"pass": row["used_pass_id"]},
            after={"pass": row["other_pass_id"]}
            if row["other_pass_id"]
            else {"path_registration": row["paid_path_id"]},
            at=fact.at,
            on=fact.on,
            by=fact.by,
            reason=fact.reason,
            operation=fact.operation,
        )
        for row in rows
    )


def hold_payers(kind: str, subjects: tuple[int, ...]) -> None:
    """Whose tokens come back when these events are cancelled: accounts are locked before events."""
    if kind == "event.cancelled":
        live = Registration.objects.live().filter(event__in=subjects)
        paying.hold_accounts_of(live.values("pk"))


def _events_lost(fact: Fact) -> list[Consequence]:
    """All places of the events go, and what was paid for them in tokens comes back.

    Who booked between `hold_payers` and now may hold an account that waits for the event: that one
    isn't waited for, and it is tried again.
    """
    lock_events(fact.subjects)
    ids = list(
        Registration.objects.live().filter(event__in=fact.subjects).values_list("pk", flat=True)
    )
    paying.hold_accounts_of(ids, wait=False)
    ended = end(
        ids,
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )
    back = paying.give_back(
        ended, at=fact.at, on=fact.on, by=fact.by, reason=fact.reason, operation=fact.operation
    )
    return effects.places_cancelled(ids, fact.on) + paying.told_back(back)

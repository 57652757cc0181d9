"""Which seats are taken, and which does this release?

`Event.taken` changes here, in one statement, and where a place that comes free goes to who waits
for it (`lms.waiting`). Locks: accounts, contacts, passes, events, each by id, then registrations.
"""

import datetime
from collections import Counter

from django.db import connection, transaction
from django.db.models import F, Q

from catalog.models import Event, EventStatus
from tms import clock, journal
from tms.consequences import Consequence, Fact
from tms.models import Organisation

from . import billing, carriers, effects, letters, moved, paying, waiting
from .models import Payment, Registration


def take(event: Event, seats: int = 1, *, at: datetime.datetime) -> bool:
    """Take so many seats on an open event, or say no: one statement, the last is taken once.

    No, too, if it begins on another day than whoever books was told. Before a no, seats are freed
    that were held for payments until before `at`: three statements more.
    """
    return _take(event, seats) or (free_lapsed(at, event.pk) > 0 and _take(event, seats))


def free_lapsed(at: datetime.datetime, event_id: int | None = None) -> int:
    """Free the seats of payments that were not made in time, of one event or of all; how many.

    Whoever is being paid for right now is not waited for.
    """
    rows = Payment.objects.lapsed(at).select_for_update(skip_locked=True, of=("self",))
    if event_id:
        rows = rows.filter(event=event_id)
    with transaction.atomic():
        found = list(rows.order_by("pk").values_list("pk", "event_id"))
        if found:
            ids = [pk for pk, _event in found]
            Payment.objects.filter(pk__in=ids).update(holds_seat=False, version=F("version") + 1)
            lock_events(event for _pk, event in found)
            site = Organisation.objects.filter(pk=1).first() or Organisation()
            on = clock.day_of(at, site.time_zone)
            give_back((event for _pk, event in found), at=at, on=on, by=None)
    return len(found)


def _take(event: Event, seats: int) -> bool:
    return bool(
        Event.objects.filter(pk=event.pk, status=EventStatus.OPEN, first_on=event.first_on)
        .filter(Q(capacity=None) | Q(capacity__gte=F("taken") + seats))
        .update(taken=F("taken") + seats)
    )


def give_back(event_ids, *, at, on, by, operation="") -> None:
    """Free a seat for each of `event_ids` (one may come several times), and offer it to who waits
    for one. Two statements where nobody waits.
    """
    seats = Counter(event_ids)
    if not seats:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_event e SET taken = e.taken - f.seats "
            "FROM unnest(%s::bigint[], %s::int[]) AS f (id, seats) WHERE e.id = f.id",
            [list(seats), list(seats.values())],
        )
    waiting.pass_on(seats, at=at, on=on, by=by, operation=operation)


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


def end(
    registration_ids, *, at, on, by, reason="", operation="", called_off=False
) -> list[Registration]:
    """Cancel those of them that are live, free their seats, write it down. Events are locked.
    `called_off`: as their event was.

    Five statements, whatever the number, where nobody waits for the seats.
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
    seats = [each.event_id for each in ended if each.event_id]
    give_back(seats, at=at, on=on, by=by, operation=operation)
    journal.write_all(
        journal.row(
            "registration.cancelled",
            each.pk,
            account_id=each.account_id,
            contact_id=each.contact_id,
            before={"event": each.event_id, "path": each.path_id, "paid_by": each.paid_by},
            after={"called_off": True} if called_off else None,
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


def release_uncovered(fact: Fact) -> list[Consequence]:
    """What a fact takes from learners: carried out, and told. A constant number of statements.

    Passes that were cancelled, reassigned or shortened: places booked through them on events not
    yet begun are released, unless another pass (the longest; the place is then booked through it)
    or payment covers them. What has begun, and content, stays on record; the access rule closes
    it. An event that was cancelled: its places, but for what is completed. An event that was moved
    beyond the pass: the place is kept. Training taken out of a pass type, a step out of a path:
    nothing is released, it closes for those with no other right.
    """
    match fact.kind:
        case "pass.cancelled" | "pass.reassigned" | "pass.unassigned" | "pass.shortened":
            return _passes_lost(fact)
        case "event.cancelled":
            return _events_lost(fact)
        case "event.moved":
            return moved.beyond_passes(fact, fact.data["first_on"])
        case "organisation.zone_changed":
            return moved.beyond_passes(fact)
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
    uncovered = carriers.rows(
        carriers.UNCOVERED, {"passes": list(fact.subjects), "on": fact.on, "at": fact.at}
    )
    lost = [
        row
        for row in uncovered
        if row["to_come"] and not row["other_pass_id"] and not row["paid_path_id"]
    ]
    lock_events(row["event_id"] for row in lost)
    carriers.carry_over(
        [row for row in uncovered if row["other_pass_id"] or row["paid_path_id"]], fact
    )
    ended = end(
        [row["id"] for row in lost],
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )
    return effects.passes_ended(fact, made, {each.pk for each in ended})


def hold_payers(kind: str, subjects: tuple[int, ...]) -> None:
    """Whose tokens come back when these events are cancelled: accounts are locked before events."""
    if kind == "event.cancelled":
        live = Registration.objects.live().filter(event__in=subjects, completed_at=None)
        paying.hold_accounts_of(live.values("pk"))
        billing.hold_accounts_of(live.values("pk"))


def _events_lost(fact: Fact) -> list[Consequence]:
    """The places of the events go, and what was paid for them in tokens comes back; what was billed
    is named. What is completed stays as it is.

    Who booked between `hold_payers` and now may hold an account that waits for the event: that one
    isn't waited for, and it is tried again.
    """
    lock_events(fact.subjects)
    there = Registration.objects.live().filter(event__in=fact.subjects)
    # Locked before it is asked what is completed: whoever completes it right now comes first.
    rows = list(there.select_for_update(of=("self",)).order_by("pk"))
    ids = [each.pk for each in rows if each.completed_at is None]
    kept = [each.pk for each in rows if each.completed_at]
    paying.hold_accounts_of(ids, wait=False)
    if fact.data.get("credit"):
        billing.hold_accounts_of(ids, wait=False)
    ended = end(
        ids,
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
        called_off=True,
    )
    back = paying.give_back(
        ended, at=fact.at, on=fact.on, by=fact.by, reason=fact.reason, operation=fact.operation
    )
    told = effects.places_cancelled(ids, fact.on) + paying.told_back(back)
    if fact.data.get("credit"):
        who = {"at": fact.at, "on": fact.on, "by": fact.by, "operation": fact.operation}
        for each in ended:
            told += billing.credit(each, reason=fact.reason, **who)
    billed = billing.uncredited(ended)
    if fact.data.get("tell"):
        told += letters.called_off_later(ended, on=fact.on)
    told += billing.told_billed(billed)
    return told + (effects.places_completed(kept, fact.on) if kept else [])

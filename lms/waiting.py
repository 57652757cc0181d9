"""Who waits for a place on a full event, and who is offered the freed one?

One line an event, in the order of joining. A place that comes free is offered to the first in line
in the same transaction: its seat stays taken (`Event.taken`), so that the shop sees none, until
they book it, let it go, or the time is over; then it goes to the next. An offer ends by the clock:
whoever comes next, a booking, somebody who joins or the tick, passes it on. Locks: contact, event,
then the line.
"""

import datetime
from collections import defaultdict

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, ItemStatus
from crm.models import Contact
from tms import journal
from tms.compiled import Rows
from tms.consequences import Consequence, Fact
from tms.models import Organisation
from tms.refusals import Refusal

from . import effects, opening
from .models import Registration, WaitEnd, Waiting

# Verbs


@transaction.atomic
def join(
    contact: Contact,
    event: Event,
    *,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Waiting:
    """Put the contact at the end of the line; who stands in it already keeps their place.

    Raises Refusal when the event has a free place, can't be booked (any more), or when they are
    registered.
    """
    list(Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).values_list("pk"))
    if contact.archived_at:
        raise Refusal(
            _("%(name)s is archived. Restore them first.") % {"name": contact.name},
            field="contact",
        )
    event = _locked(event.pk)
    if why := opening.why_not_open(event, on):
        raise Refusal(why)
    if event.course.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": event.course.title})
    if Registration.objects.live().filter(contact=contact, event=event).exists():
        raise Refusal(
            _("%(name)s is registered already.") % {"name": contact.name}, field="contact"
        )
    if found := Waiting.objects.live().filter(contact=contact, event=event).first():
        return found
    if event.seats_left != 0:
        raise Refusal(_("This date has a free place. Register for it instead."))
    made = Waiting.objects.create(contact=contact, event=event, joined_at=at)
    who = {"at": at, "on": on, "by": by, "operation": operation}
    journal.write(
        "waiting.joined", made.pk, contact_id=contact.pk, after={"event": event.pk}, **who
    )
    # What an offer that is over kept taken may be theirs at once.
    pass_on([event.pk], **who)
    made.refresh_from_db()
    return made


@transaction.atomic
def leave(
    waiting_id: int,
    *,
    contact: Contact | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> Waiting:
    """Go out of the line: the learner (`contact`) of their own accord, otherwise by staff.

    The place on offer goes to the next. Who is out already stays out. Raises Refusal for somebody
    else's.
    """
    found = Waiting.objects.filter(pk=waiting_id).first()
    if found is None or (contact and found.contact_id != contact.pk):
        raise Refusal(_("This place in line is no longer there. Load the page again."))
    _locked(found.event_id)
    found = Waiting.objects.select_for_update(of=("self",)).get(pk=waiting_id)
    if not found.outcome:
        who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
        _end([found], WaitEnd.LEFT if contact else WaitEnd.REMOVED, **who)
        pass_on([found.event_id], at=at, on=on, by=by, operation=operation)
    return found


@transaction.atomic
def offer_next(event: Event, *, at, on, by, operation: str = "") -> Waiting:
    """`Offer the next place`, by hand: to the first in line, after the registration deadline too.

    Raises Refusal when no place is free, nobody waits, or the event has begun or isn't open.
    """
    event = _locked(event.pk)
    pass_on([event.pk], at=at, on=on, by=by, operation=operation)
    event.refresh_from_db()
    if event.seats_left == 0:
        raise Refusal(_("No place is free. Raise the maximum, or wait for a cancellation."))
    first = _in_line(Waiting.objects.filter(event=event)).select_for_update(of=("self",)).first()
    if first is None:
        raise Refusal(_("Nobody waits for a place."))
    until = _until(event, at, by_hand=True)
    if event.status != EventStatus.OPEN or until <= at:
        raise Refusal(_("This event has begun, or is not open. Places are no longer offered."))
    _offer([(first, until)], at=at, on=on, by=by, operation=operation)
    return first


# What follows from others' verbs


def pass_on(event_ids, *, at, on, by, reason: str = "", operation: str = "") -> None:
    """Offer what is free on these events to who is first in line; what was offered too long before
    goes on, too. The events are locked. One statement where nobody waits.
    """
    lines = defaultdict(list)
    rows = Waiting.objects.live().filter(event__in=set(event_ids)).select_for_update(of=("self",))
    for each in rows.select_related("contact").order_by("event_id", "pk"):
        lines[each.event_id].append(each)
    if not lines:
        return
    who = {"at": at, "on": on, "by": by, "operation": operation}
    for event in Event.objects.filter(pk__in=lines).order_by("pk"):
        line = lines[event.pk]
        if _over(event, at, on):
            _end(line, WaitEnd.CLOSED, **who)
            continue
        _end([each for each in line if each.contact.archived_at], WaitEnd.REMOVED, **who)
        late = [each for each in line if each.offered_until and each.offered_until <= at]
        _end([each for each in late if not each.outcome], WaitEnd.LAPSED, **who)
        event.refresh_from_db(fields=["taken"])
        until = _until(event, at)
        waits = [each for each in line if not each.outcome and each.offered_at is None]
        if waits and until > at and not opening.why_not_open(event, on):
            first = waits[: event.seats_left]  # no maximum: None, all of them
            _offer([(each, until) for each in first], **who)


def due(*, at: datetime.datetime, on: datetime.date) -> list[int]:
    """The events with an offer that is over, or with a line though they have begun."""
    late = Q(offered_until__lte=at) | Q(event__starts_at__lte=at) | Q(event__first_on__lt=on)
    found = Waiting.objects.live().filter(late).order_by().values_list("event", flat=True)
    return sorted(found.distinct())


def tick(*, at: datetime.datetime, on: datetime.date) -> int:
    """Pass on what is due, each event in a transaction of its own; how many there were."""
    events = due(at=at, on=on)
    for event_id in events:
        with transaction.atomic():
            _locked(event_id)
            pass_on([event_id], at=at, on=on, by=None)
    return len(events)


def follow(fact: Fact) -> list[Consequence]:
    """More seats, or a later deadline: offered to the line. An event called off: its line ends."""
    who = {"at": fact.at, "on": fact.on, "by": fact.by, "operation": fact.operation}
    if fact.kind == "event.seats_changed":
        pass_on(fact.subjects, **who)
    elif fact.kind == "event.cancelled":
        rows = Waiting.objects.live().filter(event__in=fact.subjects).order_by("pk")
        line = list(rows.select_for_update(of=("self",)).select_related("contact"))
        _end(line, WaitEnd.CLOSED, reason=fact.reason, **who)
        names = (each.contact.name for each in line)
        return effects.group("closes", _("People on the waiting list, which ends"), names)
    return []


def of(contact: Contact, event: Event) -> Waiting | None:
    """The contact's place in the line, with the event locked; None: they aren't in it."""
    mine = Waiting.objects.live().filter(contact=contact, event=event)
    if not mine.exists():
        return None
    _locked(event.pk)
    return mine.first()


def keep_until(found: Waiting, until: datetime.datetime) -> None:
    """The place on offer is being paid for: it stays on offer until then at least."""
    if found.offered_until and found.offered_until < until:
        found.offered_until = until
        found.save(update_fields=["offered_until"])


def booked(found: Waiting, made: Registration, *, seat: bool, at, on, by, operation="") -> None:
    """Booking ends the wait. `seat`: the place is the one that was on offer."""
    who = {"at": at, "on": on, "by": by, "operation": operation}
    _end([found], WaitEnd.BOOKED, keep_seat=seat, registration=made, **who)
    if not seat:
        pass_on([found.event_id], **who)


# Questions


def _in_line(rows):
    return rows.filter(outcome="", offered_at=None).order_by("pk")


def _positions(contact, on):
    before = Q(event__waits__outcome="", event__waits__offered_at=None)
    return (
        Waiting.objects.live()
        .filter(contact=contact)
        .filter(Q(event__first_on=None) | Q(event__first_on__gte=on))
        .select_related("event__course")
        .annotate(number=Count("event__waits", filter=before & Q(event__waits__pk__lte=F("pk"))))
        .order_by(F("offered_until").asc(nulls_last=True), "pk")
    )


POSITIONS = Rows(_positions)


def positions(contact_id: int, *, on: datetime.date) -> list[Waiting]:
    """The lines that the contact stands in, each with `number`: their place in it, 1 is next.

    Of events still to come. One statement.
    """
    return POSITIONS(contact=contact_id, on=on)


# How


def _locked(event_id: int) -> Event:
    rows = Event.objects.select_for_update(of=("self",), no_key=True).select_related("course")
    found = rows.filter(pk=event_id).first()
    if found is None:
        raise Refusal(_("It was deleted meanwhile."))
    return found


def _over(event: Event, at, on) -> bool:
    """Can nobody get a place any more, whoever gives it?"""
    begun = (event.first_on is not None and event.first_on < on) or (
        event.starts_at is not None and event.starts_at <= at
    )
    return begun or event.status == EventStatus.CANCELLED


def _until(event: Event, at: datetime.datetime, *, by_hand: bool = False) -> datetime.datetime:
    site = Organisation.objects.filter(pk=1).first() or Organisation()
    full = at + datetime.timedelta(hours=site.offer_hours)
    end = opening.ends_at(event, site.time_zone, by_hand=by_hand)
    return full if end is None else min(full, end)


def _offer(offers, *, at, on, by, operation="") -> None:
    """Keep a seat for each of them until then. The events are locked. Three statements."""
    if not offers:
        return
    for each, until in offers:
        each.offered_at, each.offered_until = at, until
    Waiting.objects.bulk_update([each for each, _until in offers], ["offered_at", "offered_until"])
    _seats((each.event_id for each, _until in offers), 1)
    journal.write_all(
        journal.row(
            "waiting.offered",
            each.pk,
            contact_id=each.contact_id,
            after={"event": each.event_id, "until": until},
            at=at,
            on=on,
            by=by,
            operation=operation,
        )
        for each, until in offers
    )


def _end(
    line, outcome, *, at, on, by, reason="", operation="", keep_seat=False, registration=None
) -> None:
    """Take them out of the line; the seats that were on offer are free, unless they are kept."""
    if not line:
        return
    for each in line:
        each.outcome, each.ended_at, each.registration = outcome, at, registration
    Waiting.objects.bulk_update(line, ["outcome", "ended_at", "registration"])
    if not keep_seat:
        _seats((each.event_id for each in line if each.offered_at), -1)
    journal.write_all(
        journal.row(
            "waiting.lapsed" if outcome == WaitEnd.LAPSED else "waiting.ended",
            each.pk,
            contact_id=each.contact_id,
            before={"event": each.event_id, "offered_until": each.offered_until},
            after={"outcome": str(outcome.value), "registration": each.registration_id},
            at=at,
            on=on,
            by=by,
            reason=reason,
            operation=operation,
        )
        for each in line
    )


def _seats(event_ids, each: int) -> None:
    counted = defaultdict(int)
    for event_id in event_ids:
        counted[event_id] += each
    for event_id, seats in sorted(counted.items()):
        Event.objects.filter(pk=event_id).update(taken=F("taken") + seats)

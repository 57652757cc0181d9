"""How is a place taken and written down, once it is decided whose it is and how it is paid for?"""

import datetime

from django.utils.translation import gettext as _

from catalog.models import Event, EventType, Item, ItemStatus
from crm.models import Contact
from tms import journal
from tms.days import moment
from tms.refusals import Refusal

from . import letters, opening, paying, places, waiting
from .models import Registration, Waiting


def take_place(
    contact: Contact, event: Event, place: dict, *, at, on, tell=True, seat=True, **who
) -> Registration:
    """Take a seat, pay, and write the registration. The event may be full: Refusal.

    `place` is what `paying.paid` takes. Without `seat` it has one already, which was held for it.
    Who waits for a place takes the one that is on offer to them; booking ends the wait.
    """
    line = waiting.of(contact, event)
    offered = seat and has_offer(line, event, at=at, on=on)
    if seat and not offered and not places.take(event, at=at):
        if Event.objects.filter(pk=event.pk).exclude(first_on=event.first_on).exists():
            raise Refusal(_("This event was just moved to another day. Look at it again."))
        if line and line.offered_until:
            raise Refusal(
                _("The place was on offer to you until %(moment)s. It goes to the next in line.")
                % {"moment": moment(line.offered_until)}
            )
        raise Refusal(_("This date is full. Choose another one, or join the waiting list."))
    made = Registration.objects.create(
        contact=contact,
        event=event,
        registered_at=at,
        registered_on=on,
        content_until=content_until(event, on),
        **paying.paid(place, contact, at=at, on=on, **who),
    )
    write(made, at=at, on=on, **who)
    if line:
        waiting.booked(line, made, seat=offered, at=at, on=on, **out_of_line(who))
    if tell:
        letters.confirm_later(made, at=at)
    return made


def has_offer(line: Waiting | None, event: Event, *, at, on) -> bool:
    """Is a place of the event, as they were told of it, kept for who stands in line there?"""
    if line is None or not line.holds_at(at):
        return False
    now = Event.objects.get(pk=event.pk)
    return now.first_on == event.first_on and not opening.why_not_open(now, on, offered=True)


def out_of_line(who: dict) -> dict:
    """What leaving the line is told of who books."""
    return {name: who[name] for name in ("by", "operation") if name in who}


def content_until(event: Event, on: datetime.date) -> datetime.date | None:
    """The last day of the content for who registers on `on`; None: for good."""
    if event.type != EventType.LMS or event.content_days is None:
        return None
    return on + datetime.timedelta(days=event.content_days)


def enter_path(
    contact: Contact, path: Item, place: dict, *, at, on, tell=True, **who
) -> Registration:
    """Register on a path and on its LMS steps: on all that are required, or on nothing.

    The path is paid for, and its steps with it.
    """
    if path.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": path.title})
    made = Registration.objects.create(
        contact=contact,
        path=path,
        registered_at=at,
        registered_on=on,
        **paying.paid(place, contact, at=at, on=on, **who),
    )
    write(made, at=at, on=on, **who)
    missing = []
    for event, required in lms_steps(contact, path):
        archived = event.course.status != ItemStatus.PUBLISHED
        line = None if archived else waiting.of(contact, event)
        offered = has_offer(line, event, at=at, on=on)
        if not archived and (offered or places.take(event, at=at)):
            step = Registration.objects.create(
                contact=contact,
                event=event,
                path_registration=made,
                registered_at=at,
                registered_on=on,
                content_until=content_until(event, on),
                **paying.as_part(place),
            )
            write(step, at=at, on=on, **who)
            if line:
                waiting.booked(line, step, seat=offered, at=at, on=on, **out_of_line(who))
        elif required:
            why = _("%(title)s is no longer offered") if archived else _("%(title)s is full")
            missing.append(why % {"title": event.course.title})
    if missing:
        raise Refusal(
            _("Not all of this path can be taken now: %(reasons)s.")
            % {"reasons": "; ".join(missing)}
        )
    if tell:
        letters.confirm_later(made, at=at)
    return made


def lms_steps(contact: Contact, path: Item) -> list[tuple[Event, bool]]:
    """The LMS event of each step that has one and isn't booked yet, by event id. Two statements."""
    required = dict(path.steps.values_list("course", "required"))
    booked = set(
        Registration.objects.live()
        .filter(contact=contact, event__course__in=required)
        .values_list("event__course", flat=True)
    )
    first = {}
    events = Event.objects.open().filter(course__in=required, type=EventType.LMS)
    for event in events.select_related("course").order_by("pk"):
        if event.course_id not in booked:
            first.setdefault(event.course_id, event)
    return [(event, required[event.course_id]) for event in first.values()]


def write(made: Registration, *, at, on, by, operation="", reason="") -> None:
    journal.write(
        "registration.made",
        made.pk,
        account_id=made.account_id,
        contact_id=made.contact_id,
        after={
            "event": made.event_id,
            "path": made.path_id,
            "paid_by": made.paid_by,
            "pass": made.used_pass_id,
            "unit": made.unit_id,
            "amount": None if made.amount is None else f"{made.amount.normalize():f}",
            "token_move": made.token_move,
            "content_until": made.content_until,
        },
        at=at,
        on=on,
        by=by,
        operation=operation,
        reason=reason,
    )

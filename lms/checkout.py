"""How is a place booked, and through what?

By pass: nothing to pay and nothing asked. By staff: given. Locks: accounts, the contact, the pass,
events; the rule is asked under them. Every road is walked once: who has a live registration gets
that one.
"""

import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, EventType, Item, ItemStatus
from crm.models import Contact
from passes import entitlements
from passes.models import Pass
from tms import journal
from tms.days import day_text
from tms.refusals import Refusal

from . import access, letters, places
from .models import PaidBy, Registration


@transaction.atomic
def book_by_pass(
    contact: Contact,
    *,
    event: Event | None = None,
    path: Item | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Register the contact on an event or a path through the pass of theirs that lasts longest.

    A second press returns the same registration. A path registers on its LMS steps at once: all
    of them or nothing. Raises Refusal when no active pass includes it (any more), when the pass
    ends before the event begins, when the event is full, closed or over. `tell` writes to them.
    """
    _lock_people(contact)
    _refuse_archived(contact)
    if found := _live(contact, event, path):
        return found
    pass_ = _pass_for(contact, event, path, on)
    who = {"at": at, "on": on, "by": by, "operation": operation, "tell": tell}
    place = {"paid_by": PaidBy.PASS, "used_pass": pass_, "account_id": pass_.account_id}
    if path:
        return _enter_path(contact, path, place, **who)
    return _take_place(contact, _open(event, on), place, **who)


@transaction.atomic
def choose_date(
    path_registration_id: int,
    contact: Contact,
    event: Event,
    *,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Registration:
    """Book a step of a path on a date, paid for as the path was.

    Through a pass: the one that lasts longest of those that include the path or the event.
    Raises Refusal as `book_by_pass` does.
    """
    _lock_people(contact)
    registered = (
        Registration.objects.live()
        .filter(pk=path_registration_id, contact=contact, path__steps__course=event.course_id)
        .select_related("path")
        .first()
    )
    if registered is None:
        raise Refusal(_("You are not registered on the learning path any more."))
    if found := _live(contact, event, None):
        return found
    place = {
        "paid_by": registered.paid_by,
        "used_pass": None,
        "account_id": registered.account_id,
        "path_registration": registered,
    }
    if registered.paid_by == PaidBy.PASS:
        pass_ = _pass_for(contact, event, registered.path, on)
        place.update(used_pass=pass_, account_id=pass_.account_id)
    return _take_place(contact, _open(event, on), place, at=at, on=on, by=by, operation=operation)


@transaction.atomic
def register_by_staff(
    contact: Contact,
    *,
    event: Event | None = None,
    path: Item | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
    tell: bool = True,
) -> Registration:
    """Give the contact a place on an event or a path; after its deadline and its start too.

    Raises Refusal when they are registered already, or the event is full or not open. `tell`
    writes to them.
    """
    _lock_people(contact)
    _refuse_archived(contact)
    if _live(contact, event, path):
        raise Refusal(
            _("%(name)s is registered already.") % {"name": contact.name}, field="contact"
        )
    place = {"paid_by": PaidBy.STAFF, "used_pass": None, "account_id": contact.account_id}
    who = {"at": at, "on": on, "by": by, "operation": operation, "reason": reason, "tell": tell}
    if path:
        return _enter_path(contact, path, place, **who)
    if event.status != EventStatus.OPEN:
        raise Refusal(_("This event is not open. Choose another one."))
    return _take_place(contact, event, place, **who)


# What stands in the way


def why_not_open(event: Event, on: datetime.date) -> str:
    """ "" when learners can book the event on this day, otherwise why not."""
    if event.status != EventStatus.OPEN:
        return _("This date is no longer offered. Choose another one.")
    if event.type == EventType.LMS:
        return ""
    if event.first_on is None or event.first_on < on:
        return _("This event has begun. Choose another date.")
    if event.closes_on and event.closes_on < on:
        return _("Registration closed on %(day)s. Choose another date.") % {
            "day": day_text(event.closes_on)
        }
    return ""


def _open(event: Event, on: datetime.date) -> Event:
    if why := why_not_open(event, on):
        raise Refusal(why)
    if event.course.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": event.course.title})
    return event


def _pass_for(contact: Contact, event: Event | None, path: Item | None, on) -> Pass:
    """The pass to book with, locked. Raises Refusal when there is none, and says why."""
    covering = [
        found
        for found in (
            event and entitlements.covering_pass(contact.pk, on=on, event=event),
            path and entitlements.covering_pass(contact.pk, on=on, path=path),
        )
        if found and (not event or not event.first_on or found.expires_on >= event.first_on)
    ]
    if covering:
        best = max(covering, key=lambda found: (found.expires_on, -found.pk))
        locked = (
            Pass.objects.select_for_update(of=("self",), no_key=True)
            .active_on(on)
            .filter(pk=best.pk, contact=contact)
            .first()
        )
        if locked:
            return locked
    target = {"event": event.pk} if event else {"path": path.pk}
    answer = access.answer(contact.pk, on=on, **target)
    held = answer.offer
    if path and event and not held:
        held = access.answer(contact.pk, path=path.pk, on=on).right
    if event and event.first_on and held and held.valid and held.until < event.first_on:
        raise Refusal(
            _(
                "Your %(pass_type)s ends on %(until)s, before this event begins on %(day)s. "
                "Choose an earlier date, or ask for your pass to be renewed."
            )
            % {
                "pass_type": held.pass_type,
                "until": day_text(held.until),
                "day": day_text(event.first_on),
            }
        )
    raise Refusal(
        _("%(why)s None of your passes includes it now. Load the page again to see how to get in.")
        % {"why": answer.sentence}
    )


# The beats that the verbs share


def _lock_people(contact: Contact) -> None:
    """Lock the accounts it may be booked for against being taken away, then the contact."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_account WHERE id IN "
            "(SELECT account_id FROM crm_contact WHERE id = %(contact)s UNION "
            " SELECT account_id FROM passes_pass WHERE contact_id = %(contact)s) "
            "ORDER BY id FOR KEY SHARE",
            {"contact": contact.pk},
        )
    list(Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk).values_list("pk"))


def _refuse_archived(contact: Contact) -> None:
    if contact.archived_at:
        raise Refusal(
            _("%(name)s is archived. Restore them first.") % {"name": contact.name},
            field="contact",
        )


def _live(contact: Contact, event: Event | None, path: Item | None) -> Registration | None:
    return (
        Registration.objects.live()
        .filter(contact=contact, event=event, path=None if event else path)
        .first()
    )


def _take_place(contact, event: Event, place: dict, *, at, on, tell=True, **who) -> Registration:
    """Take a seat and write the registration. The event may be full: Refusal."""
    if not places.take(event.pk):
        raise Refusal(_("This date is full. Choose another one."))
    made = Registration.objects.create(
        contact=contact,
        event=event,
        registered_at=at,
        registered_on=on,
        content_until=content_until(event, on),
        **place,
    )
    _write(made, at=at, on=on, **who)
    if tell:
        letters.confirm_later(made, at=at)
    return made


def content_until(event: Event, on: datetime.date) -> datetime.date | None:
    """The last day of the content for who registers on `on`; None: for good."""
    if event.type != EventType.LMS or event.content_days is None:
        return None
    return on + datetime.timedelta(days=event.content_days)


def _enter_path(contact, path: Item, place: dict, *, at, on, tell=True, **who) -> Registration:
    """Register on a path and on its LMS steps: on all that are required, or on nothing."""
    if path.status != ItemStatus.PUBLISHED:
        raise Refusal(_("%(title)s is no longer offered.") % {"title": path.title})
    made = Registration.objects.create(
        contact=contact, path=path, registered_at=at, registered_on=on, **place
    )
    _write(made, at=at, on=on, **who)
    missing = []
    for event, required in _lms_steps(contact, path):
        archived = event.course.status != ItemStatus.PUBLISHED
        if not archived and places.take(event.pk):
            step = Registration.objects.create(
                contact=contact,
                event=event,
                path_registration=made,
                registered_at=at,
                registered_on=on,
                content_until=content_until(event, on),
                **place,
            )
            _write(step, at=at, on=on, **who)
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


def _lms_steps(contact: Contact, path: Item) -> list[tuple[Event, bool]]:
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


def _write(made: Registration, *, at, on, by, operation="", reason="") -> None:
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
            "content_until": made.content_until,
        },
        at=at,
        on=on,
        by=by,
        operation=operation,
        reason=reason,
    )

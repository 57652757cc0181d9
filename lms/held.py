"""Which places did an account buy for nobody yet, who gets them, and which are released?

An unnamed place on an event keeps a seat (`places.take`) until it is filled, when the seat is the
registration's, or released. Locks: the account, the contact, the event, then the held place.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Event, EventStatus, ItemKind
from catalog.models.event import event_label
from crm import accounts
from crm.models import Contact, Interest
from tms import journal
from tms.consequences import Consequence, Fact
from tms.refusals import Refusal, Stale

from . import billing, paying, places, selling, taking
from .effects import group
from .models import HeldPlace, PlaceInterest, Registration


@dataclasses.dataclass(frozen=True)
class Part:
    """One place to hold: how it was paid (columns of a registration), and who it is meant for."""

    paid: dict
    contact: Contact | None = None


def hold(
    interest: Interest,
    place: PlaceInterest,
    parts: Sequence[Part],
    *,
    account_id: int,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> list[HeldPlace]:
    """Hold a place for each of `parts`, with its seat where there is a date. Three statements.

    Raises Refusal when the event hasn't as many seats left.
    """
    if place.event and not places.take(place.event, len(parts), at=at):
        raise Refusal(_("%(event)s is full.") % {"event": place.event.choice_label})
    made = HeldPlace.objects.bulk_create(
        HeldPlace(
            account_id=account_id,
            interest=interest,
            item=place.item,
            event=place.event,
            contact=part.contact,
            held_at=at,
            held_on=on,
            **part.paid,
        )
        for part in parts
    )
    journal.write_all(
        journal.row(
            "held_place.made",
            each.pk,
            account_id=account_id,
            contact_id=each.contact_id,
            after={
                "item": each.item_id,
                "event": each.event_id,
                "paid_by": each.paid_by,
                "unit": each.unit_id,
                "amount": f"{each.amount.normalize():f}",
                "token_move": each.token_move,
            },
            at=at,
            on=on,
            by=by,
            operation=operation,
        )
        for each in made
    )
    return made


@transaction.atomic
def fill(
    held_id: int,
    contact: Contact,
    *,
    event: Event | None = None,
    version: int | None = None,
    tell: bool = True,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Registration:
    """`Name a participant`: the place is the contact's from now on, paid for as it was sold.

    `event` is the date, where that was to be agreed; otherwise the seat it held passes over. Raises
    Refusal when somebody has it already, when the contact isn't of the account or has a place
    there, when the date isn't to be had; Stale when it changed since `version`. `tell` writes to
    them.
    """
    found = _at(held_id)
    accounts.open_one(found.account)
    _lock_contact(contact, found)
    seat = found.event_id is None
    onto = event if seat else found.event
    is_path = found.item.kind == ItemKind.PATH
    if not is_path:
        if onto is None:
            raise Refusal(_("Choose a date."), field="event")
        places.lock_events([onto.pk])
        onto = Event.objects.select_related("course").get(pk=onto.pk)
    found = _locked(held_id, version)
    if seat != (found.event_id is None):
        raise Stale(_("The date of this place was changed meanwhile. Look at it as it is now."))
    _refuse_taken(contact, onto, found)
    who = {"at": at, "on": on, "by": by, "operation": operation, "tell": tell}
    paid = {
        "account_id": found.account_id,
        "paid_by": found.paid_by,
        "unit": found.unit,
        "amount": found.amount,
        "token_move": found.token_move,
    }
    if is_path:
        made = taking.enter_path(contact, found.item, paid, **who)
    else:
        _refuse_date(onto, found)
        made = taking.take_place(contact, onto, paid, seat=seat, **who)
    found.filled_by, found.contact = made, contact
    _save(found, "filled_by", "contact")
    journal.write(
        "held_place.filled",
        found.pk,
        account_id=found.account_id,
        contact_id=contact.pk,
        after={"registration": made.pk, "event": made.event_id},
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    return made


@transaction.atomic
def move(
    held_id: int,
    *,
    event: Event,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> HeldPlace:
    """`Move to another date`, or agree on the first: it takes a seat on `event`, and the one it had
    is free again. It stays paid for as it was sold; on that date already: nothing happens.

    Raises Refusal when somebody has it, or the date isn't to be had; Stale when it changed since
    `version`.
    """
    found = _at(held_id)
    if found.item.kind == ItemKind.PATH:
        raise Refusal(_("A learning path has no date."))
    before = found.event_id
    places.lock_events([before, event.pk])
    onto = Event.objects.select_related("course").get(pk=event.pk)
    found = _locked(held_id, version)
    if before != found.event_id:
        raise Stale(_("The date of this place was changed meanwhile. Look at it as it is now."))
    if before == onto.pk:
        return found
    _refuse_date(onto, found)
    if why := selling.why_not_dated(onto, on):
        raise Refusal(why, field="event")
    if found.contact:
        _refuse_taken(found.contact, onto, found)
    if not places.take(onto, at=at):
        raise Refusal(_("This date is full. Choose another one."), field="event")
    places.give_back([before] if before else [], at=at, on=on, by=by, operation=operation)
    found.event = onto
    _save(found, "event")
    journal.write(
        "held_place.moved",
        found.pk,
        account_id=found.account_id,
        contact_id=found.contact_id,
        before={"event": before},
        after={"event": onto.pk},
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    return found


@transaction.atomic
def release(
    held_id: int,
    *,
    version: int | None = None,
    give_back: bool = True,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> list[Consequence]:
    """`Release place`: its seat is free again; tokens that paid for it come back to their issues,
    unless `give_back` is False. What was billed isn't credited by this: the invoice is named.
    Raises Refusal when somebody has it already, Stale when it changed since `version`.
    """
    found = _at(held_id)
    if found.token_move:
        paying.hold(found.account_id)
    places.lock_events([found.event_id])
    found = _locked(held_id, version)
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    told = let_go([found], **who)
    if found.token_move and give_back:
        told += paying.told_back(paying.give_back([found], **who))
    elif found.token_move:
        told += paying.told_kept(found)
    return told + billing.told_billed(held=[found])


def let_go(held: Sequence[HeldPlace], *, at, on, by, reason="", operation="") -> list[Consequence]:
    """Release places that are locked and wait for somebody, with their seats. Three statements."""
    HeldPlace.objects.filter(pk__in=[each.pk for each in held]).update(
        released_at=at, version=F("version") + 1
    )
    seats = [each.event_id for each in held if each.event_id]
    places.give_back(seats, at=at, on=on, by=by, operation=operation)
    journal.write_all(
        journal.row(
            "held_place.released",
            each.pk,
            account_id=each.account_id,
            contact_id=each.contact_id,
            before={"item": each.item_id, "event": each.event_id, "paid_by": each.paid_by},
            at=at,
            on=on,
            by=by,
            reason=reason,
            operation=operation,
        )
        for each in held
    )
    return _told(held, "closes", _("Unnamed places that are released"))


# What befalls them


def follow(fact: Fact) -> list[Consequence]:
    """What a fact means for places that wait for somebody. Four statements at most.

    An event that is called off: they stay the account's, their date is to be agreed. An account
    that is put away, a course or path that is archived: they stay as they are.
    """
    match fact.kind:
        case "event.cancelled":
            return _called_off(fact)
        case "account.archived":
            waiting = _waiting(account__in=fact.subjects)
            return _told(waiting, "stays", _("Unnamed places stay held until they are released"))
        case "item.archived":
            waiting = _waiting(item__in=fact.subjects)
            return _told(waiting, "stays", _("Unnamed places stay held until they are released"))
    return []


def _called_off(fact: Fact) -> list[Consequence]:
    found = list(_waiting(event__in=fact.subjects).select_for_update(of=("self",)))
    told = _told(found, "stays", _("Unnamed places are kept, their date is to be agreed"))
    HeldPlace.objects.filter(pk__in=[each.pk for each in found]).update(
        event=None, version=F("version") + 1
    )
    who = {"at": fact.at, "on": fact.on, "by": fact.by, "operation": fact.operation}
    places.give_back([each.event_id for each in found], **who)
    journal.write_all(
        journal.row(
            "held_place.undated",
            each.pk,
            account_id=each.account_id,
            contact_id=each.contact_id,
            before={"event": each.event_id},
            at=fact.at,
            on=fact.on,
            by=fact.by,
            reason=fact.reason,
            operation=fact.operation,
        )
        for each in found
    )
    return told


def _waiting(**which):
    rows = HeldPlace.objects.waiting().filter(**which)
    return rows.select_related("item", "account", "event").order_by("pk")


def _told(held, tone: str, sentence: str) -> list[Consequence]:
    """Whose they are, how many on what: Leadership, 3 May 2026: 2 of Kestrel Rail Group"""
    count: dict[tuple, int] = {}
    for each in held:
        key = (label(each), str(each.account))
        count[key] = count.get(key, 0) + 1
    lines = [
        _("%(what)s: %(count)s of %(account)s") % {"what": what, "account": account, "count": n}
        for (what, account), n in sorted(count.items())
    ]
    return group(tone, sentence, lines)


def label(held) -> str:
    """What a held place, or an interest in places, is on: with its date, or that there is none."""
    if held.item.kind == ItemKind.PATH:
        return held.item.title
    if held.event is None:
        return _("%(course)s, date to be agreed") % {"course": held.item.title}
    event = held.event
    return event_label(held.item.title, event.first_on, event.type, event.place, event.code)


# How


def _at(held_id: int) -> HeldPlace:
    """The place as it is, if it still waits for somebody."""
    rows = HeldPlace.objects.select_related("account", "item", "event", "unit")
    found = rows.filter(pk=held_id).first()
    if found is None:
        raise Refusal(_("This place is no longer there. Load the page again."))
    return _refuse_over(found)


def _locked(held_id: int, version: int | None) -> HeldPlace:
    rows = HeldPlace.objects.select_for_update(of=("self",))
    found = rows.select_related("account", "item", "event", "unit").get(pk=held_id)
    _refuse_over(found)
    if version is not None and version != found.version:
        raise Stale(_("Somebody changed this place meanwhile. Look at it as it is now."))
    return found


def _refuse_over(found: HeldPlace) -> HeldPlace:
    if found.filled_by_id:
        name = Contact.objects.get(registrations=found.filled_by_id).name
        raise Refusal(_("%(name)s has this place already.") % {"name": name})
    if found.released_at:
        raise Refusal(_("This place is released already."))
    return found


def _lock_contact(contact: Contact, found: HeldPlace) -> None:
    rows = Contact.objects.living().of_account(found.account_id).filter(pk=contact.pk)
    if not rows.select_for_update(of=("self",), no_key=True).exists():
        raise Refusal(
            _("%(name)s is not a contact of %(account)s. Add them to the account first.")
            % {"name": contact.name, "account": found.account},
            field="contact",
        )


def _refuse_taken(contact: Contact, event: Event | None, found: HeldPlace) -> None:
    where = {"event": event} if event else {"path": found.item}
    if Registration.objects.live().filter(contact=contact, **where).exists():
        raise Refusal(
            _("%(name)s is registered already.") % {"name": contact.name}, field="contact"
        )


def _refuse_date(event: Event, found: HeldPlace) -> None:
    if event.course_id != found.item_id:
        raise Refusal(_("Choose a date of %(title)s.") % {"title": found.item}, field="event")
    if event.status != EventStatus.OPEN:
        raise Refusal(_("This event is not open. Choose another one."), field="event")


def _save(found: HeldPlace, *names: str) -> None:
    found.version += 1
    found.save(update_fields=[*names, "version"])


def counted(number: int) -> str:
    """3 unnamed places"""
    return ngettext("%(count)s unnamed place", "%(count)s unnamed places", number) % {
        "count": number
    }

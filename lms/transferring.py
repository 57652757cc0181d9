"""How does a place move to another date of its course?

What was paid for it moves with it: the registration stays what it is, on another event. By pass the
pass has to carry the new date. Locks: the contact, the pass, both events by id, the registration.
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Event, EventStatus, EventType
from catalog.money import written_or_free
from crm.models import Contact
from passes import entitlements
from passes.models import Pass
from tms import journal
from tms.consequences import Consequence, Fact
from tms.days import day_text
from tms.models import Organisation
from tms.refusals import Refusal, Stale

from . import effects, letters, opening, paying, places, waiting
from .models import PaidBy, Registration


@transaction.atomic
def transfer(
    registration_id: int,
    *,
    event: Event,
    version: int | None = None,
    tell: bool = True,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> Registration:
    """`Move to another date`, by staff: it takes a seat on `event`, and the one it had goes to who
    waits for it, or is free. On that date already: nothing happens. `tell` writes to the learner.

    Raises Refusal when it was cancelled, attended or completed, when the date isn't one of its
    course or isn't to be had, or no pass carries it there; Stale when it changed since `version`.
    """
    found = Registration.objects.filter(pk=registration_id, event__isnull=False).first()
    if found is None:
        raise Refusal(_("This registration is no longer there. Load the page again."))
    Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.contact_id)
    before = found.event_id
    onto = Event.objects.select_related("course").get(pk=event.pk)
    carrier = _carrier(found, onto, on)
    places.lock_events([before, onto.pk])
    onto.refresh_from_db()
    found = _locked(found.pk)
    if before != found.event_id or (version is not None and version != found.version):
        raise Stale(_("Somebody changed this registration meanwhile. Look at it as it is now."))
    if before == onto.pk:
        return found
    if why := why_not(found, onto, on=on):
        raise Refusal(why, field="event")
    if found.paid_by == PaidBy.PASS and carrier is None:
        raise Refusal(_("No pass of theirs includes that date and lasts until it."), field="event")
    who = {"at": at, "on": on, "by": by, "operation": operation}
    if not _take(found, onto, carrier, reason=reason, **who):
        raise Refusal(_("This date is full. Choose another one."), field="event")
    places.give_back([before], **who)
    if tell:
        letters.confirm_later(found, at=at)
    return found


@transaction.atomic
def transfer_by_learner(
    registration_id: int,
    contact: Contact,
    *,
    event: Event,
    whom: str = "",
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> list[Consequence]:
    """A learner moves their own place, where the settings allow it and until its deadline, or
    where the office moved it and asks them, to a date that can be booked and costs the same. What
    it means, for the preview.

    `whom` is the address to write to about everything else. Raises Refusal with what to do instead.
    """
    Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=contact.pk)
    rows = Registration.objects.select_related("event__course", "unit")
    found = rows.filter(pk=registration_id, contact=contact).first()
    if found is None:
        raise Refusal(_("This registration is not yours."))
    may = Organisation.objects.filter(pk=1, learners_transfer=True).exists()
    if why := why_not_by_learner(found, whom=whom, may=may, on=on):
        raise Refusal(why)
    onto = Event.objects.select_related("course").get(pk=event.pk)
    if why := why_not(found, onto, on=on) or opening.why_not_open(onto, on):
        raise Refusal(why, field="event")
    if why := _dearer(found, onto, on):
        raise Refusal(why, field="event")
    if found.paid_by == PaidBy.PASS and _carrier(found, onto, on) is None:
        raise Refusal(_("Your pass doesn't include that date, or ends before it."), field="event")
    left = found.event
    transfer(found.pk, event=onto, version=found.version, at=at, on=on, by=by, operation=operation)
    words = {"left": left.choice_label, "onto": onto.choice_label}
    return [
        Consequence("stays", _("Your place moves to %(onto)s, with what was paid") % words, 1),
        Consequence("closes", _("Your seat on %(left)s is free for others") % words, 1),
    ]


def why_not_by_learner(found: Registration, *, whom: str, may: bool, on: datetime.date) -> str:
    """ "" when the learner may move the place themselves, otherwise why not, and whom to ask."""
    if found.cancelled_at:
        return _("It is cancelled already.")
    if found.event is None or found.event.type == EventType.LMS:
        return _("There is no date to move.")
    instead = " " + (
        _("Write to %(whom)s if you need another date.") % {"whom": whom}
        if whom
        else _("Ask whoever runs this site if you need another date.")
    )
    if found.may_choose_on(on):
        return ""
    until = found.event.cancel_until
    if not may or until is None:
        return _("This place can't be moved here.") + instead
    if until < on or (found.event.first_on and found.event.first_on <= on):
        return _("It could be moved until %(day)s.") % {"day": day_text(until)} + instead
    return ""


def _dearer(found: Registration, onto: Event, on: datetime.date) -> str:
    """Why the other date isn't to be had for what was paid for this one; "" where it is."""
    if found.amount is None or found.unit is None:
        return ""
    region = paying.region_of(found.contact)
    here, there = (
        next((p.amount for p in prices if p.unit_id == found.unit_id), None)
        for prices in (paying.prices_of(each, None, region, on) for each in (found.event, onto))
    )
    if there is not None and there in {here, found.amount}:
        return ""
    if there is None:
        return _("This date has no price in %(unit)s, which you paid in. Choose another one.") % {
            "unit": found.unit
        }
    return _("This date costs %(there)s, and you paid %(here)s. Choose one at the same price.") % {
        "there": written_or_free(there, found.unit),
        "here": written_or_free(found.amount, found.unit),
    }


def follow_cancelled(fact: Fact) -> list[Consequence]:
    """Those of a cancelled event move to the date that is offered instead, as far as they can and
    it has seats, the earlier ones first. Whom it doesn't take in loses the place. Both events are
    locked. Until the day that was set they may say otherwise. Without such a date nothing happens.
    """
    if fact.kind != "event.cancelled" or not (pk := fact.data.get("onto")):
        return []
    onto = Event.objects.select_related("course").get(pk=pk)
    who = {"at": fact.at, "on": fact.on, "by": fact.by, "operation": fact.operation}
    until = time_to_choose(fact.data.get("choose_until"), onto, fact.on)
    rows = Registration.objects.live().filter(event__in=fact.subjects)
    moved, freed = [], []
    for found in rows.select_for_update(of=("self",)).order_by("pk"):
        if why_not(found, onto, on=fact.on):
            continue
        carrier = _carrier(found, onto, fact.on)
        before = found.event_id
        if found.paid_by == PaidBy.PASS and carrier is None:
            continue
        if not _take(found, onto, carrier, choose_until=until, reason=fact.reason, **who):
            continue
        moved.append(found.pk)
        freed.append(before)
        letters.confirm_later(found, at=fact.at)
    places.give_back(freed, **who)
    told = [each.line for each in effects.touched(moved, fact.on)]
    sentence = _("Moved to the other date, with what was paid")
    if until:
        sentence = _(
            "Moved to the other date, with what was paid; until %(day)s they may say otherwise"
        ) % {"day": day_text(until)}
    return [
        *effects.group("stays", sentence, told),
        *letters.to_whom(moved, _("A confirmation goes by email to")),
    ]


def time_to_choose(
    until: datetime.date | None, onto: Event, on: datetime.date
) -> datetime.date | None:
    """The last day on which whoever is moved may say otherwise: before the date begins. None for
    none.
    """
    if until is None:
        return None
    if onto.first_on:
        until = min(until, onto.first_on - datetime.timedelta(days=1))
    return until if until >= on else None


def why_not(found: Registration, onto: Event, *, on: datetime.date) -> str:
    """ "" when the place can move there, but for seats and passes; otherwise why not."""
    if found.cancelled_at:
        return _("It is cancelled already.")
    if found.attended or found.completed_at:
        return _("They were there, or have completed it: there is nothing to move.")
    course = Event.objects.values_list("course", flat=True).get(pk=found.event_id)
    if onto.course_id != course or onto.type == EventType.LMS:
        return _("Choose another date of the same course.")
    if onto.status != EventStatus.OPEN or (onto.last_on and onto.last_on < on):
        return _("This event is not open, or is over. Choose another one.")
    there = Registration.objects.live().filter(contact=found.contact_id, event=onto)
    if there.exclude(pk=found.pk).exists():
        return _("They have a place there already.")
    return ""


def _carrier(found: Registration, onto: Event, on: datetime.date) -> Pass | None:
    """The pass of theirs that carries the place on that date, locked; None without."""
    if found.paid_by != PaidBy.PASS:
        return None
    best = entitlements.covering_pass(found.contact_id, on=on, event=onto)
    if best is None and found.path_registration:
        path = found.path_registration.path
        best = entitlements.covering_pass(found.contact_id, on=on, path=path)
        if best and onto.first_on and best.expires_on < onto.first_on:
            best = None
    rows = Pass.objects.select_for_update(of=("self",), no_key=True).active_on(on)
    return best and rows.filter(pk=best.pk, contact=found.contact_id).first()


def _locked(pk: int) -> Registration:
    return Registration.objects.select_for_update(of=("self",)).get(pk=pk)


def _take(
    found: Registration,
    onto: Event,
    carrier: Pass | None,
    *,
    choose_until: datetime.date | None = None,
    at,
    on,
    by,
    reason="",
    operation="",
) -> bool:
    """Take the seat there, or the one on offer to them, and write it down. No: it is full."""
    who = {"at": at, "on": on, "by": by, "operation": operation}
    line = waiting.of(found.contact, onto)
    offered = line is not None and line.holds_at(at)
    if not offered and not places.take(onto, at=at):
        return False
    before = {"event": found.event_id, "pass": found.used_pass_id}
    found.event = onto
    found.used_pass, found.kept_for, found.attended = carrier, None, None
    found.choose_until = choose_until
    found.version += 1
    found.save(
        update_fields=["event", "used_pass", "kept_for", "choose_until", "attended", "version"]
    )
    if line:
        waiting.booked(line, found, seat=offered, **who)
    journal.write(
        "registration.transferred",
        found.pk,
        account_id=found.account_id,
        contact_id=found.contact_id,
        before=before,
        after={"event": onto.pk, "pass": found.used_pass_id}
        | ({"choose_until": choose_until} if choose_until else {}),
        reason=reason,
        **who,
    )
    return True

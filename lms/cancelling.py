"""How does somebody give up a place? Staff cancel at any time; learners what they may."""

import dataclasses
import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import EventType
from crm.models import Contact
from tms.consequences import Consequence
from tms.days import day_text
from tms.models import Organisation
from tms.refusals import Refusal, Stale

from . import billing, effects, paying, places
from .models import Completion, PaidBy, Registration
from .payments import refunding


@dataclasses.dataclass(frozen=True)
class Cancelled:
    """What cancelling did: the registration as it is now, and what followed."""

    registration: Registration
    consequences: list[Consequence]


@dataclasses.dataclass(frozen=True)
class Fresh:
    """Tokens that would be written off at once are issued anew, until that day (None: for good)."""

    expires_on: datetime.date | None


@transaction.atomic
def cancel(
    registration_id: int,
    *,
    version: int | None = None,
    give_back: bool = True,
    fresh: Fresh | None = None,
    credit: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
    reason: str = "",
    operation: str = "",
) -> Cancelled:
    """Cancel a registration; on a path, its places that aren't finished with it.

    What was paid for it in tokens comes back to the issues it came from, unless `give_back` is
    False; what of it falls into an issue that has expired is written off again at once, and with
    `fresh` made good by a new issue. With `credit` the invoice over this place alone is credited;
    what was billed otherwise isn't, and the invoice is named. Progress stays on record. Raises
    Refusal when it was cancelled already, Stale when it changed since `version`.
    """
    found = Registration.objects.filter(pk=registration_id).first()
    if found is None:
        raise Refusal(_("This registration is no longer there. Load the page again."))
    if credit and found.paid_by in billing.BILLED:
        paying.hold(found.account_id)
    paying.hold_accounts_of([found.pk])
    Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.contact_id)
    parts = list(
        Registration.objects.live()
        .filter(path_registration=found.pk, completed_at=None)
        .values_list("pk", "event_id")
    )
    places.lock_events([found.event_id, *(event_id for _pk, event_id in parts)])
    found.refresh_from_db()
    if found.cancelled_at:
        raise Refusal(_("It is cancelled already."))
    if version is not None and version != found.version:
        raise Stale(_("Somebody changed this registration meanwhile. Look at it as it is now."))
    ids = [found.pk, *(pk for pk, _event_id in parts)]
    who = {"at": at, "on": on, "by": by, "reason": reason, "operation": operation}
    places.end(ids, **who)
    found.refresh_from_db()
    told = effects.places_cancelled(ids, on)
    if found.token_move and give_back:
        back = paying.give_back([found], **who)
        told += paying.told_back(back)
        if fresh:
            told += paying.make_good(found, back, expires_on=fresh.expires_on, **who)
    elif found.token_move:
        told += paying.told_kept(found)
    credited = billing.credit(found, **who) if credit else []
    if credited and found.paid_by == PaidBy.CARD:
        credited += refunding.of_places([found.pk], **who)
    told += credited or billing.told_billed([found])
    return Cancelled(found, told)


def cancel_by_learner(registration_id: int, contact: Contact, *, whom: str = "", **who):
    """Cancel what the learner may give up: LMS events booked by pass and not completed, what the
    office moved and asks them about, and what has a cancellation deadline until that, where the
    settings allow it. What they had billed at checkout is credited.

    `whom` is the address to write to about everything else. Takes what `cancel` takes. Raises
    Refusal with what to do instead, Stale where it changed while this was looked at.
    """
    found = (
        Registration.objects.select_related("event")
        .filter(pk=registration_id, contact=contact)
        .first()
    )
    if found is None:
        raise Refusal(_("This registration is not yours."))
    may = Organisation.objects.filter(learners_cancel=False).first() is None
    if why := why_not(found, whom=whom, may=may, on=who["on"]):
        raise Refusal(why)
    return cancel(registration_id, version=found.version, credit=True, **who)


def rules(request) -> dict:
    """What `why_not` takes of the installation and of the day."""
    site = request.organisation
    return {"whom": site.contact_email, "may": site.learners_cancel, "on": request.today}


def why_not(
    registration: Registration,
    *,
    whom: str,
    may: bool,
    on: datetime.date,
    done: bool | None = None,
) -> str:
    """ "" when the learner may cancel it themselves, otherwise why not, and whom to ask.

    `may`: do the settings allow it by the deadline? `done`: has the learner completed the course?
    Who lists many knows (None: it is looked up).
    """
    instead = " " + (
        _("Write to %(whom)s if you can't take part.") % {"whom": whom}
        if whom
        else _("Ask whoever runs this site if you can't take part.")
    )
    if registration.cancelled_at:
        return _("It is cancelled already.")
    if registration.path_id:
        return _("A learning path can't be cancelled here.") + instead
    event, by_pass = registration.event, registration.paid_by == PaidBy.PASS
    if not registration.may_choose_on(on) and (event.type != EventType.LMS or not by_pass):
        until = None if by_pass or not may else event.cancel_until
        if until is None and event.type != EventType.LMS:
            return _("A place on a date can't be cancelled here.") + instead
        if until is None:
            return _("Only what you registered for by pass can be cancelled here.") + instead
        if until < on or (event.first_on and event.first_on <= on):
            over = _("It could be cancelled until %(day)s.") % {"day": day_text(until)}
            return over + instead
    if done is None:
        done = Completion.objects.filter(
            contact=registration.contact_id, item=event.course_id
        ).exists()
    if registration.completed_at or done:
        return _("You have completed it, so there is nothing to cancel.")
    return ""

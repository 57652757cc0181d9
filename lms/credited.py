"""What becomes of a place that was billed by itself, when its invoice is credited?

Places that were sold on an opportunity come back by their offer (`lms.offers`), named one by one.
"""

from django.utils.translation import gettext as _

from crm.models import Contact
from passes import lifecycle, rules
from passes.models import Pass
from tms.consequences import Consequence, Fact

from . import billing, online, places, spent
from .effects import group
from .models import Registration
from .payments import refunding


def follow(fact: Fact) -> list[Consequence]:
    """Cancel the places whose lines are credited wholly; what was used stays, and is named.

    Locks contacts, then events. What is finished of a path is kept. What was paid by card goes
    back to it.
    """
    if fact.kind != "invoice.credited":
        return []
    ids = [
        each["id"]
        for each in fact.data["sources"]
        if each["kind"] == billing.NOUN and each["whole"]
    ]
    rows = Registration.objects.select_related("event__course", "path", "contact")
    found = list(rows.live().filter(pk__in=ids).order_by("pk"))
    people = Contact.objects.filter(pk__in={each.contact_id for each in found}).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    parts = Registration.objects.live().filter(path_registration__in=found, completed_at=None)
    of_parts = parts.values_list("pk", "event_id")
    places.lock_events([*(each.event_id for each in found), *(event for _pk, event in of_parts)])
    why = spent.why_spent(found, fact.on)
    back = [each for each in found if not why[each.pk]]
    places.end(
        [
            *(each.pk for each in back),
            *parts.filter(path_registration__in=back).values_list("pk", flat=True),
        ],
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )
    kept = [
        _("%(place)s: %(why)s") % {"place": words(each), "why": why[each.pk]}
        for each in found
        if why[each.pk]
    ]
    paid_back = refunding.of_places(
        ids, at=fact.at, on=fact.on, by=fact.by, reason=fact.reason, operation=fact.operation
    )
    return [
        *paid_back,
        *group("closes", _("Places that are taken back"), map(words, back)),
        *group("stays", _("Places that were used stay, though they are credited"), kept),
    ]


def words(place: Registration) -> str:
    """Which place, and whose."""
    what = place.path.title if place.path else place.event.choice_label
    return _("%(training)s: %(name)s") % {"training": what, "name": place.contact.name}


def follow_passes(fact: Fact) -> list[Consequence]:
    """A pass whose invoice is credited wholly is cancelled: what was booked through it and is to
    come goes with it, as whenever a pass is cancelled.
    """
    if fact.kind != "invoice.credited":
        return []
    ids = [
        each["id"] for each in fact.data["sources"] if each["kind"] == online.NOUN and each["whole"]
    ]
    rows = Pass.objects.filter(pk__in=ids, cancelled_at=None).select_related("pass_type")
    found = list(rows.order_by("pk"))
    if not found:
        return []
    change = lifecycle.cancel_many(
        [each.pk for each in found],
        at=fact.at,
        on=fact.on,
        by=fact.by,
        reason=fact.reason,
        operation=fact.operation,
    )
    lines = tuple(rules.label(each) for each in found)
    gone = Consequence("closes", _("Training passes that are cancelled"), len(lines), lines)
    who = {"at": fact.at, "on": fact.on, "by": fact.by, "reason": fact.reason}
    paid_back = refunding.of_passes(ids, operation=fact.operation, **who)
    return [*paid_back, gone, *change.consequences]

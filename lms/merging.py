"""What becomes of learning when two contacts, or two accounts, are merged?

Places, progress, results and requests go to the one kept. What both had on the same event or path
can be held once: the one that is further on stays, the other one is cancelled, and what was paid
for it in tokens comes back; what was paid for it by card waits for staff to give it back.
"""

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.merging import Merge
from tms.consequences import Consequence

from . import paying, places, requests, waiting
from .models import (
    Certificate,
    HeldPlace,
    Payment,
    Registration,
    Request,
    RequestState,
    ScormAttempt,
    Waiting,
)
from .payments import refunding

# Of what both looked at the furthest: the first look, the last one, the first completion.
PROGRESS = """
UPDATE lms_progress k
SET position = greatest(k.position, g.position), first_at = least(k.first_at, g.first_at),
    last_at = greatest(k.last_at, g.last_at), completed_at = least(k.completed_at, g.completed_at)
FROM lms_progress g
WHERE k.contact_id = %(kept)s AND g.contact_id = %(gone)s AND k.unit_id = g.unit_id;
DELETE FROM lms_progress g USING lms_progress k
WHERE k.contact_id = %(kept)s AND g.contact_id = %(gone)s AND k.unit_id = g.unit_id;
UPDATE lms_progress SET contact_id = %(kept)s WHERE contact_id = %(gone)s
"""
COMPLETED = """
UPDATE lms_completion k SET at = least(k.at, g.at)
FROM lms_completion g
WHERE k.contact_id = %(kept)s AND g.contact_id = %(gone)s AND k.item_id = g.item_id;
DELETE FROM lms_completion g USING lms_completion k
WHERE k.contact_id = %(kept)s AND g.contact_id = %(gone)s AND k.item_id = g.item_id;
UPDATE lms_completion SET contact_id = %(kept)s WHERE contact_id = %(gone)s
"""

# Of two attempts that both run at one quiz the later one is withdrawn; the numbers follow the time.
ATTEMPTS = """
UPDATE lms_attempt a SET withdrawn_at = %(at)s
FROM lms_attempt b
WHERE a.unit_id = b.unit_id AND a.contact_id IN (%(kept)s, %(gone)s)
  AND b.contact_id IN (%(kept)s, %(gone)s) AND a.contact_id <> b.contact_id
  AND a.submitted_at IS NULL AND a.withdrawn_at IS NULL
  AND b.submitted_at IS NULL AND b.withdrawn_at IS NULL AND a.id > b.id;
UPDATE lms_attempt SET contact_id = %(kept)s WHERE contact_id = %(gone)s;
UPDATE lms_attempt a SET number = n.number
FROM (SELECT id, row_number() OVER (PARTITION BY unit_id ORDER BY started_at, id) AS number
      FROM lms_attempt WHERE contact_id = %(kept)s AND withdrawn_at IS NULL) n
WHERE n.id = a.id AND a.number <> n.number;
UPDATE lms_extraattempt SET contact_id = %(kept)s WHERE contact_id = %(gone)s
"""
# Of two submissions that both wait the later one does.
SUBMITTED = """
UPDATE lms_submission a SET replaced_at = %(at)s, version = a.version + 1
FROM lms_submission b
WHERE a.unit_id = b.unit_id AND a.contact_id IN (%(kept)s, %(gone)s)
  AND b.contact_id IN (%(kept)s, %(gone)s) AND a.contact_id <> b.contact_id
  AND a.marked_at IS NULL AND a.replaced_at IS NULL
  AND b.marked_at IS NULL AND b.replaced_at IS NULL AND a.id < b.id;
UPDATE lms_submission SET contact_id = %(kept)s WHERE contact_id = %(gone)s;
UPDATE lms_submission a SET number = n.number
FROM (SELECT id, row_number() OVER (PARTITION BY unit_id ORDER BY submitted_at, id) AS number
      FROM lms_submission WHERE contact_id = %(kept)s) n
WHERE n.id = a.id AND a.number <> n.number
"""


def accounts(merge: Merge) -> set[int]:
    """Those whose tokens come back for what is there twice; and those that paid, merged since."""
    if merge.noun == "account":
        return set()
    mine = Registration.objects.filter(contact__in=[merge.kept.pk, merge.gone.pk])
    paid = mine.live().filter(token_move__isnull=False)
    ids = paid.order_by().values_list("account_id", "account__merged__pk")
    return {pk for pair in ids for pk in pair if pk}


def follow(merge: Merge) -> list[Consequence]:
    told = []
    if merge.noun == "contact":
        told += _twice(merge) + _requests(merge)
        _waits(merge)
        ids = {"kept": merge.kept.pk, "gone": merge.gone.pk, "at": merge.who["at"]}
        with connection.cursor() as cursor:
            for statement in ";".join((PROGRESS, COMPLETED, ATTEMPTS, SUBMITTED)).split(";"):
                cursor.execute(statement, ids)
        Certificate.objects.filter(contact=merge.gone.pk).update(contact=merge.kept)
        _attempts(merge)
    held = HeldPlace.objects.filter(**{merge.noun: merge.gone.pk})
    held.update(**{merge.noun: merge.kept, "version": F("version") + 1})
    paid = Payment.objects.filter(**{merge.noun: merge.gone.pk})
    paid.update(**{merge.noun: merge.kept, "version": F("version") + 1})
    theirs = Registration.objects.filter(**{merge.noun: merge.gone.pk})
    live = theirs.live().count()
    theirs.update(**{merge.noun: merge.kept, "version": F("version") + 1})
    if live:
        sentence = ngettext("%(count)s registration moves.", "%(count)s registrations move.", live)
        told.append(Consequence("stays", sentence % {"count": live}, live))
    return told


def _attempts(merge: Merge) -> None:
    """Attempts at packages go along; of two that run, the one looked at last goes on."""
    both = ScormAttempt.objects.filter(contact__in=[merge.kept.pk, merge.gone.pk])
    seen: set[int] = set()
    for attempt in both.filter(ended_at=None).order_by("-last_at", "-pk"):
        if attempt.unit_id in seen:
            attempt.ended_at = attempt.last_at
            attempt.save(update_fields=["ended_at"])
        seen.add(attempt.unit_id)
    both.filter(contact=merge.gone).update(contact=merge.kept)


def _twice(merge: Merge) -> list[Consequence]:
    """Of two places on the same, the one that is further on stays; paths with their parts."""
    on_paths, on_events = _pairs(merge, "path_id"), _pairs(merge, "event_id")
    places.lock_events(first.event_id for first, _second in on_events)
    over = [second for _first, second in (*on_paths, *on_events)]
    if not over:
        return []
    reason = _("Held twice: the contacts were merged")
    who = {"reason": reason, "operation": merge.operation, **merge.who}
    ended = places.end([each.pk for each in over], **who)
    for first, second in on_paths:
        Registration.objects.filter(path_registration=second).update(path_registration=first)
    back = paying.give_back(ended, **who)
    cards = refunding.reopen([each.pk for each in over], **who)
    sentence = ngettext(
        "%(count)s place is held twice: one of the two is cancelled.",
        "%(count)s places are held twice: one of each two is cancelled.",
        len(over),
    )
    lines = tuple(_title(each) for each in over[:5])
    told = Consequence("closes", sentence % {"count": len(over)}, len(over), lines)
    return [told, *paying.told_back(back), *cards]


def _pairs(merge: Merge, column: str) -> list[tuple[Registration, Registration]]:
    """Two live places on one path or event: the one that stays, the one that ends."""
    rows = Registration.objects.live().filter(**{f"{column}__isnull": False})
    rows = rows.select_related("event__course", "path", "contact").order_by(column, "pk")
    mine = {getattr(each, column): each for each in rows.filter(contact=merge.kept)}
    theirs = list(rows.filter(contact=merge.gone))
    both = [(mine[key], each) for each in theirs if (key := getattr(each, column)) in mine]
    return [tuple(sorted(pair, key=_further, reverse=True)) for pair in both]


def _waits(merge: Merge) -> None:
    """Who stood in one line twice stands in it once: where a place is on offer, else further up.

    Who has a place there waits no longer.
    """
    rows = Waiting.objects.live().filter(contact__in=[merge.kept.pk, merge.gone.pk])
    on_offer = F("offered_until").asc(nulls_last=True)
    found = list(rows.order_by("event_id", on_offer, "pk").values_list("pk", "event_id"))
    places.lock_events(event for _pk, event in found)
    has_place = set(
        Registration.objects.live()
        .filter(contact__in=[merge.kept.pk, merge.gone.pk], event__in=[e for _pk, e in found])
        .values_list("event_id", flat=True)
    )
    for pk, event_id in found:
        if event_id in has_place:
            waiting.leave(pk, operation=merge.operation, **merge.who)
        has_place.add(event_id)
    Waiting.objects.filter(contact=merge.gone.pk).update(contact=merge.kept)


def _further(registration: Registration) -> tuple:
    """Completed, then attended, then paid for by itself, then the earlier one."""
    return (
        registration.completed_at is not None,
        bool(registration.attended),
        registration.token_move is not None or registration.amount is not None,
        -registration.pk,
    )


def _title(registration: Registration) -> str:
    found = registration.path or registration.event.course
    return found.title


def _requests(merge: Merge) -> list[Consequence]:
    """What both asked for is asked once: the later one waits."""
    both = Request.objects.filter(contact__in=[merge.kept.pk, merge.gone.pk])
    waiting = both.filter(state=RequestState.OPEN).order_by("pk")
    latest: dict[tuple, int] = {}
    earlier = []
    for pk, *about in waiting.values_list("pk", "pass_type", "item", "event"):
        if tuple(about) in latest:
            earlier.append(latest[tuple(about)])
        latest[tuple(about)] = pk
    for pk in earlier:
        requests.decline(pk, answer=_("Asked twice"), operation=merge.operation, **merge.who)
    both.filter(contact=merge.gone).update(contact=merge.kept)
    if not earlier:
        return []
    count = len(earlier)
    sentence = ngettext(
        "%(count)s request was made twice, and waits once.",
        "%(count)s requests were made twice, and wait once.",
        count,
    )
    return [Consequence("closes", sentence % {"count": count}, count)]

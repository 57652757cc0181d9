"""Who was there, and who has completed it? Marked by staff, for one or for many."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import jobs, journal
from tms.days import day_text
from tms.models import Job
from tms.refusals import Refusal

from . import certificates, learning
from .models import Registration


@transaction.atomic
def mark_attended(
    registration_ids,
    attended: bool | None,
    *,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> int:
    """Note who was there (True), who was not (False), or that it isn't known (None).

    All or none; returns how many changed. Refused before the event has begun.
    """
    changed = [each for each in _begun(registration_ids, on) if each.attended != attended]
    facts = []
    for each in changed:
        before, each.attended = each.attended, attended
        each.version += 1
        facts.append(
            _fact("registration.attended", each, {"attended": before}, {"attended": attended},
                  at=at, on=on, by=by, operation=operation)
        )  # fmt: skip
    journal.write_all(facts)
    Registration.objects.bulk_update(changed, ["attended", "version"])
    return len(changed)


@transaction.atomic
def mark_completed(
    registration_ids, *, at: datetime.datetime, on: datetime.date, by, operation: str = ""
) -> int:
    """Note that they completed it: the place, and with it the course. It is not undone.

    Whoever has a certificate from before this place was taken gets a new one. All or none; returns
    how many were new. Refused before the event has begun.
    """
    changed = [each for each in _begun(registration_ids, on) if each.completed_at is None]
    for each in changed:
        each.completed_at = at
        each.version += 1
    Registration.objects.bulk_update(changed, ["completed_at", "version"])
    facts = []
    for each in changed:
        item = each.path_id or each.event.course_id
        if not learning.complete_item(each.contact_id, item, at=at, on=on, by=by):
            certificates.issue_again(each, item, at=at, on=on, by=by)
        facts.append(
            _fact("registration.completed", each, {}, {"completed_at": at},
               at=at, on=on, by=by, operation=operation)
        )  # fmt: skip
    journal.write_all(facts)
    return len(changed)


def mark(ids, what: dict, **who) -> int:
    """Mark what is said, `{"attended": True}` or `{"completed": True}`; how many changed."""
    if "attended" in what:
        return mark_attended(ids, what["attended"], **who)
    return mark_completed(ids, **who)


def in_background(ids, what: dict, *, title: str, at, on, by, operation: str = "") -> Job:
    """Ask for it as a job. One INSERT."""
    return jobs.start(
        verb="lms.attendance.run",
        title=title,
        arguments={"ids": list(ids), "what": what, "on": on.isoformat()},
        by=by,
        at=at,
        total=len(ids),
        operation=operation,
    )


def run(job: Job, *, at: datetime.datetime) -> dict:
    """The job's verb. What it did is dated by when it was asked for."""
    given = job.arguments
    on, by = datetime.date.fromisoformat(given["on"]), job.by
    count = mark(
        given["ids"], given["what"], at=job.asked_at, on=on, by=by, operation=job.operation
    )
    told = ngettext("%(count)d registration was marked.", "%(count)d registrations were marked.",
                    count)  # fmt: skip
    return {"sentences": [told % {"count": count}], "links": []}


def _begun(registration_ids, on) -> list[Registration]:
    """The registrations, locked; refused when one is cancelled or its event has not begun."""
    found = list(
        Registration.objects.select_for_update(of=("self",))
        .select_related("event")
        .filter(pk__in=registration_ids)
        .order_by("pk")
    )
    for each in found:
        if each.cancelled_at:
            raise Refusal(_("One of them is cancelled. Load the page again, and leave it out."))
        if each.event and each.event.first_on and each.event.first_on > on:
            raise Refusal(
                _("The event begins on %(day)s. Mark it from that day on.")
                % {"day": day_text(each.event.first_on)}
            )
    return found


def _fact(kind, registration, before, after, **who):
    return journal.row(
        kind,
        registration.pk,
        account_id=registration.account_id,
        contact_id=registration.contact_id,
        before=before,
        after=after,
        **who,
    )

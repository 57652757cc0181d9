"""How is one thing done with many messages? At once up to 200, beyond that in the background."""

import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from tms import jobs
from tms.models import Job, User

from . import answers
from .answers import Answered

AT_ONCE = 200
MOST = 20_000


class Many(models.TextChoices):
    """What can be done with many; the label is the dialog's title, and the job's."""

    APPROVE = "approve", gettext_lazy("Approve and send")
    RESEND = "resend", gettext_lazy("Send again")
    SETTLE = "settle", gettext_lazy("Mark as arrived")
    VOID = "void", gettext_lazy("Void")


VERBS = {
    Many.APPROVE: answers.approve,
    Many.RESEND: answers.resend,
    Many.SETTLE: answers.settle,
    Many.VOID: answers.void,
}
DONE = {
    Many.APPROVE: ngettext_lazy("%(count)d message leaves", "%(count)d messages leave", "count"),
    Many.RESEND: ngettext_lazy(
        "%(count)d message is sent again", "%(count)d messages are sent again", "count"
    ),
    Many.SETTLE: ngettext_lazy(
        "%(count)d message is marked as arrived",
        "%(count)d messages are marked as arrived",
        "count",
    ),
    Many.VOID: ngettext_lazy(
        "%(count)d message is never sent", "%(count)d messages are never sent", "count"
    ),
}


def told(what: Many, did: Answered) -> list[tuple[str, str, int]]:
    """What was done, as (tone, sentence, how many)."""
    found = []
    if count := len(did.done):
        tone = "closes" if what == Many.VOID else "stays" if what == Many.SETTLE else "sent"
        found.append((tone, str(DONE[what] % {"count": count}), count))
    if did.voided:
        sentence = ngettext(
            "%(count)d doesn’t apply any more, and is voided",
            "%(count)d don’t apply any more, and are voided",
            did.voided,
        )
        found.append(("closes", sentence % {"count": did.voided}, did.voided))
    if did.left:
        sentence = ngettext(
            "%(count)d is left alone. %(why)s", "%(count)d are left alone. %(why)s", did.left
        )
        found.append(("stays", sentence % {"count": did.left, "why": did.why}, did.left))
    return found


def in_background(what: Many, ids, *, at, on, by, operation="", back_to="") -> Job:
    """Ask for it as a job. One INSERT."""
    return jobs.start(
        verb="comms.bulk.run",
        title=str(what.label),
        arguments={"what": what.value, "ids": list(ids), "on": on.isoformat()},
        by=by,
        at=at,
        total=len(ids),
        operation=operation,
        back_to=back_to,
    )


def run(job: Job, *, at: datetime.datetime) -> dict:
    """The job's verb, in its one transaction. What it did is dated by when it was asked for."""
    what = Many(job.arguments["what"])
    did = VERBS[what](
        job.arguments["ids"],
        at=job.asked_at,
        on=datetime.date.fromisoformat(job.arguments["on"]),
        by=job.by and User.objects.get(pk=job.by_id),
        operation=job.operation,
    )
    jobs.report(job, len(job.arguments["ids"]), len(did.done))
    return {
        "sentences": [f"{sentence}." for _tone, sentence, _count in told(what, did)],
        "links": [],
    }


def too_many() -> str:
    return _("At most 20,000 messages at once. Narrow the list by its filters.")

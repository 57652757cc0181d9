"""How does a learner take out what is held about themselves? By the road that staff take.

A few times an hour at most; what is large is made by a worker, and lies there for a day.
"""

import datetime

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from crm import taking_out
from crm.models import Contact
from tms import clock, jobs
from tms.models import Job, Organisation
from tms.models.work import JobState
from tms.refusals import Refusal

VERB = "lms.own_data.make"
TIMES = 5
HOUR = 60 * 60
# Rows beyond which one would wait too long for the answer.
LARGE = 2_000
KEPT = datetime.timedelta(days=1)


def take_out(contact: Contact, *, at: datetime.datetime, on: datetime.date, by) -> bytes | None:
    """The ZIP of all that is held about the contact; None: it is being made (`last`).

    Writes `contact.taken_out`. Raises Refusal after five times within the hour.
    """
    _count(by.pk, at)
    if sum(len(part.rows) for part in taking_out.parts(contact)) <= LARGE:
        return taking_out.take_out(contact.pk, at=at, on=on, by=by)
    made = last(by, at=at)
    if made is None or made.state == JobState.DONE:
        jobs.start(verb=VERB, title=_("My data"), arguments={"contact": contact.pk}, by=by, at=at)
    return None


def make(job: Job, *, at: datetime.datetime) -> dict:
    """What `take_out` asked a worker for."""
    organisation = Organisation.objects.filter(pk=1).first() or Organisation()
    on = clock.day_of(at, organisation.time_zone)
    content = taking_out.take_out(job.arguments["contact"], at=at, on=on, by=job.by)
    job.file.save("my-data.zip", ContentFile(content), save=False)
    return {}


def last(user, *, at: datetime.datetime) -> Job | None:
    """The one that is being made, or was made within a day."""
    rows = Job.objects.filter(verb=VERB, by=user, asked_at__gt=at - KEPT)
    return rows.exclude(state__in=[JobState.FAILED, JobState.PARKED]).order_by("-pk").first()


def _count(user_id: int, at: datetime.datetime) -> None:
    key = f"own-data:{user_id}:{int(at.timestamp()) // HOUR}"
    cache.add(key, 0, timeout=HOUR)
    if cache.incr(key) > TIMES:
        raise Refusal(_("You took your data out several times just now. Try again in an hour."))

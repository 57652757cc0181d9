"""How does long work run in the background, with progress, and never half?

A job is a row. It is claimed by locking the row; its verb runs in one transaction, and the row's
end is written in the same one. A worker that is killed leaves the row as it was, unlocked: the
scan of every minute finds it and asks for it again. So does it where the broker was away.

A verb that is a generator works in steps: what stands between two `yield`s is one transaction, and
how far it came is written in the same one. Begun again, it goes on from `job.done`.
"""

import dataclasses
import datetime
import inspect
import logging

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from . import audit, journal, trace
from .models import Job
from .models.work import JobState
from .refusals import Refusal

log = logging.getLogger(__name__)
UNFINISHED = [JobState.WAITING, JobState.RUNNING]
STARTS = 3


@dataclasses.dataclass(frozen=True)
class Step:
    """What a verb yields at the end of a step: `done` of `job.total`, and what to remember."""

    done: int | None
    result: dict = dataclasses.field(default_factory=dict)


def start(
    *,
    verb: str,
    title: str,
    arguments: dict,
    by,
    at: datetime.datetime,
    total: int = 0,
    operation: str = "",
    back_to: str = "",
    upload=None,
) -> Job:
    """Write the job down and ask for it once the transaction is committed. One INSERT.

    `verb` is the dotted path of a function called with (job, at=): it returns the result as a
    dict, may set `job.file`, and tells how far it is by `report`. Never fails for want of a broker.
    `upload` is a file to keep with the job, or the name of one that another job keeps.
    """
    job = Job(
        verb=verb,
        title=title,
        arguments=arguments,
        by=by,
        total=total,
        operation=operation,
        back_to=back_to,
        request_id=trace.current(),
        language=translation.get_language() or "",
        key_id=journal.road()[1],
        asked_at=at,
    )
    if isinstance(upload, str):
        job.upload = upload
    elif upload is not None:
        job.upload.save(upload.name, upload, save=False)
    job.save()
    transaction.on_commit(lambda: ask(job.pk), robust=True)
    return job


def ask(job_id: int) -> None:
    """Ask a worker to run the job; if no one can be asked now, the scan will."""
    try:
        current_app.send_task("tms.tasks.run_job", [job_id], ignore_result=True)
    except Exception as error:  # what a broker's transport raises is its own affair
        log.warning("Job %s is not asked for yet: %s", job_id, error)


def abandoned() -> list[int]:
    """Jobs that wait or were left in the middle: unfinished, and held by no worker."""
    with transaction.atomic():
        rows = Job.objects.select_for_update(skip_locked=True, of=("self",))
        return [job.pk for job in rows.filter(state__in=UNFINISHED).order_by("id")[:100]]


def run(job_id: int, *, at: datetime.datetime) -> bool:
    """Run the job, if nobody runs it and it isn't finished; returns whether it was run here."""
    if not claim(job_id, at=at):
        return False
    job, steps, more = None, None, True
    while more:
        with transaction.atomic():
            locked = free(job_id)
            # Between two steps another worker may have gone on with it: then it is theirs.
            if locked is None or (job is not None and locked.done != job.done):
                return job is not None
            if job is None:
                job, steps = locked, in_steps(locked) and import_string(locked.verb)(locked, at=at)
            more = carry_out(job, steps, at=at)
    return True


def in_steps(job: Job) -> bool:
    """Is the job done step by step, rather than whole or not at all?"""
    try:
        return inspect.isgeneratorfunction(import_string(job.verb))
    except ImportError:  # a verb of an earlier version
        return False


def carry_out(job: Job, steps, *, at: datetime.datetime) -> bool:
    """Do the job, or its next step, under its lock; returns whether there is more to do."""
    done, remembered = job.done, job.result
    try:
        told = {"source": "job", "user": job.by_id, "request": job.request_id or None}
        if job.key_id:
            told["key"] = job.key_id
        road = ("api" if job.key_id else "page", job.key_id)
        with (
            trace.following(job.request_id),
            audit.context(**told),
            journal.by_road(*road),
            translation.override(job.language or settings.LANGUAGE_CODE),
            transaction.atomic(),
        ):
            if not steps:
                job.result = import_string(job.verb)(job, at=at) or {}
            else:
                step = next_of(steps)
                job.result = step.result
                if step.done is not None:
                    # It came on: whoever died before did not die of the job.
                    job.done, job.starts = step.done, 1
                    job.save(update_fields=["done", "result", "starts"])
                    return True
        job.state, job.done = JobState.DONE, job.total
    except Refusal as no:
        job.done, job.state = done, JobState.FAILED
        job.result = {**remembered, "refusal": str(no)}
    except Exception:
        log.exception("Job %s (%s) broke.", job.pk, job.verb)
        with translation.override(job.language or settings.LANGUAGE_CODE):
            sentence = _("Something broke on our side; the log has it under job %(number)s.")
        job.done, job.state = done, JobState.PARKED
        job.result = {**remembered, "refusal": sentence % {"number": job.pk}}
    job.finished_at = at
    job.save()
    return False


def next_of(steps) -> Step:
    """The next step; without `done` at the end, with what the verb returned."""
    try:
        return next(steps)
    except StopIteration as end:
        return Step(None, end.value or {})


@transaction.atomic
def again(job_id: int, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Run a parked job once more, from where it stands: of one that isn't done in steps, nothing
    was done. Raises Refusal."""
    job = parked(job_id)
    job.state, job.starts, job.finished_at = JobState.WAITING, 0, None
    job.result.pop("refusal", None)
    job.save(update_fields=["state", "starts", "result", "finished_at"])
    journal.write("job.run_again", job.pk, at=at, on=on, by=by)
    transaction.on_commit(lambda: ask(job.pk), robust=True)


@transaction.atomic
def leave(job_id: int, *, at: datetime.datetime, on: datetime.date, by) -> None:
    """Leave a parked job undone: it has failed, and nobody needs to look again. Raises Refusal."""
    job = parked(job_id)
    job.state = JobState.FAILED
    job.save(update_fields=["state"])
    journal.write("job.left", job.pk, at=at, on=on, by=by)


def parked(job_id: int) -> Job:
    """The job, locked, if it is parked. Raises Refusal."""
    rows = Job.objects.select_for_update(of=("self",))
    job = rows.filter(pk=job_id, state=JobState.PARKED).first()
    if job is None:
        raise Refusal(_("This job is not parked any more. Load the page again."))
    return job


def claim(job_id: int, *, at: datetime.datetime) -> bool:
    """Count the start, for all to see, before the long transaction begins.

    A job whose workers died STARTS times is what kills them: it is parked.
    """
    with transaction.atomic():
        job = free(job_id)
        if job is None:
            return False
        if job.starts >= STARTS:
            with translation.override(job.language or settings.LANGUAGE_CODE):
                sentence = _(
                    "This was started %(times)s times and never came to its end. Job %(number)s."
                )
            job.state, job.finished_at = JobState.PARKED, at
            job.result["refusal"] = sentence % {"times": job.starts, "number": job.pk}
        else:
            job.state, job.starts = JobState.RUNNING, job.starts + 1
        job.save(update_fields=["state", "starts", "finished_at", "result"])
    return job.state == JobState.RUNNING


def free(job_id: int) -> Job | None:
    """The job, locked, if it is unfinished and no worker holds it."""
    rows = Job.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=job_id, state__in=UNFINISHED).first()


def report(job: Job, done: int, total: int | None = None) -> None:
    """Say how far the job is, while its transaction still runs. Cheap: at most 100 times a job."""
    total = total or job.total
    share = done * 100 // total if total else done
    if getattr(job, "reported", None) == share:
        return
    job.reported = share
    try:
        cache.set(key(job.pk), (done, total), timeout=3600)
    except Exception as error:  # progress is told, never needed
        log.warning("Job %s can't tell how far it is: %s", job.pk, error)


def progress(job: Job) -> tuple[int, int]:
    """How many of how many: told by the worker while it runs, by the row before and after."""
    if job.state == JobState.RUNNING:
        try:
            return cache.get(key(job.pk)) or (job.done, job.total)
        except Exception as error:
            log.warning("How far job %s is can't be asked: %s", job.pk, error)
    return job.done, job.total


def key(job_id: int) -> str:
    return f"job:{job_id}:progress"

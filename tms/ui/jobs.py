"""How far is long work, and what came of it? A page to leave and to come back to."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render

from tms import jobs
from tms.models import Job
from tms.models.work import JobState

from .access import staff

UNFINISHED = (JobState.WAITING, JobState.RUNNING)


@staff
def job(request, pk):
    """The job of whoever asked for it. It fetches itself again until it is finished.

    What its verb returned is shown: `sentences`, and `links` as (label, address) pairs.
    """
    found = get_object_or_404(Job, pk=pk, by=request.user)
    done, total = jobs.progress(found)
    context = {
        "job": found,
        "done": done,
        "total": total,
        "unfinished": found.state in UNFINISHED,
        "failed": found.state in (JobState.FAILED, JobState.PARKED),
        "in_steps": jobs.in_steps(found),
    }
    return render(request, "ui/job.html", context)


@staff
def job_file(request, pk):
    """The file that the job made, for whoever asked for it."""
    found = get_object_or_404(Job, pk=pk, by=request.user, state=JobState.DONE)
    if not found.file:
        raise Http404
    name = found.file.name.rpartition("/")[2]
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response

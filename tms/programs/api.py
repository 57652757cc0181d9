"""What became of the work that a program asked for? Each key sees its own, and needs no scope."""

from typing import Literal

from ninja import Query

from tms.models import Job

from .background import JobTold, told
from .looking import at_address
from .paging import Listing, Page, page
from .resource import Resource

work = Resource(tags=["Jobs"])

VALUES = ("title", "state", "done", "total", "result", "asked_at", "finished_at")


class JobQuery(Listing):
    state: Literal["waiting", "running", "done", "failed", "parked"] | None = None


def asked_by(request):
    return Job.objects.filter(key_id=request.auth.pk)


@work.reads("/jobs", scope="", answer=Page[JobTold])
def list_jobs(request, asked: Query[JobQuery]):
    """List the background jobs that this key asked for."""
    found = asked_by(request)
    if asked.state:
        found = found.filter(state=asked.state)
    rows, following = page(found, asked, "jobs", VALUES)
    return Page[JobTold](items=[told(Job(**row)) for row in rows], next=following)


@work.reads("/jobs/{int:pk}", scope="", answer=JobTold)
def get_job(request, pk: int):
    """Say how far a background job is, and what came of it."""
    return told(at_address(asked_by(request), pk))

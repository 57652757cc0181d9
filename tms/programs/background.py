"""What is a program told of work that goes on in the background? How far it is, what came of it."""

import datetime
from typing import Literal

from pydantic import Field

from tms import jobs
from tms.models import Job

from .fields import Told

ADDRESS = "/api/v1/jobs/%d"


class JobTold(Told):
    """Work in the background: all of it is done, or none. Ask again until it is finished."""

    id: int
    address: str = Field(description="Where to ask how far it is; also in the header Location.")
    title: str
    state: Literal["waiting", "running", "done", "failed", "parked"] = Field(
        description=(
            "done: all of it. failed: none of it, and `detail` says why. parked: none of it, by a "
            "mistake of ours; whoever runs this installation runs it again or leaves it."
        )
    )
    done: int = Field(description="How many are done, of `total`.")
    total: int
    asked_at: datetime.datetime
    finished_at: datetime.datetime | None = Field(description="null: it isn't finished.")
    sentences: list[str] = Field(description="What came of it, for people.")
    detail: str | None = Field(description="Why it was not done, and what to do.")


def told(job: Job) -> JobTold:
    done, total = jobs.progress(job)
    return JobTold(
        id=job.pk,
        address=ADDRESS % job.pk,
        title=job.title,
        state=job.state,
        done=done,
        total=total,
        asked_at=job.asked_at,
        finished_at=job.finished_at,
        sentences=job.result.get("sentences", []),
        detail=job.result.get("refusal"),
    )

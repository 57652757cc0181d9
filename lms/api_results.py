"""What can programs read of certificates, quizzes and assignments; and how do they mark one?"""

import datetime
from typing import Annotated

from django.db.models import F
from ninja import Query
from pydantic import Field

from tms.programs.fields import Flag, IdText, Text, Told
from tms.programs.looking import held, values_at
from tms.programs.paging import Listing, Page, page
from tms.programs.previews import Outcome, Versioned, outcome
from tms.programs.resource import Resource, who

from . import assignments, certificates, counting
from .models import Attempt, Certificate, Submission

results = Resource(tags=["Results"])

READ, WRITE = "registrations:read", "registrations:write"
CERTIFICATE = (
    "number", "contact_id", "item_id", "name", "title", "text", "issuer", "completed_on",
    "valid_until", "issued_at", "withdrawn_at",
)  # fmt: skip
ATTEMPT = (
    "contact_id", "course", "unit_id", "number", "points", "score", "passed", "pass_mark",
    "started_at", "submitted_at", "withdrawn_at", "counts",
)  # fmt: skip
SUBMISSION = (
    "contact_id", "course", "unit_id", "number", "name", "kind", "size", "comment",
    "submitted_at", "replaced_at", "passed", "score", "feedback", "marked_at", "version",
)  # fmt: skip


def bare(row: dict) -> dict:
    """Its fields as they are told."""
    row = {name.removesuffix("_id"): row[name] for name in row}
    return {"id": row.pop("pk"), **row}


# Certificates


class CertificateTold(Told):
    """One certificate as it was issued: what it says is never changed."""

    id: int | None = Field(description="null in the preview of a new one.")
    number: str = Field(
        description=(
            "What stands on it, and what anybody verifies it by. Empty in the preview of a new one."
        )
    )
    contact: int
    item: int
    name: str
    title: str
    text: str
    issuer: str
    completed_on: datetime.date
    valid_until: datetime.date | None = Field(description="Its last day; null: for good.")
    issued_at: datetime.datetime
    withdrawn_at: datetime.datetime | None = Field(description="It holds no more. null: it does.")


class CertificateQuery(Listing):
    contact: IdText | None = None
    item: IdText | None = None
    number: Annotated[
        str, Field(max_length=40, description="To verify it, however it was typed.")
    ] = ""


@results.reads("/certificates", scope=READ, answer=Page[CertificateTold])
def list_certificates(request, asked: Query[CertificateQuery]):
    """List certificates, or verify one by its number: an empty list is a no.

    One that was withdrawn is there, and says when.
    """
    found = Certificate.objects.filter(
        **asked.model_dump(include={"contact", "item"}, exclude_none=True)
    )
    if asked.number:
        found = found.filter(number=certificates.as_number(asked.number))
    items, following = page(found, asked, "certificates", CERTIFICATE)
    return Page[CertificateTold](
        items=[CertificateTold(**bare(row)) for row in items], next=following
    )


@results.reads("/certificates/{int:pk}", scope=READ, answer=CertificateTold)
def get_certificate(request, pk: int):
    """Get a certificate."""
    return CertificateTold(**bare(values_at(Certificate.objects, pk, CERTIFICATE)))


# Quizzes


class AttemptTold(Told):
    """One attempt at a quiz, without what was answered."""

    id: int
    contact: int
    course: int
    unit: int = Field(description="The unit of the course that is the quiz.")
    number: int
    points: int = Field(description="How many could be had.")
    score: int | None = Field(description="How many of them were; null: not handed in.")
    passed: bool | None
    pass_mark: int = Field(description="In per cent of the points.")
    started_at: datetime.datetime
    submitted_at: datetime.datetime | None
    withdrawn_at: datetime.datetime | None = Field(description="It doesn't count.")
    counts: bool = Field(
        description="Is it the result, as the quiz is set: their best attempt, or their last?"
    )


class ResultQuery(Listing):
    contact: IdText | None = None
    course: IdText | None = None
    unit: IdText | None = None
    passed: Annotated[Flag | None, Field(description="Only those that passed, or failed.")] = None


class AttemptQuery(ResultQuery):
    counts: Annotated[Flag | None, Field(description="Only the result of each learner.")] = None


def of_course(rows):
    """With the `course` that their unit is in."""
    return rows.annotate(course=F("unit__section__course"))


def narrowed(rows, asked):
    exact = asked.model_dump(include={"contact", "course", "unit", "passed"}, exclude_none=True)
    return of_course(rows).filter(**exact)


def of_quizzes():
    return of_course(Attempt.objects).annotate(counts=counting.of_attempt())


@results.reads("/quiz-attempts", scope=READ, answer=Page[AttemptTold])
def list_quiz_attempts(request, asked: Query[AttemptQuery]):
    """List attempts at quizzes."""
    found = narrowed(of_quizzes(), asked)
    if asked.counts is not None:
        found = found.filter(counts=asked.counts)
    items, following = page(found, asked, "quiz-attempts", ATTEMPT)
    return Page[AttemptTold](items=[AttemptTold(**bare(row)) for row in items], next=following)


@results.reads("/quiz-attempts/{int:pk}", scope=READ, answer=AttemptTold)
def get_quiz_attempt(request, pk: int):
    """Get an attempt at a quiz."""
    return AttemptTold(**bare(values_at(of_quizzes(), pk, ATTEMPT)))


# Assignments


class SubmissionTold(Told):
    """What somebody handed in for an assignment; the file itself is on its page."""

    id: int
    contact: int
    course: int
    unit: int = Field(description="The unit of the course that is the assignment.")
    number: int
    name: str = Field(description="What the learner called the file.")
    kind: str
    size: int = Field(description="In bytes.")
    comment: str
    submitted_at: datetime.datetime
    replaced_at: datetime.datetime | None = Field(description="A later file was handed in.")
    passed: bool | None = Field(description="null: not marked.")
    score: int | None = Field(description="In per cent, if one was given.")
    feedback: str
    marked_at: datetime.datetime | None
    version: int


class SubmissionMarked(Outcome):
    """What a mark did to a submission."""

    changed: SubmissionTold


class SubmissionQuery(ResultQuery):
    waiting: Annotated[Flag, Field(description="Only those that are to be marked.")] = False


class Mark(Versioned):
    passed: bool
    score: Annotated[int | None, Field(ge=0, le=100, description="In per cent.")] = None
    feedback: Annotated[Text, Field(description="What the learner reads.")] = ""


@results.reads("/submissions", scope=READ, answer=Page[SubmissionTold])
def list_submissions(request, asked: Query[SubmissionQuery]):
    """List what was handed in for assignments."""
    found = Submission.objects.waiting() if asked.waiting else Submission.objects.all()
    items, following = page(narrowed(found, asked), asked, "submissions", SUBMISSION)
    return Page[SubmissionTold](
        items=[SubmissionTold(**bare(row)) for row in items], next=following
    )


@results.reads("/submissions/{int:pk}", scope=READ, answer=SubmissionTold)
def get_submission(request, pk: int):
    """Get what somebody handed in."""
    return SubmissionTold(**bare(values_at(of_course(Submission.objects), pk, SUBMISSION)))


@results.writes("/submissions/{int:pk}/mark", scope=WRITE, answer=SubmissionMarked)
def mark_submission(request, pk: int, asked: Mark):
    """Say whether it passed. Passing completes the unit, and isn't taken back."""
    found = held(Submission.objects, pk, asked.version)
    assignments.mark(
        found,
        version=found.version,
        **asked.model_dump(include={"passed", "score", "feedback"}),
        **who(request),
    )
    row = values_at(of_course(Submission.objects), pk, SUBMISSION)
    return SubmissionMarked(changed=SubmissionTold(**bare(row)), **outcome(asked, []))

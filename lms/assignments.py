"""How is an assignment handed in and marked? Passing completes the unit; staff say who passed.

Whether the course is open is asked before (lms.access).
"""

import datetime
import uuid

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal, Stale
from tms.text import paragraphs

from . import content, file_kinds, learning
from .attempts import lock
from .models import Assignment, ContentUnit, FileKind, Submission

MEGABYTE = 2**20


def of(contact_id: int, unit_id: int) -> list[Submission]:
    """What the contact handed in for the unit, the latest first. One statement."""
    mine = Submission.objects.filter(contact=contact_id, unit=unit_id)
    return list(mine.order_by("-pk"))


@transaction.atomic
def set_up(assignment: Assignment, *, kinds, megabytes, **who) -> None:
    """Change what may be handed in from now on."""
    assignment.kinds, assignment.megabytes = list(kinds), megabytes
    assignment.version += 1
    assignment.save()
    content.changed(assignment.unit, {"unit": assignment.unit.title}, **who)


def refuse_unless(file, assignment: Assignment) -> FileKind:
    """The kind of the file. Raises Refusal for one that is too big, or of no kind asked for."""
    if file.size > assignment.megabytes * MEGABYTE:
        sentence = _("The file is larger than %(size)s MB. Make it smaller.")
        raise Refusal(sentence % {"size": assignment.megabytes}, field="file")
    kind = file_kinds.kind_of(file)
    if kind is None or kind not in assignment.kinds:
        sentence = _("This file isn't of a kind that is asked for here. Hand in one of: %(kinds)s.")
        raise Refusal(sentence % {"kinds": assignment.kinds_in_words}, field="file")
    return kind


@transaction.atomic
def hand_in(
    contact_id: int,
    unit: ContentUnit,
    *,
    file,
    comment: str,
    operation: str = "",
    at: datetime.datetime,
    on,
    by,
) -> Submission:
    """Hand a file in; one that waits to be marked is replaced by it.

    The same `operation` again gives what it gave. Raises Refusal for a file that isn't asked for,
    and once the assignment is passed.
    """
    assignment = Assignment.objects.get(pk=unit.pk)
    kind = refuse_unless(file, assignment)
    lock(contact_id, unit.pk, at=at)
    mine = Submission.objects.filter(contact=contact_id, unit=unit.pk)
    before = mine.filter(operation=operation).first() if operation else None
    if before:
        return before
    if mine.filter(passed=True).exists():
        raise Refusal(_("You have passed this assignment. Nothing more has to be handed in."))
    waiting = list(mine.waiting().values_list("pk", flat=True))
    if waiting and not mine.waiting().select_for_update(skip_locked=True).exists():
        raise Refusal(_("Your file is being marked right now. Wait a moment, then look again."))
    Submission.objects.filter(pk__in=waiting).update(replaced_at=at, version=F("version") + 1)
    name = file_kinds.name_for(file.name, kind)
    submission = Submission(
        contact_id=contact_id,
        unit=unit,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=name,
        kind=kind,
        size=file.size,
        comment=paragraphs(comment, field="comment"),
        submitted_at=at,
        operation=operation[:80],
    )
    # Nothing that was sent is part of where it is kept.
    submission.file.save(f"{uuid.uuid4().hex}{name[name.rindex('.') :]}", File(file), save=False)
    submission.save()
    after = {"unit": unit.title, "number": submission.number}
    _write("submission.made", submission, after, at=at, on=on, by=by)
    return submission


@transaction.atomic
def mark(
    submission: Submission,
    *,
    version: int,
    passed: bool,
    score: int | None,
    feedback: str,
    at: datetime.datetime,
    on,
    by,
) -> None:
    """Say whether it passed; passing completes the unit.

    Raises Stale where somebody marked it meanwhile, Refusal for one that a later file replaced,
    and where it would take a pass back.
    """
    rows = Submission.objects.select_for_update(of=("self",)).select_related("unit__section")
    found = rows.get(pk=submission.pk)
    if found.replaced_at:
        raise Refusal(_("A later file was handed in since. Mark that one."))
    if found.version != version:
        raise Stale(_("Somebody marked it meanwhile. Here it is as it is now."))
    if found.passed and not passed:
        raise Refusal(_("It was passed, and a pass isn't taken back."), field="passed")
    found.passed, found.score = passed, score
    found.feedback = paragraphs(feedback, field="feedback")
    found.marked_at, found.marked_by = at, by
    found.version += 1
    found.save(update_fields=["passed", "score", "feedback", "marked_at", "marked_by", "version"])
    after = {"unit": found.unit.title, "number": found.number, "passed": passed, "score": score}
    _write("submission.marked", found, after, at=at, on=on, by=by)
    if passed and found.unit.archived_at is None:
        learning.complete(found.contact_id, found.unit, at=at, on=on, by=by)


def _write(kind, submission, after, *, at, on, by) -> None:
    contact_id = submission.contact_id
    journal.write(kind, submission.pk, contact_id=contact_id, after=after, at=at, on=on, by=by)

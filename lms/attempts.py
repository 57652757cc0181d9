"""How does somebody take a quiz? They begin an attempt, answer, and hand it in, once.

Every verb holds the learner's progress in the unit locked, so that what two windows or two
presses do comes one after the other. Whether the course is open is asked before (lms.access).
"""

import dataclasses
import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal, Stale

from . import learning, scoring
from .models import Attempt, AttemptAnswer, ContentUnit, Counts, ExtraAttempt, Progress, Quiz


@dataclasses.dataclass(frozen=True)
class Stand:
    """Where somebody stands in a quiz: `left` attempts (None: as many as they like), `best` the
    attempt with the highest score, `running` the one that isn't handed in."""

    quiz: Quiz
    questions: int
    allowed: int | None
    left: int | None
    attempts: tuple[Attempt, ...]

    @property
    def running(self) -> Attempt | None:
        return next((each for each in self.attempts if each.submitted_at is None), None)

    @property
    def done(self) -> list[Attempt]:
        return [each for each in self.attempts if each.submitted_at]

    @property
    def best(self) -> Attempt | None:
        """By the share of the points; of equal ones the first."""
        return max(self.done, key=lambda each: (each.percent, -each.pk), default=None)

    @property
    def counting(self) -> Attempt | None:
        """The attempt that is the result, as the quiz is set."""
        if self.quiz.counts == Counts.LAST:
            return self.done[-1] if self.done else None
        return self.best

    @property
    def passed(self) -> bool:
        return any(each.passed for each in self.done)

    @property
    def may_start(self) -> bool:
        return self.questions > 0 and self.left != 0


def stand(contact_id: int, unit_id: int) -> Stand:
    """Where the contact stands in the quiz of the unit. Four statements."""
    quiz = Quiz.objects.get(pk=unit_id)
    mine = Attempt.objects.filter(contact=contact_id, unit=unit_id, withdrawn_at=None)
    attempts = tuple(mine.defer("asked").order_by("pk"))
    extra = ExtraAttempt.objects.filter(contact=contact_id, unit=unit_id).count()
    allowed = None if quiz.attempts is None else quiz.attempts + extra
    left = None if allowed is None else max(allowed - len(attempts), 0)
    return Stand(quiz, quiz.questions.count(), allowed, left, attempts)


@transaction.atomic
def start(contact_id: int, unit: ContentUnit, *, at: datetime.datetime, on, by) -> Attempt:
    """Begin an attempt, or go on with the one that is running.

    The questions are kept with it as they are now. Raises Refusal where no attempt is left, and
    for a quiz without questions.
    """
    lock(contact_id, unit.pk, at=at)
    mine = Attempt.objects.filter(contact=contact_id, unit=unit.pk, withdrawn_at=None)
    running = mine.filter(submitted_at=None).first()
    if running:
        return running
    now = stand(contact_id, unit.pk)
    if not now.questions:
        raise Refusal(_("This quiz has no questions yet. Come back when they are there."))
    if now.left == 0:
        raise Refusal(
            _("You have used all your attempts. Whoever runs the course can give you one more.")
        )
    asked = scoring.snapshot(now.quiz.questions.all(), shuffles=now.quiz.shuffles)
    last = mine.aggregate(last=Max("number"))["last"] or 0
    attempt = Attempt.objects.create(
        contact_id=contact_id,
        unit=unit,
        number=last + 1,
        asked=asked,
        pass_mark=now.quiz.pass_mark,
        points=sum(question["points"] for question in asked),
        started_at=at,
    )
    after = {"unit": unit.title, "number": attempt.number}
    _write("attempt.started", attempt, after, at=at, on=on, by=by)
    return attempt


@transaction.atomic
def keep(attempt: Attempt, given: dict, *, version: int, page: str, at: datetime.datetime) -> int:
    """Keep the answers as they are given; returns the new version.

    `page` names the page that sends them, `version` is what it began from. Raises Stale where
    another page wrote since, or the attempt was handed in. Not journaled, like the place in a
    video.
    """
    attempt = _mine(attempt, at=at)
    if attempt.submitted_at:
        raise Stale(_("This attempt was handed in already. Nothing was changed."))
    return _keep(attempt, given, version=version, page=page)


@transaction.atomic
def submit(
    attempt: Attempt, given: dict, *, version: int, page: str, at: datetime.datetime, on, by
) -> tuple[Attempt, bool]:
    """Hand the attempt in: it is scored; passing completes the unit. (the attempt, was it news?)

    A second time changes nothing and is no news. Raises Stale where another page wrote since.
    """
    attempt = _mine(attempt, at=at)
    if attempt.submitted_at:
        return attempt, False
    _keep(attempt, given, version=version, page=page)
    scored = [
        AttemptAnswer(
            attempt=attempt,
            question=number,
            given=answer,
            points=scoring.points(attempt.asked[number], answer),
        )
        for number, answer in given.items()
    ]
    AttemptAnswer.objects.filter(attempt=attempt).delete()
    AttemptAnswer.objects.bulk_create(scored)
    attempt.score = sum(each.points for each in scored)
    attempt.passed = scoring.passes(attempt.score, attempt.points, attempt.pass_mark)
    attempt.submitted_at = at
    attempt.save(update_fields=["score", "passed", "submitted_at"])
    after = {
        "unit": attempt.unit.title,
        "number": attempt.number,
        "score": attempt.score,
        "points": attempt.points,
        "passed": attempt.passed,
    }
    _write("attempt.submitted", attempt, after, at=at, on=on, by=by)
    if attempt.passed and attempt.unit.archived_at is None:
        learning.complete(attempt.contact_id, attempt.unit, at=at, on=on, by=by)
    return attempt, True


@transaction.atomic
def give_another(
    contact_id: int, unit: ContentUnit, *, reason: str, at: datetime.datetime, on, by
) -> None:
    """Give the contact one more attempt. Raises Refusal where there is no limit, or some left."""
    lock(contact_id, unit.pk, at=at)
    now = stand(contact_id, unit.pk)
    if now.allowed is None:
        raise Refusal(
            _("This quiz may be taken as often as one likes: no attempt has to be given.")
        )
    if now.left:
        raise Refusal(_("They have an attempt left. Give another one when it is used."))
    ExtraAttempt.objects.create(contact_id=contact_id, unit=unit, at=at, by=by, reason=reason)
    journal.write(
        "quiz.attempt_given",
        unit.pk,
        contact_id=contact_id,
        after={"unit": unit.title},
        reason=reason,
        at=at,
        on=on,
        by=by,
    )


def lock(contact_id: int, unit_id: int, *, at) -> None:
    """A learner's attempts at a unit are what becomes scarcer: their progress stands for them."""
    Progress.objects.bulk_create(
        [Progress(contact_id=contact_id, unit_id=unit_id, first_at=at, last_at=at)],
        ignore_conflicts=True,
    )
    mine = Progress.objects.select_for_update().filter(contact=contact_id, unit=unit_id)
    mine.values_list("pk").get()


def _mine(attempt: Attempt, *, at) -> Attempt:
    """The attempt as it is now, under the lock."""
    lock(attempt.contact_id, attempt.unit_id, at=at)
    return Attempt.objects.select_related("unit__section").get(pk=attempt.pk)


def _keep(attempt: Attempt, given: dict, *, version: int, page: str) -> int:
    if version != attempt.version and page != attempt.page:
        raise Stale(
            _(
                "You went on with this attempt in another window. Here is what is kept; nothing "
                "of this page was saved."
            )
        )
    Attempt.objects.filter(pk=attempt.pk).update(version=F("version") + 1, page=page[:40])
    AttemptAnswer.objects.filter(attempt=attempt).exclude(question__in=list(given)).delete()
    AttemptAnswer.objects.bulk_create(
        [
            AttemptAnswer(attempt=attempt, question=number, given=answer)
            for number, answer in given.items()
        ],
        update_conflicts=True,
        unique_fields=["attempt", "question"],
        update_fields=["given"],
    )
    return attempt.version + 1


def _write(kind, attempt, after, *, at, on, by) -> None:
    journal.write(kind, attempt.pk, contact_id=attempt.contact_id, after=after, at=at, on=on, by=by)

"""What came of what a learner did? Scores, marks and certificates: theirs to see for good.

Access isn't asked: losing it closes the content, never what was reached (FAIR-4). What a quiz asked
is content, so it isn't told here.
"""

import collections
import dataclasses
import datetime
from collections.abc import Iterator

from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.models import Item
from tms.compiled import Question, Rows

from . import counting
from .models import Attempt, Certificate, Completion, ScormState, Submission


@dataclasses.dataclass(frozen=True)
class Result:
    """One result in a unit: in words, whether it was passed (None: nothing to pass), and when.

    `counts`: of several attempts at a quiz it is the one that is the result.
    """

    unit: str
    words: str
    passed: bool | None
    at: datetime.datetime
    feedback: str = ""
    counts: bool = False


@dataclasses.dataclass
class OfItem:
    """All results in one course or path, the newest first, and what proves it."""

    item: Item
    completed_at: datetime.datetime | None = None
    certificates: list[Certificate] = dataclasses.field(default_factory=list)
    results: list[Result] = dataclasses.field(default_factory=list)


def of(contact_id: int) -> list[OfItem]:
    """Every item that the contact has a result in, by title. Six statements."""
    found: dict[int, list[Result]] = {}
    for part in (_quizzes, _assignments, _packages):
        for course_id, result in part(contact_id):
            found.setdefault(course_id, []).append(result)
    completed = dict(COMPLETED(contact=contact_id))
    proofs: dict[int, list[Certificate]] = {}
    for proof in PROOFS(contact=contact_id):
        proofs.setdefault(proof.item_id, []).append(proof)
    items = ITEMS(items={*found, *completed, *proofs})
    return [
        OfItem(
            item,
            completed.get(item.pk),
            proofs.get(item.pk, []),
            sorted(found.get(item.pk, []), key=lambda each: each.at, reverse=True),
        )
        for item in items
    ]


def are_there(contact_id: int, course_id: int) -> bool:
    """Has the contact any result of a unit of the course? Three statements at most."""
    return (
        any(
            rows.filter(contact=contact_id, unit__section__course=course_id).exists()
            for rows in (
                Attempt.objects.filter(submitted_at__isnull=False, withdrawn_at=None),
                Submission.objects.filter(replaced_at=None),
            )
        )
        or _states(contact_id).filter(attempt__unit__section__course=course_id).exists()
    )


def _quizzes(contact_id) -> Iterator[tuple[int, Result]]:
    found = ATTEMPTS(contact=contact_id)
    times = collections.Counter(each.unit_id for each in found)
    for each in found:
        words = {
            "number": each.number,
            "score": each.score,
            "points": each.points,
            "percent": each.percent,
        }
        sentence = _("Attempt %(number)s: %(score)s of %(points)s points (%(percent)s %%)")
        yield (
            each.unit.section.course_id,
            Result(
                each.unit.title,
                sentence % words,
                each.passed,
                each.submitted_at,
                counts=each.counts and times[each.unit_id] > 1,
            ),
        )


def _assignments(contact_id) -> Iterator[tuple[int, Result]]:
    for each in SUBMISSIONS(contact=contact_id):
        words = {"name": each.name, "score": each.score}
        if each.marked_at is None:
            sentence = _("%(name)s: waiting to be marked")
        elif each.score is None:
            sentence = _("%(name)s: marked")
        else:
            sentence = _("%(name)s: marked with %(score)s %%")
        told = Result(
            each.unit.title,
            sentence % words,
            each.passed,
            each.marked_at or each.submitted_at,
            each.feedback if each.marked_at else "",
        )
        yield each.unit.section.course_id, told


def _packages(contact_id) -> Iterator[tuple[int, Result]]:
    """Of a package with several parts the best score of any of them."""
    for each in PACKAGES(contact=contact_id):
        if each["score"] is None:
            words = _("Completed") if each["done"] else _("In progress")
        else:
            words = _("Best score: %(score)s %%") % {"score": f"{each['score'].normalize():f}"}
        yield (
            each["attempt__unit__section__course"],
            Result(
                each["attempt__unit__title"], words, True if each["done"] else None, each["last"]
            ),
        )


def _states(contact_id):
    return ScormState.objects.filter(attempt__contact=contact_id)


COMPLETED = Question(
    lambda contact: Completion.objects.filter(contact=contact).values_list("item_id", "at")
)
PROOFS = Rows(lambda contact: Certificate.objects.filter(contact=contact).order_by("-pk"))
ITEMS = Rows(lambda items: Item.objects.filter(pk__in=items).order_by("title_key", "pk"))
ATTEMPTS = Rows(
    lambda contact: (
        Attempt.objects.filter(contact=contact, submitted_at__isnull=False, withdrawn_at=None)
        .annotate(counts=counting.of_attempt())
        .select_related("unit__section")
        .defer("asked")
    )
)
SUBMISSIONS = Rows(
    lambda contact: Submission.objects.filter(contact=contact, replaced_at=None).select_related(
        "unit__section"
    )
)
PACKAGES = Rows(
    lambda contact: (
        _states(contact)
        .values("attempt__unit__title", "attempt__unit__section__course", "attempt_id")
        .annotate(score=Max("best"), last=Max("last_at"), done=Max("attempt__completed_at"))
    )
)

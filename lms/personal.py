"""What does learning hold about a person, and which of their places end with them?"""

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import EventType
from tms.consequences import Consequence
from tms.personal import ERASED, Part, Person, part

from . import cancelling, requests, waiting
from .models import (
    Attempt,
    AttemptAnswer,
    Certificate,
    Completion,
    ExtraAttempt,
    HeldPlace,
    Payment,
    Progress,
    QuestionForm,
    Registration,
    Request,
    RequestState,
    ScormAttempt,
    ScormEntry,
    ScormLaunch,
    ScormState,
    Submission,
    Waiting,
)


def held(person: Person) -> list[Part]:
    mine = {"contact": person.contact_id}
    return [
        part(
            "registrations",
            _("Registrations"),
            Registration.objects.filter(**mine),
            "id",
            "event__course__title",
            "event__code",
            "path__title",
            "account_id",
            "paid_by",
            "registered_at",
            "content_until",
            "attended",
            "completed_at",
            "cancelled_at",
        ),
        part("progress", _("Progress"), Progress.objects.filter(**mine)),
        part("completions", _("Completed"), Completion.objects.filter(**mine)),
        part(
            "quiz_attempts",
            _("Quiz attempts"),
            Attempt.objects.filter(**mine),
            "id",
            "unit__title",
            "number",
            "started_at",
            "submitted_at",
            "score",
            "points",
            "passed",
        ),
        part(
            "quiz_answers",
            _("Answers in quizzes"),
            AttemptAnswer.objects.filter(attempt__contact=person.contact_id),
            "attempt_id",
            "attempt__unit__title",
            "question",
            "given",
            "points",
        ),
        part(
            "extra_attempts",
            _("Attempts given in addition"),
            ExtraAttempt.objects.filter(**mine),
            "unit__title",
            "at",
            "reason",
        ),
        part(
            "submissions",
            _("Assignments handed in"),
            Submission.objects.filter(**mine),
            "id",
            "unit__title",
            "number",
            "name",
            "file",
            "comment",
            "submitted_at",
            "marked_at",
            "passed",
            "score",
            "feedback",
        ),
        part(
            "certificates",
            _("Certificates"),
            Certificate.objects.filter(**mine),
            "number",
            "name",
            "title",
            "completed_on",
            "valid_until",
            "issued_at",
            "withdrawn_at",
        ),
        part(
            "scorm_attempts",
            _("Attempts at SCORM packages"),
            ScormAttempt.objects.filter(**mine),
            "id",
            "unit__title",
            "package__number",
            "started_at",
            "last_at",
            "completed_at",
        ),
        part(
            "scorm_states",
            _("Where they are in SCORM packages"),
            ScormState.objects.filter(attempt__contact=person.contact_id),
        ),
        part(
            "scorm_log",
            _("What SCORM packages noted"),
            ScormEntry.objects.filter(launch__attempt__contact=person.contact_id),
            "launch_id",
            "at",
            "changes",
        ),
        part("requests", _("Requests"), Request.objects.filter(**mine)),
        part(
            "payments",
            _("Payments"),
            Payment.objects.filter(**mine),
            "id",
            "title",
            "net",
            "tax",
            "unit__code",
            "provider",
            "started_at",
            "paid_at",
            "refunded_at",
        ),
        part(
            "held_places",
            _("Places meant for them"),
            HeldPlace.objects.filter(**mine),
            "id",
            "item__title",
            "event__code",
            "account_id",
            "held_at",
        ),
        part(
            "waiting_lists",
            _("Waiting lists"),
            Waiting.objects.filter(**mine),
            "id",
            "event__course__title",
            "event__code",
            "joined_at",
            "offered_at",
            "offered_until",
            "outcome",
            "ended_at",
        ),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Cancel the places that are still to be used, decline what was asked, and empty the words.

    What was attended and completed stays on record.
    """
    who = {"at": at, "on": on, "by": by}
    lines = Waiting.objects.live().filter(contact=person.contact_id).order_by("event_id")
    for pk in list(lines.values_list("pk", flat=True)):
        waiting.leave(pk, **who)
    told = cancel_running(person, **who)
    erase_words(person)
    mine = Request.objects.filter(contact=person.contact_id)
    open_ones = list(mine.filter(state=RequestState.OPEN).values_list("pk", flat=True))
    for pk in open_ones:
        requests.decline(pk, answer=ERASED, **who)
    if open_ones:
        sentence = ngettext(
            "%(count)s request is declined.", "%(count)s requests are declined.", len(open_ones)
        )
        told.append(Consequence("closes", sentence % {"count": len(open_ones)}, len(open_ones)))
    meant = HeldPlace.objects.waiting().filter(contact=person.contact_id)
    meant.update(contact=None, version=F("version") + 1)
    # The number stays valid; whose it was is not told any more.
    Certificate.objects.filter(contact=person.contact_id).update(name=ERASED)
    _forget_scorm(person)
    mine.exclude(note="").update(note=ERASED)
    mine.exclude(answer="").update(answer=ERASED)
    return told


def erase_words(person: Person) -> None:
    """What they typed in quizzes and handed in, and what was said of it; the points stay."""
    typed = []
    answers = AttemptAnswer.objects.filter(attempt__contact=person.contact_id)
    for answer in answers.select_related("attempt"):
        if answer.attempt.asked[answer.question]["form"] == QuestionForm.SHORT:
            answer.given = ERASED
            typed.append(answer)
    AttemptAnswer.objects.bulk_update(typed, ["given"])
    given = ExtraAttempt.objects.filter(contact=person.contact_id)
    given.exclude(reason="").update(reason=ERASED)
    handed_in = Submission.objects.filter(contact=person.contact_id)
    files = list(handed_in.exclude(file="").values_list("file", flat=True))
    handed_in.update(file="", name=ERASED)
    handed_in.exclude(comment="").update(comment=ERASED)
    handed_in.exclude(feedback="").update(feedback=ERASED)
    transaction.on_commit(lambda: [default_storage.delete(each) for each in files])


def _forget_scorm(person: Person) -> None:
    """What packages kept of what they typed; that they completed them stays."""
    launches = ScormLaunch.objects.filter(attempt__contact=person.contact_id)
    ScormEntry.objects.filter(launch__in=launches).delete()
    launches.update(session_key="", agent="")
    ScormState.objects.filter(attempt__contact=person.contact_id).update(values={})


def cancel_running(person: Person, **who) -> list[Consequence]:
    """Paths first, with their places; then the places that are left."""
    running = (
        Registration.objects.live()
        .filter(contact=person.contact_id, completed_at=None)
        .filter(
            Q(path__isnull=False) | Q(event__type=EventType.LMS) | Q(event__first_on__gt=who["on"])
        )
    )
    told = []
    for which in (Q(path__isnull=False), Q(path=None)):
        for pk in list(running.filter(which).order_by("pk").values_list("pk", flat=True)):
            told += cancelling.cancel(pk, **who).consequences
    return told

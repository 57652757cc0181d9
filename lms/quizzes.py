"""How do staff put a quiz together? Its settings, and its questions in order.

What was asked in an attempt stays as it was: attempts keep their own copy.
"""

import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tms.refusals import Refusal
from tms.text import one_line, paragraphs

from . import content
from .models import Counts, QuestionForm, Quiz, QuizQuestion

MOST = 20


@transaction.atomic
def set_up(quiz: Quiz, *, pass_mark, attempts, shuffles, shows, counts=Counts.BEST, **who) -> None:
    """Change how the quiz is held, for the attempts that begin from now on."""
    quiz.pass_mark, quiz.attempts = pass_mark, attempts
    quiz.shuffles, quiz.shows, quiz.counts = shuffles, shows, counts
    quiz.version += 1
    quiz.save()
    content.changed(quiz.unit, {"unit": quiz.unit.title}, **who)


@transaction.atomic
def save_question(
    question: QuizQuestion,
    *,
    text: str,
    points: int,
    answers: list[dict],
    value: Decimal | None = None,
    tolerance: Decimal | None = None,
    feedback: str = "",
    feedback_right: str = "",
    feedback_wrong: str = "",
    **who,
) -> QuizQuestion:
    """Add a question at the end, or keep the changes of one that is there.

    `answers`: {"text", "right"} each; blank ones are left out. Raises Refusal when what its kind
    needs is missing, and says what.
    """
    question.text = paragraphs(text, field="text")
    question.points = points
    question.answers = _answers(QuestionForm(question.form), answers)
    is_number = question.form == QuestionForm.NUMERIC
    if is_number and value is None:
        raise Refusal(_("Say which number is right."), field="value")
    question.value = value if is_number else None
    question.tolerance = (tolerance or Decimal(0)) if is_number else Decimal(0)
    for name, words in (
        ("feedback", feedback),
        ("feedback_right", feedback_right),
        ("feedback_wrong", feedback_wrong),
    ):
        setattr(question, name, paragraphs(words, field=name))
    if question.pk is None:
        question.position = _end(question.quiz)
    else:
        question.version += 1
    question.save()
    _note(question.quiz, **who)
    return question


def _answers(form: QuestionForm, answers: list[dict]) -> list[dict]:
    if form == QuestionForm.NUMERIC:
        return []
    if form == QuestionForm.TRUTH:
        if [each["right"] for each in answers].count(True) != 1:
            raise Refusal(_("Say whether it is true or false."), field="right")
        return [{"text": "", "right": each["right"]} for each in answers]
    kept = [
        {"text": one_line(each["text"], field="answers"), "right": bool(each["right"])}
        for each in answers
    ]
    if any(each["right"] and not each["text"] for each in kept):
        raise Refusal(
            _("An answer without text is marked as right. Type it, or mark another."),
            field="answers",
        )
    kept = [each for each in kept if each["text"]]
    texts = [each["text"] for each in kept]
    right = sum(each["right"] for each in kept)
    if len(kept) > MOST:
        raise Refusal(_("A question takes 20 answers at most. Take some out."), field="answers")
    if form == QuestionForm.SHORT:
        if not kept:
            raise Refusal(_("Type at least one accepted answer."), field="answers")
        return [{"text": text, "right": True} for text in dict.fromkeys(texts)]
    if len(kept) < 2:
        raise Refusal(_("A choice needs two answers or more. Type another."), field="answers")
    if len(set(texts)) < len(texts):
        raise Refusal(_("Two answers read the same. Change one of them."), field="answers")
    if not right:
        raise Refusal(_("Mark the answer that is right."), field="answers")
    if form == QuestionForm.SINGLE and right > 1:
        raise Refusal(_("Only one answer can be right here. Mark one."), field="answers")
    return kept


@transaction.atomic
def remove_question(question: QuizQuestion, **who) -> None:
    """Delete the question; attempts that asked it keep it."""
    question.delete()
    _note(question.quiz, **who)


@transaction.atomic
def duplicate_question(question: QuizQuestion, **who) -> QuizQuestion:
    """A copy of the question, right after it."""
    following = question.quiz.questions.select_for_update().filter(position__gt=question.position)
    for each in following:
        each.position += 1
        each.save(update_fields=["position"])
    question.pk, question._state.adding = None, True
    question.position += 1
    question.save()
    _note(question.quiz, **who)
    return question


@transaction.atomic
def move_question(question: QuizQuestion, *, up: bool, **who) -> None:
    """Swap the question with the one before it (`up`) or after it; at the edge: nothing."""
    order = list(question.quiz.questions.select_for_update())
    place = next(index for index, each in enumerate(order) if each.pk == question.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order):
        each.position = position
    QuizQuestion.objects.bulk_update(order, ["position"])
    _note(question.quiz, **who)


def _end(quiz: Quiz) -> int:
    last = quiz.questions.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _note(quiz: Quiz, *, at: datetime.datetime, on, by) -> None:
    content.changed(quiz.unit, {"unit": quiz.unit.title}, at=at, on=on, by=by)

"""What do learners at Northlight Training know? A quiz and an assignment, taken and marked."""

from decimal import Decimal

from django.core.files.base import ContentFile

from catalog.models import Item
from lms import assignments, attempts, content, quizzes
from lms.models import ContentUnit, Quiz, QuizQuestion
from tms.models import User

# kind, question, answers (the right ones begin with *), value, feedback when wrong
QUESTIONS = [
    (
        "single",
        "What belongs into the first one-to-one?",
        ["*Listening, mostly", "A review of last year", "The targets for the quarter"],
        None,
        "Targets can wait until you know each other.",
    ),
    (
        "multiple",
        "What makes handing work over work?",
        ["*A clear result", "*A day to look at it together", "A list of every step", "Hope"],
        None,
        "Say what should come out and when you look at it, not how to do it.",
    ),
    ("truth", "A team needs to agree what it is for.", ["*", ""], None, ""),
    ("short", "What do you ask for after a first round of talks?", ["*feedback"], None, ""),
    (
        "numeric",
        "After how many days do you look back at the start?",
        [],
        Decimal(90),
        "After the first ninety days.",
    ),
]
RIGHT = {0: 0, 1: [0, 1], 2: 0, 3: "Feedback", 4: "90"}
WRONG = {0: 2, 1: [0, 2], 2: 0, 3: "Patience"}


def made(world) -> None:
    """A section at the end of `Leading a First Team`, with what became of it."""
    course = Item.objects.get(code="LEAD-101")
    section = content.add_section(course, title="What you take with you", **world.who(200))
    quiz = _quiz(world, section)
    for name, ago, given in (
        ("Ada Lindqvist", 6, WRONG),
        ("Ada Lindqvist", 5, RIGHT),
        ("Liam Doyle", 60, RIGHT),
        ("Elsa Nyström", 40, WRONG),
    ):
        who = by(world, name, ago)
        attempt = attempts.start(world.contact(name).pk, quiz.unit, **who)
        attempts.submit(attempt, given, version=0, page="", **who)
    _assignment(world, section)


def by(world, name: str, ago: int) -> dict:
    """At, on and by: by the learner's own sign-in, or else the administrator's."""
    return world.who(ago, hour=10) | {"by": world.contact(name).user or world.by}


def _quiz(world, section) -> Quiz:
    unit = ContentUnit(section=section, form="quiz", title="What you know by now", required=False)
    content.save_unit(unit, **world.who(200))
    quizzes.set_up(
        unit.quiz, pass_mark=80, attempts=3, shuffles=False, shows="passed", **world.who(200)
    )
    for form, text, answers, value, wrong in QUESTIONS:
        given = [{"text": each.lstrip("*"), "right": each.startswith("*")} for each in answers]
        question = QuizQuestion(quiz=unit.quiz, form=form)
        quizzes.save_question(
            question,
            text=text,
            points=2 if form == "multiple" else 1,
            answers=given,
            value=value,
            feedback_wrong=wrong,
            **world.who(200),
        )
    return unit.quiz


def _assignment(world, section) -> None:
    body = (
        "<p>Write down what your team is for, in three sentences, "
        "and whom you talk to in the first two weeks.</p>"
    )
    unit = ContentUnit(section=section, form="assignment", title="Your first two weeks", body=body)
    unit.required = False
    content.save_unit(unit, **world.who(200))
    kinds = ["pdf", "document", "text"]
    assignments.set_up(unit.assignment, kinds=kinds, megabytes=10, **world.who(200))
    for name, ago, comment in (
        ("Liam Doyle", 58, "A first draft."),
        ("Ada Lindqvist", 3, "With the dates of the talks."),
        ("Elsa Nyström", 1, ""),
    ):
        handed = assignments.hand_in(
            world.contact(name).pk,
            unit,
            file=ContentFile(b"What we are for: trains that leave on time.\n", name="my-plan.txt"),
            comment=comment,
            **by(world, name, ago),
        )
        if name == "Liam Doyle":
            marker = User.objects.get(name="Signe Ahlgren")
            who = world.who(55) | {"by": marker}
            words = "Clear and short. Add a day to look back."
            assignments.mark(handed, version=0, passed=True, score=90, feedback=words, **who)

"""What is an answer worth? In whole points and exact arithmetic; nothing here asks the database.

`asked` is what an attempt keeps of its quiz: a list of questions as they were, in its own order.
"""

import random
import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from .models import QuestionForm, QuizQuestion

LONGEST = 500
NUMBER = re.compile(r"[+-]?\d{1,14}(?:[.,]\d{1,6})?")
CHOSEN = {QuestionForm.SINGLE, QuestionForm.MULTIPLE, QuestionForm.TRUTH}


def snapshot(questions, *, shuffles: bool, chance: random.Random | None = None) -> list[dict]:
    """The questions as they are now, to be kept with an attempt; shuffled with their choices."""
    asked = [_kept(question) for question in questions]
    if shuffles:
        chance = chance or random.SystemRandom()
        chance.shuffle(asked)
        for question in asked:
            if question["form"] in {QuestionForm.SINGLE, QuestionForm.MULTIPLE}:
                chance.shuffle(question["answers"])
    return asked


def _kept(question: QuizQuestion) -> dict:
    return {
        "id": question.pk,
        "form": question.form,
        "text": question.text,
        "points": question.points,
        "answers": [{"id": number, **each} for number, each in enumerate(question.answers)],
        "value": None if question.value is None else str(question.value),
        "tolerance": str(question.tolerance),
        "feedback": question.feedback,
        "feedback_right": question.feedback_right,
        "feedback_wrong": question.feedback_wrong,
    }


def read(asked: list[dict], post) -> dict[int, int | list[int] | str]:
    """The answers of a form (`q0`, `q1` …) by question; what isn't an answer there is left out."""
    given = {}
    for number, question in enumerate(asked):
        values = post.getlist(f"q{number}")
        answer = _read(question, values)
        if answer not in (None, "", []):
            given[number] = answer
    return given


def _read(question, values):
    if question["form"] in CHOSEN:
        known = {str(each["id"]): each["id"] for each in question["answers"]}
        chosen = sorted({known[value] for value in values if value in known})
        if question["form"] == QuestionForm.MULTIPLE:
            return chosen
        return chosen[0] if len(chosen) == 1 else None
    text = "".join(c if c.isprintable() else " " for c in values[0]) if values else ""
    return " ".join(text.split())[:LONGEST]


def points(question: dict, given) -> int:
    """All points of the question, or none. Of several right choices all have to be chosen."""
    return question["points"] if is_right(question, given) else 0


def is_right(question: dict, given) -> bool:
    if given is None:
        return False
    right = {each["id"] for each in question["answers"] if each["right"]}
    match question["form"]:
        case QuestionForm.MULTIPLE:
            return set(given) == right
        case QuestionForm.SINGLE | QuestionForm.TRUTH:
            return given in right
        case QuestionForm.SHORT:
            return folded(given) in {folded(each["text"]) for each in question["answers"]}
    number = as_number(given)
    if number is None:
        return False
    return abs(number - Decimal(question["value"])) <= Decimal(question["tolerance"])


def folded(text: str) -> str:
    """Without regard to case, accents and blanks."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())


def as_number(text: str) -> Decimal | None:
    """A number with a decimal point or comma; None for anything else."""
    plain = "".join(text.split()).replace("\u2212", "-")
    return Decimal(plain.replace(",", ".")) if NUMBER.fullmatch(plain) else None


def passes(score: int, total: int, mark: int) -> bool:
    """Does the score reach the pass mark (per cent)? Never rounded."""
    return 100 * score >= mark * total


def label(question: dict, choice: dict) -> str:
    """A choice in words: true and false are in the reader's language."""
    if question["form"] == QuestionForm.TRUTH:
        return _("True") if choice["id"] == 0 else _("False")
    return choice["text"]


def in_words(question: dict, given) -> str:
    """What was answered, for people to read."""
    if question["form"] not in CHOSEN:
        return given or ""
    chosen = given if isinstance(given, list) else [given]
    return "; ".join(label(question, each) for each in question["answers"] if each["id"] in chosen)


def right_words(question: dict) -> str:
    """What would have been right, for people to read."""
    if question["form"] == QuestionForm.NUMERIC:
        value, tolerance = (plain(question[name]) for name in ("value", "tolerance"))
        return value if tolerance == "0" else f"{value} ± {tolerance}"
    return "; ".join(label(question, each) for each in question["answers"] if each["right"])


def plain(number: str) -> str:
    """Without the zeros that a column adds: 3.5, not 3.500000."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

"""What an answer is worth: every kind of question, in exact arithmetic."""

import random

import pytest
from django.http import QueryDict

from lms import scoring
from lms.models import QuizQuestion

COLOURS = [{"text": text, "right": text == "Green"} for text in ("Red", "Green", "Blue")]
PRIMES = [{"text": str(n), "right": n in {2, 3}} for n in (1, 2, 3, 4)]
TRUE = [{"text": "", "right": True}, {"text": "", "right": False}]
TOWNS = [{"text": text, "right": True} for text in ("Malmö", "Malmoe city")]


def asked(form, answers=(), **more):
    question = QuizQuestion(form=form, text="?", points=2, answers=list(answers), **more)
    return scoring.snapshot([question], shuffles=False)


KINDS = {
    "single": asked("single", COLOURS),
    "multiple": asked("multiple", PRIMES),
    "truth": asked("truth", TRUE),
    "short": asked("short", TOWNS),
    "number": asked("numeric", value="3.5", tolerance="0.1"),
    "exact": asked("numeric", value="-10", tolerance="0"),
}


@pytest.mark.parametrize(
    ("kind", "sent", "points"),
    [
        ("single", "q0=1", 2),
        ("single", "q0=0", 0),
        ("single", "q0=7", 0),
        ("single", "q0=1&q0=0", 0),
        ("single", "", 0),
        ("multiple", "q0=1&q0=2", 2),
        ("multiple", "q0=2&q0=1&q0=1", 2),
        ("multiple", "q0=1", 0),
        ("multiple", "q0=1&q0=2&q0=3", 0),
        ("multiple", "q0=1&q0=2&q0=7", 2),
        ("truth", "q0=7", 0),
        ("multiple", "", 0),
        ("truth", "q0=0", 2),
        ("truth", "q0=1", 0),
        ("short", "q0=malmö", 2),
        ("short", "q0=+MALMO+", 2),
        ("short", "q0=Malmoe%0A++City", 2),
        ("short", "q0=Malmö+city", 0),
        ("short", "q0=%00", 0),
        ("number", "q0=3.5", 2),
        ("number", "q0=3,4", 2),
        ("number", "q0=3.6", 2),
        ("number", "q0=3.600001", 0),
        ("number", "q0=%2B3.5", 2),
        ("number", "q0=1e1", 0),
        ("number", "q0=NaN", 0),
        ("number", "q0=three", 0),
        ("exact", "q0=-10", 2),
        ("exact", "q0=%E2%88%9210.0", 2),
        ("exact", "q0=10", 0),
    ],
)
def test_every_kind_of_question_is_scored_exactly(kind, sent, points):
    given = scoring.read(KINDS[kind], QueryDict(sent))
    assert scoring.points(KINDS[kind][0], given.get(0)) == points


@pytest.mark.parametrize(
    ("score", "total", "mark", "passed"),
    [(2, 3, 66, True), (2, 3, 67, False), (1, 1, 100, True), (199, 200, 100, False)],
)
def test_the_pass_mark_is_never_rounded(score, total, mark, passed):
    assert scoring.passes(score, total, mark) is passed


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("single", "Green"),
        ("multiple", "2; 3"),
        ("truth", "True"),
        ("short", "Malmö; Malmoe city"),
        ("number", "3.5 ± 0.1"),
        ("exact", "-10"),
    ],
)
def test_what_is_right_is_told_in_words(kind, words):
    assert scoring.right_words(KINDS[kind][0]) == words


def test_shuffling_keeps_what_belongs_together():
    questions = [
        QuizQuestion(pk=n, form="single", text=str(n), answers=COLOURS) for n in range(1, 5)
    ] + [QuizQuestion(pk=5, form="truth", text="5", answers=TRUE)]
    kept = scoring.snapshot(questions, shuffles=True, chance=random.Random(1))
    assert [each["id"] for each in kept] != [1, 2, 3, 4, 5]
    assert any([a["id"] for a in each["answers"]] != [0, 1, 2] for each in kept if each["id"] < 5)
    for each in kept:
        given = scoring.read([each], QueryDict("q0=0" if each["id"] == 5 else "q0=1"))
        assert scoring.is_right(each, given[0])
    (truth,) = (each for each in kept if each["id"] == 5)
    assert [scoring.label(truth, each) for each in truth["answers"]] == ["True", "False"]

"""Staff put a quiz together through its pages: every kind of question, in order, as they set it."""

import pytest

from lms.models import QuizQuestion
from tests.factories import CourseFactory, QuizFactory, QuizQuestionFactory
from tms.models import JournalRow

pytestmark = pytest.mark.django_db
KINDS = {
    "single": {"right": "1", "answer_0": "Red", "answer_1": "Green", "rows": "4"},
    "multiple": {"right": ["0", "1"], "answer_0": "Two", "answer_1": "Three", "answer_2": "Four"},
    "truth": {"right": "1"},
    "short": {"accepted": "Paris\nparis, France"},
    "numeric": {"value": "3.14", "tolerance": "0.01"},
}
TOLD = {
    "single": "Right: Green",
    "multiple": "Right: Two; Three",
    "truth": "Right: False",
    "short": "Right: Paris; paris, France",
    "numeric": "Right: 3.14 ± 0.01",
}


@pytest.fixture
def quiz():
    return QuizFactory(unit__course=CourseFactory(title="Leading"))


@pytest.fixture
def client(browse, office):
    return browse(office)


def editor(quiz, kind):
    return f"/content/units/{quiz.pk}/questions/{kind}/"


def listed(client, quiz):
    return client.get(f"/content/units/{quiz.pk}/questions/").text


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_question_of_each_kind_is_added_and_read_back(client, quiz, kind):
    page = client.get(editor(quiz, kind))
    assert page.status_code == 200
    answers = {"text": "What is it?", "points": "3", "feedback": "Because.", **KINDS[kind]}
    answer = client.post(editor(quiz, kind), answers)
    assert answer.headers["Location"] == f"/content/units/{quiz.pk}/questions/"
    assert TOLD[kind] in listed(client, quiz)
    assert "3 points in all" in listed(client, quiz)
    question = QuizQuestion.objects.get()
    page = client.get(f"/content/questions/{question.pk}/")
    given = {name: page.context["form"][name].value() for name in ("text", "points", "feedback")}
    assert given == {"text": "What is it?", "points": 3, "feedback": "Because."}
    assert JournalRow.objects.get().kind == "item.content_changed"


@pytest.mark.parametrize(
    ("kind", "wrong", "sentence"),
    [
        ("single", {"right": []}, "Mark the answer that is right."),
        ("single", {"right": "3"}, "An answer without text is marked as right."),
        ("multiple", {"answer_1": "Two"}, "Two answers read the same."),
        ("truth", {"right": ""}, "This needs an answer."),
        ("short", {"accepted": " "}, "This needs an answer."),
        ("numeric", {"value": "many"}, "Enter a number"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, quiz, kind, wrong, sentence):
    answers = {"text": "Typed at length", "points": "1", **KINDS[kind], **wrong}
    answer = client.post(editor(quiz, kind), answers)
    assert answer.status_code == 422
    assert "Typed at length" in answer.text
    assert not QuizQuestion.objects.exists()
    assert sentence in str(answer.context["form"].errors)


def test_more_answers_are_made_room_for(client, quiz):
    answers = {"text": "Which?", "points": "1", **KINDS["single"], "more": "1"}
    page = client.post(editor(quiz, "single"), answers)
    assert page.context["form"].number == 8
    assert page.context["form"]["answer_1"].value() == "Green"
    assert not QuizQuestion.objects.exists()


def test_questions_are_ordered_duplicated_edited_and_deleted(client, quiz):
    one, two = (QuizQuestionFactory(quiz=quiz, text=text) for text in ("One?", "Two?"))

    def order():
        return list(quiz.questions.values_list("text", flat=True))

    client.post(f"/content/questions/{two.pk}/place/", {"way": "up"})
    assert order() == ["Two?", "One?"]
    client.post(f"/content/questions/{two.pk}/copy/")
    assert order() == ["Two?", "Two?", "One?"]
    page = client.get(f"/content/questions/{one.pk}/")
    answers = {"text": "One, really?", "points": "1", **KINDS["single"]}
    address = f"/content/questions/{one.pk}/"
    assert client.post(address, answers | {"version": page.context["version"]}).status_code == 302
    stale = client.post(address, answers | {"version": page.context["version"]})
    assert stale.status_code == 422
    client.post(f"/content/questions/{two.pk}/removal/")
    assert order() == ["Two?", "One, really?"]


def test_how_a_quiz_is_held_is_set_on_its_page(client, quiz):
    address = f"/content/units/{quiz.pk}/quiz/"
    answers = {"pass_mark": "70", "attempts": "3", "counts": "last", "shows": "never"}
    assert client.post(address, answers).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.pass_mark, quiz.attempts, quiz.counts, quiz.shows) == (70, 3, "last", "never")
    assert client.post(address, answers | {"pass_mark": "0"}).status_code == 422

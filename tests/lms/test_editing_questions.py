"""A question that is typed isn't lost either: it has a draft, as pages have, and two are told."""

import pytest

from catalog import drafts
from lms.models import QuestionForm, QuizQuestion
from tests.factories import (
    ContentUnitFactory,
    CourseFactory,
    QuizFactory,
    QuizQuestionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(organisation):
    return UserFactory(name="Grace Office", is_staff=True, is_superuser=True)


@pytest.fixture
def question():
    return QuizQuestionFactory(text="Which one?")


def typed(text, *answers, right=(), **more):
    rows = {f"answer_{n}": answer for n, answer in enumerate(answers)}
    return {"text": text, "points": "2", "rows": "8", "right": right, **rows, **more}


def test_all_of_a_question_is_offered_back_and_saved_only_by_saving(browse, office, question):
    client, editor = browse(office), f"/content/questions/{question.pk}/"
    page = client.get(editor)
    assert (page.context["about"], page.context["draft"]) == (f"question {question.pk}", None)
    mine = typed("Which two?", "One", "Two", "", "", "", "Six", right=["0", "5"], about="none")
    answer = client.post("/drafts/", mine | {"about": page.context["about"], "feedback": "Well."})
    assert answer.text == "Kept as a draft at 09:00:00."
    page = client.get(editor)
    assert "You typed here without saving" in page.text
    assert page.context["form"]["text"].value() == "Which one?"
    page = client.get(f"{editor}?draft=1")
    form = page.context["form"]
    assert "This is your draft." in page.text
    assert (form["text"].value(), form["points"].value(), form["feedback"].value()) == (
        "Which two?", "2", "Well.",
    )  # fmt: skip
    assert [(text.value(), right) for _n, text, right in form.rows()] == [
        ("One", True), ("Two", False), ("", False), ("", False),
        ("", False), ("Six", True), (None, False), (None, False),
    ]  # fmt: skip
    question.refresh_from_db()
    assert (question.text, question.version) == ("Which one?", 0)
    assert client.post(editor, typed("Which?", "One", "Two", right=["1"], version=0)).url == (
        f"/content/units/{question.quiz_id}/questions/"
    )
    assert drafts.read(office, f"question {question.pk}") is None


def test_in_a_draft_nothing_may_be_ticked(browse, office, question):
    client, editor = browse(office), f"/content/questions/{question.pk}/"
    client.post("/drafts/", typed("Which?", "One", about=f"question {question.pk}"))
    form = client.get(f"{editor}?draft=1").context["form"]
    assert [right for _n, _text, right in form.rows()] == [False] * 8


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        (QuestionForm.SHORT, {"accepted": "Oslo\nOslo city"}),
        (QuestionForm.NUMERIC, {"value": "12.5", "tolerance": "0.5"}),
        (QuestionForm.TRUTH, {"right": ["1"]}),
    ],
)
def test_a_question_that_is_not_there_yet_has_a_draft_too(browse, office, form, sent):
    quiz = QuizFactory()
    client, editor = browse(office), f"/content/units/{quiz.pk}/questions/{form}/"
    about = client.get(editor).context["about"]
    client.post("/drafts/", {"about": about, "text": "What?", **sent})
    found = client.get(f"{editor}?draft=1").context["form"]
    assert {name: found[name].value() for name in sent} == sent
    assert client.get(f"{editor}?draft=1").text.count(" checked") == (form == QuestionForm.TRUTH)
    client.post(editor, {"text": "What?", "points": 1, **sent})
    assert QuizQuestion.objects.get().text == "What?"
    assert drafts.read(office, about) is None


def test_of_two_who_edit_a_question_each_is_told_and_nothing_is_lost(
    browse, office, grace, question
):
    one, two, editor = browse(office), browse(grace), f"/content/questions/{question.pk}/"
    one.post("/drafts/", typed("Olive's?", about=f"question {question.pk}"))
    assert "Olive Office is at this too" in two.get(editor).text
    assert two.post(editor, typed("Grace's?", "A", "B", right=["0"], version=0)).status_code == 302
    late = one.post(editor, typed("Olive's?", "C", "D", right=["0"], version=0))
    assert late.status_code == 422
    assert "This was changed meanwhile." in late.text
    assert "You typed here without saving" in late.text
    assert late.context["form"]["text"].value() == "Grace's?"
    assert QuizQuestion.objects.get().text == "Grace's?"
    form = one.get(f"{editor}?draft=1").context["form"]
    assert (form["text"].value(), form["answer_1"].value()) == ("Olive's?", "D")


def test_more_answers_are_no_reason_to_offer_the_draft_again(browse, office, question):
    client, editor = browse(office), f"/content/questions/{question.pk}/"
    client.post("/drafts/", typed("Which?", about=f"question {question.pk}"))
    page = client.post(editor, typed("Which?", "One", version=0, more="1"))
    assert "You typed here without saving" not in page.text
    assert page.context["form"].number == 12


def test_so_has_the_text_of_an_assignment(browse, office):
    unit = ContentUnitFactory(course=CourseFactory(), form="assignment", body="<p>Draw.</p>")
    client, editor = browse(office), f"/content/units/{unit.pk}/"
    client.post("/drafts/", {"about": f"unit {unit.pk}", "body": "<p>Write.</p>"})
    assert client.get(f"{editor}?draft=1").context["form"]["body"].value() == "<p>Write.</p>"

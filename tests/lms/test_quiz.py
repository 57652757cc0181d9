"""A quiz is taken: begun, answered, handed in once, and passed for good."""

import pytest

from lms import attempts, learning, quizzes
from lms.models import Attempt, AttemptAnswer, Completion, ExtraAttempt, Progress, QuizQuestion
from passes import lifecycle
from tests.factories import (
    ContactFactory,
    CourseFactory,
    LearnerFactory,
    LmsEventFactory,
    QuizFactory,
    QuizQuestionFactory,
    RegistrationFactory,
    copies,
)
from tests.lms.cast import TODAY, held, library
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(europe):
    return CourseFactory(title="Leading a First Team", slug="leading")


@pytest.fixture
def quiz(course):
    """Two questions of one point each, of which one is enough; two attempts."""
    quiz = QuizFactory(unit__course=course, pass_mark=50, attempts=2)
    QuizQuestionFactory.create_batch(2, quiz=quiz)
    return quiz


@pytest.fixture
def pass_(ada, course):
    return held(ada, library(course))


@pytest.fixture
def client(ada, browse, course, pass_, quiz):
    """Ada, registered."""
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course), used_pass=pass_)
    return browse(ada.user)


def at(quiz, attempt=None, what=""):
    """An address under the quiz's unit."""
    own = f"{attempt.pk}/{what}" if attempt else what
    return f"/learn/leading/{quiz.pk}/attempts/{own}"


def sent(page, *answers):
    """What the page would send with these choices."""
    given = {f"q{n}": answer for n, answer in enumerate(answers) if answer is not None}
    return given | {name: page.context[name] for name in ("page", "version")}


def take(client, quiz, *answers):
    """Begin, answer, hand in: the page with the result."""
    begun = client.post(at(quiz))
    page = client.get(begun["Location"])
    return client.post(begun["Location"], sent(page, *answers), follow=True)


# From beginning to end


def test_a_quiz_is_failed_then_passed_and_completes_the_course(client, ada, quiz):
    first = take(client, quiz, "0", "2")
    assert "0 of 2 points (0 %)" in first.text
    assert "1 attempt left." in first.text
    assert not Completion.objects.exists()
    second = take(client, quiz, "1", "0")
    assert "1 of 2 points (50 %)" in second.text
    assert "No attempt left." in second.text
    assert Completion.objects.get().contact == ada
    kinds = JournalRow.objects.filter(kind__startswith="attempt.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "attempt.started", "attempt.submitted", "attempt.started", "attempt.submitted",
    ]  # fmt: skip
    stand = attempts.stand(ada.pk, quiz.pk)
    assert (stand.left, stand.passed, stand.best.score) == (0, True, 1)


def test_attempts_are_used_up_and_staff_give_one_more(client, ada, office, browse, quiz):
    for _time in range(2):
        take(client, quiz, "0", "0")
    refused = client.post(at(quiz), follow=True)
    assert "You have used all your attempts." in refused.text
    assert "Begin the quiz" not in refused.text
    last = Attempt.objects.latest("pk")
    back = browse(office)
    back.post(f"/quiz-attempts/{last.pk}/another/", {"reason": "Was ill"})
    assert ExtraAttempt.objects.get().by == office
    again = back.post(f"/quiz-attempts/{last.pk}/another/", {"reason": ""})
    assert again.status_code == 422
    assert "They have an attempt left." in again.text
    assert "1 of 2 points" in take(client, quiz, "1", "0").text


def test_a_result_that_is_worse_takes_nothing_back(client, ada, quiz):
    take(client, quiz, "1", "1")
    completed = Completion.objects.get().at
    assert "Not passed" in take(client, quiz, "0", "0").text
    assert Completion.objects.get().at == completed
    assert attempts.stand(ada.pk, quiz.pk).best.percent == 100


@pytest.mark.parametrize(("counts", "number"), [("best", 1), ("last", 2)])
def test_the_best_or_the_last_attempt_counts_and_what_was_passed_stays(
    client, ada, quiz, counts, number
):
    quiz.counts = counts
    quiz.save()
    take(client, quiz, "1", "1")
    take(client, quiz, "0", "0")
    stand = attempts.stand(ada.pk, quiz.pk)
    assert (stand.counting.number, stand.passed) == (number, True)
    page = " ".join(client.get(f"/learn/leading/{quiz.pk}/").text.split())
    assert page.count("This result counts.") == 1
    assert Completion.objects.filter(contact=ada).exists()


def test_a_quiz_is_not_completed_by_a_press(client, quiz):
    assert client.post(f"/learn/leading/{quiz.pk}/completion/").status_code == 404
    page = client.get(f"/learn/leading/{quiz.pk}/").text
    assert "/completion/" not in page
    assert "Begin the quiz" in page


def test_a_quiz_without_questions_cant_be_begun(client, quiz):
    QuizQuestion.objects.all().delete()
    assert "There are no questions in it yet." in client.get(f"/learn/leading/{quiz.pk}/").text
    answer = client.post(at(quiz), follow=True)
    assert "This quiz has no questions yet." in answer.text


# What an attempt keeps


def test_an_attempt_asks_what_was_asked_when_it_began(client, office, who, quiz):
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    question = quiz.questions.first()
    answers = [{"text": "Red", "right": True}, {"text": "Brown", "right": False}]
    quizzes.save_question(question, text="Changed?", points=9, answers=answers, **who)
    quizzes.remove_question(quiz.questions.last(), **who)
    assert "Changed?" not in client.get(begun).text
    result = client.post(begun, sent(page, "1", "1"), follow=True)
    assert "2 of 2 points (100 %)" in result.text
    assert "Changed?" not in result.text


def test_shuffled_questions_stay_in_their_order_within_an_attempt(client, quiz):
    quiz.shuffles = True
    quiz.save()
    copies(quiz.questions.first(), 8)
    begun = client.post(at(quiz))["Location"]
    order = [[row[1]["id"] for row in client.get(begun).context["questions"]] for _ in range(2)]
    assert order[0] == order[1]
    assert sorted(order[0]) == sorted(quiz.questions.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("shows", "failed", "passed"),
    [("never", False, False), ("passed", False, True), ("always", True, True)],
)
def test_right_answers_are_shown_as_it_is_set(client, quiz, shows, failed, passed):
    quiz.shows = shows
    quiz.save()
    assert ("Right answer:" in take(client, quiz, "0", "0").text) is failed
    assert ("Right answer:" in take(client, quiz, "1", "0").text) is passed


def test_feedback_is_said_with_the_result_and_not_before(client, quiz):
    quiz.questions.update(feedback="Ask Ben.", feedback_right="Well seen.", feedback_wrong="No.")
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    assert "Ask Ben." not in page.text
    result = client.post(begun, sent(page, "1", "0"), follow=True).text
    assert [result.count(each) for each in ("Ask Ben.", "Well seen.", "No.")] == [2, 1, 1]


# Presses and windows


def test_answers_are_kept_as_they_are_given(client, quiz):
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    kept = client.post(f"{begun}answers/", sent(page, "1"), headers={"HX-Request": "true"})
    assert kept.text == "Kept at 09:00:00."
    later = client.post(f"{begun}answers/", sent(page, "1", "2"), follow=True)
    assert "Your answers are kept." in later.text
    assert "Go on with the attempt" in later.text
    given = [row[3] for row in client.get(begun).context["questions"]]
    assert given == [1, 2]
    # What is taken back is taken back.
    client.post(f"{begun}answers/", sent(client.get(begun), None, "2"))
    assert AttemptAnswer.objects.get().question == 1


def test_handing_in_twice_is_handing_in_once(client, quiz):
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    client.post(begun, sent(page, "0", "0"))
    again = client.post(begun, sent(page, "1", "1"), follow=True)
    assert "This attempt was handed in already." in again.text
    assert Attempt.objects.get().score == 0
    late = client.post(f"{begun}answers/", sent(page, "1"), headers={"HX-Request": "true"})
    assert (late.status_code, AttemptAnswer.objects.filter(given=1).exists()) == (422, False)


def test_beginning_twice_is_beginning_once(client, quiz):
    assert client.post(at(quiz))["Location"] == client.post(at(quiz))["Location"]
    assert Attempt.objects.count() == 1


def test_the_second_window_is_told_and_overwrites_nothing(client, quiz):
    begun = client.post(at(quiz))["Location"]
    one, two = client.get(begun), client.get(begun)
    client.post(f"{begun}answers/", sent(one, "1", "1"))
    told = client.post(f"{begun}answers/", sent(two, "0", "0"), headers={"HX-Request": "true"})
    assert told.status_code == 422
    assert told.text.startswith("You went on with this attempt in another window.")
    refused = client.post(begun, sent(two, "0", "0"))
    assert refused.status_code == 422
    assert [row[3] for row in refused.context["questions"]] == [1, 1]
    # The first one goes on, and so does the second one as it is shown now.
    client.post(f"{begun}answers/", sent(one, "1", "2"))
    assert client.post(begun, sent(client.get(begun), "1", "2")).status_code == 302


# Whose, and until when


def test_an_attempt_closes_with_the_course_and_is_kept(client, quiz, pass_, clock, office):
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    client.post(f"{begun}answers/", sent(page, "1"))
    lifecycle.cancel(pass_.pk, version=pass_.version, at=clock.at, on=TODAY, by=office)
    for answer in (
        client.get(begun),
        client.post(begun, sent(page, "1", "1")),
        client.post(f"{begun}answers/", sent(page, "1", "1")),
        client.post(at(quiz)),
    ):
        assert answer.status_code == 403
        assert "Your pass was cancelled on 22 November 2026." in answer.text
        assert "Question" not in answer.text
    assert Attempt.objects.get().submitted_at is None
    assert AttemptAnswer.objects.get().given == 1


def test_what_is_somebody_elses_is_not_there(client, quiz, course, who):
    stranger = LearnerFactory()
    theirs = attempts.start(stranger.pk, quiz.unit, **who)
    other = QuizQuestionFactory(quiz__unit__course=course).quiz
    assert client.get(at(quiz, theirs)).status_code == 404
    assert client.post(at(quiz, theirs)).status_code == 404
    assert client.post(at(quiz, theirs, "answers/")).status_code == 404
    client.post(at(quiz))
    mine = Attempt.objects.latest("pk")
    assert client.get(at(other, mine)).status_code == 404


@pytest.mark.parametrize("number", [1, 3, 300])
def test_pages_of_a_quiz_take_the_same_statements(client, quiz, count_queries, number):
    copies(quiz.questions.first(), number)
    begun = client.post(at(quiz))["Location"]
    page = client.get(begun)
    answers = ["1"] * (number + 2)
    assert {
        "unit": count_queries(lambda: client.get(f"/learn/leading/{quiz.pk}/")),
        "questions": count_queries(lambda: client.get(begun)),
        "keep": count_queries(lambda: client.post(f"{begun}answers/", sent(page, *answers))),
        "handed in": client.post(begun, sent(page, *answers)).status_code,
        "result": count_queries(lambda: client.get(begun)),
    } == {"unit": 15, "questions": 8, "keep": 15, "handed in": 302, "result": 14}


# Two contacts become one


def test_of_two_running_attempts_one_goes_on_after_merging(ada, quiz, who, office):
    from crm import merging

    double = ContactFactory(account=ada.account)
    first = attempts.start(ada.pk, quiz.unit, **who)
    attempts.start(double.pk, quiz.unit, **who)
    merging.merge_contacts(ada.pk, double.pk, **who)
    stand = attempts.stand(ada.pk, quiz.unit_id)
    assert (stand.running, len(stand.attempts), stand.left) == (first, 1, 1)


# The verbs, said directly


def test_staff_give_nothing_where_nothing_is_short(ada, quiz, who):
    quiz.attempts = None
    quiz.save()
    with pytest.raises(Refusal, match="as often as one likes"):
        attempts.give_another(ada.pk, quiz.unit, reason="", **who)


def test_a_page_that_nobody_drew_writes_nothing(ada, quiz, who):
    attempt = attempts.start(ada.pk, quiz.unit, **who)
    with pytest.raises(Stale):
        attempts.keep(attempt, {0: 1}, version=-1, page="x", at=who["at"])
    assert not AttemptAnswer.objects.exists()
    assert not learning.done_units(ada.pk, quiz.unit.section.course_id)[quiz.pk][0]


def right(question):
    return next(each["id"] for each in question["answers"] if each["right"])


def test_an_attempt_is_passed_by_the_mark_that_it_began_with(ada, quiz, who):
    begun = attempts.start(ada.pk, quiz.unit, **who)
    type(quiz).objects.update(pass_mark=100)
    given = {0: right(begun.asked[0])}
    done, _news = attempts.submit(begun, given, version=begun.version, page="", **who)
    assert (done.score, done.passed) == (1, True)


def test_a_quiz_that_is_archived_meanwhile_completes_nothing(ada, quiz, who):
    begun = attempts.start(ada.pk, quiz.unit, **who)
    type(quiz.unit).objects.update(archived_at=who["at"])
    given = {0: right(begun.asked[0])}
    done, _news = attempts.submit(begun, given, version=begun.version, page="", **who)
    assert done.passed
    assert Progress.objects.get().completed_at is None

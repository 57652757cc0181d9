"""Lists, results, programs and spreadsheets say of the same attempt that it counts."""

import pytest
from django.db import connection

from lms import attempts, counting
from lms.models import Attempt
from tests.factories import ContactFactory, QuizFactory
from tests.passes.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz():
    return QuizFactory(unit__title="Signals", pass_mark=50)


@pytest.fixture
def tried(quiz, clock):
    """`tried(contact, 3, None, ...)`: attempts with these scores of 6 points; None: it runs."""

    def made(contact, *scores, **more):
        given = {"unit": quiz.unit, "asked": [], "pass_mark": 50, "points": 6, **more}
        done = {"submitted_at": clock.at}
        number = contact.attempts.count()
        return [
            contact.attempts.create(
                number=number + n,
                started_at=clock.at,
                score=score,
                **given,
                **({} if score is None else {**done, "passed": score >= 3}),
            )
            for n, score in enumerate(scores, start=1)
        ]

    return made


def set_to(quiz, counts):
    quiz.counts = counts
    quiz.save()


@pytest.mark.parametrize(
    ("counts", "scores", "place"),
    [
        ("best", (1, 4, 2), 1),
        ("best", (4, 4, None), 0),
        ("best", (None,), None),
        ("last", (4, 1), 1),
        ("last", (4, 1, None), 1),
        ("last", (5,), 0),
    ],
)
def test_all_rows_are_told_of_what_one_learner_is(quiz, ada, tried, counts, scores, place, clock):
    set_to(quiz, counts)
    made = tried(ada, *scores)
    tried(ada, 6, withdrawn_at=clock.at)
    tried(ContactFactory(), 6)
    mine = Attempt.objects.filter(contact=ada).annotate(counts=counting.of_attempt())
    found = [each.pk for each in mine.order_by("pk") if each.counts]
    expected = [] if place is None else [made[place].pk]
    told = attempts.stand(ada.pk, quiz.pk).counting
    assert (found, [told.pk] if told else []) == (expected, expected)


@pytest.mark.parametrize(("counts", "place"), [("best", 0), ("last", 1)])
def test_every_list_says_which_attempt_counts(quiz, ada, tried, browse, office, counts, place):
    set_to(quiz, counts)
    made = tried(ada, 4, 1)
    desk, mine = browse(office), browse(ada.user)
    words = [["4 of 6 (66 %) This one", "1 of 6 (16 %) This one"][place]]
    for page in ("/quiz-attempts/", f"/content/units/{quiz.pk}/attempts/"):
        said = text(desk.get(page))
        assert [each for each in words if each in said] == words
        assert said.count("This one") == 1
        few = text(desk.get(f"{page}?counts=yes"))
        assert ("4 of 6" in few, "1 of 6" in few) == (place == 0, place == 1)
    says = ["This result counts." in text(desk.get(f"/quiz-attempts/{each.pk}/")) for each in made]
    assert says == [place == 0, place == 1]
    results = text(mine.get("/profile/results/"))
    assert results.count("This result counts.") == 1
    score = ["4 of 6 points (66 %)", "1 of 6 points (16 %)"][place]
    assert f"{score} . This result counts." in results or f"{score}. This result counts." in results
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM reporting.quiz_attempts WHERE counts")
        assert cursor.fetchall() == [(made[place].pk,)]


def test_of_one_attempt_nothing_has_to_be_said_to_its_learner(quiz, ada, tried, browse):
    tried(ada, 4)
    assert "This result counts." not in text(browse(ada.user).get("/profile/results/"))

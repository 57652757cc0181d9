"""Of two who change a quiz's or an assignment's settings, the second is told; nothing is lost.

The race has a twin without the lock, in which what the first one saved is gone unseen.
"""

import pytest
from django.test import Client

from lms import copying
from lms.models import Assignment, Quiz
from lms.views import questions
from tests.factories import AssignmentFactory, QuizFactory, UserFactory
from tests.races import meeting, race, rounds
from tms.models import JournalRow

HX = {"HX-Request": "true"}
LATE = "Here it is as it is now; nothing of yours was saved."


@pytest.fixture
def grace(organisation):
    return UserFactory(name="Grace Office", is_staff=True, is_superuser=True)


def held(pass_mark, **more):
    return {"pass_mark": pass_mark, "attempts": "", "counts": "best", "shows": "passed", **more}


@pytest.mark.django_db
def test_the_second_to_save_a_quizs_settings_sees_the_firsts(browse, office, grace):
    quiz = QuizFactory(pass_mark=80)
    one, two, editor = browse(office), browse(grace), f"/content/units/{quiz.pk}/quiz/"
    version = one.get(editor, headers=HX).context["version"]
    assert f'name="version" value="{version}"' in one.get(editor, headers=HX).text
    assert two.post(editor, held(60, version=version), headers=HX).status_code == 204
    late = one.post(editor, held(90, version=version), headers=HX)
    assert (late.status_code, LATE in late.text) == (422, True)
    assert late.context["form"]["pass_mark"].value() == 60
    assert Quiz.objects.get().pass_mark == 60
    assert JournalRow.objects.filter(kind="item.content_changed").count() == 1
    again = held(90, version=late.context["version"])
    assert one.post(editor, again, headers=HX).status_code == 204
    assert Quiz.objects.get().pass_mark == 90


@pytest.mark.django_db
def test_the_second_to_save_an_assignments_settings_sees_the_firsts(browse, office, grace):
    assignment = AssignmentFactory()
    one, two = browse(office), browse(grace)
    editor = f"/content/units/{assignment.pk}/assignment/"
    version = one.get(editor, headers=HX).context["version"]
    mine = {"kinds": ["pdf"], "megabytes": 5, "version": version}
    assert two.post(editor, mine, headers=HX).status_code == 204
    late = one.post(editor, {"kinds": ["image"], "megabytes": 9, "version": version}, headers=HX)
    assert (late.status_code, LATE in late.text) == (422, True)
    assert late.context["form"]["kinds"].value() == ["pdf"]
    found = Assignment.objects.get()
    assert (found.kinds, found.megabytes, found.version) == (["pdf"], 5, version + 1)


@pytest.mark.django_db
def test_a_copy_begins_anew(browse, office, clock):
    quiz = QuizFactory(version=7)
    copying.duplicate_unit(quiz.unit, at=clock.at, on=clock.on(), by=office)
    assert [each.version for each in Quiz.objects.order_by("pk")] == [7, 0]


def both_save(quiz, people):
    """Each saves another pass mark at the same moment, from the same page: (answers, version)."""
    clients = []
    for person in people:
        clients.append(Client(headers=HX))
        clients[-1].force_login(person)
    quiz.refresh_from_db()
    editor = f"/content/units/{quiz.pk}/quiz/"
    outcome = race(
        *[
            lambda client=client, mark=mark: (
                client.post(editor, held(mark, version=quiz.version)).status_code
            )
            for client, mark in zip(clients, (60, 90), strict=True)
        ]
    )
    before = quiz.version
    quiz.refresh_from_db()
    return sorted(outcome.answers), quiz.version - before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(organisation, office, grace):
    quiz = QuizFactory()
    for _round in range(rounds(3)):
        assert both_save(quiz, (office, grace)) == ([204, 422], 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_overwrites_the_other_unseen(organisation, office, grace, monkeypatch):
    """The twin: both look at the version before either writes."""
    meet = meeting()

    def looked_together(dialog):
        found = Quiz.objects.values_list("version", flat=True).get(pk=dialog.quiz.pk)
        meet()
        return found

    monkeypatch.setattr(questions.Settings, "current_version", looked_together)
    assert both_save(QuizFactory(), (office, grace)) == ([204, 204], 1)

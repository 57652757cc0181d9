"""Addresses of quizzes: taking one, putting one together, and what staff see of them."""

from django.urls import path

from .views import attempts, questions, quiz

urlpatterns = [
    path("learn/<slug:slug>/<int:unit_id>/attempts/", quiz.start, name="start_attempt"),
    path(
        "learn/<slug:slug>/<int:unit_id>/attempts/<int:attempt_id>/", quiz.attempt, name="attempt"
    ),
    path(
        "learn/<slug:slug>/<int:unit_id>/attempts/<int:attempt_id>/answers/",
        quiz.keep,
        name="keep_answers",
    ),
    path("content/units/<int:pk>/questions/", questions.questions, name="questions"),
    path("content/units/<int:pk>/quiz/", questions.Settings.as_view(), name="quiz_settings"),
    path(
        "content/units/<int:pk>/questions/<str:form>/",
        questions.AddQuestion.as_view(),
        name="add_question",
    ),
    path("content/units/<int:unit_id>/attempts/", attempts.OfUnit.as_view(), name="unit_attempts"),
    path("content/questions/<int:pk>/", questions.EditQuestion.as_view(), name="edit_question"),
    path(
        "content/questions/<int:pk>/removal/",
        questions.RemoveQuestion.as_view(),
        name="remove_question",
    ),
    path("content/questions/<int:pk>/place/", questions.move_question, name="move_question"),
    path(
        "content/questions/<int:pk>/copy/",
        questions.duplicate_question,
        name="duplicate_question",
    ),
    path("quiz-attempts/", attempts.Attempts.as_view(), name="attempts"),
    path("quiz-attempts/<int:pk>/", attempts.look, name="look_at_attempt"),
    path("quiz-attempts/<int:pk>/another/", attempts.GiveAttempt.as_view(), name="give_attempt"),
]

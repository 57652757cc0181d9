"""Addresses of assignments: handing in, and marking."""

from django.urls import path

from .views import assignment, submissions

urlpatterns = [
    path("learn/<slug:slug>/<int:unit_id>/submissions/", assignment.hand_in, name="hand_in"),
    path(
        "learn/<slug:slug>/<int:unit_id>/submissions/<int:submission_id>/file/",
        assignment.file,
        name="my_submission_file",
    ),
    path(
        "content/units/<int:pk>/assignment/",
        submissions.Settings.as_view(),
        name="assignment_settings",
    ),
    path("marking/", submissions.Marking.as_view(), name="marking"),
    path("submissions/", submissions.Submissions.as_view(), name="submissions"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/file/", submissions.file, name="submission_file"),
    path(
        "submissions/<int:pk>/mark/", submissions.MarkSubmission.as_view(), name="mark_submission"
    ),
]

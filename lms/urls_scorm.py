"""Addresses of SCORM packages: launching, playing, what a package tells; its files; the log."""

from django.urls import path

from .views import scorm, scorm_log

urlpatterns = [
    path("learn/<slug:slug>/<int:unit_id>/package/", scorm.launch, name="scorm_launch"),
    path("learn/<slug:slug>/<int:unit_id>/package/<int:pk>/", scorm.play, name="scorm_play"),
    path(
        "learn/<slug:slug>/<int:unit_id>/package/<int:pk>/state/", scorm.state, name="scorm_state"
    ),
    path("scorm/<str:token>/<path:rest>", scorm.file, name="scorm_file"),
    path("content/units/<int:pk>/sessions/", scorm_log.Attempts.as_view(), name="scorm_attempts"),
    path("content/sessions/<int:pk>/", scorm_log.log, name="scorm_log"),
]

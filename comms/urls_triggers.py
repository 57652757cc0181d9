"""Where are triggers, and what is foretold of them?"""

from django.urls import include, path

from .views import forecast, triggers

of_one = [
    path("", forecast.preview, name="preview_trigger"),
    path("letter/", forecast.letter, name="planned_letter"),
    path("editing/", triggers.EditTrigger.as_view(), name="edit_trigger"),
    path("copy/", triggers.DuplicateTrigger.as_view(), name="duplicate_trigger"),
    path("enabling/", triggers.EnableTrigger.as_view(), name="enable_trigger"),
    path("disabling/", triggers.DisableTrigger.as_view(), name="disable_trigger"),
    path("archiving/", triggers.ArchiveTrigger.as_view(), name="archive_trigger"),
    path("history/", triggers.history, name="trigger_history"),
]

urlpatterns = [
    path("triggers/", triggers.Triggers.as_view(), name="triggers"),
    path("triggers/new/", triggers.CreateTrigger.as_view(), name="create_trigger"),
    path("triggers/calendar/", forecast.all_days, name="calendar"),
    path("triggers/<int:pk>/", include(of_one)),
]

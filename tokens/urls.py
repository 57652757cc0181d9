"""The addresses of the pages about tokens."""

from django.urls import path

from . import views

app_name = "tokens"

urlpatterns = [
    path("control-panel/tokens/", views.Types.as_view(), name="types"),
    path("control-panel/tokens/creation/", views.CreateType.as_view(), name="create_type"),
    path("control-panel/tokens/<int:pk>/editing/", views.EditType.as_view(), name="edit_type"),
    path(
        "control-panel/tokens/<int:pk>/archiving/",
        views.ArchiveType.as_view(),
        name="archive_type",
    ),
    path(
        "control-panel/tokens/<int:pk>/restoration/",
        views.RestoreType.as_view(),
        name="restore_type",
    ),
    path("control-panel/tokens/<int:pk>/deletion/", views.DeleteType.as_view(), name="delete_type"),
]

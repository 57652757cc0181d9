"""The addresses of the pages about tokens."""

from django.urls import path

from .views import types

app_name = "tokens"

urlpatterns = [
    path("control-panel/tokens/", types.Types.as_view(), name="types"),
    path("control-panel/tokens/creation/", types.CreateType.as_view(), name="create_type"),
    path("control-panel/tokens/<int:pk>/editing/", types.EditType.as_view(), name="edit_type"),
    path(
        "control-panel/tokens/<int:pk>/archiving/",
        types.ArchiveType.as_view(),
        name="archive_type",
    ),
    path(
        "control-panel/tokens/<int:pk>/restoration/",
        types.RestoreType.as_view(),
        name="restore_type",
    ),
    path("control-panel/tokens/<int:pk>/deletion/", types.DeleteType.as_view(), name="delete_type"),
]

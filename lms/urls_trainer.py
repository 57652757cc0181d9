"""Addresses of arranging, duplicating, previewing content; of one's results and data."""

from django.urls import path

from .views import arranging, own_data, preview, preview_package, results

urlpatterns = [
    path("profile/results/", results.mine, name="profile_results"),
    path("profile/data/", own_data.mine, name="my_data"),
    path("profile/data/file/", own_data.file, name="my_data_file"),
    path("courses/<int:course_id>/preview/", preview.course, name="preview"),
    path("content/units/<int:pk>/preview/", preview.unit, name="preview_unit"),
    path("content/units/<int:pk>/preview/questions/", preview.quiz, name="preview_quiz"),
    path("content/units/<int:pk>/preview/package/", preview_package.launch, name="preview_launch"),
    path(
        "content/units/<int:pk>/preview/package/<slug:key>/",
        preview_package.play,
        name="preview_package",
    ),
    path(
        "content/units/<int:pk>/preview/package/<slug:key>/state/",
        preview_package.state,
        name="preview_state",
    ),
    path("content/sections/<int:pk>/place/", arranging.move_section, name="move_section"),
    path("content/sections/<int:pk>/copy/", arranging.duplicate_section, name="duplicate_section"),
    path("content/units/<int:pk>/place/", arranging.move_unit, name="move_unit"),
    path("content/units/<int:pk>/copy/", arranging.duplicate_unit, name="duplicate_unit"),
]

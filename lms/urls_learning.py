"""Addresses of learning: My Learning, the player, the profile, and a course's content for staff."""

from django.urls import path

from .views import content, learning, profile, tokens

urlpatterns = [
    path("my-learning/", learning.my_learning, name="my_learning"),
    path("learn/<slug:slug>/", learning.learn, name="learn"),
    path("learn/<slug:slug>/<int:unit_id>/", learning.unit, name="unit"),
    path("learn/<slug:slug>/<int:unit_id>/completion/", learning.done, name="done"),
    path("learn/<slug:slug>/<int:unit_id>/place/", learning.place, name="place"),
    path("learn/<slug:slug>/<int:unit_id>/file/", learning.file, name="file"),
    path("profile/", profile.details, name="profile"),
    path("profile/details/", profile.EditDetails.as_view(), name="edit_details"),
    path("profile/preferences/", profile.EditPreferences.as_view(), name="edit_preferences"),
    path("profile/passes/", profile.passes, name="profile_passes"),
    path("profile/tokens/", tokens.tokens, name="profile_tokens"),
    path(
        "profile/tokens/<int:account_id>/statement.csv",
        tokens.token_statement,
        name="token_statement",
    ),
    path("profile/registrations/", profile.registrations, name="profile_registrations"),
    path("profile/requests/", profile.requests, name="profile_requests"),
    path("courses/<int:course_id>/content/", content.panel, name="content"),
    path(
        "courses/<int:course_id>/content/sections/",
        content.AddSection.as_view(),
        name="add_section",
    ),
    path(
        "content/sections/<int:pk>/title/", content.RenameSection.as_view(), name="rename_section"
    ),
    path(
        "content/sections/<int:pk>/removal/", content.RemoveSection.as_view(), name="remove_section"
    ),
    path("content/sections/<int:pk>/<str:form>/", content.AddUnit.as_view(), name="add_unit"),
    path("content/units/<int:pk>/", content.EditUnit.as_view(), name="edit_unit"),
    path("content/units/<int:pk>/removal/", content.RemoveUnit.as_view(), name="remove_unit"),
    path("content/units/<int:pk>/file/", content.file, name="unit_file"),
]

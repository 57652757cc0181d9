"""Addresses of what account managers see in the LMS."""

from django.urls import path

from .views import team, team_dialogs, team_statement

urlpatterns = [
    path("my-team/", team.my_team, name="my_team"),
    path("my-team/<int:account_id>/", team.People.as_view(), name="my_team_people"),
    path(
        "my-team/<int:account_id>/options/",
        team_dialogs.person_options,
        name="my_team_person_options",
    ),
    path("my-team/<int:account_id>/passes/", team.Passes.as_view(), name="my_team_passes"),
    path(
        "my-team/<int:account_id>/passes/<int:pk>/assignment/",
        team_dialogs.Assign.as_view(),
        name="my_team_assign",
    ),
    path(
        "my-team/<int:account_id>/passes/assignment/",
        team_dialogs.AssignMany.as_view(),
        name="my_team_assign_many",
    ),
    path(
        "my-team/<int:account_id>/tokens/statement/",
        team_statement.account_statement,
        name="my_team_statement",
    ),
    path("my-team/<int:account_id>/tokens/", team.tokens, name="my_team_tokens"),
    path("my-team/<int:account_id>/registrations/", team.Places.as_view(), name="my_team_places"),
    path(
        "my-team/<int:account_id>/registrations/new/",
        team_dialogs.Register.as_view(),
        name="my_team_register",
    ),
    path(
        "my-team/<int:account_id>/events/options/",
        team_dialogs.event_options,
        name="my_team_event_options",
    ),
    path(
        "my-team/<int:account_id>/paths/options/",
        team_dialogs.path_options,
        name="my_team_path_options",
    ),
]

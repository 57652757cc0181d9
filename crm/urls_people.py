"""Where tasks and notes are found, and where two that are one are merged, or one is deleted."""

from django.urls import include, path

from .views import marks, merging, notes, tasks

of_contact = [
    path("tasks/", tasks.alone("contact"), name="contact_tasks"),
    path("tasks/creation/", tasks.AddToContact.as_view(), name="add_contact_task"),
    path("notes/", notes.alone("contact"), name="contact_notes"),
    path("notes/creation/", notes.AddToContact.as_view(), name="add_contact_note"),
    path("merging/", merging.MergeContact.as_view(), name="merge_contact"),
    path("deletion/", merging.DeleteContact.as_view(), name="delete_contact"),
]

of_account = [
    path("tasks/", tasks.alone("account"), name="account_tasks"),
    path("tasks/creation/", tasks.AddToAccount.as_view(), name="add_account_task"),
    path("notes/", notes.alone("account"), name="account_notes"),
    path("notes/creation/", notes.AddToAccount.as_view(), name="add_account_note"),
    path("managers/", marks.ChooseManagers.as_view(), name="choose_managers"),
    path("merging/", merging.MergeAccount.as_view(), name="merge_account"),
    path("deletion/", merging.DeleteAccount.as_view(), name="delete_account"),
]

of_opportunity = [
    path("tasks/", tasks.alone("opportunity"), name="opportunity_tasks"),
    path("tasks/creation/", tasks.AddToOpportunity.as_view(), name="add_opportunity_task"),
    path("notes/", notes.alone("opportunity"), name="opportunity_notes"),
    path("notes/creation/", notes.AddToOpportunity.as_view(), name="add_opportunity_note"),
]

of_task = [
    path("editing/", tasks.Edit.as_view(), name="edit_task"),
    path("done/", tasks.Tick.as_view(), name="tick_task"),
    path("not-done/", tasks.Untick.as_view(), name="untick_task"),
    path("removal/", tasks.Remove.as_view(), name="remove_task"),
]

of_note = [
    path("editing/", notes.Edit.as_view(), name="edit_note"),
    path("removal/", notes.Remove.as_view(), name="remove_note"),
]

urlpatterns = [
    path("instructors/options/", marks.instructor_options, name="instructor_options"),
    path(
        "sessions/<int:pk>/instructors/",
        marks.ChooseInstructors.as_view(),
        name="choose_instructors",
    ),
    path("contacts/<int:pk>/", include(of_contact)),
    path("accounts/<int:pk>/", include(of_account)),
    path("opportunities/<int:pk>/", include(of_opportunity)),
    path("tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("tasks/mine/", tasks.my_day_alone, name="my_day"),
    path("tasks/<int:pk>/", include(of_task)),
    path("notes/<int:pk>/", include(of_note)),
]

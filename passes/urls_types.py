"""Where pass types are found, and what is done with them, their options and their training."""

from django.urls import path

from .views import in_types, options, prices, training, types

urlpatterns = [
    path("pass-types/", types.PassTypes.as_view(), name="types"),
    path("pass-types/new/", types.CreateType.as_view(), name="create_type"),
    path("pass-types/<int:pk>/", types.type_, name="type"),
    path("pass-types/<int:pk>/history/", types.history, name="type_history"),
    path("pass-types/<int:pk>/edit/", types.EditType.as_view(), name="edit_type"),
    path("pass-types/<int:pk>/publication/", types.PublishType.as_view(), name="publish_type"),
    path("pass-types/<int:pk>/archive/", types.ArchiveType.as_view(), name="archive_type"),
    path("pass-types/<int:pk>/restoration/", types.RestoreType.as_view(), name="restore_type"),
    path("pass-types/<int:pk>/deletion/", types.DeleteType.as_view(), name="delete_type"),
    path("pass-types/<int:pk>/options/new/", options.CreateOption.as_view(), name="create_option"),
    path("pass-options/<int:pk>/edit/", options.EditOption.as_view(), name="edit_option"),
    path(
        "pass-options/<int:pk>/publication/",
        options.PublishOption.as_view(),
        name="publish_option",
    ),
    path("pass-options/<int:pk>/archive/", options.ArchiveOption.as_view(), name="archive_option"),
    path("pass-options/<int:pk>/deletion/", options.DeleteOption.as_view(), name="delete_option"),
    path("pass-options/<int:pk>/prices/new/", prices.AddPrice.as_view(), name="add_price"),
    path(
        "pass-options/<int:pk>/prices/<int:price>/edit/",
        prices.EditPrice.as_view(),
        name="edit_price",
    ),
    path(
        "pass-options/<int:pk>/prices/<int:price>/removal/",
        prices.RemovePrice.as_view(),
        name="remove_price",
    ),
    path("pass-types/<int:pk>/training/new/", training.AddTraining.as_view(), name="add_training"),
    path(
        "pass-types/<int:pk>/training/removal/",
        training.RemoveTraining.as_view(),
        name="remove_training",
    ),
    path(
        "pass-types/<int:pk>/training/<int:inclusion>/events/",
        training.ChangeEventTypes.as_view(),
        name="change_event_types",
    ),
    path("items/<int:pk>/pass-types/", in_types.of_item, name="of_item"),
    path("items/<int:pk>/pass-types/new/", in_types.AddItem.as_view(), name="add_item"),
    path("events/<int:pk>/pass-types/", in_types.of_event, name="of_event"),
    path("events/<int:pk>/pass-types/new/", in_types.AddEvent.as_view(), name="add_event"),
]

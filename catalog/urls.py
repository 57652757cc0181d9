"""The addresses of the catalogue's pages for staff, and of its pictures for all."""

from django.urls import path, register_converter

from .views import (
    calendar,
    categories,
    courses,
    currencies,
    drafts,
    events,
    history,
    items,
    pictures,
    prices,
    regions,
    sessions,
    steps,
    tax_levels,
)


class Way:
    """Up or down."""

    regex = "up|down"
    to_python = to_url = staticmethod(str)


class Picture:
    """The name of a picture: the hash that `catalog.images` gives it."""

    regex = "[0-9a-f]{40}\\.webp"
    to_python = to_url = staticmethod(str)


register_converter(Way, "way")
register_converter(Picture, "picture")

app_name = "catalog"

urlpatterns = [
    path("pictures/<picture:name>", pictures.image, name="image"),
    # Courses and learning paths
    path("courses/", items.Courses.as_view(), name="courses"),
    path("courses/creation/", items.CreateCourse.as_view(), name="create_course"),
    path("courses/options/", steps.course_options, name="course_options"),
    path("courses/<int:pk>/", courses.course, name="course"),
    path(
        "courses/<int:pk>/events/creation/", events.CreateEventOf.as_view(), name="create_event_of"
    ),
    path("learning-paths/", items.Paths.as_view(), name="paths"),
    path("learning-paths/creation/", items.CreatePath.as_view(), name="create_path"),
    path("learning-paths/<int:pk>/", courses.path, name="path"),
    path("learning-paths/<int:pk>/steps/", steps.steps, name="steps"),
    path("learning-paths/<int:pk>/steps/addition/", steps.AddSteps.as_view(), name="add_steps"),
    path("items/<int:pk>/editing/", items.EditItem.as_view(), name="edit_item"),
    path("items/<int:pk>/publication/", items.PublishItem.as_view(), name="publish_item"),
    path("items/<int:pk>/archiving/", items.ArchiveItem.as_view(), name="archive_item"),
    path("items/<int:pk>/restoration/", items.RestoreItem.as_view(), name="restore_item"),
    path("items/<int:pk>/duplication/", items.DuplicateItem.as_view(), name="duplicate_item"),
    path("items/<int:pk>/deletion/", items.DeleteItem.as_view(), name="delete_item"),
    path("items/<int:pk>/history/", history.of_item, name="item_history"),
    path("steps/<int:pk>/editing/", steps.EditStep.as_view(), name="edit_step"),
    path("steps/<int:pk>/removal/", steps.RemoveStep.as_view(), name="remove_step"),
    path("steps/<int:pk>/move/<way:way>/", steps.MoveStep.as_view(), name="move_step"),
    path("drafts/", drafts.draft, name="draft"),
    # Events
    path("events/", events.Events.as_view(), name="events"),
    path("events/calendar/", calendar.events, name="calendar"),
    path("events/creation/", events.CreateEvent.as_view(), name="create_event"),
    path("events/<int:pk>/", events.event, name="event"),
    path("events/<int:pk>/editing/", events.EditEvent.as_view(), name="edit_event"),
    path("events/<int:pk>/opening/", events.OpenEvent.as_view(), name="open_event"),
    path("events/<int:pk>/withdrawal/", events.WithdrawEvent.as_view(), name="withdraw_event"),
    path("events/<int:pk>/cancellation/", events.CancelEvent.as_view(), name="cancel_event"),
    path("events/<int:pk>/duplication/", events.DuplicateEvent.as_view(), name="duplicate_event"),
    path("events/<int:pk>/deletion/", events.DeleteEvent.as_view(), name="delete_event"),
    path("events/<int:pk>/history/", history.of_event, name="event_history"),
    path("events/<int:pk>/sessions/", sessions.sessions, name="sessions"),
    path("events/<int:pk>/sessions/addition/", sessions.AddSession.as_view(), name="add_session"),
    path("sessions/<int:pk>/editing/", sessions.EditSession.as_view(), name="edit_session"),
    path("sessions/<int:pk>/removal/", sessions.RemoveSession.as_view(), name="remove_session"),
    # Prices
    path("prices/<int:priced_id>/", prices.prices, name="prices"),
    path("prices/<int:priced_id>/addition/", prices.AddPrice.as_view(), name="add_price"),
    path("price/<int:pk>/editing/", prices.EditPrice.as_view(), name="edit_price"),
    path("price/<int:pk>/removal/", prices.RemovePrice.as_view(), name="remove_price"),
    # Control panel
    path("control-panel/categories/", categories.categories, name="categories"),
    path(
        "control-panel/categories/creation/",
        categories.CreateCategory.as_view(),
        name="create_category",
    ),
    path(
        "control-panel/categories/<int:pk>/editing/",
        categories.EditCategory.as_view(),
        name="edit_category",
    ),
    path(
        "control-panel/categories/<int:pk>/move/<way:way>/",
        categories.MoveCategory.as_view(),
        name="move_category",
    ),
    path(
        "control-panel/categories/<int:pk>/deletion/",
        categories.DeleteCategory.as_view(),
        name="delete_category",
    ),
    path("control-panel/regions/", regions.Regions.as_view(), name="regions"),
    path("control-panel/regions/creation/", regions.CreateRegion.as_view(), name="create_region"),
    path(
        "control-panel/regions/<int:pk>/editing/",
        regions.EditRegion.as_view(),
        name="edit_region",
    ),
    path(
        "control-panel/regions/<int:pk>/default/",
        regions.DefaultRegion.as_view(),
        name="default_region",
    ),
    path(
        "control-panel/regions/<int:pk>/archiving/",
        regions.ArchiveRegion.as_view(),
        name="archive_region",
    ),
    path(
        "control-panel/regions/<int:pk>/restoration/",
        regions.RestoreRegion.as_view(),
        name="restore_region",
    ),
    path(
        "control-panel/regions/<int:pk>/deletion/",
        regions.DeleteRegion.as_view(),
        name="delete_region",
    ),
    path("control-panel/currencies/", currencies.Currencies.as_view(), name="currencies"),
    path(
        "control-panel/currencies/addition/", currencies.AddCurrency.as_view(), name="add_currency"
    ),
    path(
        "control-panel/currencies/<int:pk>/archiving/",
        currencies.ArchiveCurrency.as_view(),
        name="archive_currency",
    ),
    path(
        "control-panel/currencies/<int:pk>/restoration/",
        currencies.RestoreCurrency.as_view(),
        name="restore_currency",
    ),
    path(
        "control-panel/currencies/<int:pk>/deletion/",
        currencies.DeleteCurrency.as_view(),
        name="delete_currency",
    ),
    path("control-panel/tax-levels/", tax_levels.TaxLevels.as_view(), name="tax_levels"),
    path(
        "control-panel/tax-levels/creation/",
        tax_levels.CreateTaxLevel.as_view(),
        name="create_tax_level",
    ),
    path(
        "control-panel/tax-levels/<int:pk>/editing/",
        tax_levels.EditTaxLevel.as_view(),
        name="edit_tax_level",
    ),
    path(
        "control-panel/tax-levels/<int:pk>/archiving/",
        tax_levels.ArchiveTaxLevel.as_view(),
        name="archive_tax_level",
    ),
    path(
        "control-panel/tax-levels/<int:pk>/restoration/",
        tax_levels.RestoreTaxLevel.as_view(),
        name="restore_tax_level",
    ),
    path(
        "control-panel/tax-levels/<int:pk>/deletion/",
        tax_levels.DeleteTaxLevel.as_view(),
        name="delete_tax_level",
    ),
]

"""Where passes that somebody has are found, and what is done with them."""

from django.urls import path

from .views import (
    owned,
    owned_bulk,
    owned_dialogs,
    owned_giving,
    owned_import,
    reports,
    selling,
)

urlpatterns = [
    path("passes/", owned.AllPasses.as_view(), name="list"),
    path("passes/new/", owned_giving.Give.as_view(), name="give"),
    path("passes/on-offer/", owned_giving.types_on_offer, name="types_on_offer"),
    path("passes/import/", owned_import.Upload.as_view(), name="import"),
    path("passes/import/<int:pk>/", owned_import.Confirm.as_view(), name="import_file"),
    path("passes/import/<int:pk>/refused.csv", owned_import.refused, name="import_refused"),
    path("passes/import/example.csv", owned_import.example, name="import_example"),
    path("passes/extensions/", owned_bulk.ExtendMany.as_view(), name="extend_many"),
    path("passes/cancellations/", owned_bulk.CancelMany.as_view(), name="cancel_many"),
    path("passes/<int:pk>/", owned.detail, name="detail"),
    path("passes/<int:pk>/renewal/", owned_dialogs.Renew.as_view(), name="renew"),
    path("passes/<int:pk>/extension/", owned_dialogs.Extend.as_view(), name="extend"),
    path("passes/<int:pk>/assignment/", owned_dialogs.EditAssignment.as_view(), name="assign"),
    path("passes/<int:pk>/cancellation/", owned_dialogs.Cancel.as_view(), name="cancel"),
    path("passes/<int:pk>/history/", owned_dialogs.History.as_view(), name="history"),
    path(
        "opportunities/<int:opportunity_id>/passes/new/",
        selling.AddPasses.as_view(),
        name="add_interest",
    ),
    path("interests/<int:interest_id>/passes/", selling.EditPasses.as_view(), name="edit_interest"),
    path("reports/passes/sold/", reports.sold, name="report_sold"),
    path("reports/passes/active/", reports.active, name="report_active"),
    path("reports/passes/renewal/", reports.renewal, name="report_renewal"),
    path("reports/passes/ending/", reports.ending, name="report_ending"),
    path("contacts/<int:contact_id>/passes/", owned.of_contact, name="of_contact"),
    path("contacts/<int:contact_id>/passes/new/", owned_giving.Add.as_view(), name="add"),
    path("accounts/<int:account_id>/passes/", owned.of_account, name="of_account"),
    path(
        "accounts/<int:account_id>/passes/new/",
        owned_giving.AddToAccount.as_view(),
        name="add_to_account",
    ),
    path(
        "accounts/<int:account_id>/passes/assignments/",
        owned_bulk.AssignMany.as_view(),
        name="assign_many",
    ),
    path(
        "accounts/<int:account_id>/passes/extensions/",
        owned_bulk.ExtendMany.as_view(),
        name="extend_many",
    ),
    path(
        "accounts/<int:account_id>/passes/cancellations/",
        owned_bulk.CancelMany.as_view(),
        name="cancel_many",
    ),
]

"""The addresses of the pages about tokens."""

from django.urls import path

from . import urls_packs
from .views import (
    importing,
    moving,
    owned,
    reports,
    selling,
    selling_packs,
    settings,
    spent,
    statement,
    types,
    used,
)

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
    path("control-panel/tokens/settings/", settings.settings, name="settings"),
    path(
        "control-panel/tokens/settings/history/",
        settings.settings_history,
        name="settings_history",
    ),
    path("reports/tokens/liability/", reports.token_liability, name="liability"),
    path("reports/tokens/use/", used.token_use, name="report_use"),
    path("control-panel/tokens/books/", reports.token_books, name="books"),
    path("tokens/import/", importing.Upload.as_view(), name="import"),
    path("tokens/import/<int:pk>/", importing.Confirm.as_view(), name="import_file"),
    path("tokens/import/<int:pk>/refused.csv", importing.refused, name="import_refused"),
    path("tokens/import/example.csv", importing.example, name="import_example"),
    path("accounts/<int:account_id>/tokens/", owned.of_account, name="of_account"),
    path("accounts/<int:account_id>/tokens/issues/", owned.AccountIssues.as_view(), name="issues"),
    path(
        "accounts/<int:account_id>/tokens/ledger/", owned.AccountEntries.as_view(), name="entries"
    ),
    path(
        "accounts/<int:account_id>/tokens/issues/new/",
        moving.IssueTokens.as_view(),
        name="issue_to",
    ),
    path("accounts/<int:account_id>/tokens/redemption/", spent.Redeem.as_view(), name="redeem"),
    path(
        "accounts/<int:account_id>/tokens/spenders/", spent.WhoMaySpend.as_view(), name="spending"
    ),
    path(
        "opportunities/<int:opportunity_id>/tokens/new/",
        selling.AddTokens.as_view(),
        name="add_interest",
    ),
    path(
        "opportunities/<int:opportunity_id>/token-packs/new/",
        selling_packs.AddPacks.as_view(),
        name="add_pack_interest",
    ),
    path(
        "interests/<int:interest_id>/token-packs/",
        selling_packs.EditPacks.as_view(),
        name="edit_pack_interest",
    ),
    path("interests/<int:interest_id>/tokens/", selling.EditTokens.as_view(), name="edit_interest"),
    path(
        "accounts/<int:account_id>/tokens/statement/",
        statement.account_statement,
        name="statement",
    ),
    path("tokens/issues/<int:pk>/", owned.issue, name="issue"),
    path("tokens/issues/<int:pk>/history/", owned.issue_history, name="issue_history"),
    path("tokens/issues/<int:pk>/expiry/", moving.ChangeExpiry.as_view(), name="change_expiry"),
    path("tokens/issues/<int:pk>/adjustment/", moving.Adjust.as_view(), name="adjust"),
    path("tokens/issues/<int:pk>/transfer/", moving.Transfer.as_view(), name="transfer"),
    path("tokens/issues/<int:pk>/redemption/", spent.RedeemIssue.as_view(), name="redeem_issue"),
    path("tokens/redemptions/<int:move>/refund/", spent.GiveBack.as_view(), name="refund"),
    *urls_packs.urlpatterns,
]

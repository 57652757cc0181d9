"""Where contacts, accounts and custom fields are found, and what is done with them."""

from django.urls import include, path

from . import urls_people, urls_selling
from .views import (
    accounts,
    contacts,
    erasure,
    fields,
    importing,
    invoices,
    invoicing,
    options,
    panels,
    people,
)

of_contact = [
    path("", contacts.contact, name="contact"),
    path("details/", panels.details_of_contact, name="contact_details"),
    path("history/", panels.history_of_contact, name="contact_history"),
    path("editing/", contacts.Edit.as_view(), name="edit_contact"),
    path("address/", contacts.ChangeAddress.as_view(), name="change_address"),
    path("account/", contacts.ChangeAccount.as_view(), name="change_account"),
    path("accounts/", contacts.AddAccount.as_view(), name="add_account"),
    path(
        "accounts/<int:account_id>/removal/",
        contacts.RemoveAccount.as_view(),
        name="remove_account",
    ),
    path("external-ids/", contacts.AddExternalId.as_view(), name="add_contact_id"),
    path(
        "external-ids/<int:id>/removal/",
        contacts.RemoveExternalId.as_view(),
        name="remove_contact_id",
    ),
    path("archiving/", contacts.Archive.as_view(), name="archive_contact"),
    path("restoring/", contacts.Restore.as_view(), name="restore_contact"),
    path("invitation/", contacts.Invite.as_view(), name="invite"),
    path("viewing/", people.view_as_learner, name="view_as_learner"),
    path("data/", erasure.export, name="export_person"),
    path("erasure/", erasure.Erase.as_view(), name="erase"),
]

of_account = [
    path("", accounts.account, name="account"),
    path("details/", panels.details_of_account, name="account_details"),
    path("contacts/", accounts.account_contacts, name="account_contacts"),
    path("invoices/", invoices.account_invoices, name="account_invoices"),
    path("history/", accounts.account_history, name="account_history"),
    path("editing/", accounts.Edit.as_view(), name="edit_account"),
    path("external-ids/", accounts.AddExternalId.as_view(), name="add_account_id"),
    path(
        "external-ids/<int:id>/removal/",
        accounts.RemoveExternalId.as_view(),
        name="remove_account_id",
    ),
    path("archiving/", accounts.Archive.as_view(), name="archive_account"),
    path("restoring/", accounts.Restore.as_view(), name="restore_account"),
]

of_invoice = [
    path("", invoices.invoice, name="invoice"),
    path("file/", invoices.invoice_file, name="invoice_file"),
    path("history/", invoices.invoice_history, name="invoice_history"),
    path("issuing/", invoicing.Issue.as_view(), name="issue_invoice"),
    path("discarding/", invoicing.Discard.as_view(), name="discard_invoice"),
    path("payment/", invoicing.MarkPaid.as_view(), name="pay_invoice"),
    path("payment/removal/", invoicing.MarkUnpaid.as_view(), name="unpay_invoice"),
    path("credit/", invoicing.Credit.as_view(), name="credit_invoice"),
]

of_field = [
    path("editing/", fields.Edit.as_view(), name="edit_field"),
    path("moving/", fields.move_field, name="move_field"),
    path("archiving/", fields.Archive.as_view(), name="archive_field"),
    path("restoring/", fields.Restore.as_view(), name="restore_field"),
]

app_name = "crm"
urlpatterns = [
    path("contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("contacts/creation/", contacts.Create.as_view(), name="create_contact"),
    path("contacts/options/", options.contact_options, name="contact_options"),
    path("contacts/import/", importing.Upload.as_view(about="contacts"), name="import_contacts"),
    path("contacts/<int:pk>/", include(of_contact)),
    path("accounts/", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/creation/", accounts.Create.as_view(), name="create_account"),
    path("accounts/options/", options.account_options, name="account_options"),
    path("accounts/import/", importing.Upload.as_view(about="accounts"), name="import_accounts"),
    path("accounts/<int:pk>/", include(of_account)),
    path("invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("invoices/<int:pk>/", include(of_invoice)),
    path(
        "opportunities/<int:pk>/invoices/",
        invoices.opportunity_invoices,
        name="opportunity_invoices",
    ),
    path("imports/<int:pk>/", importing.Confirm.as_view(), name="import_file"),
    path("imports/<int:pk>/columns/", importing.Columns.as_view(), name="import_columns"),
    path("imports/<int:pk>/refused.csv", importing.refused, name="import_refused"),
    path(
        "contacts/import/example.csv", importing.example, {"about": "contacts"}, "contacts_example"
    ),
    path(
        "accounts/import/example.csv", importing.example, {"about": "accounts"}, "accounts_example"
    ),
    path("control-panel/custom-fields/", fields.custom_fields, name="fields"),
    path("control-panel/custom-fields/creation/", fields.Create.as_view(), name="create_field"),
    path("control-panel/custom-fields/<int:pk>/", include(of_field)),
    path("viewing/end/", people.stop_viewing, name="stop_viewing"),
    path("new-address/<str:token>/", people.confirm_address, name="confirm_address"),
    *urls_selling.urlpatterns,
    *urls_people.urlpatterns,
]

"""Where is the message log?"""

from django.urls import path

from .views import log, log_answers, log_panels

urlpatterns = [
    path("messages/", log.AllMessages.as_view(), name="messages"),
    path("messages/approval/", log_answers.ApproveMany.as_view(), name="approve_many"),
    path("messages/voiding/", log_answers.VoidMany.as_view(), name="void_many"),
    path("messages/resending/", log_answers.ResendMany.as_view(), name="resend_many"),
    path("messages/settling/", log_answers.SettleMany.as_view(), name="settle_many"),
    path("messages/<int:pk>/", log.message, name="message"),
    path("messages/<int:pk>/body/", log.body, name="message_body"),
    path("messages/<int:pk>/approval/", log_answers.Approve.as_view(), name="approve"),
    path("messages/<int:pk>/voiding/", log_answers.Void.as_view(), name="void"),
    path("messages/<int:pk>/resending/", log_answers.Resend.as_view(), name="resend"),
    path("messages/<int:pk>/settling/", log_answers.Settle.as_view(), name="settle"),
    path("contacts/<int:contact_id>/messages/", log_panels.of_contact, name="of_contact"),
    path(
        "opportunities/<int:opportunity_id>/messages/",
        log_panels.of_opportunity,
        name="of_opportunity",
    ),
    path("accounts/<int:account_id>/messages/", log_panels.of_account, name="of_account"),
    path(
        "accounts/<int:account_id>/messages/approval/",
        log_answers.ApproveMany.as_view(),
        name="approve_many",
    ),
    path(
        "accounts/<int:account_id>/messages/voiding/",
        log_answers.VoidMany.as_view(),
        name="void_many",
    ),
    path(
        "accounts/<int:account_id>/messages/resending/",
        log_answers.ResendMany.as_view(),
        name="resend_many",
    ),
    path(
        "accounts/<int:account_id>/messages/settling/",
        log_answers.SettleMany.as_view(),
        name="settle_many",
    ),
]

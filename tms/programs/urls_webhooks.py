"""Where the office looks after webhooks."""

from django.urls import path

from .views import webhook_dialogs as dialogs
from .views import webhooks

BASE = "control-panel/webhooks/"

urlpatterns = [
    path(BASE, webhooks.Webhooks.as_view(), name="webhooks"),
    path(f"{BASE}addition/", dialogs.Add.as_view(), name="add_webhook"),
    path(f"{BASE}<int:pk>/", webhooks.Webhook.as_view(), name="webhook"),
    path(f"{BASE}<int:pk>/editing/", dialogs.Change.as_view(), name="change_webhook"),
    path(f"{BASE}<int:pk>/pause/", dialogs.Pause.as_view(), name="pause_webhook"),
    path(f"{BASE}<int:pk>/resumption/", dialogs.Resume.as_view(), name="resume_webhook"),
    path(f"{BASE}<int:pk>/secret/", dialogs.RotateSecret.as_view(), name="rotate_secret"),
    path(f"{BASE}<int:pk>/test/", dialogs.SendTest.as_view(), name="test_webhook"),
    path(f"{BASE}<int:pk>/resending/", dialogs.ResendParked.as_view(), name="resend_parked"),
    path(f"{BASE}<int:pk>/removal/", dialogs.Remove.as_view(), name="remove_webhook"),
    path(f"{BASE}deliveries/<int:pk>/", webhooks.delivery, name="delivery"),
    path(f"{BASE}deliveries/<int:pk>/resending/", dialogs.Resend.as_view(), name="resend"),
    path(f"{BASE}deliveries/<int:pk>/skipping/", dialogs.Skip.as_view(), name="skip_delivery"),
]

"""Where the office looks after programs."""

from django.urls import path

from . import urls_webhooks
from .views import keys

app_name = "programs"
urlpatterns = [
    path("control-panel/api-keys/", keys.Keys.as_view(), name="keys"),
    path("control-panel/api-keys/creation/", keys.MakeKey.as_view(), name="make_key"),
    path(
        "control-panel/api-keys/<int:pk>/revocation/", keys.RevokeKey.as_view(), name="revoke_key"
    ),
    *urls_webhooks.urlpatterns,
]

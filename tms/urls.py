"""Every address: each app's own, put together."""

from django.urls import include, path

from lms.views.dashboard import dashboard

urlpatterns = [
    # Addresses are tried in this order, and programs call the most.
    path("api/", include("tms.api")),
    path("", include("tms.ui.urls")),
    path("", include("tms.people.urls")),
    path("", include("tms.programs.urls")),
    path("", include("catalog.urls")),
    path("", include("tms.demo.urls")),
    path("", include("tms.watch.urls")),
    path("", include("crm.urls")),
    path("", include("passes.urls")),
    path("", include("tokens.urls")),
    path("", include("lms.urls")),
    path("", include("comms.urls")),
    path("dashboard/", dashboard, name="dashboard"),
]

handler500 = "tms.ui.errors.broke"

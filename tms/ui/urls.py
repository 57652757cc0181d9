from django.urls import path

from . import control_panel, jobs, reports, search, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search.search, name="search"),
    path("control-panel/", control_panel.control_panel, name="control_panel"),
    path("reports/", reports.listed, name="reports"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/file/", jobs.job_file, name="job_file"),
    path("theme/", views.theme, name="theme"),
]

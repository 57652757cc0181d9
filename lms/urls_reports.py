"""Where are the reports on training?"""

from django.urls import path

from .views import reports

urlpatterns = [
    path("reports/training/registrations/", reports.registered, name="report_registered"),
    path("reports/training/attendance/", reports.attendance, name="report_attendance"),
    path("reports/training/completion/", reports.completion, name="report_completion"),
    path("reports/training/paths/", reports.paths, name="report_paths"),
    path("reports/training/events/", reports.events, name="report_events"),
    path("reports/training/completions/", reports.completed, name="report_completed"),
]

"""Addresses of what instructors see in the LMS."""

from django.urls import path

from .views import teaching

urlpatterns = [
    path("my-teaching/", teaching.MyTeaching.as_view(), name="my_teaching"),
    path("my-teaching/past/", teaching.PastTeaching.as_view(), name="past_teaching"),
    path("my-teaching/<int:event_id>/", teaching.my_event, name="my_event"),
    path("my-teaching/<int:event_id>/list/", teaching.attendance_list, name="attendance_list"),
    path("my-teaching/<int:event_id>/attendance/", teaching.CallRoll.as_view(), name="call_roll"),
]

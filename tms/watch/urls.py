"""Where those who look after the installation look."""

from django.urls import path

from . import views

app_name = "watch"
urlpatterns = [
    path("control-panel/operations/", views.operations, name="operations"),
    path("control-panel/operations/look/", views.Look.as_view(), name="look"),
    path("control-panel/operations/jobs/<int:pk>/", views.Settle.as_view(), name="settle"),
]

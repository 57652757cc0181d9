"""Addresses of arranging and duplicating a course's content."""

from django.urls import path

from .views import arranging

urlpatterns = [
    path("content/sections/<int:pk>/place/", arranging.move_section, name="move_section"),
    path("content/sections/<int:pk>/copy/", arranging.duplicate_section, name="duplicate_section"),
    path("content/units/<int:pk>/place/", arranging.move_unit, name="move_unit"),
    path("content/units/<int:pk>/copy/", arranging.duplicate_unit, name="duplicate_unit"),
]

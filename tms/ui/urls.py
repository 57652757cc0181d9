from django.urls import path

from . import control_panel, search, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search.search, name="search"),
    path("control-panel/", control_panel.control_panel, name="control_panel"),
    path("theme/", views.theme, name="theme"),
]

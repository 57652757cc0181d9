"""Where the demonstration data is cleared."""

from django.urls import path

from .views import Clear

app_name = "demo"
urlpatterns = [
    path("control-panel/demonstration/clearing/", Clear.as_view(), name="clear"),
]

"""Where are catalogue, booking and learning?"""

from django.urls import path

from . import urls_learning
from .views import booking, catalogue, item

app_name = "lms"
urlpatterns = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/region/", catalogue.region, name="region"),
    path("catalogue/passes/<slug:slug>/", item.pass_type, name="pass_type"),
    path(
        "catalogue/passes/<slug:slug>/request/", booking.AskForPass.as_view(), name="ask_for_pass"
    ),
    path("catalogue/<slug:slug>/", item.item, name="item"),
    path("catalogue/<slug:slug>/booking/", booking.book, name="book"),
    path("catalogue/<slug:slug>/request/", booking.AskForPlace.as_view(), name="ask_for_place"),
    path("registrations/<int:pk>/", booking.registration, name="registration"),
    path("registrations/<int:pk>/calendar.ics", booking.calendar, name="calendar"),
    path("registrations/<int:pk>/date/", booking.choose_date, name="choose_date"),
    path("registrations/<int:pk>/giving-up/", booking.Cancel.as_view(), name="cancel_mine"),
    *urls_learning.urlpatterns,
]

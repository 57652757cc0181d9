"""Addresses of waiting lists, and of moving a place to another date."""

from django.urls import path

from .views import choosing, transferring, waiting

urlpatterns = [
    path("new-date/<str:token>/", choosing.ChooseByLink.as_view(), name="choose_by_link"),
    path("all-registrations/<int:pk>/date/", transferring.Transfer.as_view(), name="transfer"),
    path("catalogue/<slug:slug>/waiting-list/", waiting.join, name="join_waiting"),
    path("waiting-list/<int:pk>/place/", waiting.take, name="take_offered"),
    path("waiting-list/<int:pk>/leaving/", waiting.leave, name="leave_waiting"),
    path("waiting-list/<int:pk>/removal/", waiting.Remove.as_view(), name="remove_waiting"),
    path("events/<int:event_id>/waiting-list/", waiting.of_event, name="waiting_on_event"),
    path("events/<int:event_id>/waiting-list/new/", waiting.Add.as_view(), name="add_waiting"),
    path(
        "events/<int:event_id>/waiting-list/offer/", waiting.OfferNext.as_view(), name="offer_next"
    ),
]

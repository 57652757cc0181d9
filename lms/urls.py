"""Where are catalogue, booking and learning?"""

from django.urls import path

from . import (
    urls_assignment,
    urls_certificates,
    urls_learning,
    urls_pay,
    urls_queue,
    urls_quiz,
    urls_reports,
    urls_scorm,
    urls_teaching,
    urls_team,
    urls_trainer,
)
from .views import (
    asked,
    booking,
    cancelling,
    catalogue,
    checkout,
    held,
    held_lists,
    item,
    marking,
    receipt,
    registering,
    registrations,
    selling,
    utilisation,
    why,
)

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
    path("catalogue/<slug:slug>/checkout/", checkout.start, name="checkout"),
    path("catalogue/<slug:slug>/checkout/date/", checkout.date, name="checkout_date"),
    path(
        "catalogue/<slug:slug>/checkout/questions/", checkout.questions, name="checkout_questions"
    ),
    path("catalogue/<slug:slug>/checkout/payment/", checkout.payment, name="checkout_payment"),
    path("catalogue/<slug:slug>/checkout/review/", checkout.review, name="checkout_review"),
    path("catalogue/<slug:slug>/request/", booking.AskForPlace.as_view(), name="ask_for_place"),
    path("registrations/<int:pk>/", booking.registration, name="registration"),
    path("registrations/<int:pk>/receipt/", receipt.receipt, name="receipt"),
    path("registrations/<int:pk>/receipt.pdf", receipt.receipt_file, name="receipt_file"),
    path("registrations/<int:pk>/calendar.ics", booking.calendar, name="calendar"),
    path("registrations/<int:pk>/date/", booking.choose_date, name="choose_date"),
    path("registrations/<int:pk>/giving-up/", booking.Cancel.as_view(), name="cancel_mine"),
    path("reports/passes/use/", utilisation.pass_use, name="report_use"),
    path("all-registrations/", registrations.Registrations.as_view(), name="registrations"),
    path("all-registrations/<int:pk>/cancellation/", cancelling.Cancel.as_view(), name="cancel"),
    path("all-registrations/events/", registering.event_options, name="event_options"),
    path("all-registrations/paths/", registering.path_options, name="path_options"),
    path("contacts/<int:contact_id>/registrations/", registrations.of_contact, name="of_contact"),
    path(
        "contacts/<int:contact_id>/registrations/new/",
        registering.RegisterContact.as_view(),
        name="register_contact",
    ),
    path("contacts/<int:contact_id>/access/<int:item_id>/", why.why, name="why"),
    path("items/<int:item_id>/access/", why.Ask.as_view(), name="ask_why"),
    path("accounts/<int:account_id>/registrations/", registrations.of_account, name="of_account"),
    path("passes/<int:used_pass_id>/registrations/", registrations.of_pass, name="of_pass"),
    path("events/<int:event_id>/registrations/", registrations.of_event, name="of_event"),
    path(
        "events/<int:event_id>/registrations/new/",
        registering.RegisterOnEvent.as_view(),
        name="register_on_event",
    ),
    path(
        "events/<int:event_id>/registrations/attendance/",
        marking.MarkAttended.as_view(),
        name="mark_attended",
    ),
    path(
        "events/<int:event_id>/registrations/completion/",
        marking.MarkCompleted.as_view(),
        name="mark_completed",
    ),
    path("held-places/", held_lists.HeldPlaces.as_view(), name="held_places"),
    path("events/<int:event_id>/held-places/", held_lists.of_event, name="held_on_event"),
    path("accounts/<int:account_id>/held-places/", held_lists.of_account, name="held_of_account"),
    path(
        "opportunities/<int:opportunity_id>/held-places/",
        held_lists.of_opportunity,
        name="held_of_opportunity",
    ),
    path(
        "held-places/<int:pk>/participant/", held.NameParticipant.as_view(), name="name_participant"
    ),
    path("held-places/<int:pk>/date/", held.Move.as_view(), name="move_place"),
    path("held-places/<int:pk>/release/", held.Release.as_view(), name="release_place"),
    path(
        "opportunities/<int:opportunity_id>/courses/new/",
        selling.AddCourse.as_view(),
        name="add_course_interest",
    ),
    path(
        "opportunities/<int:opportunity_id>/paths/new/",
        selling.AddPath.as_view(),
        name="add_path_interest",
    ),
    path(
        "interests/<int:interest_id>/course/",
        selling.EditCourse.as_view(),
        name="edit_course_interest",
    ),
    path(
        "interests/<int:interest_id>/path/", selling.EditPath.as_view(), name="edit_path_interest"
    ),
    path("interests/courses/", selling.courses, name="sold_courses"),
    path("interests/paths/", selling.paths, name="sold_paths"),
    path("requests/", asked.Requests.as_view(), name="requests"),
    path("requests/<int:pk>/place/", asked.GrantPlace.as_view(), name="grant_place"),
    path("requests/<int:pk>/pass/", asked.GrantPass.as_view(), name="grant_pass"),
    path("requests/<int:pk>/refusal/", asked.Decline.as_view(), name="decline"),
    *urls_certificates.urlpatterns,
    *urls_trainer.urlpatterns,
    *urls_learning.urlpatterns,
    *urls_pay.urlpatterns,
    *urls_reports.urlpatterns,
    *urls_quiz.urlpatterns,
    *urls_queue.urlpatterns,
    *urls_assignment.urlpatterns,
    *urls_scorm.urlpatterns,
    *urls_teaching.urlpatterns,
    *urls_team.urlpatterns,
]

"""Addresses of paying: for learners, for staff, and for providers."""

from django.urls import path

from .views import buying, my_payments, paying, payments

urlpatterns = [
    path("catalogue/passes/<slug:slug>/purchase/<int:pk>/", buying.buy_pass, name="buy_pass"),
    path("payments/<int:pk>/", paying.payment, name="payment"),
    path("payments/<int:pk>/giving-up/", paying.give_up, name="give_up_payment"),
    path("payments/<int:pk>/trial/", paying.trial, name="trial_payment"),
    path("payments/news/<slug:name>/", paying.news, name="payment_news"),
    path("profile/payments/", my_payments.payments, name="profile_payments"),
    path("profile/invoices/<int:pk>.pdf", my_payments.invoice, name="my_invoice"),
    path("all-payments/", payments.Payments.as_view(), name="payments"),
    path("all-payments/<int:pk>/place/", payments.Settle.as_view(), name="settle_payment"),
    path("all-payments/<int:pk>/refund/", payments.Refund.as_view(), name="refund_payment"),
    path("all-payments/<int:pk>/refund/again/", payments.Again.as_view(), name="refund_again"),
]

"""Addresses of paying, and of moving what was paid for: learners, staff, and providers."""

from django.urls import path

from .views import (
    buying,
    buying_packs,
    my_payments,
    paying,
    payment_parts,
    payments,
    transferring_mine,
)

urlpatterns = [
    path("catalogue/passes/<slug:slug>/purchase/<int:pk>/", buying.buy_pass, name="buy_pass"),
    path("token-packs/", buying_packs.packs_page, name="token_packs"),
    path("token-packs/<int:pk>/purchase/", buying_packs.buy_pack, name="buy_pack"),
    path("payments/<int:pk>/", paying.payment, name="payment"),
    path("payments/<int:pk>/giving-up/", paying.give_up, name="give_up_payment"),
    path("payments/<int:pk>/trial/", paying.trial, name="trial_payment"),
    path("payments/news/<slug:name>/", paying.news, name="payment_news"),
    path("profile/payments/", my_payments.payments, name="profile_payments"),
    path("profile/invoices/<int:pk>.pdf", my_payments.invoice, name="my_invoice"),
    path(
        "registrations/<int:pk>/another-date/",
        transferring_mine.TransferMine.as_view(),
        name="transfer_mine",
    ),
    path("all-payments/", payments.Payments.as_view(), name="payments"),
    path("all-payments/<int:pk>/place/", payments.Settle.as_view(), name="settle_payment"),
    path("all-payments/<int:pk>/refund/", payments.Refund.as_view(), name="refund_payment"),
    path("all-payments/<int:pk>/refund/again/", payments.Again.as_view(), name="refund_again"),
    path(
        "all-payments/<int:pk>/refund/part/",
        payment_parts.RefundPart.as_view(),
        name="refund_part",
    ),
    path(
        "all-payments/<int:pk>/refund/part/again/",
        payment_parts.PartAgain.as_view(),
        name="refund_part_again",
    ),
    path("all-payments/unknown/", payment_parts.Unknown.as_view(), name="payment_unknown"),
]

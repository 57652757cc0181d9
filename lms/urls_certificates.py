"""Addresses of certificates: the learner's own, their verification, and those of staff."""

from django.urls import path

from .views import certificates, withdrawing

urlpatterns = [
    path("certificates/", certificates.verify, name="certificates"),
    path("certificates/<str:number>/", certificates.verify, name="certificate"),
    path("profile/certificates/", certificates.mine, name="profile_certificates"),
    path("profile/certificates/<str:number>.pdf", certificates.my_file, name="my_certificate"),
    path("all-certificates/", certificates.Certificates.as_view(), name="all_certificates"),
    path("all-certificates/<int:pk>.pdf", certificates.staff_file, name="certificate_file"),
    path(
        "all-certificates/<int:pk>/withdrawal/",
        withdrawing.Withdraw.as_view(),
        name="withdraw_certificate",
    ),
    path(
        "all-certificates/<int:pk>/replacement/",
        withdrawing.Replace.as_view(),
        name="replace_certificate",
    ),
    path("items/<int:item_id>/certificate/", certificates.terms, name="certificate_terms"),
    path(
        "items/<int:item_id>/certificate/terms/",
        certificates.EditTerms.as_view(),
        name="edit_certificate_terms",
    ),
]

"""Where do staff withdraw a certificate, and issue a right one?"""

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy

from tms.ui.forms import Form

from .. import withdrawing
from ..models import Certificate
from .managing import Managing


class WithdrawForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("It stands in the history."),
    )


class OfCertificate(Managing):
    changes = ("certificates",)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.certificate = get_object_or_404(Certificate, pk=kwargs["pk"])

    @property
    def subject(self):
        return f"{self.certificate.name}, {self.certificate.title}, {self.certificate.number}"

    def get_success_url(self):
        return self.back() or reverse("lms:all_certificates")


class Withdraw(OfCertificate):
    """Whoever verifies it is told so from now on."""

    title = gettext_lazy("Withdraw the certificate")
    submit = gettext_lazy("Withdraw")
    danger = True
    form_class = WithdrawForm

    def perform(self, *, reason):
        withdrawing.withdraw(self.certificate.pk, reason=reason, **self.who)


class Replace(OfCertificate):
    """For what one that was withdrawn was issued for."""

    title = gettext_lazy("Issue a new certificate")
    submit = gettext_lazy("Issue")
    form_class = Form

    def perform(self):
        who = {name: value for name, value in self.who.items() if name != "operation"}
        withdrawing.replace(self.certificate.pk, **who)

"""What is asked for a second factor? Allauth's forms in our words."""

import logging

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .signing_in import Plain

told = logging.getLogger("lanyard.sign_in")

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


class Digits(Plain):
    labels = {"code": _("Code")}
    helps = {"code": _("Six digits from your app, or one of your recovery codes.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= CODE


class Code(Digits, base.AuthenticateForm):
    def clean_code(self):
        try:
            return super().clean_code()
        except ValidationError:
            told.warning("Wrong code of the second factor of user %s", self.user.pk)
            raise


class CodeAgain(Digits, base.ReauthenticateForm):
    pass


class ActivateApp(Digits, totp.ActivateTOTPForm):
    labels = {"code": _("Code that the app shows")}
    helps = {}


class Passkey(Plain):
    labels = {"name": _("Name"), "passwordless": _("Use it instead of the password as well")}
    helps = {
        "name": _("So that you can tell your devices apart."),
        "passwordless": _("Then the device asks for your finger, face or PIN."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "passwordless" in self.fields:
            self.fields["passwordless"].initial = True


class AddPasskey(Passkey, webauthn.AddWebAuthnForm):
    pass


class FirstPasskey(Passkey, webauthn.SignupWebAuthnForm):
    pass


class NamePasskey(Passkey, webauthn.EditWebAuthnForm):
    pass

"""What is asked on the way in, and to change how one gets in? Allauth's forms in our words."""

from allauth.account import forms as allauth
from django.utils.translation import gettext_lazy as _

from .. import addresses


class Plain:
    """Labels stand above their fields, so nothing is repeated inside them."""

    labels = {}
    helps = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


PASSWORD_HELP = _("At least 10 characters; not a common one, not your name or address.")


class SignIn(Plain, allauth.LoginForm):
    labels = {"login": _("Email"), "remember": _("Stay signed in on this device")}
    helps = {"remember": _("For 12 hours, even after the browser was closed.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class SignUp(Plain, allauth.SignupForm):
    field_order = ["name", "email", "password1"]
    labels = {"password1": _("Password")}
    helps = {"password1": PASSWORD_HELP}


class AddressCode(Plain, allauth.ConfirmEmailVerificationCodeForm):
    labels = {"code": _("Code")}

    def clean_code(self):
        # Whoever has the code has the address: a sign-up that only claimed it gives way, before
        # allauth looks whether somebody else has it.
        code = allauth.BaseConfirmCodeForm.clean_code(self)
        if self.user:
            addresses.free(self.email, of=self.user.pk)
        return super().clean_code() and code


class NewAddress(Plain, allauth.AddEmailForm):
    labels = {"email": _("New address")}


class PasswordTwice(Plain):
    labels = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }
    helps = {"password1": PASSWORD_HELP}


class ChangePassword(PasswordTwice, allauth.ChangePasswordForm):
    pass


class SetPassword(PasswordTwice, allauth.SetPasswordForm):
    pass


class ResetPassword(PasswordTwice, allauth.ResetPasswordKeyForm):
    pass


class ForgottenPassword(Plain, allauth.ResetPasswordForm):
    labels = {"email": _("Email")}


class PasswordAgain(Plain, allauth.ReauthenticateForm):
    labels = {"password": _("Password")}

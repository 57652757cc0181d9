"""How does our house sign people in, up and out? What allauth asks, answered."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login as django_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tms import journal

from . import addresses, letters, throttle

# What the log tells of sign-ins; no address and no password is in it.
told = logging.getLogger("lanyard.sign_in")


def disguised(email: str) -> str:
    """The same word for the same address, from which nobody reads the address."""
    return salted_hmac("lanyard.sign_in", email, algorithm="sha256").hexdigest()[:12]


# The letters that tell somebody of a change to the sign-in; each is a fact of its own.
FACTS = {
    "account/email/password_changed": "user.password_changed",
    "account/email/password_set": "user.password_changed",
    "account/email/password_reset": "user.password_reset",
    "mfa/email/totp_activated": "user.second_factor_added",
    "mfa/email/totp_deactivated": "user.second_factor_removed",
    "mfa/email/webauthn_added": "user.passkey_added",
    "mfa/email/webauthn_removed": "user.passkey_removed",
    "mfa/email/recovery_codes_generated": "user.recovery_codes_made",
}


class Accounts(DefaultAccountAdapter):
    """Allauth's questions: may they sign up, who are they, where to, what do we write."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This sign-in is switched off."),
        "duplicate_email": _("You sign in with this address already."),
        "email_taken": _("Somebody signs in with this address already."),
        "enter_current_password": _("That is not your present password."),
        "incorrect_code": _("That is not the code. Look at the latest mail."),
        "incorrect_password": _("That is not your password."),
        "invalid_or_expired_key": _("This link was used already or is too old."),
        "invalid_password_reset": _("This link was used already or is too old."),
        "rate_limited": _("That was too often. Wait a few minutes, then try again."),
        "too_many_login_attempts": _("Too many tries. Wait 15 minutes, then try again."),
    }

    # Who they are

    def is_open_for_signup(self, request):
        return request.organisation.sign_up_open

    def new_user(self, request):
        user = super().new_user(request)
        user.joined_at = request.now
        return user

    @transaction.atomic
    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name") or user.name
        user = super().save_user(request, user, form, commit)
        if commit:
            journal.write("user.signed_up", user.pk, at=request.now, on=request.today, by=user)
        return user

    def clean_email(self, email):
        return addresses.clean(email)

    # The password, and the tries at it

    def pre_authenticate(self, request, **credentials):
        self._email = credentials.get("email", "").lower()
        self._tries_left = throttle.take(self._email, self.get_client_ip(request), at=request.now)
        if self._tries_left is None:
            told.warning(
                "Too many tries at %s from %s", disguised(self._email), self.get_client_ip(request)
            )
            minutes = throttle.minutes_left(at=request.now)
            raise ValidationError(
                ngettext(
                    "Too many tries. Wait %(minutes)s minute, or set a new password.",
                    "Too many tries. Wait %(minutes)s minutes, or set a new password.",
                    minutes,
                )
                % {"minutes": minutes},
                code="too_many_login_attempts",
            )

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is None:
            told.warning(
                "Wrong password for %s from %s", disguised(self._email), self.get_client_ip(request)
            )
        if user:
            throttle.give_back(self._email, self.get_client_ip(request), at=request.now)
        return user

    def validation_error(self, code, *args):
        if code == "email_password_mismatch" and getattr(self, "_tries_left", None) is not None:
            return ValidationError(self._mismatch(self._tries_left), code=code)
        return super().validation_error(code, *args)

    def _mismatch(self, left: int) -> str:
        if left == 0:
            return gettext(
                "That is not the password of this address. That was the last try: "
                "wait 15 minutes, or set a new password."
            )
        return ngettext(
            "That is not the password of this address. %(left)s try is left; "
            "then wait 15 minutes, or set a new password.",
            "That is not the password of this address. %(left)s tries are left; "
            "then wait 15 minutes, or set a new password.",
            left,
        ) % {"left": left}

    def _delete_login_attempts_cached_email(self, request, **credentials):
        throttle.unlock(credentials.get("email", "").lower(), at=request.now)

    # In, and on

    def login(self, request, user):
        user.backend = settings.AUTHENTICATION_BACKENDS[0]
        django_login(request, user)
        told.info("User %s signed in from %s", user.pk, self.get_client_ip(request))
        # tms.people.doors ends the session by these two.
        request.session["since"] = request.session["seen"] = int(request.now.timestamp())

    def is_safe_url(self, url):
        """This host only, however an address is disguised."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    @transaction.atomic
    def confirm_email(self, request, email_address):
        before = EmailAddress.objects.get_primary_email(email_address.user) or ""
        was_confirmed = EmailAddress.objects.filter(
            user_id=email_address.user_id, verified=True
        ).exists()
        done = super().confirm_email(request, email_address)
        if done:
            addresses.confirmed(
                email_address.user,
                email_address.email,
                at=request.now,
                on=request.today,
                before=before if was_confirmed else "",
            )
        return done

    # What we write

    def send_mail(self, template_prefix, email, context):
        user = context.get("user")
        letters.send(
            template_prefix,
            email,
            {
                **context,
                "email": email,
                "signup_url": letters.address_of("account_signup"),
                "reset_url": letters.address_of("account_reset_password"),
            },
            # Who asked for it sits there: without a choice of theirs it is what they read.
            language=getattr(user, "language", "") or get_language(),
        )

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        if kind := FACTS.get(template_prefix):
            # tms.people.doors looks again whether there is one.
            self.request.session.pop("second_factor", None)
            journal.write(kind, user.pk, at=self.request.now, on=self.request.today, by=user)
        super().send_notification_mail(
            template_prefix, user, {"user": user, "at": self.request.now, **(context or {})}, email
        )

    def get_reset_password_from_key_url(self, key):
        uid, _dash, token = key.partition("-")
        return letters.address_of("account_reset_password_from_key", uid, token)

    def get_email_confirmation_url(self, request, emailconfirmation):
        return letters.address_of("account_confirm_email", emailconfirmation.key)

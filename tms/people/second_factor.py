"""Who needs a second factor, who lacks one, and how are its secrets kept?"""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tms.models import Organisation
from tms.models.organisation import SecondFactor

PROVING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needed_by(user, organisation) -> bool:
    """Whether the organisation wants this user to have a second factor."""
    return organisation.second_factor == SecondFactor.REQUIRED and user.is_staff


def held_by(user) -> bool:
    """Whether the user has an app or a passkey. One query."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=PROVING).exists()


def cipher() -> MultiFernet:
    """Made of SECRET_KEY; what older keys encrypted (SECRET_KEY_FALLBACKS) stays readable."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"second factor" + key.encode()).digest()))
        for key in keys
    )


class SecondFactors(DefaultMFAAdapter):
    """Secrets encrypted in the database; the last factor of who must have one can't be removed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your organisation asks for a second factor. Add another one before you remove this."
        ),
        "incorrect_code": _("That is not the code. Type the one that is shown now."),
        "unverified_email": _("Confirm your email address first."),
    }

    def encrypt(self, text):
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator):
        organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        if not needed_by(authenticator.user, organisation):
            return True
        return (
            Authenticator.objects.filter(user_id=authenticator.user_id, type__in=PROVING)
            .exclude(pk=authenticator.pk)
            .exists()
        )

    def generate_authenticator_name(self, user, type):  # noqa: A002 (allauth's name)
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        if count == 0:
            return gettext("My passkey")
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def _get_site_name(self):
        return (Organisation.objects.filter(pk=1).first() or Organisation()).name

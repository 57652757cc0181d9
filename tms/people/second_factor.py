"""Who needs a second factor, who lacks one, and how are its secrets kept?"""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tms import sealing
from tms.models import Organisation
from tms.models.organisation import SecondFactor

PROVING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def needed_by(user, organisation) -> bool:
    """Whether the organisation wants this user to have a second factor."""
    return organisation.second_factor == SecondFactor.REQUIRED and user.is_staff


def held_by(user) -> bool:
    """Whether the user has an app or a passkey. One query."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=PROVING).exists()


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
        return sealing.seal("second factor", text)

    def decrypt(self, encrypted_text):
        return sealing.unseal("second factor", encrypted_text)

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

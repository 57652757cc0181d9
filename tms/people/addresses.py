"""Which address does somebody sign in with, and what follows once it is confirmed?"""

import unicodedata

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tms import journal
from tms.models import User
from tms.models.user import same_address

__all__ = ["clean", "confirm", "confirmed", "free", "tell"]


def clean(email: str) -> str:
    """The address in the one form in which addresses are compared.

    Width variants and letters that only look Latin become what they look like (NFKC); before the
    @ only ASCII is taken: a dotless i must not pass for the i of somebody else's address.
    """
    email = same_address(unicodedata.normalize("NFKC", email))
    if not email.rpartition("@")[0].isascii():
        raise ValidationError(
            _("Before the @ use letters without accents, digits and signs such as . and -."),
            code="invalid",
        )
    return email


def free(email: str, *, of: int) -> None:
    """Take the address from a sign-up that never proved it, for the user who just did.

    Only from somebody who never signed in and has no role: an invitation stays.
    """
    User.objects.filter(
        email=same_address(email), last_login=None, is_staff=False, groups=None
    ).exclude(pk=of).exclude(emailaddress__verified=True).delete()


@transaction.atomic
def confirm(user, *, at, on) -> None:
    """Take the user's own address as confirmed, because a letter sent to it was answered."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    confirmed(user, user.email, at=at, on=on)


@transaction.atomic
def confirmed(user, email: str, *, at, on, before: str = "") -> None:
    """`email` was proved to be the user's: tell the floors above, and write it down.

    `before` is the address that it replaces; the letter to that one is sent by the caller.
    """
    tell(user, email, at=at)
    kind = "user.email_changed" if before and before != email else "user.email_confirmed"
    journal.write(kind, user.pk, at=at, on=on, by=user)


def tell(user, email: str, *, at) -> None:
    """Let `settings.PERSON_CONFIRMED` tie the user to a contact by this confirmed address.

    Who is tied already gets the contact's address changed with the user's.
    """
    for path in settings.PERSON_CONFIRMED:
        import_string(path)(user=user, email=email, at=at)

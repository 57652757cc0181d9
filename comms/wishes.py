"""Which messages does somebody want, and by which link do they say so without signing in?"""

from django.conf import settings
from django.core import signing

from .models import TemplateKind

SALT = "comms.wishes"
# What one can ask not to get; service messages can't be opted out of.
OPTIONAL = (TemplateKind.REMINDER, TemplateKind.ANNOUNCEMENT)


def manage_link(contact_id: int) -> str:
    """The whole address at which a contact says what they receive.

    It holds the contact's number under a signature, nothing about them, and stays valid: somebody
    who opens last year's mail can still ask for no more of them.
    """
    return f"{settings.SITE_URL}/email-preferences/{_signed(contact_id)}/"


def unsubscribe_link(contact_id: int, kind: str) -> str:
    """The whole address that a mail program posts to when told to unsubscribe; "" for `service`."""
    if kind not in OPTIONAL:
        return ""
    return f"{settings.SITE_URL}/email-preferences/{_signed(contact_id, kind)}/unsubscription/"


def _signed(*words) -> str:
    return signing.Signer(salt=SALT).sign_object(list(words))

"""Which messages does somebody want, and by which link do they say so without signing in?"""

import re

from django.conf import settings
from django.core import signing
from django.urls import reverse

from crm.models import Contact

from .models import TemplateKind

SALT = "comms.wishes"
# What one can ask not to get; service messages can't be opted out of.
OPTIONAL = (TemplateKind.REMINDER, TemplateKind.ANNOUNCEMENT)
# What makes a link somebody's own, in the text of a letter.
TOKENS = re.compile(r"(/email-preferences/)[\w:.=-]+/")


def manage_link(contact_id: int) -> str:
    """The whole address at which a contact says what they receive.

    It holds the contact's number under a signature, nothing about them, and stays valid: somebody
    who opens last year's mail can still ask for no more of them.
    """
    return settings.SITE_URL + reverse("comms:wishes", args=[_signed(contact_id)])


def unsubscribe_link(contact_id: int, kind: str) -> str:
    """The whole address that a mail program posts to when told to unsubscribe; "" for `service`."""
    if kind not in OPTIONAL:
        return ""
    return settings.SITE_URL + reverse("comms:unsubscribe", args=[_signed(contact_id, kind)])


def whose(token: str) -> Contact | None:
    """The contact of a link by `manage_link`, where it is ours and they are still known."""
    read = _read(token, 1)
    return _contact(read[0]) if read else None


def unwanted(token: str) -> tuple[Contact, str] | None:
    """The contact of a link by `unsubscribe_link`, and what they want no more of."""
    read = _read(token, 2)
    contact = _contact(read[0]) if read else None
    return (contact, read[1]) if contact else None


def without_tokens(text: str) -> str:
    """A letter as it is kept: whoever reads it in the log can't say what its recipient receives."""
    return TOKENS.sub(r"\1…/", text)


def _signed(*words) -> str:
    return signing.Signer(salt=SALT).sign_object(list(words))


def _read(token: str, words: int) -> list | None:
    try:
        found = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return found if len(found) == words else None


def _contact(contact_id: int) -> Contact | None:
    """Whoever the number leads to: of a double the one kept; nobody once they were erased."""
    contact = Contact.objects.select_related("merged_into").filter(pk=contact_id).first()
    while contact is not None and contact.merged_into_id:
        contact = contact.merged_into
    return contact if contact is not None and contact.erased_at is None else None

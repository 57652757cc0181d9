"""What can a message say of the learner whom it is about? Fields and values for all occasions."""

from django.utils.translation import gettext_lazy as _

from tms.occasions import Field

from .models import Contact
from .models.contact import called

LEARNER = (
    Field("learner.first_name", _("First name of the learner"), "Ada"),
    Field("learner.last_name", _("Last name of the learner"), "Lindqvist"),
    Field("learner.name", _("Name of the learner"), "Ada Lindqvist"),
    Field("learner.email", _("Email address of the learner"), "ada@kestrelrail.example"),
)


def said_of(first_name: str | None, last_name: str | None, email: str | None) -> dict:
    """The values of LEARNER, of columns that a statement has at hand; of nobody: {}."""
    if first_name is None:
        return {}
    return {
        "first_name": first_name,
        "last_name": last_name,
        "name": called(first_name, last_name or "", email),
        "email": email or "",
    }


def of_learner(contact: Contact | None) -> dict:
    return said_of(contact.first_name, contact.last_name, contact.email) if contact else {}

"""Who there is: accounts that buy, contacts who learn."""

from .account import Account, AccountKind
from .contact import Contact, Membership
from .extra import CustomField, CustomFieldKind, ExternalId

__all__ = [
    "Account",
    "AccountKind",
    "Contact",
    "CustomField",
    "CustomFieldKind",
    "ExternalId",
    "Membership",
]

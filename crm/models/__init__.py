"""Who there is: accounts that buy, contacts who learn."""

from .account import Account, AccountKind
from .change import Change
from .contact import Contact, Membership
from .erasure import Erasure
from .extra import CustomField, CustomFieldKind, ExternalId

__all__ = [
    "Account",
    "AccountKind",
    "Change",
    "Contact",
    "CustomField",
    "CustomFieldKind",
    "Erasure",
    "ExternalId",
    "Membership",
]

"""Who looks at the learner site, and in which region do they buy?"""

import dataclasses
from functools import cached_property

from crm.models import Contact
from crm.viewing import acting_contact
from tokens import spending

from . import paying, regions
from .regions import Shown


@dataclasses.dataclass(frozen=True)
class Visitor:
    """The learner (None: there is none), whether staff look through their eyes, the region."""

    contact: Contact | None
    read_only: bool
    shown: Shown

    @property
    def contact_id(self) -> int | None:
        return self.contact.pk if self.contact else None

    @property
    def account_id(self) -> int | None:
        return self.contact.account_id if self.contact else None

    @cached_property
    def units(self) -> frozenset[str] | None:
        """The token units that they could pay in; None: nobody knows. Asked once."""
        return paying.units_of(self.contact) if self.contact else None

    @cached_property
    def may_buy_tokens(self) -> bool:
        """Could they buy tokens for an account? Whoever isn't known is asked to sign in first."""
        if self.read_only:
            return False
        return self.contact is None or spending.spends(self.contact)

    @property
    def region(self):
        return self.shown.region


def visitor(request) -> Visitor:
    """Call it first in every view of the learner site. Three statements at most.

    Raises PermissionDenied when staff who view as a learner would change something.
    """
    contact, read_only = acting_contact(request)
    return Visitor(contact, read_only, regions.shown(request, contact))

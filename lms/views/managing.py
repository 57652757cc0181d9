"""What do the dialogs about registrations share?"""

from tms.ui.dialogs import Dialog
from tms.ui.sent import operation_of

from ..tables import MANAGE


class Managing(Dialog):
    """What the dialogs about registrations share."""

    permission_required = MANAGE
    changes = ("registrations", "events", "event")

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

"""Against which moments in the life of a pass can a message be timed?"""

from django.utils.translation import gettext_lazy as _

from tms.occasions import Dated, Recorded

TARGET = _("Training Pass")

OCCASIONS = [
    Recorded(TARGET, _("Issued"), "pass.issued"),
    Recorded(TARGET, _("Renewed"), "pass.renewed"),
    Recorded(TARGET, _("Cancelled"), "pass.cancelled"),
    Dated(TARGET, _("Expires"), "passes.Pass", "expires_on"),
]

"""What do sending, its settings and people's wishes bring to the shell and other pages?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import COMMUNICATIONS, Option

from . import told_sending
from .views import sending

CONTROL_PANEL = [
    Option(
        COMMUNICATIONS,
        _("Sending"),
        _("When messages leave, pausing them, and addresses that mail comes back from"),
        "comms:sending",
        sending.MANAGE,
        "send",
        words=("email", "mail", "smtp", "pause", "resume", "send hour", "bounce", "opt out"),
        position=50,
    ),
]
FACTS = told_sending.FACTS
NAMES: list = []
HAPPENINGS = told_sending.HAPPENINGS
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []

"""What do triggers, and what is foretold of them, bring to the shell and other pages?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import COMMUNICATIONS, Option

from . import happenings_triggers, told_triggers

CONTROL_PANEL = [
    Option(
        COMMUNICATIONS,
        _("Communication Triggers"),
        _("Rules that write to people at the right moment"),
        "comms:triggers",
        "comms.view_communications",
        "alarm-clock",
        words=(_("Triggers"), "reminders", "warnings", "automatic", "email", "rules", "expiry"),
        position=10,
    ),
    Option(
        COMMUNICATIONS,
        _("Calendar of Messages"),
        _("What triggers will write in the next 90 days, and to whom"),
        "comms:calendar",
        "comms.view_communications",
        "calendar-days",
        words=("forecast", "planned", "triggers", "email"),
        position=35,
    ),
]
FACTS = told_triggers.FACTS
NAMES = told_triggers.NAMES
HAPPENINGS = happenings_triggers.HAPPENINGS
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []

"""What does the message log bring to the shell and other pages?"""

from django.utils.translation import gettext_lazy as _

from tms.programs.scopes import Scope
from tms.ui.register import COMMUNICATIONS, Option, Panel, Tab

from . import happenings_log, told_log
from .views import log, log_panels

CONTROL_PANEL = [
    Option(
        COMMUNICATIONS,
        _("Message Log"),
        _("Every message that was written, to whom, and what became of it"),
        "comms:messages",
        log.SEE,
        "mails",
        words=("email", "mail", "sent", "outbox", "failed", "bounced", "approve", "approval"),
        position=40,
    ),
]
FACTS = told_log.FACTS
NAMES = told_log.NAMES
HAPPENINGS = happenings_log.HAPPENINGS
PANELS = [
    Panel("contact", "messages", log_panels.contact_panel, log.SEE, 70),
    Panel("opportunity", "messages", log_panels.opportunity_panel, log.SEE, 70),
    Panel("dashboard", "messages", log_panels.for_people, log.SEE, 15),
]
TABS = [
    Tab("account", _("Communications"), "messages", "comms:of_account", log.SEE, 60),
]
BULK: list = []
SCOPES = [
    Scope(
        "messages:read",
        _("See messages, without what they said, triggers and templates"),
        (log.SEE,),
    ),
    Scope("message-bodies:read", _("Read what messages said"), (log.SEE,)),
    Scope("messages:write", _("Approve, void and resend messages"), (log.SEE, log.SEND)),
]

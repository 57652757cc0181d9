"""What do templates and sending addresses bring to the shell and other pages?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import COMMUNICATIONS, Option, happenings

from . import told_letters

CONTROL_PANEL: list = [
    Option(
        COMMUNICATIONS,
        _("Templates"),
        _("What messages say, with fields that are filled in"),
        "comms:templates",
        "comms.view_communications",
        "file-text",
        words=("mail", "email", "letters", "merge fields", "messages", "texts"),
        position=20,
    ),
    Option(
        COMMUNICATIONS,
        _("Sending Addresses"),
        _("From whom messages come"),
        "comms:senders",
        "comms.view_communications",
        "at-sign",
        words=("mail", "email", "from", "sender", "SMTP", "reply"),
        position=30,
    ),
]
FACTS: list = told_letters.FACTS
NAMES: list = told_letters.NAMES
HAPPENINGS: list = [
    *happenings(
        _("Templates"),
        {
            "template.created": _("Template made"),
            "template.edited": _("Template edited"),
            "template.archived": _("Template archived"),
            "template.restored": _("Template restored"),
            "template.file_added": _("File attached to a template"),
            "template.file_removed": _("File removed from a template"),
        },
        position=84,
    ),
    *happenings(
        _("Sending addresses"),
        {
            "sending_address.added": _("Sending address added"),
            "sending_address.edited": _("Sending address edited"),
            "sending_address.asked": _("Link to a sending address sent again"),
            "sending_address.confirmed": _("Sending address confirmed"),
            "sending_address.made_default": _("Default sending address changed"),
            "sending_address.removed": _("Sending address removed"),
        },
        position=85,
    ),
]
PANELS: list = []
TABS: list = []
BULK: list = []
SCOPES: list = []

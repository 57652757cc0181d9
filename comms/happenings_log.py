"""What of messages may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = happenings(
    _("Messages"),
    {
        "message.approved": _("Message approved"),
        "message.voided": _("Message voided"),
        "message.resent": _("Message sent again"),
        "message.settled": _("Message marked as arrived"),
    },
    80,
)

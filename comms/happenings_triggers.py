"""What of triggers may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = happenings(
    _("Communication triggers"),
    {
        "trigger.created": _("Trigger created"),
        "trigger.edited": _("Trigger edited"),
        "trigger.enabled": _("Trigger enabled"),
        "trigger.disabled": _("Trigger disabled"),
        "trigger.archived": _("Trigger archived"),
    },
    90,
)

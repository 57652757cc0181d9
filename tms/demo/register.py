"""What the demonstration brings to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import SYSTEM, Option

CONTROL_PANEL = [
    Option(
        SYSTEM,
        _("Demonstration data"),
        _("Clear it, and begin with an organisation of your own"),
        "demo:clear",
        ("tms.change_settings", "tms.manage_users"),
        "trash-2",
        words=("demo", "reset", "delete", "sample", "start"),
        position=90,
    ),
]

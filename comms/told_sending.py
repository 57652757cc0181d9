"""How is it told what people did with sending, and which of it may other programs ask for?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui.register import Fact, happenings
from tms.ui.timeline import Told, value

from .models import CommsSettings


def changed(row, names):
    if set(row.after) == {"paused"}:
        return _("Sending paused") if row.after["paused"] else _("Sending resumed")
    lines = [
        (
            str(CommsSettings._meta.get_field(name).verbose_name).capitalize(),
            value(row.before[name]),
            value(row.after[name]),
        )
        for name in row.after
    ]
    return Told(_("Settings of sending changed"), changes=lines)


def cleared(row, names):
    return _("An address that mail came back from is written to again")


FACTS = [
    Fact("comms_settings.changed", "settings", changed),
    Fact("address_trouble.cleared", "mail-check", cleared),
]
HAPPENINGS = happenings(
    gettext_lazy("Sending"),
    {
        "comms_settings.changed": gettext_lazy("Settings of sending changed"),
        "address_trouble.cleared": gettext_lazy("Address is written to again"),
    },
    92,
)

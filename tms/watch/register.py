"""What watching brings to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import SYSTEM, Fact, Option, happenings

CONTROL_PANEL = [
    Option(
        SYSTEM,
        _("Operations"),
        _("Whether everything works: scheduler, workers, nights, letters, backups"),
        "watch:operations",
        "tms.operate",
        "activity",
        words=("health", "status", "monitoring", "jobs", "queue", "invariants", "worker", "night"),
        position=70,
    ),
]
FACTS = [
    Fact("job.run_again", "refresh-cw", _("Work that broke was run again")),
    Fact("job.left", "archive", _("Work that broke was left undone")),
]
HAPPENINGS = happenings(
    _("Operations"),
    {
        "job.run_again": _("Work that broke was run again"),
        "job.left": _("Work that broke was left undone"),
    },
    120,
)

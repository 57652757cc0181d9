"""What the programs' side brings to the control panel."""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import SYSTEM, Option

CONTROL_PANEL = [
    Option(
        SYSTEM,
        _("API keys"),
        _("Which programs come in, and what each may do"),
        "programs:keys",
        "tms.manage_api_keys",
        "key-round",
        words=("API", "tokens", "secret", "integration", "REST", "programs", "access", "developer"),
        position=30,
    ),
]

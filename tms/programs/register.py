"""What the programs' side brings to the control panel and to histories."""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import SYSTEM, Option, happenings

from . import register_webhooks as webhooks

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
    *webhooks.CONTROL_PANEL,
]
FACTS = webhooks.FACTS
NAMES = webhooks.NAMES
HAPPENINGS = happenings(
    _("API keys"),
    {"api_key.made": _("API key made"), "api_key.revoked": _("API key revoked")},
    95,
)

"""What webhooks bring to the control panel and to histories."""

from django.utils.translation import gettext_lazy as _

from tms.models import WebhookEndpoint
from tms.ui.register import SYSTEM, Fact, Names, Option

CONTROL_PANEL = [
    Option(
        SYSTEM,
        _("Webhooks"),
        _("Programs that are told what happens here, as it happens"),
        "programs:webhooks",
        "tms.manage_webhooks",
        "webhook",
        words=("API", "integration", "events", "callbacks", "notify", "POST", "signature"),
        position=40,
    ),
]


def names(ids, user) -> dict:
    found = WebhookEndpoint.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, "") for pk, name in found}


NAMES = [Names("webhook", names)]

FACTS = [
    Fact("webhook.added", "webhook", _("Webhook added"), "good"),
    Fact("webhook.changed", "pencil", _("Webhook changed")),
    Fact("webhook.paused", "pause", _("Webhook paused"), "warn"),
    Fact("webhook.resumed", "play", _("Webhook resumed"), "good"),
    Fact("webhook.secret_rotated", "key-round", _("New secret made for the webhook")),
    Fact("webhook.tested", "send", _("Test sent")),
    Fact("webhook.resent", "refresh-cw", _("Sent again")),
    Fact("webhook.skipped", "skip-forward", _("A happening skipped"), "warn"),
    Fact("webhook.removed", "trash-2", _("Webhook removed"), "bad"),
]

"""The kernel's rows: who signs in, what happened, what was already done, what is under way."""

from .audit import AuditOperation, AuditRow, AuditSource
from .journal import JournalRow
from .keys import ApiKey, KeyStatus
from .organisation import Organisation
from .user import User
from .watch import InvariantRun, Pulse
from .webhooks import WebhookDelivery, WebhookEndpoint
from .work import Job, KeptMail, NightRun, OperationKey

__all__ = [
    "ApiKey",
    "AuditOperation",
    "AuditRow",
    "AuditSource",
    "InvariantRun",
    "Job",
    "JournalRow",
    "KeptMail",
    "KeyStatus",
    "NightRun",
    "OperationKey",
    "Organisation",
    "Pulse",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
]

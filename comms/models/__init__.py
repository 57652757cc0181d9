"""Rules that write to people, what they write, from whom, and what became of it."""

from .letter import SendingAddress, Template, TemplateFile, TemplateKind
from .message import (
    FOR_PEOPLE,
    PASSING,
    WAITING_TO_LEAVE,
    Message,
    MessageState,
    Reason,
    Role,
)
from .settings import CommsSettings
from .trigger import Side, Trigger, TriggerQuerySet
from .trouble import AddressTrouble

__all__ = [
    "FOR_PEOPLE",
    "PASSING",
    "WAITING_TO_LEAVE",
    "AddressTrouble",
    "CommsSettings",
    "Message",
    "MessageState",
    "Reason",
    "Role",
    "SendingAddress",
    "Side",
    "Template",
    "TemplateFile",
    "TemplateKind",
    "Trigger",
    "TriggerQuerySet",
]

"""Who there is, what they might buy, and what they were billed."""

from .account import Account, AccountKind
from .change import Change
from .contact import Contact, Membership
from .erasure import Erasure
from .extra import CustomField, CustomFieldKind, ExternalId
from .invoice import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceStatus,
    NumberSeries,
    Quote,
)
from .marks import AccountManager, Teaching
from .opportunity import Fulfilment, Interest, InterestContact, Opportunity
from .stage import Stage, StageKind
from .task import Note, Task, TaskState

__all__ = [
    "Account",
    "AccountKind",
    "AccountManager",
    "Change",
    "Contact",
    "CustomField",
    "CustomFieldKind",
    "Erasure",
    "ExternalId",
    "Fulfilment",
    "Interest",
    "InterestContact",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceStatus",
    "Membership",
    "Note",
    "NumberSeries",
    "Opportunity",
    "Quote",
    "Stage",
    "StageKind",
    "Task",
    "TaskState",
    "Teaching",
]

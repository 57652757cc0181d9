"""What a pass is, what it opens, who has one."""

from .interest import PassInterest
from .owned import Pass, Source, Status
from .type import (
    Inclusion,
    OptionStatus,
    PassOption,
    PassType,
    PeriodUnit,
    TypeStatus,
    period_in_words,
)

__all__ = [
    "Inclusion",
    "OptionStatus",
    "Pass",
    "PassInterest",
    "PassOption",
    "PassType",
    "PeriodUnit",
    "Source",
    "Status",
    "TypeStatus",
    "period_in_words",
]

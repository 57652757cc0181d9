"""What tokens are there, who has how many, and what moved?"""

from .entry import EntryKind, LedgerEntry
from .interest import TokenInterest, TokenPackInterest
from .issue import IssueSource, IssueStatus, TokenIssue
from .pack import TokenPack
from .settings import TokenSettings
from .spending import Spender, Spending, WhoMaySpend
from .type import PeriodUnit, TokenType

__all__ = [
    "EntryKind",
    "IssueSource",
    "IssueStatus",
    "LedgerEntry",
    "PeriodUnit",
    "Spender",
    "Spending",
    "TokenInterest",
    "TokenIssue",
    "TokenPack",
    "TokenPackInterest",
    "TokenSettings",
    "TokenType",
    "WhoMaySpend",
]

"""What is learned, who is booked on it, how far they are."""

from .content import ContentUnit, Section, UnitForm
from .progress import Completion, Progress
from .registration import PaidBy, Registration
from .request import Request, RequestState

__all__ = [
    "Completion",
    "ContentUnit",
    "PaidBy",
    "Progress",
    "Registration",
    "Request",
    "RequestState",
    "Section",
    "UnitForm",
]

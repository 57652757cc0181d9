"""What is learned, who is booked on it, how far they are."""

from .content import ContentUnit, Section, UnitForm
from .progress import Completion, Progress
from .registration import PaidBy, Registration
from .request import Request, RequestState
from .selling import HeldPlace, PlaceInterest

__all__ = [
    "Completion",
    "ContentUnit",
    "HeldPlace",
    "PaidBy",
    "PlaceInterest",
    "Progress",
    "Registration",
    "Request",
    "RequestState",
    "Section",
    "UnitForm",
]

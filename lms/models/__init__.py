"""What is learned, who is booked on it, how far they are."""

from .content import ContentUnit, Section, UnitForm
from .payment import Outcome, Payment, PaymentNews, PaymentState
from .progress import Completion, Progress
from .registration import PaidBy, Registration
from .request import Request, RequestState
from .selling import HeldPlace, PlaceInterest

__all__ = [
    "Completion",
    "ContentUnit",
    "HeldPlace",
    "Outcome",
    "PaidBy",
    "Payment",
    "PaymentNews",
    "PaymentState",
    "PlaceInterest",
    "Progress",
    "Registration",
    "Request",
    "RequestState",
    "Section",
    "UnitForm",
]

"""What is learned, who is booked on it, how far they are."""

from .assignment import Assignment, FileKind, Submission
from .certificate import Certificate, CertificateTerms
from .content import ContentUnit, Section, UnitForm
from .payment import Outcome, Payment, PaymentNews, PaymentRefund, PaymentState
from .progress import Completion, Progress
from .quiz import (
    Attempt,
    AttemptAnswer,
    Counts,
    ExtraAttempt,
    QuestionForm,
    Quiz,
    QuizQuestion,
    Shows,
)
from .registration import PaidBy, Registration
from .request import Request, RequestState
from .scorm import ScormAttempt, ScormEntry, ScormLaunch, ScormPackage, ScormState
from .selling import HeldPlace, PlaceInterest
from .waiting import WaitEnd, Waiting

__all__ = [
    "Assignment",
    "Attempt",
    "AttemptAnswer",
    "Certificate",
    "CertificateTerms",
    "Completion",
    "ContentUnit",
    "Counts",
    "ExtraAttempt",
    "FileKind",
    "HeldPlace",
    "Outcome",
    "PaidBy",
    "Payment",
    "PaymentNews",
    "PaymentRefund",
    "PaymentState",
    "PlaceInterest",
    "Progress",
    "QuestionForm",
    "Quiz",
    "QuizQuestion",
    "Registration",
    "Request",
    "RequestState",
    "ScormAttempt",
    "ScormEntry",
    "ScormLaunch",
    "ScormPackage",
    "ScormState",
    "Section",
    "Shows",
    "Submission",
    "UnitForm",
    "WaitEnd",
    "Waiting",
]

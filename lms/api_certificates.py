"""How do programs withdraw a certificate, and have a right one issued? As on its page."""

from typing import Annotated

from pydantic import Field

from tms.programs.fields import Reason
from tms.programs.looking import at_address, values_at
from tms.programs.previews import Outcome, Previewed, outcome
from tms.programs.resource import operation, who

from . import withdrawing
from .api_results import CERTIFICATE, WRITE, CertificateTold, bare, results
from .models import Certificate


class Withdrawal(Previewed):
    reason: Annotated[Reason, Field(min_length=1)]


class CertificateChanged(Outcome):
    """What became of a certificate, or the one that was issued."""

    changed: CertificateTold


@results.writes("/certificates/{int:pk}/withdrawal", scope=WRITE, answer=CertificateChanged)
def withdraw_certificate(request, pk: int, asked: Withdrawal):
    """Say that it doesn't prove anything. The completion stays.

    Whoever verifies it is told so from now on. It can't be undone: issue a new one.
    """
    found = at_address(Certificate.objects, pk)
    withdrawing.withdraw(found.pk, reason=asked.reason, **who(request), **operation(request))
    return changed(found.pk, asked)


@results.writes(
    "/certificates/{int:pk}/replacement", scope=WRITE, answer=CertificateChanged, status=201
)
def replace_certificate(request, pk: int, asked: Previewed):
    """Issue a new one for what a withdrawn one was issued for, once.

    It has a number of its own, today's name and title, and the same day of completion.
    """
    found = at_address(Certificate.objects, pk)
    made = changed(withdrawing.replace(found.pk, **who(request)).pk, asked)
    if asked.preview:
        # Both are drawn anew when it is done.
        made.changed.id, made.changed.number = None, ""
    return made


def changed(pk: int, asked: Previewed) -> CertificateChanged:
    told = CertificateTold(**bare(values_at(Certificate.objects, pk, CERTIFICATE)))
    return CertificateChanged(changed=told, **outcome(asked, []))

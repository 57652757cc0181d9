"""What becomes of a certificate that proves what isn't so? It is withdrawn, and a right one issued.

It stays, and says that it was withdrawn to whoever verifies it; the journal keeps why.
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal

from . import certificates
from .models import Certificate


@transaction.atomic
def withdraw(
    certificate_id: int,
    *,
    reason: str,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> Certificate:
    """Say that it doesn't hold, whatever its last day. The completion stays.

    Refused without a reason, and when it was withdrawn already. Locks the certificate.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(_("Say why it is withdrawn."), field="reason")
    found = _locked(certificate_id)
    if found.withdrawn_at:
        raise Refusal(_("It was withdrawn already."))
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    journal.write(
        "certificate.withdrawn",
        found.pk,
        contact_id=found.contact_id,
        after={"number": found.number},
        reason=reason,
        at=at,
        on=on,
        by=by,
        operation=operation,
    )
    return found


@transaction.atomic
def replace(certificate_id: int, *, at: datetime.datetime, on: datetime.date, by) -> Certificate:
    """Issue a new one for what a withdrawn one was issued for: under another number, with the name
    and the title of today, of the same day of completion.

    Once for each. Refused while it holds, and where the training grants none any more. Locks it.
    """
    found = _locked(certificate_id)
    if not found.withdrawn_at:
        raise Refusal(_("It holds. Withdraw it first."))
    if certificates.terms_of(found.item_id) is None:
        raise Refusal(
            _("This training grants no certificate any more. Say on its page that it does.")
        )
    cause = f"w{found.pk}"
    if Certificate.objects.filter(cause=cause).exists():
        raise Refusal(_("A new one was issued already."))
    return certificates.issue(
        found.contact_id,
        found.item_id,
        cause=cause,
        completed_on=found.completed_on,
        at=at,
        on=on,
        by=by,
    )


def _locked(certificate_id: int) -> Certificate:
    return Certificate.objects.select_for_update(of=("self",)).get(pk=certificate_id)

"""What of people need not be kept? The night takes it away."""

import datetime

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from tms.models import JournalRow, User

# A sign-up whose address was not confirmed within so many days was nobody's.
CONFIRM_WITHIN = datetime.timedelta(days=7)
CHUNK = 500


def unconfirmed(at: datetime.datetime):
    """Who signed up and never confirmed an address, long enough ago."""
    signed_up = JournalRow.objects.filter(
        subject_kind="user",
        subject_id=OuterRef("pk"),
        kind="user.signed_up",
        at__lt=at - CONFIRM_WITHIN,
    )
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return User.objects.filter(
        Exists(signed_up), ~Exists(confirmed), is_staff=False, last_login=None, groups=None
    )


def nightly(*, on: datetime.date, at: datetime.datetime) -> dict:
    """Forget sign-ups that were never confirmed, and sessions that are over. Harmless twice.

    In bounded transactions. The journal keeps that somebody signed up, in ids.
    """
    users = 0
    while ids := list(unconfirmed(at).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            rows = User.objects.select_for_update(of=("self",)).filter(pk__in=ids)
            # Confirmed meanwhile? Asked again under the lock.
            found = unconfirmed(at).filter(pk__in=[row.pk for row in rows])
            users += found.count()
            found.delete()
        if len(ids) < CHUNK:
            break
    sessions, _by_model = Session.objects.filter(expire_date__lt=at).delete()
    return {"unconfirmed": users, "sessions": sessions}

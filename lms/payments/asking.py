"""What became of payments whose time is over, and of which the provider told nothing?

It is asked itself: news get lost. What it says is taken as if it had told it (`arriving.take`).
"""

import datetime
import logging

from django.db import transaction
from django.db.models import Q

from ..models import Payment
from . import arriving, provider
from .provider import NoAnswer

log = logging.getLogger(__name__)
AFTER = datetime.timedelta(minutes=2)  # what it tells by itself comes first
SESSION = datetime.timedelta(minutes=33)  # no provider's page is open for longer than it is held
AGAIN = datetime.timedelta(hours=1)
LONGEST = datetime.timedelta(days=3)
AT_ONCE = 10


def ask(*, at: datetime.datetime, on: datetime.date) -> int:
    """Ask about a few payments, the oldest first, each at most once an hour for three days; of how
    many something was learned. Each is claimed first, and the provider is asked outside of any
    transaction. It stops at the first that can't be asked: the next call goes on.
    """
    learned = 0
    for found in _claimed(at):
        asked = provider.by_name(found.provider)
        try:
            news = asked.ask(found.reference) if asked else None
        except NoAnswer as trouble:
            log.warning("What became of payment %s can't be asked: %s", found.pk, trouble)
            break
        if news:
            arriving.take(news, found.provider, at=at, on=on)
            learned += 1
    return learned


@transaction.atomic
def _claimed(at: datetime.datetime) -> list[Payment]:
    rows = Payment.objects.filter(paid_at=None, failed_at=None, given_up_at=None)
    over = rows.filter(holds_until__lte=at - AFTER, holds_until__gt=at - LONGEST)
    due = over.filter(Q(asked_at=None) | Q(asked_at__lte=at - AGAIN), started_at__lte=at - SESSION)
    told = due.exclude(reference="").select_for_update(skip_locked=True, of=("self",))
    found = list(told.order_by("holds_until", "pk")[:AT_ONCE])
    Payment.objects.filter(pk__in=[each.pk for each in found]).update(asked_at=at)
    return found

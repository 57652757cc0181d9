"""What can an account spend of each token type, until when, and what became of the rest?"""

import dataclasses
import datetime

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from tms.compiled import Rows

from .models import TokenIssue

SOON = datetime.timedelta(days=30)


@dataclasses.dataclass
class Balance:
    """Of one type, on one day. `months`: what can be spent, by the first of the month in which it
    expires (None: never); `ending`: what of it expires within thirty days; `expired`: unused, the
    night having written it off or not.
    """

    token_type_id: int
    name: str
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    available: int = 0
    ending: int = 0
    months: dict[datetime.date | None, int] = dataclasses.field(default_factory=dict)

    @property
    def moved(self) -> int:
        """What adjustments added, and transfers to others took: so that the figures add up."""
        return self.available - (self.issued - self.redeemed - self.expired)


def _by_month(account_id, on, soon):
    over = Q(expires_on__lt=on)
    lasting = Q(expires_on=None) | Q(expires_on__gte=on)
    return (
        TokenIssue.objects.filter(account=account_id)
        .order_by()
        .values("token_type", "token_type__unit__label", month=TruncMonth("expires_on"))
        .annotate(
            issues=Sum("issued"),
            used=Sum("redeemed"),
            written_off=Sum("expired"),
            lapsed=Sum("remaining", filter=over, default=0),
            available=Sum("remaining", filter=lasting, default=0),
            ending=Sum("remaining", filter=lasting & Q(expires_on__lte=soon), default=0),
        )
    )


BY_MONTH = Rows(_by_month)


def of_account(account_id: int, on: datetime.date) -> list[Balance]:
    """Every type that the account ever had, by name. One statement, from sums the database keeps:
    it reads issues, and no ledger entry.
    """
    found: dict[int, Balance] = {}
    for row in BY_MONTH(account_id=account_id, on=on, soon=on + SOON):
        pk = row["token_type"]
        of_type = found.setdefault(pk, Balance(pk, row["token_type__unit__label"]))
        of_type.issued += row["issues"]
        of_type.redeemed += row["used"]
        of_type.expired += row["written_off"] + row["lapsed"]
        of_type.available += row["available"]
        of_type.ending += row["ending"]
        if row["available"]:
            of_type.months[row["month"]] = row["available"]
    return sorted(found.values(), key=lambda each: (each.name.casefold(), each.token_type_id))

"""How long does a pass last?

Days that people name: the last one is included. Months are calendar months, clamped to the end of
a shorter one, and remember the day they started from: 31 January, 28 February, 31 March.
"""

import datetime

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from .models import PeriodUnit

LAST_DAY = datetime.date(2100, 12, 31)


def expiry(
    start: datetime.date, period: int, unit: str, anchor_day: int | None = None
) -> tuple[datetime.date, int]:
    """The last valid day of `period` days or months from `start`, and the anchor day from then on.

    `anchor_day` is the day of the month to aim at (1 to 31; by default that of `start`). Days
    count plainly, and their result is the new anchor. Raises Refusal beyond the year 2100.
    """
    try:
        if unit == PeriodUnit.DAYS:
            end = start + datetime.timedelta(days=period)
            anchor_day = end.day
        else:
            anchor_day = anchor_day or start.day
            end = start + relativedelta(months=period, day=anchor_day)
    except (OverflowError, ValueError):
        end = datetime.date.max
    if end > LAST_DAY:
        raise Refusal(_("A pass ends in the year 2100 at the latest. Choose a shorter period."))
    return end, anchor_day

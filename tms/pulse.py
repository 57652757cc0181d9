"""When was each part last seen alive?"""

import datetime

from .models import Pulse

WORKER, BACKUP = "worker", "backup"


def beat(part: str, *, at: datetime.datetime, **facts) -> None:
    """Write down that `part` was alive at `at`. One statement."""
    Pulse.objects.bulk_create(
        [Pulse(part=part, at=at, facts=facts)],
        update_conflicts=True,
        unique_fields=["part"],
        update_fields=["at", "facts"],
    )


def last(part: str) -> Pulse | None:
    return Pulse.objects.filter(part=part).first()

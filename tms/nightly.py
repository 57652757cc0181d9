"""What does the night do, and which nights are still to be worked through?

The steps are listed in `settings.NIGHTLY`. Each is called with (on=, at=) and may be called again:
it records what fell due up to `on`, once.
"""

import contextlib
import datetime
import logging

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from . import audit
from .models import NightRun
from .refusals import Refusal

log = logging.getLogger(__name__)
LOCK = "lanyard.nightly"


class Unfinished(Exception):
    """Steps of a night broke; what they raised is in the log. The night is still to be done."""


def last_finished() -> NightRun | None:
    return NightRun.objects.filter(finished_at__isnull=False).order_by("-on").first()


def due(today: datetime.date) -> bool:
    """Is there a night up to `today` that wasn't worked through?"""
    last = last_finished()
    return last is None or last.on < today


def run(on: datetime.date, at: datetime.datetime, *, wait: bool = True) -> list[NightRun]:
    """Work through every night after the last finished one, up to `on`; returns their rows.

    The very first run does `on` alone. If `on` is the last finished night, it is done again, with
    the same result. An earlier one is refused (Refusal). Takes a lock for the whole run: who comes
    second waits, or with `wait=False` goes away with []. A step that breaks doesn't keep the others
    of its night from running, but ends the walk there (Unfinished).
    """
    with one_at_a_time(wait=wait) as alone, audit.context(source="night"):
        if not alone:
            return []
        last = last_finished()
        if last is not None and on < last.on:
            raise Refusal(
                _("The night of %(last)s was already worked through. Name that day or a later one.")
                % {"last": last.on}
            )
        return [one(day, at) for day in days(first_due(last, on), on)]


def first_due(last: NightRun | None, on: datetime.date) -> datetime.date:
    if last is not None:
        return min(last.on + datetime.timedelta(days=1), on)
    begun = NightRun.objects.order_by("on").first()
    return min(begun.on, on) if begun else on


def days(first: datetime.date, last: datetime.date):
    for number in range((last - first).days + 1):
        yield first + datetime.timedelta(days=number)


def one(on: datetime.date, at: datetime.datetime) -> NightRun:
    night, _made = NightRun.objects.get_or_create(on=on, defaults={"started_at": at})
    broken = []
    for path in settings.NIGHTLY:
        try:
            night.done[path] = import_string(path)(on=on, at=at)
        except Exception:
            log.exception("The night of %s: %s broke.", on, path)
            night.done[path] = "broke"
            broken.append(path)
    if not broken:
        night.finished_at = night.finished_at or at
    night.save()
    if broken:
        raise Unfinished(f"The night of {on}: {', '.join(broken)} broke; the log says why.")
    return night


@contextlib.contextmanager
def one_at_a_time(*, wait: bool):
    """A lock of the connection, not of a transaction: steps commit as they go."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [LOCK])
            alone = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCK])
            alone = cursor.fetchone()[0]
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])

"""What expired, and is it written down? The clock decides; this records.

A pass is over the day after its expiry, whether or not this has run. What is written is dated by
when it happened: the first moment of the day after, in the installation's zone.
"""

import datetime

from django.db import connection, transaction

from tms.models import Organisation

from .models import Pass

CHUNK = 10_000

RECORD = """
WITH due AS (
    SELECT id FROM passes_pass
    WHERE cancelled_at IS NULL
      AND (expiry_recorded IS NULL OR expiry_recorded < expires_on)
      AND expires_on < %(on)s AND expires_on >= %(first)s
      {which}
    ORDER BY expires_on, id
    LIMIT %(chunk)s
    FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE passes_pass p SET expiry_recorded = p.expires_on
    WHERE p.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING p.id, p.account_id, p.contact_id, p.starts_on, p.expires_on
), told AS (
INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after,
                     source, reason, at, "on", operation)
SELECT 'pass.expired', 'pass', id, account_id, contact_id, kept, kept, 'system', '',
       (expires_on + 1)::timestamp AT TIME ZONE %(zone)s, expires_on + 1,
       'expired:' || id || ':' || expires_on
FROM marked, LATERAL jsonb_build_object(
    'starts_on', starts_on, 'expires_on', expires_on, 'contact', contact_id) AS kept
ORDER BY expires_on, id
)
SELECT count(*), max(expires_on) FROM marked
"""


def record_expired(*, on: datetime.date, at: datetime.datetime) -> dict:
    """Write down every expiry before `on` that isn't yet. Harmless late, twice, or in parallel.

    One statement a chunk of 10,000, each in a transaction of its own; passes that somebody is
    changing right now are skipped and found the next time. Answers {"expired": how many}.
    """
    written, first = 0, datetime.date.min
    while True:
        with transaction.atomic():
            # From where the last chunk ended: whatever index is taken, what is done isn't read.
            found, first = _write("", {"on": on, "first": first, "chunk": CHUNK})
        written += found
        if found < CHUNK:
            return {"expired": written}


def record(passes: list[Pass]) -> None:
    """Write down the expiry of these passes (locked by the caller) before they change."""
    if not passes:
        return
    latest = max(pass_.expires_on for pass_ in passes) + datetime.timedelta(days=1)
    ids = [pass_.pk for pass_ in passes]
    first = datetime.date.min
    _write("AND id = ANY(%(ids)s)", {"on": latest, "first": first, "chunk": len(ids), "ids": ids})
    for pass_ in passes:
        pass_.expiry_recorded = pass_.expires_on


def _write(which: str, particulars: dict) -> tuple[int, datetime.date | None]:
    """How many were written down, and the last of their days."""
    zone = Organisation.objects.values_list("time_zone", flat=True).filter(pk=1).first()
    with connection.cursor() as cursor:
        cursor.execute(RECORD.format(which=which), {"zone": zone or "UTC", **particulars})
        return cursor.fetchone()

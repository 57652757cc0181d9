"""What can't be spent any more, and is it written off?

A token issue is worth nothing from the day after its last one, whether or not this has run. What
is written is dated by when it happened: the first moment of the day after.
"""

import datetime

from django.db import connection, transaction

from tms.models import Organisation

CHUNK = 10_000

WRITE_OFF = """
WITH due AS (
    SELECT id, account_id, token_type_id, remaining, expires_on, nextval('tokens_move') AS move
    FROM tokens_tokenissue
    WHERE has_some AND expires_on < %(on)s {which}
    ORDER BY expires_on, id
    LIMIT %(chunk)s
    FOR NO KEY UPDATE SKIP LOCKED
), dated AS (
    SELECT *, (expires_on + 1)::timestamp AT TIME ZONE %(zone)s AS at FROM due
), told AS (
    INSERT INTO journal (kind, subject_kind, subject_id, account_id, before, after,
                         source, reason, at, "on", operation)
    SELECT 'token_issue.expired', 'token_issue', id, account_id, '{{}}',
           jsonb_build_object('token_type', token_type_id, 'quantity', remaining,
                              'expires_on', expires_on),
           'system', '', at, expires_on + 1, 'expired:' || id || ':' || expires_on
    FROM dated ORDER BY expires_on, id
)
INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, move,
                                purpose_kind, at, "on", recorded_at, source, reason, by_choice)
SELECT id, account_id, token_type_id, 'expired', -remaining, move,
       '', at, expires_on + 1, %(at)s, 'system', '', false
FROM dated ORDER BY expires_on, id
"""


def write_off(*, on: datetime.date, at: datetime.datetime) -> dict:
    """Write off what expired before `on` and has something left. Harmless late, twice, in parallel.

    One statement a chunk of 10,000, each in a transaction of its own; issues that somebody is
    changing right now are skipped and found the next time. Answers {"written_off": how many}.
    """
    written = 0
    while True:
        with transaction.atomic():
            found = _write("", {"on": on, "at": at, "chunk": CHUNK})
        written += found
        if found < CHUNK:
            return {"written_off": written}


def record(issues, *, on: datetime.date, at: datetime.datetime) -> None:
    """Write off these (locked by the caller) as far as they are over, before they change."""
    over = [each for each in issues if each.is_over(on) and each.remaining]
    if over:
        ids = [each.pk for each in over]
        _write("AND id = ANY(%(ids)s)", {"on": on, "at": at, "chunk": len(ids), "ids": ids})
        for each in over:
            each.expired += each.remaining
            each.remaining = 0


def zone() -> str:
    """The name of the installation's zone. One query."""
    return Organisation.objects.values_list("time_zone", flat=True).filter(pk=1).first() or "UTC"


def _write(which: str, particulars: dict) -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRITE_OFF.format(which=which), {"zone": zone(), **particulars})
        return cursor.rowcount

"""What has happened that an endpoint wants to know? From the journal to the deliveries.

The journal is followed in the order (transaction, id), and only up to the oldest transaction that
is still open: whatever is committed late is younger than that, and is not passed over. Within one
record the deliveries have the journal's own order, the id, written under the record's lock.
"""

import datetime

from django.db import connection, transaction

from tms.models import WebhookEndpoint
from tms.models.webhooks import EndpointState

CHUNK = 5_000
CHUNKS = 100  # of one endpoint in one tick
KEPT = datetime.timedelta(days=90)

# The younger of two transactions may have written the earlier row of a record: it had the record's
# lock first, so that row is visible too, and is taken along (`earlier`). It is met again in its
# own place, and left out there.
COLLECT = """
WITH chunk AS MATERIALIZED (
    SELECT id, xact, kind, subject_kind, subject_id, at FROM journal
    WHERE (xact, id) > (%(xact)s::text::xid8, %(id)s) AND {bound}
    ORDER BY xact, id LIMIT %(chunk)s
), wanted AS (
    SELECT * FROM chunk WHERE kind = ANY(%(kinds)s) AND id > %(floor)s
), earlier AS (
    SELECT j.id, j.xact, j.kind, j.subject_kind, j.subject_id, j.at
    FROM wanted w
    JOIN journal j ON j.subject_kind = w.subject_kind AND j.subject_id = w.subject_id
                  AND j.id < w.id
    WHERE j.xact > w.xact AND j.kind = ANY(%(kinds)s) AND j.id > %(floor)s
), fresh AS (
    SELECT * FROM (SELECT * FROM wanted UNION SELECT * FROM earlier) AS both_of_them
    WHERE NOT EXISTS (SELECT 1 FROM webhook_delivery d
                      WHERE d.endpoint_id = %(endpoint)s AND d.event_id = both_of_them.id)
), made AS (
    INSERT INTO webhook_delivery
        (endpoint_id, event_id, kind, subject_kind, subject_id, sequence, at, state, attempts,
         next_at, answer, trouble)
    SELECT %(endpoint)s, id, kind, subject_kind, subject_id,
           coalesce((SELECT max(d.sequence) FROM webhook_delivery d
                     WHERE d.endpoint_id = %(endpoint)s AND d.subject_kind = fresh.subject_kind
                       AND d.subject_id = fresh.subject_id), 0)
           + row_number() OVER (PARTITION BY subject_kind, subject_id ORDER BY id),
           at, 'waiting', 0, %(at)s, '', ''
    FROM fresh ORDER BY id
)
SELECT count(*), (array_agg(xact::text ORDER BY xact DESC, id DESC))[1]::bigint,
       (array_agg(id ORDER BY xact DESC, id DESC))[1],
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM chunk
"""
CLOSED = "xact < pg_snapshot_xmin(pg_current_snapshot())"
# Rows of a database from which this one was restored: this server hasn't come so far yet.
ELSEWHERE = "xact >= pg_snapshot_xmax(pg_current_snapshot())"
LAST_ELSEWHERE = """
SELECT coalesce(max(id), 0) FROM journal WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())
"""
NOW = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def now_mark() -> int:
    """The mark from which on only what is committed after this moment is found.

    What was committed while a transaction lasted that is still open may be found too. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        return cursor.fetchone()[0]


def collect(*, at: datetime.datetime) -> int:
    """Write the deliveries that are due to be written, for each active endpoint.

    Answers how many rows of the journal were looked at. Harmless twice, late and in parallel: who
    comes second to an endpoint leaves it alone. One transaction a chunk.
    """
    looked = 0
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE, removed_at=None)
    for endpoint_id in active.order_by("pk").values_list("pk", flat=True):
        for _chunk in range(CHUNKS):
            found = collect_chunk(endpoint_id, at=at)
            looked += found
            if found < CHUNK:
                break
    return looked


@transaction.atomic
def collect_chunk(endpoint_id: int, *, at: datetime.datetime) -> int:
    """The next chunk of the journal for one endpoint; answers how long it was."""
    endpoints = WebhookEndpoint.objects.select_for_update(no_key=True, skip_locked=True)
    endpoint = endpoints.filter(pk=endpoint_id, state=EndpointState.ACTIVE, removed_at=None).first()
    if endpoint is None:
        return 0
    with connection.cursor() as cursor:
        if is_restored(cursor, endpoint.mark_xact):
            return begin_anew(cursor, endpoint, at)
        count, xact, last, still_open = step(cursor, endpoint, at, CLOSED, CHUNK)
    # All there was: then everything before the oldest open transaction was looked at.
    mark = (xact, last) if count == CHUNK else (still_open, 0)
    if mark != (endpoint.mark_xact, endpoint.mark_id):
        endpoint.mark_xact, endpoint.mark_id = mark
        endpoint.save(update_fields=["mark_xact", "mark_id"])
    return count


def step(cursor, endpoint: WebhookEndpoint, at, bound: str, chunk: int | None):
    """(rows looked at, transaction and id of the last of them, oldest open transaction)"""
    particulars = {
        "endpoint": endpoint.pk,
        "xact": endpoint.mark_xact,
        "id": endpoint.mark_id,
        "floor": endpoint.floor_id,
        "kinds": endpoint.kinds,
        "chunk": chunk,
        "at": at,
    }
    cursor.execute(COLLECT.format(bound=bound), particulars)
    return cursor.fetchone()


def is_restored(cursor, mark_xact: int) -> bool:
    """Is the mark of another server's time? Transactions are counted by server."""
    cursor.execute("SELECT %s::text::xid8 > pg_snapshot_xmax(pg_current_snapshot())", [mark_xact])
    return cursor.fetchone()[0]


def begin_anew(cursor, endpoint: WebhookEndpoint, at) -> int:
    """After a restore: take what had not been looked at, then count by this server's time.

    New rows have higher ids than all that were restored, but perhaps lower transactions.
    """
    count, *_mark = step(cursor, endpoint, at, ELSEWHERE, None)
    cursor.execute(LAST_ELSEWHERE)
    (endpoint.floor_id,) = cursor.fetchone()
    endpoint.mark_xact = endpoint.mark_id = 0
    endpoint.save(update_fields=["floor_id", "mark_xact", "mark_id"])
    return max(count, CHUNK)


FORGET = """
DELETE FROM webhook_delivery WHERE id IN (
    SELECT d.id FROM webhook_delivery d
    WHERE d.state IN ('delivered', 'skipped') AND d.last_at < %(before)s
      AND EXISTS (SELECT 1 FROM webhook_delivery later
                  WHERE later.endpoint_id = d.endpoint_id
                    AND later.subject_kind = d.subject_kind
                    AND later.subject_id = d.subject_id AND later.sequence > d.sequence)
    LIMIT %(chunk)s)
"""


def forget(*, on: datetime.date, at: datetime.datetime) -> dict:
    """Take away the log of what was delivered long ago. Part of the night.

    The newest of each record stays: the next one is counted on from it.
    """
    taken = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FORGET, {"before": at - KEPT, "chunk": CHUNK})
            found = cursor.rowcount
        taken += found
        if found < CHUNK:
            return {"webhook_log": taken}

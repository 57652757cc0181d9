"""How long is kept what messages said? The night empties what is older; that it was sent stays."""

import datetime

from django.db import connection, transaction

from .models import CommsSettings, MessageState

CHUNK = 5000
# What is through: nothing that is still to be sent, or to be looked at, is emptied.
THROUGH = [MessageState.SENT, MessageState.BOUNCED, MessageState.FAILED, MessageState.SKIPPED]

EMPTY = """
UPDATE comms_message SET text = '', html = ''
WHERE id IN (
    SELECT id FROM comms_message
    WHERE text <> '' AND due_at < %(before)s AND state = ANY(%(through)s)
    ORDER BY due_at, id LIMIT %(chunk)s
    FOR UPDATE SKIP LOCKED)
"""


def forget(*, on: datetime.date, at: datetime.datetime) -> dict:
    """Empty text and HTML of messages older than the settings say (0: of none). Harmless twice.

    A transaction for each 5,000. Subject, recipient, state and times stay.
    """
    days = CommsSettings.current().keep_bodies_days
    if not days:
        return {"message_bodies": 0}
    given = {
        "before": at - datetime.timedelta(days=days),
        "through": list(THROUGH),
        "chunk": CHUNK,
    }
    emptied = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EMPTY, given)
            found = cursor.rowcount
        emptied += found
        if found < CHUNK:
            return {"message_bodies": emptied}

"""Was this already done? Keys that make a doubled press, a repeat and a race do their work once.

A form carries a random key; an API write brings its own. The key is kept in the transaction of
its effect. A second press that comes while the first still runs finds the advisory lock taken.
"""

import datetime
import hashlib
import json

from .compiled import Rows, Statement
from .models import OperationKey
from .refusals import Refusal

STILL_RUNNING = "This is being done right now. Wait a moment, then look again."
ANOTHER_BODY = "This key was used for something else. Start again with a new one."


LOCK = Statement("SELECT pg_try_advisory_xact_lock(hashtextextended(%(key)s, 0))")
KEPT = Rows(lambda actor_id, key: OperationKey.objects.filter(actor_id=actor_id, key=key))


class Busy(Refusal):
    """The first press of the same key has not finished yet."""


class Reused(Refusal):
    """The same key came with another question."""


def digest_of(question) -> str:
    """A hash of what was asked, from anything JSON can say."""
    text = json.dumps(question, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def earlier(key: str, actor_id: int, digest: str) -> OperationKey | None:
    """The record of an earlier press of `key`, or None: then go on, and `keep` it at the end.

    Must run inside the transaction of the effect. Raises Busy while the first press runs, and
    Reused when the key was used for another question.
    """
    # Two statements: what a first press kept is seen only by a statement that begins when the lock
    # is had.
    ((had,),) = LOCK(key=f"{actor_id}:{key}")
    if not had:
        raise Busy(STILL_RUNNING)
    found = KEPT.one(actor_id=actor_id, key=key)
    if found and found.digest != digest:
        raise Reused(ANOTHER_BODY)
    return found


def keep(
    key: str,
    actor_id: int,
    digest: str,
    *,
    at: datetime.datetime,
    status: int = 204,
    answer: dict | None = None,
) -> None:
    """Record that `key` was carried out, with the answer given. Same transaction as the effect."""
    OperationKey.objects.create(
        key=key, actor_id=actor_id, digest=digest, status=status, answer=answer or {}, at=at
    )

"""What happened, to whom, when, by whom?

Every verb writes one row with `write` in its own transaction, under the lock of its subject.
Messages, timelines and reports read these rows; nobody is notified.
"""

import datetime
import decimal

from .models import JournalRow

__all__ = ["about", "plain", "write"]


def plain(value):
    """A value as JSON keeps it: days and moments as ISO text, decimals as text."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return getattr(value, "pk", value)


def write(
    kind: str,
    subject_id: int,
    *,
    at: datetime.datetime,
    on: datetime.date,
    by,
    account_id: int | None = None,
    contact_id: int | None = None,
    other_contact_id: int | None = None,
    before: dict | None = None,
    after: dict | None = None,
    reason: str = "",
    operation: str = "",
    source: str = "page",
) -> JournalRow:
    """Write one fact: `kind` is "<subject kind>.<happened>". One INSERT.

    `by` is a user or None for the system. Call it last in the verb, in the verb's transaction.
    """
    return JournalRow.objects.create(
        kind=kind,
        subject_kind=kind.partition(".")[0],
        subject_id=subject_id,
        account_id=account_id,
        contact_id=contact_id,
        other_contact_id=other_contact_id,
        before=plain(before or {}),
        after=plain(after or {}),
        by_id=getattr(by, "pk", None),
        source=source if by is not None else "system",
        reason=reason,
        at=at,
        on=on,
        operation=operation,
    )


def about(subject_kind: str, subject_id: int):
    """The facts about one subject, newest first."""
    return JournalRow.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by(
        "-id"
    )

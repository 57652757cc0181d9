"""What happened, to whom, when, by whom?

Every verb writes one row with `write` in its own transaction, under the lock of its subject.
Messages, timelines and reports read these rows; nobody is notified.
"""

import contextlib
import contextvars
import datetime
import decimal

from django.db import connection

from .models import JournalRow

__all__ = ["about", "by_road", "plain", "road", "row", "write", "write_alike", "write_all"]

# The road that this request came by, and the API key it came with.
ROAD = contextvars.ContextVar("road", default=("page", None))


@contextlib.contextmanager
def by_road(source: str, key_id: int | None = None):
    """Within it, every fact says that it came by `source` ("api"), with this key.

    Set by the edge, once a request, as it is about where a request came from and never about what
    a verb does. A `source` that a verb names itself wins.
    """
    before = ROAD.set((source, key_id))
    try:
        yield
    finally:
        ROAD.reset(before)


def road() -> tuple[str, int | None]:
    """By which road what happens now came, and with which API key: a job takes both along."""
    return ROAD.get()


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


def row(
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
    """One fact, not yet written: `kind` is "<subject kind>.<happened>".

    `by` is a user, or None for the system; `source` is the road it came by: "page", "api",
    "import", or "system" where nobody is named.
    """
    by_id, key_id, source = who(by, source)
    return JournalRow(
        kind=kind,
        subject_kind=kind.partition(".")[0],
        subject_id=subject_id,
        account_id=account_id,
        contact_id=contact_id,
        other_contact_id=other_contact_id,
        before=plain(before or {}),
        after=plain(after or {}),
        by_id=by_id,
        key_id=key_id,
        source=source,
        reason=reason or "",
        at=at,
        on=on,
        operation=operation,
    )


def who(by, source: str = "page") -> tuple[int | None, int | None, str]:
    """The user's id, the key's, and the road, as `row` writes them."""
    road, key_id = ROAD.get()
    if source == "page":
        source = "system" if by is None else road
    return getattr(by, "pk", None), key_id, source


def write(kind: str, subject_id: int, **particulars) -> JournalRow:
    """Write one fact; takes what `row` takes. One INSERT.

    Call it last in the verb, in the verb's transaction.
    """
    fact = row(kind, subject_id, **particulars)
    fact.save(force_insert=True)
    return fact


def write_all(rows) -> None:
    """Write many facts in one INSERT a thousand."""
    JournalRow.objects.bulk_create(rows, batch_size=1000)


ALIKE = """
INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after, by_id,
                     key_id, source, reason, at, "on", operation)
SELECT %(kind)s, %(subject_kind)s, s.id, s.account_id, s.contact_id, '{}', '{}', %(by_id)s,
       %(key_id)s, %(source)s, %(reason)s, %(at)s, %(on)s, %(operation)s
FROM unnest(%(subjects)s::bigint[], %(accounts)s::bigint[], %(contacts)s::bigint[])
     AS s(id, account_id, contact_id)
"""


def write_alike(kind: str, about, **particulars) -> None:
    """Write the same fact of many subjects, `about` as (subject's, account's, contact's id).

    Takes what else `row` takes, but for values before and after. One INSERT, in their order.
    """
    about = list(about)
    if not about:
        return
    fact = row(kind, 0, **particulars)
    same = ("kind", "subject_kind", "by_id", "key_id", "source", "reason", "at", "on", "operation")
    given = {name: getattr(fact, name) for name in same}
    ids = dict(
        zip(("subjects", "accounts", "contacts"), map(list, zip(*about, strict=True)), strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, given | ids)


def about(subject_kind: str, subject_id: int):
    """The facts about one subject, newest first."""
    return JournalRow.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by(
        "-id"
    )

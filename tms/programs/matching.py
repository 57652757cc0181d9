"""Is it still as the program read it? `If-Match`, for whoever doesn't want to overwrite others.

Every address begins with what it is about, and that can be read: /passes/12/renewal is about
/passes/12. Its ETag covers what is written beneath it. Optional: without it the last one wins.
"""

import hashlib

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.refusals import Stale

from .problems import Problem

HEADER = "If-Match"
SUBJECT = "{int:pk}"
# How each thing that can be read by its id is told, and as what, by the path of its address.
READERS = {}

CHANGED = gettext_lazy(
    "It is not as it was when you read it. Read it again, decide, and send its ETag as it is now."
)


def subject_of(path: str) -> str:
    """/passes/{int:pk}/renewal is about /passes/{int:pk}; /passes about nothing: an empty text."""
    before, found, _after = path.partition(SUBJECT)
    return before + found if found else ""


def etag_of(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def is_among(etag: str, sent: str) -> bool:
    """Is it one of those that the program sent? What was compressed on its way is marked W/."""
    had = {each.strip().removeprefix("W/") for each in sent.split(",")}
    return etag in had or "*" in had


def guarded(request, path: str, values: dict, do):
    """Call `do` if the subject is as `If-Match` says; without the header in any case.

    Inside the transaction of the effect. The verb is told the version that was compared, and asks
    it again under its own lock. Raises Problem (412).
    """
    sent = request.headers.get(HEADER)
    if sent is None:
        return do()
    read = READERS.get(subject_of(path))
    if read is None:
        raise Problem(
            "invalid",
            _("This is about no single thing, so there is nothing to match. Leave it out."),
            field=HEADER,
        )
    one_at_a_time(f"{path.partition(SUBJECT)[0]}{values['pk']}")
    told = read(request, pk=values["pk"])
    if not is_among(etag_of(told.model_dump_json()), sent):
        raise Problem("not-as-read", str(CHANGED), field=HEADER)
    asked = values.get("asked")
    if asked is not None and getattr(asked, "version", 0) is None:
        asked.version = told.version
    try:
        return do()
    except Stale as no:
        if no.field == "digest":
            raise
        raise Problem("not-as-read", str(no), field=HEADER) from no


def one_at_a_time(address: str) -> None:
    """Two who match the same thing at once are not both right. Raises Problem for the second."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{HEADER}:{address}"]
        )
        if not cursor.fetchone()[0]:
            raise Problem(
                "busy",
                _("Somebody else is changing this right now. Send the same again in a moment."),
                Retry_After=1,
            )

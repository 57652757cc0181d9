"""How does what many do at the same moment reach the database with the least in between?

The driver takes a statement through generators, a loop that waits and a search for types: ten
times the work of libpq underneath, and many programs at once push each other's out of the
processor's cache. Outside a transaction libpq itself is asked, with the values as text; within
one, and wherever somebody looks on, it is a `Statement` like any other.
"""

import datetime
import hashlib
import re

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

from .compiled import Statement, is_looked_on

PLACE = re.compile(r"%\((\w+)\)s")
NOT_PREPARED = b"26000"


class Straight(Statement):
    """A `Statement` that is its own transaction where there is none around it.

    Values are whole numbers, days, moments, texts or None, and the SQL says the type of each:
    `%(at)s::timestamptz`. Raises what the statement would raise through Django.
    """

    def __init__(self, sql: str):
        super().__init__(sql)
        self.names = list(dict.fromkeys(PLACE.findall(sql)))
        numbered = PLACE.sub(lambda place: f"${self.names.index(place[1]) + 1}", sql)
        self.numbered = numbered.replace("%%", "%").encode()
        self.name = b"straight_" + hashlib.sha256(self.numbered).hexdigest()[:16].encode()

    def __call__(self, **values) -> list[tuple]:
        here = connections[DEFAULT_DB_ALIAS]
        here.close_if_health_check_failed()
        here.ensure_connection()
        given = [AS_TEXT[type(value)](value) for value in map(values.__getitem__, self.names)]
        line = here.connection
        if (
            here.in_atomic_block
            or not here.autocommit
            or is_looked_on(here)
            or line.pgconn.transaction_status != TransactionStatus.IDLE
            or b"\0" in b"".join(filter(None, given))
        ):
            return super().__call__(**values)
        here.validate_thread_sharing()
        with here.wrap_database_errors, line.lock:
            return self.sent(here, line, given)

    def sent(self, here, line, given) -> list[tuple]:
        kept = here.__dict__.get("kept_straight")
        if kept is None or kept[0] is not line:
            kept = here.kept_straight = (line, Transformer(line))
        result = line.pgconn.exec_prepared(self.name, given)
        if result.status != ExecStatus.TUPLES_OK:
            result = self.sent_anew(line, result, given)
        kept[1].set_pgresult(result)
        return kept[1].load_rows(0, result.ntuples, tuple)

    def sent_anew(self, line, result, given):
        """Over a new connection, or where the driver dropped all plans: nothing was done yet."""
        if result.error_field(DiagnosticField.SQLSTATE) == NOT_PREPARED:
            made = line.pgconn.prepare(self.name, self.numbered)
            ready = made.status == ExecStatus.COMMAND_OK
            result = line.pgconn.exec_prepared(self.name, given) if ready else made
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result, encoding=line.info.encoding)
        return result


def iso(value) -> bytes:
    return value.isoformat().encode()


# Each value as the database reads it.
AS_TEXT = {
    type(None): lambda value: None,
    int: b"%d".__mod__,
    str: str.encode,
    datetime.date: iso,
    datetime.datetime: iso,
}

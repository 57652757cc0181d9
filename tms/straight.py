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

from .combining import Combined
from .compiled import Statement, is_looked_on

PLACE = re.compile(r"%\((\w+)\)s")
NOT_PREPARED = b"26000"


class Straight(Statement):
    """A `Statement` that is its own transaction where there is none around it.

    Values are whole numbers, days, moments, texts or None, and the SQL says the type of each:
    `%(at)s::timestamptz`. `behind` names the value that says whose lock it waits for: threads that
    ask by the same one at the same moment share a transaction. Raises what the statement would
    raise through Django.
    """

    def __init__(self, sql: str, *, behind: str | None = None):
        super().__init__(sql)
        self.names = list(dict.fromkeys(PLACE.findall(sql)))
        self.behind, self.combined = behind, Combined()
        self.plans: dict[int, tuple[bytes, bytes]] = {}

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

        def send(several):
            with here.wrap_database_errors, line.lock:
                return self.sent(here, line, several)

        if self.behind is None:
            return send([given])[0]
        return self.combined.ask(values[self.behind], given, send)

    def sent(self, here, line, several) -> list[list[tuple]]:
        """The rows of each of `several`, which are done or refused together."""
        kept = here.__dict__.get("kept_straight")
        if kept is None or kept[0] is not line:
            kept = here.kept_straight = (line, Transformer(line))
        number = len(several)
        given = several[0] if number == 1 else [value for each in several for value in each]
        name, sql = self.plans.get(number) or self.plans.setdefault(number, self.plan(number))
        result = line.pgconn.exec_prepared(name, given)
        if result.status != ExecStatus.TUPLES_OK:
            result = sent_anew(line, result, name, sql, given)
        kept[1].set_pgresult(result)
        rows = kept[1].load_rows(0, result.ntuples, tuple)
        if number == 1:
            return [rows]
        return [[row[1:] for row in rows if row[0] == place] for place in range(number)]

    def plan(self, number: int) -> tuple[bytes, bytes]:
        """The name and the text of the statement, asked so many times over in one.

        Each time it takes values of its own, and its place stands before its rows.
        """
        sql = self.taking(1)
        if number > 1:
            sql = " UNION ALL ".join(
                f"SELECT {place}, asked.* FROM ({self.taking(1 + place * len(self.names))}) asked"  # noqa: S608 - our own
                for place in range(number)
            )
        told = sql.encode()
        return b"straight_" + hashlib.sha256(told).hexdigest()[:16].encode(), told

    def taking(self, first: int) -> str:
        """The statement as libpq takes it, its values numbered from the first one's number."""
        numbered = PLACE.sub(lambda place: f"${first + self.names.index(place[1])}", self.sql)
        return numbered.replace("%%", "%")


def sent_anew(line, result, name, sql, given):
    """Over a new connection, or where the driver dropped all plans: nothing was done yet."""
    if result.error_field(DiagnosticField.SQLSTATE) == NOT_PREPARED:
        made = line.pgconn.prepare(name, sql)
        ready = made.status == ExecStatus.COMMAND_OK
        result = line.pgconn.exec_prepared(name, given) if ready else made
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

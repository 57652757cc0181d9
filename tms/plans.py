"""How long does a connection keep the plans of what it is asked over and over?

The driver drops all of them at every rollback, as a table that was made and rolled back might come
again as another one. Here no request makes tables, and each preview and each refusal is a rollback:
what the next page asks would be planned anew, which takes longer than answering it.
"""

from psycopg import errors
from psycopg._preparing import PrepareManager
from psycopg.pq import ExecStatus

# So many statements of a connection: all that are kept, and what comes between them.
MOST = 500
# After these the driver's plans, or the database's, are of tables as they were.
CHANGES = (b"DROP", b"ALTER", b"DISCARD ALL", b"DEALLOCATE ALL")
# What is said of a plan of before: a column is of another type now, or nobody has the plan.
STALE = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


class Plans(PrepareManager):
    """Those of one connection; a rollback leaves them."""

    def __init__(self, threshold: int | None):
        super().__init__()
        self.prepare_threshold, self.prepared_max = threshold, MOST

    def clear(self) -> bool:
        """What the driver asks for at a rollback: nothing."""
        return False

    def forget(self) -> bool:
        """Drop all of them."""
        return super().clear()

    def _should_discard(self, prep, results) -> bool:
        told = (each.command_status for each in results if each.status == ExecStatus.COMMAND_OK)
        return any(said and said.startswith(CHANGES) for said in told) and self.forget()


def keep(connection, **_more) -> None:
    """The receiver of `connection_created`."""
    line = connection.connection
    line._prepared = Plans(line.prepare_threshold)


def forget(connection) -> None:
    """After one of `STALE`: the next time everything is planned anew."""
    connection.connection._prepared.forget()

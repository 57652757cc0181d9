"""Where does each process of a run get its database from? One migrates it, the others copy that.

All migrations take longer than any test does, and each process would make them anew.
"""

import contextlib
import os

from django.db import connection
from django.test.utils import setup_databases, teardown_databases

TEMPLATE = "test_lanyard_template"
RUN = "PYTEST_XDIST_TESTRUNUID"
MADE_IN = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


@contextlib.contextmanager
def own_database(*, verbosity: int, keep: bool, anew: bool):
    """Work on a database of this process alone, gone afterwards; or `keep` it for the next run,
    which takes it as it is, unless it wants it `anew`.
    """
    together = RUN in os.environ and not keep
    made = one_of_many(verbosity) if together else migrated(verbosity, as_it_is=keep and not anew)
    yield
    nobody_stays()
    if not keep:
        teardown_databases(made, verbosity=verbosity)


def nobody_stays() -> None:
    """Cut all other connections: a browser's loop has contexts of its own, in each of them a
    connection, and a database in use can't be removed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def migrated(verbosity: int, *, as_it_is=False) -> list:
    return setup_databases(
        verbosity=verbosity, interactive=False, keepdb=as_it_is, serialized_aliases=set()
    )


def one_of_many(verbosity: int) -> list:
    """Who comes first migrates and leaves a copy; the others wait until it is there."""
    before, run = connection.settings_dict["NAME"], os.environ[RUN]
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [TEMPLATE])
        cursor.execute(MADE_IN, [TEMPLATE])
        if cursor.fetchone() != (run,):
            made = migrated(verbosity)
            connection.close()
            copy(cursor, connection.settings_dict["NAME"], TEMPLATE)
            cursor.execute(f"COMMENT ON DATABASE {TEMPLATE} IS '{run}'")
            return made
        ours = connection.creation._get_test_db_name()
        copy(cursor, TEMPLATE, ours)
    connection.settings_dict["NAME"] = ours
    return [(connection, before, True)]


def copy(cursor, source: str, target: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{target}"')
    cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

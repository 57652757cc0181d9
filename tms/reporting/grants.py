"""Who may read the views? The application, and a role that may use them and nothing else."""

import logging

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from tms import grants

log = logging.getLogger(__name__)
# What the reporting role may not do even by mistake: hold a connection or a report for hours.
LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "15min",
    "idle_in_transaction_session_timeout": "5min",
}


def grant() -> None:
    """Let the application's role read the views; make the reporting role, if one is named.

    Run by the owner whenever the views were made.
    """
    if settings.DATABASE_ROLE and exists(settings.DATABASE_ROLE):
        read(settings.DATABASE_ROLE)
    if settings.REPORTING_ROLE:
        reader(settings.REPORTING_ROLE, settings.REPORTING_PASSWORD)


def reader(role: str, password: str | None = None) -> None:
    """Make `role` if it isn't there, and let it read the views and nothing else.

    Who may not make roles is told what to do; views and application work without it.
    """
    name = sql.Identifier(role)
    there = exists(role)
    if not there and not may_make_roles():
        log.warning(
            "The role %s is missing, and this one may not make it. Let an administrator of the "
            "database do it (CREATE ROLE %s LOGIN PASSWORD '...'), then run grant_role again.",
            role,
            role,
        )
        return
    with transaction.atomic(), connection.cursor() as cursor:
        if not there:
            grants.make(cursor, name, password)
            cursor.execute(sql.SQL("ALTER ROLE {} LOGIN").format(name))
            for setting, value in LIMITS.items():
                cursor.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        name, sql.Identifier(setting), sql.Literal(value)
                    )
                )
        for statement in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
            "REVOKE ALL ON SCHEMA public FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
    read(role)


def read(role: str) -> None:
    name = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA reporting TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))


def exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def may_make_roles() -> bool:
    """Whether the role we are connected as may make another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        return cursor.fetchone()[0]

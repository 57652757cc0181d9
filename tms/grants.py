"""What may the application's role do in the database? Everything but rewrite history."""

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import errors, sql


def grant(role: str, password: str | None = None) -> None:
    """Let `role` read and write all tables, and only add to those of APPEND_ONLY_TABLES.

    Makes the role if it isn't there. Run it as the owner after every migration: a new table
    belongs to the owner alone until then. Any number of times, with the same result.
    """
    name = sql.Identifier(role)
    kept = sql.SQL(", ").join(map(sql.Identifier, settings.APPEND_ONLY_TABLES))
    with transaction.atomic(), connection.cursor() as cursor:
        # Two who prepare the same database at once take turns.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('lanyard.grants', 0))")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            make(cursor, name, password)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE UPDATE, DELETE, TRUNCATE ON {kept} FROM {role}",
            # Which migrations were applied is the owner's to say.
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name, kept=kept))


def make(cursor, name: sql.Identifier, password: str | None) -> None:
    """Make the role. It belongs to the whole server, so another database may have been faster."""
    try:
        with transaction.atomic():
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
            if password is not None:
                login = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
                cursor.execute(login.format(name, sql.Literal(password)))
    except DatabaseError as error:
        if not isinstance(error.__cause__, errors.DuplicateObject | errors.UniqueViolation):
            raise

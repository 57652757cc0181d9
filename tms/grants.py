"""What may the application's role do in the database? Everything but rewrite history."""

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql


def grant(role: str, password: str | None = None) -> None:
    """Let `role` read and write all tables, and only add to those of APPEND_ONLY_TABLES.

    Makes the role if it isn't there. Run it as the owner after every migration: a new table
    belongs to the owner alone until then. Any number of times, with the same result.
    """
    name = sql.Identifier(role)
    kept = sql.SQL(", ").join(map(sql.Identifier, settings.APPEND_ONLY_TABLES))
    with transaction.atomic(), connection.cursor() as cursor:
        # Roles belong to the whole server: two databases that are prepared at once take turns.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('lanyard.grants', 0))")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
            if password is not None:
                cursor.execute(
                    sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password))
                )
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE UPDATE, DELETE, TRUNCATE ON {kept} FROM {role}",
            # Which migrations were applied is the owner's to say.
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name, kept=kept))

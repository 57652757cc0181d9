"""How do the views come, and go while tables change?

A view holds the columns it reads: PostgreSQL refuses to change or drop them. So the views are
dropped before a migration that has anything to do, and made anew after it.
"""

import hashlib
import importlib
import pkgutil

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from tms import schema

from . import grants, views
from .view import View

SCHEMA = "reporting"
LOCK = "lanyard.reporting"

# The one reader of the clock in SQL. What it reads is the owner's, so that who may read views
# needs no right on tables. Whoever asks for another day gets it, for their own session:
# SET lanyard.today = '2026-11-22'. Day and zone are those of the organisation's row.
TODAY = """
CREATE OR REPLACE FUNCTION reporting.today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN coalesce(
    nullif(current_setting('lanyard.today', true), '')::date,
    (now() AT TIME ZONE coalesce(
        (SELECT o.time_zone FROM public.tms_organisation o WHERE o.id = 1), 'Europe/London'))::date
)
"""


def published() -> dict[str, View]:
    """All views by name."""
    return {
        module.name: importlib.import_module(f"{views.__name__}.{module.name}").VIEW
        for module in sorted(pkgutil.iter_modules(views.__path__), key=lambda found: found.name)
    }


@transaction.atomic
def make() -> None:
    """Publish the views of this version, and let the roles use them. Idempotent.

    Nothing is touched where they are published already, every one of them: what the schema says of
    itself came along with a restored dump, or stayed when a view was dropped. Two who make them
    take turns.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        cursor.execute("CREATE SCHEMA IF NOT EXISTS reporting")
        if mark(cursor) != digest() or there(cursor) != published().keys():
            remove(cursor)
            cursor.execute(TODAY)
            for name, view in published().items():
                add(cursor, name, view)
            comment = f"Read-only views of Lanyard: docs/reporting.md. {digest()}"
            cursor.execute(
                sql.SQL("COMMENT ON SCHEMA reporting IS {}").format(sql.Literal(comment))
            )
    grants.grant()


@transaction.atomic
def drop() -> None:
    """Take the views away, so that the tables under them can change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        remove(cursor)


def add(cursor, name: str, view: View) -> None:
    target = sql.Identifier(SCHEMA, name)
    cursor.execute(sql.SQL("CREATE VIEW {} AS {}").format(target, sql.SQL(view.select)))
    cursor.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(target, sql.Literal(view.meaning)))
    for column, (_expression, meaning) in view.columns.items():
        cursor.execute(
            sql.SQL("COMMENT ON COLUMN {} IS {}").format(
                sql.Identifier(SCHEMA, name, column), sql.Literal(meaning)
            )
        )


def remove(cursor) -> None:
    """Drop every view, and the function. Waits half a minute for reports that are being read."""
    if names := [sql.Identifier(SCHEMA, name) for name in sorted(there(cursor))]:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        cursor.execute(sql.SQL("DROP VIEW {}").format(sql.SQL(", ").join(names)))
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        cursor.execute("DROP FUNCTION reporting.today()")
        cursor.execute("COMMENT ON SCHEMA reporting IS NULL")


def there(cursor) -> set[str]:
    """The names of the views that are in the schema."""
    cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [SCHEMA])
    return {name for (name,) in cursor.fetchall()}


def mark(cursor) -> str:
    """The digest of what is published, or "" where nothing is."""
    cursor.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA])
    return (cursor.fetchone()[0] or "").rpartition(" ")[2]


def digest() -> str:
    """What this version publishes, in twelve letters."""
    told = [TODAY, *(f"{name}{view!r}" for name, view in published().items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def before_migrate(app_config, *, plan=(), **_more) -> None:
    """The receiver of `pre_migrate`: called once an app, acts for the first."""
    if plan and app_config == with_models()[0]:
        drop()


def after_migrate(app_config, *, plan=None, **_more) -> None:
    """The receiver of `post_migrate`: acts for the last app, if the tables are this version's.

    A flush sends the signal too, without a plan; it changes no table.
    """
    if plan is not None and app_config == with_models()[-1] and not schema.missing():
        make()


def with_models() -> list:
    """The apps that the signals are sent for, in their order."""
    return [config for config in apps.get_app_configs() if config.models_module is not None]

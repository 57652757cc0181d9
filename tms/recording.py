"""How does the database record what changes? By triggers, which no road goes around.

`record(model, ...)` declares that a model's rows are recorded; `install` makes the triggers what
the declarations say. A column that isn't recorded never makes a row.
"""

import functools

import pgtrigger
from django.apps import apps
from django.db import connections
from django.db.models import GeneratedField
from pgtrigger.compiler import Trigger as Compiled
from pgtrigger.compiler import UpsertTriggerSql
from pgtrigger.registry import registered

# Counted up by every verb, and nobody's news.
NEVER = {"version"}

INSERT = """
INSERT INTO audit (recorded_at, xact, operation, model, record, contact_id, account_id,
                   before, after, user_id, key_id, source, address, request, path)
SELECT now(), pg_current_xact_id()::text::bigint, '{operation}', '{model}', r.{pk},
       {contact}, {account}, {before}, {after}, (told->>'user')::bigint, (told->>'key')::bigint,
       coalesce(told->>'source', 'database'),
       coalesce(told->>'address', CASE WHEN told IS NULL
           THEN session_user || coalesce('@' || host(inet_client_addr()), '') ELSE '' END),
       coalesce(told->>'request', ''), coalesce(told->>'path', '')
FROM {rows}
ORDER BY r.{pk};
"""

# What the context told of who changes things; null where nobody said anything.
TOLD = "told jsonb := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;"

# Old and new row side by side; `d` has what differs between them, of the columns recorded.
DIFFERENT = """
{sides}
CROSS JOIN LATERAL (SELECT {old} AS ob, to_jsonb(r) AS rb OFFSET 0) j
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(e.key, e.value) AS before, jsonb_object_agg(e.key, j.rb->e.key) AS after
    FROM jsonb_each(j.ob) e WHERE e.value IS DISTINCT FROM j.rb->e.key
) d
WHERE {changed} AND d.before IS NOT NULL
"""
OF_MANY = "old_rows o JOIN new_rows r ON r.{pk} = o.{pk}"
OF_ONE = "(SELECT OLD.*) o CROSS JOIN (SELECT NEW.*) r"


class Unconditional(UpsertTriggerSql):
    """A trigger that no session can switch off: the library's own asks a setting first."""

    def get_template(self):
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN {func} END;
            $$;
            CREATE OR REPLACE TRIGGER {pgid} {when} {operation} ON {table} {referencing}
                FOR EACH {level} EXECUTE FUNCTION {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Recorded(pgtrigger.Trigger):
    """Writes what one kind of statement did to a table's rows into `audit`.

    Once a statement; but where `only` some columns are recorded, an update is looked at row by
    row, and only where it names one of these, so that a statement that marks ten thousand rows pays
    nothing: no second copy of its rows is kept for the trigger.
    """

    when = pgtrigger.After

    def __init__(self, happened: str, columns: "Columns"):
        self.happened, self.columns = happened, columns
        self.row_by_row = happened == "changed" and bool(columns.only)
        operation, new, old = {
            "added": (pgtrigger.Insert, "new_rows", None),
            "changed": (pgtrigger.Update, "new_rows", "old_rows"),
            "removed": (pgtrigger.Delete, None, "old_rows"),
        }[happened]
        if self.row_by_row:
            # A statement that names none of them isn't even looked at.
            operation = pgtrigger.UpdateOf(*columns.only)
        super().__init__(
            name=f"audit_{happened}",
            operation=operation,
            level=pgtrigger.Row if self.row_by_row else pgtrigger.Statement,
            referencing=None if self.row_by_row else pgtrigger.Referencing(new=new, old=old),
        )

    def get_func(self, model):
        pk, taken = model._meta.pk.column, self.columns.of
        particulars = {
            "operation": self.happened,
            "model": model._meta.label_lower,
            "pk": pk,
            "contact": owner(model, "contact"),
            "account": owner(model, "account"),
        }
        if self.happened == "changed":
            sides = OF_ONE if self.row_by_row else OF_MANY.format(pk=pk)
            rows = DIFFERENT.format(
                sides=sides, old=taken(model, "o"), changed="o.* IS DISTINCT FROM r.*"
            )
            particulars |= {"before": "d.before", "after": "d.after", "rows": rows}
        elif self.happened == "added":
            kept = f"jsonb_strip_nulls({taken(model, 'r')})"
            particulars |= {"before": "'{}'", "after": kept, "rows": "new_rows r"}
        else:
            kept = f"jsonb_strip_nulls({taken(model, 'r')})"
            particulars |= {"before": kept, "after": "'{}'", "rows": "old_rows r"}
        written = f"DECLARE {TOLD} BEGIN {INSERT.format(**particulars)} END;"
        if self.row_by_row:
            written = f"IF {self.columns.differ('OLD', 'NEW')} THEN {written} END IF;"
        return f"{written} RETURN NULL;"

    def compile(self, model):
        return Compiled(
            name=self.name,
            sql=Unconditional(
                pgid=self.get_pgid(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                when=self.when,
                operation=self.operation,
                referencing=self.referencing or "",
                level=self.level,
            ),
        )


class Columns:
    """Which columns of a table are recorded: all but `without`, or `only` some."""

    def __init__(self, *, only=(), without=()):
        self.only, self.without = tuple(only), frozenset(without) | NEVER

    def of(self, model, row: str) -> str:
        """SQL for the recorded columns of `row` as JSON."""
        if self.only:
            pairs = ", ".join(f"'{column}', {row}.\"{column}\"" for column in self.only)
            return f"jsonb_build_object({pairs})"
        return f"(to_jsonb({row}) - '{{{','.join(sorted(self.hidden(model)))}}}'::text[])"

    def hidden(self, model) -> set[str]:
        """The columns that are not recorded: those named, the id, and what is derived."""
        fields = model._meta.concrete_fields
        derived = {field.column for field in fields if isinstance(field, GeneratedField)}
        return {*self.without, *derived, model._meta.pk.column}

    def differ(self, old: str, new: str) -> str:
        """SQL: is one of the columns that `only` names another in the new row?"""
        sides = [", ".join(f'{row}."{column}"' for column in self.only) for row in (old, new)]
        return f"({sides[0]}) IS DISTINCT FROM ({sides[1]})"


def owner(model, noun: str) -> str:
    """SQL for the contact or account that a row is about."""
    if model._meta.label_lower == f"crm.{noun}":
        return f"r.{model._meta.pk.column}"
    columns = {field.column for field in model._meta.concrete_fields}
    return f"r.{noun}_id" if f"{noun}_id" in columns else "NULL"


def record(label: str, *, only=(), without=()) -> None:
    """Record the rows of the model `label`: all columns but `without`, or `only` these columns.

    Of a column added later nothing is lost, as long as `only` isn't given.
    """
    columns = Columns(only=only, without=without)
    for happened in ("added", "changed", "removed"):
        Recorded(happened, columns).register(apps.get_model(label))


def recorded() -> list:
    """The models whose rows are recorded."""
    return list(dict.fromkeys(model for model, trigger in registered() if is_ours(trigger)))


def is_ours(trigger) -> bool:
    return isinstance(trigger, Recorded)


@functools.cache
def compiled() -> dict:
    """The triggers as SQL, by table and name. Dear, and the same as long as a process lives."""
    found = {}
    for model, trigger in registered():
        if is_ours(trigger):
            made = trigger.compile(model)
            found[model._meta.db_table, made.sql.pgid] = made
    return found


def install(using: str = "default") -> int:
    """Make the triggers what the declarations say; returns how many had to be made or dropped.

    One statement where nothing is to be done.
    """
    wanted = compiled()
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname, obj_description(t.oid, 'pg_trigger') FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = tgrelid WHERE tgname LIKE 'pgtrigger_audit_%%'",
            [],
        )
        there = {(table, name): said for table, name, said in cursor.fetchall()}
        todo = [each for key, each in wanted.items() if there.get(key) != each.hash]
        gone = [key for key in there if key not in wanted]
        for trigger in todo:
            cursor.execute(trigger.install_sql)
        for table, name in gone:
            cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"; DROP FUNCTION "{name}"()')
    return len(todo) + len(gone)


def install_after_migrate(app_config, using, **_more) -> None:
    """The receiver of `post_migrate`: once, when the tables of every app are there."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if app_config == last:
        install(using)

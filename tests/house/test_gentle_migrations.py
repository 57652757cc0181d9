"""Would a migration stop the people who work meanwhile, or break the old program beside the new?"""

import re

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

# The newest of each app when this rule came: what is older was made on small or empty tables.
BEFORE = {
    "tms": 20,
    "catalog": 3,
    "crm": 17,
    "passes": 7,
    "tokens": 12,
    "lms": 17,
    "comms": 5,
}
# What grows with customers and with time.
BIG = {
    "crm_account",
    "crm_contact",
    "crm_interest",
    "crm_opportunity",
    "comms_message",
    "journal",
    "lms_completion",
    "lms_progress",
    "lms_registration",
    "passes_pass",
    "tokens_ledgerentry",
    "tokens_tokenissue",
}
TAKING_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
REWRITING = re.compile(
    r"\b(UPDATE|ALTER\s+TABLE|LOCK|DELETE\s+FROM|CREATE\s+(?:UNIQUE\s+)?INDEX)\b"
)


def table_of(app: str, name: str) -> str:
    """The table of a model as it is called today; of one that is gone, as Django calls it."""
    try:
        return apps.get_model(app, name)._meta.db_table
    except LookupError:
        return f"{app}_{name.lower()}"


def dangers(migration) -> list[str]:
    """Why it can't run while people work, a sentence each. `by_hand = "why it can"` allows it."""
    if getattr(migration, "by_hand", ""):
        return []
    new = {
        each.name.lower()
        for each in migration.operations
        if isinstance(each, migrations.CreateModel)
    }
    found = (
        danger(migration.app_label, each)
        for each in migration.operations
        if getattr(each, "model_name", "").lower() not in new
    )
    return [each for each in found if each]


def danger(app: str, operation) -> str:
    table = table_of(app, getattr(operation, "model_name", ""))
    said = operation.describe()
    if isinstance(operation, TAKING_AWAY):
        return f"{said}: the old program still reads it. Take it away a version later."
    if isinstance(operation, migrations.AddField):
        return field_danger(operation.field, table, said)
    if isinstance(operation, migrations.RunSQL):
        for statement in statements(operation.sql):
            named = set(re.findall(r"\w+", statement.lower())) & BIG
            shout = statement.upper()
            by_function = re.search(r"CREATE\s+(OR\s+REPLACE\s+)?FUNCTION", shout)
            at_once = REWRITING.search(shout) and "CONCURRENTLY" not in shout
            if named and at_once and not by_function:
                return f"SQL on {sorted(named)}: in chunks by a job, NOT VALID, CONCURRENTLY."
        return ""
    if table not in BIG:
        return ""
    if type(operation) is migrations.AddIndex:
        return f"{said}: AddIndexConcurrently, in a migration with atomic = False."
    if type(operation) is migrations.AddConstraint:
        return f"{said}: AddConstraintNotValid, and ValidateConstraint in the next migration."
    if isinstance(operation, migrations.AlterField):
        return f"{said}: it may rewrite the table. Add a column, and fill it by a job."
    return ""


def field_danger(field, table: str, said: str) -> str:
    if not field.null and not field.many_to_many and not field.has_db_default():
        return f"{said}: null=True or db_default, or the old program can't add a row."
    if isinstance(field, models.GeneratedField) and table in BIG:
        return f"{said}: it rewrites the table. Add a column, and fill it by a job."
    if table in BIG and (field.unique or field.db_index):
        return f"{said}: db_index=False, and AddIndexConcurrently in the next migration."
    return ""


def statements(sql) -> list[str]:
    """The statements of `RunSQL`, which takes one text, or several, with or without parameters."""
    asked = (
        [sql] if isinstance(sql, str) else [one if isinstance(one, str) else one[0] for one in sql]
    )
    return [each for text in asked for each in ([text] if "$$" in text else text.split(";"))]


def test_no_new_migration_stops_people_or_the_old_program():
    files = MigrationLoader(None, replace_migrations=False).disk_migrations
    new = {
        name: migration
        for (app, name), migration in files.items()
        if app in BEFORE and not migration.replaces and int(name[:4]) > BEFORE[app]
    }
    assert {name: why for name, one in new.items() if (why := dangers(one))} == {}


PASS = "pass"
A_NUMBER = models.IntegerField()
BAD = {
    "an index": migrations.AddIndex(PASS, models.Index("starts_on", name="few")),
    "a condition": migrations.AddConstraint(
        PASS, models.CheckConstraint(condition=models.Q(version__gt=-1), name="more")
    ),
    "a column that must be filled": migrations.AddField(PASS, "n", A_NUMBER, False),
    "one with an index": migrations.AddField(
        PASS, "n", models.IntegerField(null=True, db_index=True)
    ),
    "another type": migrations.AlterField(PASS, "version", models.TextField()),
    "a column less": migrations.RemoveField(PASS, "version"),
    "another name": migrations.RenameField(PASS, "version", "edition"),
    "a table less": migrations.DeleteModel("PassOption"),
    "all rows": migrations.RunSQL("UPDATE passes_pass SET version = 1"),
    "an index by hand": migrations.RunSQL(["CREATE INDEX few ON journal (at)"]),
}
GOOD = {
    "an empty column": migrations.AddField(PASS, "n", models.IntegerField(null=True)),
    "a column that fills itself": migrations.AddField(PASS, "n", models.IntegerField(db_default=0)),
    "an index meanwhile": migrations.RunSQL("CREATE INDEX CONCURRENTLY few ON journal (at)"),
    "an index on a small table": migrations.AddIndex(
        "passoption", models.Index("version", name="few")
    ),
}


def of(operation, **more):
    named = type("Migration", (migrations.Migration,), {"operations": [operation], **more})
    return named("0099_so", "passes")


@pytest.mark.parametrize("operation", BAD.values(), ids=BAD)
def test_what_would_stop_them_is_told(operation):
    assert len(dangers(of(operation))) == 1
    assert dangers(of(operation, by_hand="the table is empty until the next version")) == []


@pytest.mark.parametrize("operation", GOOD.values(), ids=GOOD)
def test_what_would_not_is_let_through(operation):
    assert dangers(of(operation)) == []


def test_the_tables_that_grow_are_called_so():
    assert {model._meta.db_table for model in apps.get_models()} >= BIG

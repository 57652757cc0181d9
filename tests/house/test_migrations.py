"""Does a migration that stands for many say all that they say?"""

import pytest
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

FILES = MigrationLoader(None, replace_migrations=False).disk_migrations
WHOLE = [migration for migration in FILES.values() if migration.replaces]


@pytest.mark.parametrize("whole", WHOLE, ids=str)
def test_what_earlier_migrations_say_in_sql_is_all_there_and_in_order(whole):
    earlier = [FILES[tuple(name)] for name in sorted(whole.replaces)]
    asked = [each for one in earlier for each in one.operations if isinstance(each, RunSQL)]
    said = [each for each in whole.operations if isinstance(each, RunSQL)]
    assert [each.sql for each in said] == [each.sql for each in asked]


def test_none_is_left_out_between_the_first_and_the_last():
    ours = {migration.app_label for migration in WHOLE}
    assert ours == {"tms", "catalog", "crm", "passes", "tokens", "lms", "comms"}
    for whole in WHOLE:
        last = max(whole.replaces)[1]
        known = {name for app, name in FILES if app == whole.app_label and name <= last}
        assert {name for _app, name in whole.replaces} | {whole.name} == known

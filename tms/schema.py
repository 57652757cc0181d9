"""Is the database at the version of this code, and what do earlier migrations say in SQL?"""

from importlib import import_module

from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader


def missing() -> int:
    """How many migrations that this code knows were not applied. (More is an older process.)"""
    loader = MigrationLoader(connection)
    return len(loader.graph.nodes.keys() - loader.applied_migrations.keys())


def sql_of(*names: str) -> list[RunSQL]:
    """What earlier migrations ("tms.0009_erasing") do in SQL, in their order: for the one that
    stands for all of them, and makes their tables at once.
    """
    paths = ("{}.migrations.{}".format(*name.split(".")) for name in names)
    operations = (each for path in paths for each in import_module(path).Migration.operations)
    return [each for each in operations if isinstance(each, RunSQL)]

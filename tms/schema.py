"""Is the database at the version of this code?"""

from django.db import connection
from django.db.migrations.loader import MigrationLoader


def missing() -> int:
    """How many migrations that this code knows were not applied. (More is an older process.)"""
    loader = MigrationLoader(connection)
    return len(loader.graph.nodes.keys() - loader.applied_migrations.keys())

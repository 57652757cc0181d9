"""Is what the database holds as it must be? Every invariant is asked, and the answer kept."""

import datetime
import importlib
import json
import pkgutil
import time

from django.conf import settings
from django.db import connection, transaction

from tms.models import InvariantRun

from . import invariants
from .invariant import Invariant

FIRST = 5  # rows kept of each, to begin looking
ASK = """
WITH found AS MATERIALIZED ({sql})
SELECT (SELECT count(*) FROM found), (SELECT json_agg(f) FROM (SELECT * FROM found LIMIT {first}) f)
"""


def every() -> list[Invariant]:
    """All invariants of this version, by name."""
    found = []
    for module in pkgutil.iter_modules(invariants.__path__):
        found += importlib.import_module(f"{invariants.__name__}.{module.name}").INVARIANTS
    return sorted(found, key=lambda invariant: invariant.name)


def check(*, on: datetime.date, at: datetime.datetime) -> InvariantRun:
    """Ask every invariant as of `on`, and keep the answer as that day's. Read-only otherwise.

    One statement each, over whole sets; nothing is locked.
    """
    begun = time.monotonic()
    found = {invariant.name: ask(invariant, on=on, at=at) for invariant in every()}
    run, _made = InvariantRun.objects.update_or_create(
        on=on, defaults={"at": at, "seconds": round(time.monotonic() - begun, 2), "found": found}
    )
    return run


@transaction.atomic
def ask(invariant: Invariant, *, on: datetime.date, at: datetime.datetime) -> dict:
    """{"count": how many rows should not be, "first": some of them}"""
    given = {"at": at, "role": settings.DATABASE_ROLE, "kept": settings.APPEND_ONLY_TABLES}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.today', %s, true)", [str(on)])
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(ASK.format(sql=invariant.sql, first=FIRST), given)
        count, first = cursor.fetchone()
        cursor.execute("SELECT set_config('lanyard.today', '', true)")
    return {"count": count, "first": json.loads(first) if isinstance(first, str) else first or []}


def nightly(*, on: datetime.date, at: datetime.datetime) -> dict:
    """The last step of the night. What is broken doesn't keep the night from being finished."""
    return {"broken": sorted(check(on=on, at=at).broken)}


def by_job(job, *, at: datetime.datetime) -> dict:
    """The same, asked for from the operations page."""
    run = check(on=datetime.date.fromisoformat(job.arguments["on"]), at=at)
    return {"sentences": told(run)}


def told(run: InvariantRun) -> list[str]:
    """What a run found, a line each; those that found something first."""
    words = {invariant.name: str(invariant.sentence) for invariant in every()}
    lines = [
        f"{name}: {told['count']} × {words.get(name, name)}. First: {json.dumps(told['first'])}"
        for name, told in run.broken.items()
    ]
    whole = [name for name in run.found if name not in run.broken]
    return [*lines, f"As it must be: {', '.join(whole)}."] if whole else lines

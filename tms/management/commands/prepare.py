"""Bring database, translations and static files to where this version needs them."""

import contextlib
import hashlib
from pathlib import Path
from time import sleep

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from tms import translations
from tms.models import Organisation, User

LOCK = "lanyard.prepare"
ASK_AGAIN = 0.25  # seconds


class Command(BaseCommand):
    help = (
        "Migrate, grant, compile translations, collect static files: each only where needed. "
        "Ends by saying whether the database is empty, a demonstration, or in own use."
    )

    requires_system_checks = []  # bin/run waits for this; bin/test checks

    def handle(self, **options):
        translations.compile_stale()
        with one_after_another():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("grant_role", stdout=self.stdout)
        self.collect()
        self.stdout.write(state())

    def collect(self) -> None:
        """Collect static files, unless they are those collected last."""
        stamp, seen = Path(settings.STATIC_ROOT) / ".collected", fingerprint()
        if stamp.exists() and stamp.read_text() == seen:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(seen)


@contextlib.contextmanager
def one_after_another():
    """Whoever prepares the same database meanwhile waits, and then finds nothing to do.

    Two who migrate at once would fail on each other's tables, and the one who fails leaves no
    views for reports, which go before a migration and come back after it. It is asked for again and
    again: a statement that waited for the lock would keep an index that is built concurrently from
    ever being ready, and that is what the other one may be doing.
    """
    with connection.cursor() as cursor:
        while not taken(cursor):
            sleep(ASK_AGAIN)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [LOCK])


def taken(cursor) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [LOCK])
    return cursor.fetchone()[0]


def fingerprint() -> str:
    """A digest of names, sizes and times of all static files."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            seen.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def state() -> str:
    # A demonstration that was cleared has no users either, but its one row of settings.
    if not User.objects.exists() and not Organisation.objects.exists():
        return "empty"
    return "demonstration" if Organisation.objects.filter(demonstration=True).exists() else "own"

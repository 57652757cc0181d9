"""What runs in production is all in runtime.lock; dev.lock has the same versions and more."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Imported where they are there, as for the browser tests, and not missed.
OPTIONAL = {"greenlet", "pyyaml"}
STARTED = """
import django, sys
django.setup()
import celery.__main__, celery.apps.worker, celery.apps.beat, gunicorn.app.wsgiapp
import PIL.Image, css_inline, icalendar, nh3, openpyxl, typst  # loaded by who uses them
import gunicorn.workers.gthread, kombu.transport.redis, tms.tasks, tms.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
from django.core import management
for name, app in management.get_commands().items():
    if not app.startswith("django."):
        management.load_command_class(app, name)
print(*{name.partition(".")[0] for name in sys.modules})
"""


def versions(lock: str) -> dict[str, str]:
    text = (ROOT / f"{lock}.lock").read_text()
    return dict(re.findall(r"^([\w.-]+)==([^ ;]+)", text, re.MULTILINE))


def test_nothing_that_runs_is_missing_from_the_lock():
    done = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    owners = importlib.metadata.packages_distributions()
    used = {
        re.sub(r"[-_.]+", "-", owner).lower()
        for module in done.stdout.split()
        for owner in owners.get(module, [])
    }
    assert {"django", "celery", "packaging"} <= used
    assert used - set(versions("runtime")) - OPTIONAL == set()


def test_who_installs_the_second_lock_has_the_first():
    assert versions("runtime").items() <= versions("dev").items()


def test_locks_have_hashes_and_no_addresses():
    for lock in ("runtime", "dev"):
        text = (ROOT / f"{lock}.lock").read_text()
        assert "://" not in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in entry, entry

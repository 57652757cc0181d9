"""Run all checks and tests, on servers of their own that are gone afterwards.

Arguments go to pytest, and then only it runs. Beside bin/run, beside another bin/test, whenever.
"""

import fcntl
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from family import ROOT, Family, Stop, Trouble, say
from servers import clean_environment, servers_for, socket_folder

PREFIX = "lanyard-test-"
PYTHON = [sys.executable]
MANAGE = [*PYTHON, "manage.py"]
PROGRAMS = Path(sys.executable).parent
CHECKS = {
    "Format": [*PYTHON, "-m", "ruff", "format", "--check", "."],
    "Lint": [*PYTHON, "-m", "ruff", "check", "-q", "."],
    "Floors": [str(PROGRAMS / "lint-imports"), "--no-cache"],
    "Types": [str(PROGRAMS / "pyrefly"), "check"],
    "Migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "Django's own": [*MANAGE, "check", "--fail-level", "WARNING"],
}


def sweep() -> None:
    """Remove what test runs that were killed have left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        held = folder / "held"
        if folder.stat().st_uid != os.geteuid() or not held.exists():
            continue
        with held.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            remove(folder)


def remove(folder: Path) -> None:
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def environment(addresses: dict, folder: Path) -> dict:
    ours = {**(clean_environment() if "DATABASE_URL" in addresses else os.environ), **addresses}
    for name in (
        *("DEBUG", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "MAIL_URL", "PROXIES"),
        *("LOG_FORMAT", "METRICS_TOKEN", "METRICS_DIR", "REPORTING_ROLE", "BACKUP_STAMP"),
    ):
        ours.pop(name, None)
    # What is compiled is kept, whatever the shell says: each process would do it anew.
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    ours["LANYARD_MODE"] = "test"
    ours["LANYARD_VAR"] = str(folder / "var")
    return ours


class Checks(threading.Thread):
    """All checks, one after another, beside the tests, which leave a core idle as they begin."""

    def __init__(self, family: Family, env: dict):
        super().__init__(daemon=True)
        self.family, self.env, self.failed = family, env, []
        self.start()

    def run(self):
        for name, command in CHECKS.items():
            code, said = self.family.run(name, command, env=self.env, capture=True, errors_too=True)
            say(f"\nok   {name}" if code == 0 else f"\nFAIL {name}\n{said}")
            if code:
                self.failed.append(name)


def main() -> int:
    wanted = sys.argv[1:]
    family, code = Family(), 1
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    held = (folder / "held").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        env = environment(servers_for(family, folder, fast=True), folder)
        checks = None if wanted else Checks(family, env)
        # Each process has a database of its own. One more than there are cores, as a browser and
        # a race wait for a good part of their time; handed out two by two, the long ones first.
        wanted = wanted or [
            *("-n", str(min(os.cpu_count() or 2, 8) + 1)),
            *("--dist", "load", "--maxschedchunk", "2"),
        ]
        code, _ = family.run("pytest", [*PYTHON, "-m", "pytest", *wanted], env=env)
        if checks:
            checks.join()
            if checks.failed:
                say(f"Failed beside the tests: {', '.join(checks.failed)}.")
                code = code or 1
    except Stop:
        code = 130
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
    finally:
        family.stop()
        remove(folder)
    return code


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())

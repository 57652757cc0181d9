"""What stands ready to be measured? Servers of its own, the site in production settings, the floor.

Nothing of an installation is touched: database, broker and files live in a folder that is removed.
PostgreSQL runs durably (fsync on), as it would in production.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bin" / "lib"))

from family import Family, Trouble  # noqa: E402
from run import port_is_free  # noqa: E402
from servers import Postgres, Valkey, clean_environment, log_of  # noqa: E402

HOST = "bench.example"
# As bin/run and the Dockerfile start it.
GUNICORN = ["--worker-class", "gthread", "-w", "2", "--threads", "4", "--no-control-socket"]
GUNICORN += ["--log-level", "error", "--preload"]
TUNED = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "effective_cache_size": "8GB",
}


class Stage:
    """Servers and sites of one run; `with Stage() as stage`."""

    def __init__(self, keep: Path | None = None):
        self.family = Family()
        self.folder = keep or Path(tempfile.mkdtemp(prefix="lanyard-bench-"))
        self.kept = keep is not None
        self.more: dict[str, str] = {}  # of the environment, beyond what is usual

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.family, self.folder, settings=TUNED)
        self.postgres.start()
        self.valkey = Valkey(self.family, self.folder, fast=True)
        self.valkey.start()
        return self

    def __exit__(self, *_):
        self.family.stop()
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self, name: str) -> int:
        """The process of "database", "site" or "floor"; the newest of that name."""
        return [each.process.pid for each in self.family.members if each.name == name][-1]

    def owner(self, database: str = "lanyard") -> str:
        return self.postgres.address("lanyard_owner").replace("/lanyard?", f"/{database}?")

    def environment(self, mode: str = "production") -> dict:
        return clean_environment() | {
            "DATABASE_URL": self.postgres.address("lanyard_app"),
            "DATABASE_OWNER_URL": self.owner(),
            "REDIS_URL": self.valkey.address(),
            "LANYARD_VAR": str(self.folder / "var"),
            "LANYARD_MODE": mode,
            "LANYARD_PROCESS": "web",
            "SECRET_KEY": "only-for-this-run-" + "0123456789" * 4,
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": f"{HOST} 127.0.0.1",
            "PROXIES": "1",
            **self.more,
        }

    def manage(self, *words: str, mode: str = "demo", as_owner: bool = False, **more) -> str:
        code, output = self.try_to_manage(*words, mode=mode, as_owner=as_owner, **more)
        if code:
            raise Trouble(f"manage.py {' '.join(words)} failed.\n{output}")
        return output

    def try_to_manage(self, *words, mode="demo", as_owner=False, **more) -> tuple[int, str]:
        """The exit code of `manage.py` and all that it said."""
        env = self.environment(mode) | more | ({"LANYARD_AS_OWNER": "1"} if as_owner else {})
        env.pop("LANYARD_PROCESS")
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return self.family.run("manage", command, env=env, capture=True, errors_too=True)

    def inside(self, verb: str, *, as_owner: bool = False, more: dict | None = None, **given):
        """What bench/inside.py answers, in a process of the project."""
        env = self.environment() | (more or {}) | ({"LANYARD_AS_OWNER": "1"} if as_owner else {})
        env.pop("LANYARD_PROCESS")
        command = [sys.executable, str(ROOT / "bench" / "inside.py"), verb]
        command.append(json.dumps(given, default=str))
        code, output = self.family.run(verb, command, env=env, capture=True)
        if code:
            raise Trouble(f"{verb} failed.\n{output}")
        return json.loads(output.strip().splitlines()[-1])

    def serve(self, name: str, application: str, env: dict) -> str:
        """Start gunicorn; returns its address."""
        port = next(port for port in range(8601, 8700) if port_is_free("127.0.0.1", port))
        command = [sys.executable, "-m", "gunicorn", application, "-b", f"127.0.0.1:{port}"]
        log = log_of(self.folder, name)
        process = self.family.start(name, [*command, *GUNICORN], env=env, log=log)
        address = f"http://127.0.0.1:{port}"
        self.family.wait_for(process, name, lambda: answers(address), seconds=60)
        return address

    def worker(self) -> None:
        """Start a Celery worker, with the scheduler in it."""
        env = self.environment()
        env.pop("LANYARD_PROCESS")
        command = [sys.executable, "-W", "ignore::UserWarning", "-m", "celery", "-q", "-A", "tms"]
        command += ["worker", "-B", "-s", str(self.folder / "beat"), "-l", "CRITICAL"]
        command += ["--concurrency", "2"]
        self.family.start("worker", command, env=env, log=log_of(self.folder, "worker"))

    def runs(self, name: str) -> bool:
        """Does the newest program of that name still run?"""
        return [each.process for each in self.family.members if each.name == name][
            -1
        ].poll() is None

    def site(self) -> str:
        return self.serve("site", "tms.wsgi", self.environment())


def answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200  # noqa: S310
    return False


def quiet() -> float:
    """How busy this machine is now: the load of the last minute."""
    return os.getloadavg()[0]

"""What can be killed? Each fault answers whether it struck anything; what it killed comes back.

gunicorn and PostgreSQL replace a child that was killed by themselves; whole programs are started
again here, as a supervisor would.
"""

import contextlib
import os
import signal
import time
from pathlib import Path


def children_of(pid: int) -> list[int]:
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (each / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[1]) == pid:
                    found.append(int(each.name))
    return found


def kill(pid: int, number=signal.SIGKILL) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def web_worker(stage, nights, dice) -> bool:
    workers = children_of(stage.pid("site"))
    return bool(workers) and kill(dice.choice(workers))


def night(stage, nights, dice) -> bool:
    return nights.kill()


def messages(stage, nights, dice) -> bool:
    """One of the two who follow the rules and deliver."""
    return stage.following.kill(dice)


def worker(stage, nights, dice) -> bool:
    """The Celery worker with all of its children; started again."""
    pid = stage.pid("worker")
    for child in children_of(pid):
        kill(child)
    struck = kill(pid)
    stage.worker()
    return struck


def database_connection(stage, nights, dice) -> bool:
    """One backend killed outright: PostgreSQL then drops everybody and recovers from its log."""
    backends = children_of(stage.pid("database"))
    return bool(backends) and kill(dice.choice(backends))


def database(stage, nights, dice) -> bool:
    """All of PostgreSQL, without any shutdown; started again."""
    pid = stage.pid("database")
    struck = kill(pid, signal.SIGQUIT)
    while Path(f"/proc/{pid}").exists() and stage.runs("database"):
        time.sleep(0.05)
    stage.postgres.start()
    return struck


def broker(stage, nights, dice) -> bool:
    """The broker dies and comes back empty."""
    struck = kill(stage.pid("broker"))
    while stage.runs("broker"):
        time.sleep(0.05)
    stage.valkey.start()
    return struck


FAULTS = {
    "web worker": web_worker,
    "night": night,
    "worker": worker,
    "messages": messages,
    "database connection": database_connection,
    "database": database,
    "broker": broker,
}

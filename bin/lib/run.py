"""Install is done: start everything, print where it is, and end it in order."""

import argparse
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path

from family import ROOT, Family, Stop, Trouble, say
from servers import clean_environment, servers_for, socket_folder

VAR = Path(os.environ.get("LANYARD_VAR") or ROOT / "var").absolute()
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Install, start everything and print the address. Ctrl-C stops it.",
    )
    parser.add_argument("--empty", action="store_true", help="load no demonstration data")
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or 8000, help="8000, or PORT"
    )
    parser.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="127.0.0.1, or HOST"
    )
    parser.add_argument(
        "--reset", action="store_true", help="delete the data kept in var/ first, all of it"
    )
    return parser.parse_args()


@contextlib.contextmanager
def alone(address: str):
    """Only one bin/run works on one var/; a second says where the first is.

    Gives whether the last one served this address, and was killed.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "running").open("a+") as place:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            place.seek(0)
            where, _, number = place.read().partition(" ")
            raise Trouble(
                f"Lanyard already runs from here: {where} (process {number.strip()}). "
                "Stop it with Ctrl-C in its terminal, or use it as it is."
            ) from None
        place.seek(0)
        killed_here = place.read().partition(" ")[0] == address
        place.truncate(0)
        place.write(f"{address} {os.getpid()}")
        place.flush()
        try:
            yield killed_here
        finally:
            place.truncate(0)


def port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Trouble(f"Port {port} needs more rights. Choose one above 1023.") from None
        except OSError:
            return False
    return True


def need_port(host: str, port: int, *, killed_here: bool) -> None:
    # One that was killed a moment ago is still letting go of it, on a busy machine for a while.
    for _ in range(150 if killed_here else 10):
        if port_is_free(host, port):
            return
        time.sleep(0.2)
    raise Trouble(
        f"Port {port} is taken by another program. "
        f"Choose another: bin/run --port {port + 1} (or PORT={port + 1} bin/run)."
    )


def kept_secret() -> str:
    """The key that signs cookies here; made once, readable by us alone."""
    place = VAR / "secret_key"
    if not place.exists():
        making = place.with_suffix(".making")
        making.unlink(missing_ok=True)
        making.touch(mode=0o600, exist_ok=False)
        making.write_text(secrets.token_urlsafe(48))
        making.rename(place)
    return place.read_text()


def environment(address: str, addresses: dict) -> dict:
    ours = {**(clean_environment() if "DATABASE_URL" in addresses else os.environ), **addresses}
    ours["LANYARD_VAR"] = str(VAR)
    ours["PYTHONUNBUFFERED"] = "1"
    ours.setdefault("LANYARD_MODE", "demo")
    ours.setdefault("SITE_URL", address)
    if not ours.get("SECRET_KEY"):
        ours["SECRET_KEY"] = kept_secret()
    return ours


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def step(family: Family, name: str, *words: str, env: dict) -> str:
    code, output = family.run(name, [*MANAGE, *words], env=env, capture=True)
    if code:
        raise Trouble(f"`manage.py {' '.join(words)}` failed (exit {code}); see above.\n{output}")
    return output


def start(family: Family, chosen: argparse.Namespace, address: str) -> str:
    """Start everything; returns the sign-ins to print."""
    addresses = servers_for(family, VAR)
    env = environment(address, addresses)
    say("Preparing the database ...")
    state = step(family, "prepare", "prepare", env={**env, "LANYARD_AS_OWNER": "1"}).split()[-1]
    if state == "empty" and not chosen.empty:
        say("Loading the demonstration data ...")
        state = "demonstration" if step(family, "demo", "demo", env=env) else state
    bound = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    web = [sys.executable, "-m", "gunicorn", "-c", "python:tms.serving", "tms.wsgi"]
    web += ["-b", f"{bound}:{chosen.port}"]
    web += ["--worker-class", "gthread", "-w", "2", "--threads", "4", "--no-control-socket"]
    web += ["--log-level", "warning", "--worker-tmp-dir", str(worker_folder()), "--preload"]
    # Where we are killed, so is it; its workers see that within a second and let go of the port.
    # Asked to end it waits half a minute for clients, and for a worker that was just starting and
    # didn't hear of it.
    process = family.start("web", web, env=env, dies_by=signal.SIGKILL)
    signs = ""
    if state == "demonstration":
        signs = step(family, "sign-ins", "demo", "--sign-ins", env=env)
    elif state == "empty":
        signs = f"It is empty. Set it up at {address}/first/"
    family.wait_for(process, "The web server", lambda: answers(address), seconds=60)
    celery = [sys.executable, "-W", "ignore::UserWarning", "-m", "celery", "-q", "-A"]
    worker = [*celery, "tms", "worker", "-l", "WARNING", "--concurrency", "2"]
    worker += ["--without-gossip", "--without-mingle", "-n", f"{os.getpid()}@%h"]
    family.start("worker", worker, env=env)
    scheduler = [*celery, "tms.scheduler", "beat", "-l", "WARNING", "--pidfile="]
    family.start("scheduler", [*scheduler, "-s", str(VAR / "beat")], env=env)
    return signs


def worker_folder() -> Path:
    """Where gunicorn's workers beat: in memory where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108
    return memory if os.access(memory, os.W_OK) else VAR


def supervise(family: Family) -> None:
    while True:
        if name := family.ended():
            raise Trouble(f"{name} ended by itself, so everything is stopped.")
        time.sleep(0.3)


def main() -> int:
    chosen = arguments()
    local = chosen.host in {"127.0.0.1", "0.0.0.0", "::", "::1"}  # noqa: S104
    address = f"http://{'localhost' if local else chosen.host}:{chosen.port}"
    family, code = Family(), 0
    try:
        with alone(address) as killed_here:
            need_port(chosen.host, chosen.port, killed_here=killed_here)
            if chosen.reset:
                say(f"Deleting the data in {VAR} ...")
                for each in VAR.iterdir():
                    if each.name != "running":
                        shutil.rmtree(each) if each.is_dir() else each.unlink()
            try:
                signs = start(family, chosen, address)
                say(f"\nLanyard is ready at {address}\n{signs}".rstrip() + "\n")
                say(f"Ctrl-C stops it; the data stays in {VAR}.")
                supervise(family)
            finally:
                family.stop()
                with contextlib.suppress(OSError):  # not empty: something else is there
                    socket_folder(VAR).rmdir()
    except Stop:
        say("Stopped.")
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())

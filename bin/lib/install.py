"""Does .venv hold exactly what the lock says? Makes it so, then becomes the given script in it.

usage: install.py runtime|dev SCRIPT ARGUMENTS...

Standard library only: it runs before anything is installed. Two at once wait for each other. The
stamp is written last, so that an install that was interrupted is done again.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(os.environ.get("VENV_DIR") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"
CHILD = Path(__file__).with_name("child.py")
STAMP = VENV / ".installed"
PROBE = (
    "import importlib.util as u, sys; print('.'.join(map(str, sys.version_info[:2])));"
    "sys.exit(not u.find_spec('pip'))"
)


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / f"{lock}.lock").read_bytes()).hexdigest()


def version_in_place() -> str | None:
    """The version of the environment's Python, or None where there is none that works."""
    with contextlib.suppress(OSError):
        probe = subprocess.run([PYTHON, "-c", PROBE], capture_output=True, text=True)
        if probe.returncode == 0:
            return probe.stdout.strip()
    return None


def stamp() -> dict:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(STAMP.read_text())
    return {}


def make() -> None:
    print(f"Making {VENV} ...", file=sys.stderr, flush=True)
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        sys.exit(f"{VENV} is there and is not a virtual environment. Name another by VENV_DIR.")
    try:
        shutil.rmtree(VENV, ignore_errors=False) if VENV.exists() else None
        venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
    except PermissionError as error:
        sys.exit(f"{VENV} can't be written ({error}). Name another place by VENV_DIR.")


def install(lock: str) -> None:
    STAMP.unlink(missing_ok=True)
    print("Installing Python packages (a minute the first time) ...", file=sys.stderr, flush=True)
    # Killed with us, so that a second attempt never meets a first that still goes on.
    command = [sys.executable, CHILD, str(os.getpid()), "9", "same"]
    command += [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", "--only-binary", ":all:"]
    command += ["-r", ROOT / f"{lock}.lock"]
    # A PIP_USER in somebody's configuration would send the packages past the environment.
    if subprocess.run(command, env={**os.environ, "PIP_USER": "0"}).returncode:
        sys.exit("The packages could not be installed. The lines above say why; then run it again.")
    # dev.lock is compiled within runtime.lock: who has the first has the second.
    held = {"runtime": digest("runtime")} | ({"dev": digest("dev")} if lock == "dev" else {})
    STAMP.write_text(json.dumps(held))


def main() -> None:
    lock, script, *arguments = sys.argv[1:]
    VENV.parent.mkdir(parents=True, exist_ok=True)
    try:
        gate = VENV.with_name(VENV.name + ".lock").open("w")
    except PermissionError as error:
        sys.exit(f"{VENV.parent} can't be written ({error}). Name another place by VENV_DIR.")
    with gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is installing; waiting for it ...", file=sys.stderr, flush=True)
            fcntl.flock(gate, fcntl.LOCK_EX)
        here = ".".join(map(str, sys.version_info[:2]))
        found = version_in_place()
        # Without a stamp an install was interrupted: what is half there, pip takes for whole.
        if found is None or not STAMP.exists() or (os.environ.get("PYTHON") and found != here):
            make()
        if stamp().get(lock) != digest(lock):
            install(lock)
    os.execv(PYTHON, [str(PYTHON), script, *arguments])  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

"""Which programs run under this command? Started in order, stopped in the opposite one.

Ctrl-C and SIGTERM become the exception `Stop` in the main thread, whatever it does at the time.
Every program has a process group of its own, so that a Ctrl-C in the terminal reaches only this
command, and on Linux it ends when this command is killed (child.py).
"""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("child.py")
PATIENCE = 25


class Stop(BaseException):
    """Somebody asked this command to end."""


class Trouble(Exception):
    """Something needed is not to be had: the text says what, and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def raise_stop(number, frame):
    raise Stop


@dataclasses.dataclass(frozen=True)
class Member:
    name: str
    process: subprocess.Popen
    ends_by: int = signal.SIGTERM
    dear: bool = False  # it holds data: never hurried


class Family:
    """The programs that this command has started, in order."""

    def __init__(self):
        self.members: list[Member] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, raise_stop)

    def start(
        self, name, argv, *, env=None, who="same", ends_by=signal.SIGTERM, dies_by=None, dear=False,
        log=None,
    ) -> subprocess.Popen:  # fmt: skip
        """Start a program; its lines come out behind its name, or go to the file `log`.

        `ends_by` asks it to end, and so does `dies_by` (default: the same) where we are killed.
        """
        with log.open("wb") if log else contextlib.nullcontext(subprocess.PIPE) as output:
            process = subprocess.Popen(
                launched(argv, who, dies_by or ends_by),
                env=env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self.members.append(Member(name, process, ends_by, dear))
        if log is None:
            threading.Thread(target=relay, args=(name, process), daemon=True).start()
        return process

    def wait_for(self, process, name, ready, *, log=None, seconds=30.0) -> None:
        """Return once `ready()` is true; a program that ended or is late is trouble."""
        until = time.monotonic() + seconds
        while not ready():
            said = "\n" + log.read_text(errors="replace")[-2000:] if log else " See above."
            if process.poll() is not None:
                raise Trouble(f"{name} ended at once (exit {process.returncode}).{said}")
            if time.monotonic() > until:
                raise Trouble(f"{name} did not answer within {seconds:.0f} seconds.{said}")
            time.sleep(0.03)

    def run(
        self, name, argv, *, env=None, who="same", capture=False, errors_too=False
    ) -> tuple[int, str]:
        """Run a program to its end. Returns its exit code, and its output if `capture`."""
        process = subprocess.Popen(
            launched(argv, who, signal.SIGTERM),
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if errors_too else None,
            text=True,
            process_group=0,
        )
        member = Member(name, process)
        self.members.append(member)
        output = process.communicate()[0] or ""
        self.members.remove(member)
        return process.returncode, output

    def ended(self) -> str | None:
        """The name of a program that is no longer running."""
        for member in self.members:
            if member.process.poll() is not None:
                return f"{member.name} (exit {member.process.returncode})"
        return None

    def stop(self) -> None:
        """End the programs: first what uses the servers, then these, the last started first.

        A second Ctrl-C hurries.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.hurry)
        end([member for member in reversed(self.members) if not member.dear])
        for member in reversed(self.members):
            if member.dear:
                end([member])
        self.members = []

    def hurry(self, number, frame):
        for member in self.members:
            if not member.dear:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(member.process.pid, signal.SIGKILL)


def end(members: list[Member]) -> None:
    """Ask all of them to end, then wait for each; who takes too long is killed."""
    for member in members:
        if member.process.poll() is None:
            member.process.send_signal(member.ends_by)
    for member in members:
        with contextlib.suppress(subprocess.TimeoutExpired):
            member.process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):  # it, or children that it left
            os.killpg(member.process.pid, signal.SIGKILL)
        member.process.wait()


def launched(argv, who, dies_by) -> list:
    return [sys.executable, "-ES", CHILD, str(os.getpid()), str(int(dies_by)), who, *argv]


def relay(name: str, process: subprocess.Popen) -> None:
    for line in process.stdout:
        sys.stdout.write(f"{name:9}| {line.decode(errors='replace')}")
        sys.stdout.flush()

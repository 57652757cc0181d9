"""S-12: how long from a clone to the first page, and how much memory does standing by take?

A clone of its own, started by bin/run as anybody would, twice; what pip has in its cache is the
machine's. Memory is counted over all processes of bin/run: what several share is counted once
(proportional set size), and a web worker by what it has resident.
"""

import http.cookiejar
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from family import Trouble
from run import port_is_free
from servers import clean_environment
from stage import ROOT

# The most that it may be, in seconds and MB; a worker at most half of NetBox's 287 MB.
LIMITS = {"first": 90, "second": 8, "idle": 600, "worker": 287 / 2}
SIGN_IN = ("admin@northlight.example", "northlight-demo")
READ = ["/contacts/", "/accounts/", "/passes/", "/catalogue/", "/events/", "/control-panel/"]
QUIET, ROUNDS = 15, 15


def run() -> dict:
    """Seconds of the first and the second start; megabytes idle, and of a warm web worker."""
    folder = Path(tempfile.mkdtemp(prefix="lanyard-start-"))
    clone = folder / "clone"
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        found = {}
        for name in ("first", "second"):
            with Started(clone) as site:
                found[name] = site.seconds
                if name == "second":
                    time.sleep(QUIET)
                    found["idle"] = sum(map(shared, site.tree())) / 1000
                    site.read()
                    found["worker"] = max(map(resident, site.workers())) / 1000
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Started:
    """bin/run of a clone; `with Started(clone) as site`: it answers."""

    def __init__(self, clone: Path):
        self.clone = clone
        self.port = next(port for port in range(8701, 8800) if port_is_free("127.0.0.1", port))
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        env = clean_environment() | {"LANYARD_VAR": str(self.clone / "var")}
        for ours in ("DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "LANYARD_MODE"):
            env.pop(ours, None)
        begun = time.monotonic()
        self.log = (self.clone.parent / "log").open("w+")
        self.process = subprocess.Popen(
            [str(self.clone / "bin" / "run"), "--port", str(self.port), "--host", "127.0.0.1"],
            env=env,
            cwd=self.clone,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begun > 900:
                self.__exit__()
                self.log.seek(0)
                raise Trouble(f"bin/run did not start.\n{self.log.read()[-2000:]}")
            time.sleep(0.05)
        self.seconds = time.monotonic() - begun
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
        self.log.close()

    def answers(self) -> bool:
        """Is the first page there?"""
        try:
            with urllib.request.urlopen(f"{self.address}/", timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except OSError:
            return False

    def tree(self) -> list[int]:
        """bin/run and all below it."""
        below = {}
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                below.setdefault(parent_of(int(each.name)), []).append(int(each.name))

        def walk(pid):
            return [pid, *(deeper for child in below.get(pid, []) for deeper in walk(child))]

        return walk(self.process.pid)

    def workers(self) -> list[int]:
        """The processes that answer requests: what gunicorn's first process has below it."""
        web = [pid for pid in self.tree() if "gunicorn" in command_of(pid)]
        return [pid for pid in web if parent_of(pid) in web]

    def read(self) -> None:
        """Sign in, and read pages of all sorts often enough that every worker has."""
        kept = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        browser = urllib.request.build_opener(kept)

        def ask(path, **answers):
            data = urllib.parse.urlencode(answers).encode() if answers else None
            request = urllib.request.Request(  # noqa: S310
                self.address + path, data, headers={"Referer": self.address + path}
            )
            with browser.open(request, timeout=60) as answer:
                return answer.read().decode(), answer.geturl()

        page, place = ask("/contacts/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        login, password = SIGN_IN
        path = urllib.parse.urlsplit(place).path
        ask(path, csrfmiddlewaretoken=token, login=login, password=password)
        if urllib.parse.urlsplit(ask("/contacts/")[1]).path != "/contacts/":
            raise Trouble("Signing in to the demonstration did not work.")
        for _round in range(ROUNDS):
            for each in READ:
                ask(each)


def parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kilobytes(pid: int, name: str, line: str) -> int:
    try:
        text = Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{line}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def shared(pid: int) -> int:
    """Kilobytes of a process, of what it shares its part."""
    return kilobytes(pid, "smaps_rollup", "Pss")


def resident(pid: int) -> int:
    return kilobytes(pid, "status", "VmRSS")

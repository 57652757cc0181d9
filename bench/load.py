"""What does a request cost? CPU of the site and of the database, time at one reader and at many.

CPU per request (of the process trees, dead children included) is robust beside busy neighbours;
time is not. Requests go over kept connections on the loopback.
"""

import gzip
import http.client
import os
import statistics
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(root: int) -> float:
    """Seconds of CPU that the process and all below it have used, those that ended included."""
    children, own = {}, {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                said = (each / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(said[1]), []).append(int(each.name))
            own[int(each.name)] = sum(map(int, said[11:15]))

    def tree(pid):
        return own.get(pid, 0) + sum(tree(child) for child in children.get(pid, []))

    return tree(root) / TICK


@dataclass
class Figures:
    """Of one page: milliseconds of CPU a request (site and database), times, weight."""

    app: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    wire: int = 0
    html: int = 0

    @property
    def cpu(self) -> list[float]:
        return [a + d for a, d in zip(self.app, self.database, strict=True)]

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]


class Reader:
    """One visitor with a kept connection."""

    def __init__(self, address: str, headers: dict):
        self.place = urllib.parse.urlsplit(address)
        self.headers = {"Accept-Encoding": "gzip", **headers}
        self.line = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=120)

    def ask(self, path: str, *, method="GET", body=None, expect=(200,), headers=None):
        """The answer's status, headers and body as it came (packed)."""
        self.line.request(method, path, body=body, headers=self.headers | (headers or {}))
        answer = self.line.getresponse()
        content = answer.read()
        if answer.status not in expect:
            text = unpacked(answer, content)[:600]
            raise SystemExit(f"{method} {path}: {answer.status} {answer.headers.items()}\n{text}")
        return answer, content


def unpacked(answer, content: bytes) -> bytes:
    return gzip.decompress(content) if answer.headers["Content-Encoding"] == "gzip" else content


def measure(
    address: str,
    path: str,
    headers: dict,
    *,
    site: int,
    database: int,
    rounds=5,
    each=20,
    warm=24,
    bodies=None,
) -> Figures:
    """A page read `rounds` times `each`, by one reader; `site` and `database` are processes.

    With `bodies` each of them is posted, and done (204).
    """
    reader, figures = Reader(address, headers), Figures()

    def ask():
        if bodies is None:
            return reader.ask(path)
        return reader.ask(path, method="POST", body=next(bodies), expect=(204,))

    answer, content = ask()
    figures.wire, figures.html = len(content), len(unpacked(answer, content))
    for _ in range(warm):
        ask()
    for _ in range(rounds):
        before = cpu_of(site), cpu_of(database)
        for _ in range(each):
            begun = time.perf_counter()
            ask()
            figures.times.append((time.perf_counter() - begun) * 1000)
        figures.app.append((cpu_of(site) - before[0]) * 1000 / each)
        figures.database.append((cpu_of(database) - before[1]) * 1000 / each)
    return figures


def together(
    address: str, path: str, headers: dict, *, clients=8, seconds=6.0, method="GET", body=None
) -> dict:
    """Requests a second by many readers at once, and their times in milliseconds."""
    times, until, failed = [], time.monotonic() + seconds, []

    def read():
        reader = Reader(address, headers)
        while time.monotonic() < until:
            begun = time.perf_counter()
            try:
                reader.ask(path, method=method, body=body, expect=(200, 201))
            except (SystemExit, OSError, http.client.HTTPException) as error:
                failed.append(str(error))
                return
            times.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=read) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return {
        "rate": len(times) / seconds,
        "p50": times[len(times) // 2],
        "p95": times[int(len(times) * 0.95)],
        "failed": len(failed),
    }


def spread(values) -> str:
    """The median with the least and the most."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"

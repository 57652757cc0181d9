"""What goes on while things are killed? Programs give passes; night after night passes expire."""

import collections
import contextlib
import datetime
import http.client
import json
import subprocess
import sys
import threading
import time
import uuid

import psycopg
from load import Reader
from stage import HOST, ROOT

CLIENTS = 4


def prepared(stage) -> datetime.date:
    """The demonstration world, the site and the worker; answers today."""
    stage.manage("prepare", as_owner=True)
    stage.manage("demo")
    stage.address = stage.serve("site", "tms.wsgi", stage.environment() | limits())
    stage.worker()
    return datetime.datetime.now(datetime.UTC).date()


def limits() -> dict:
    return {"API_CALLS_PER_MINUTE": "1000000"}


class Programs:
    """Clients of the API that repeat each call with its key until it is answered for good."""

    def __init__(self, stage):
        self.stage, self.over = stage, threading.Event()
        self.key = stage.inside("api_key", scopes=["passes:issue", "passes:read"])
        self.sent, self.acknowledged, self.refused = set(), {}, []
        self.again = 0
        self.threads = [threading.Thread(target=self.work) for _ in range(CLIENTS)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        self.wait_for_one_more()

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def wait_for_one_more(self, seconds: float = 60) -> None:
        """Return once a call that began after now was answered; a minute without one is the end."""
        enough, until = len(self.acknowledged) + CLIENTS + 1, time.monotonic() + seconds
        while len(self.acknowledged) < enough:
            if time.monotonic() > until:
                raise SystemExit(f"No answer for {seconds:.0f} seconds. Last: {self.refused[-3:]}")
            time.sleep(0.02)

    def work(self) -> None:
        while not self.over.is_set():
            key = str(uuid.uuid4())
            self.sent.add(key)
            if (made := self.give(key)) is not None:
                self.acknowledged[key] = made

    def give(self, key: str):
        """The id of the pass that was made, None if it was refused for good."""
        body = json.dumps(
            {"option": self.key["option"], "account": self.key["account"], "unassigned": 1}
            | {"external_ids": [key]}
        )
        headers = {
            "Authorization": f"Bearer {self.key['secret']}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Forwarded-Proto": "https",
            "Host": HOST,
        }
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                reader = Reader(self.stage.address, headers)
                reader.line.request("POST", "/api/v1/passes", body=body, headers=reader.headers)
                answer = reader.line.getresponse()
                content = answer.read()
                if answer.status in (200, 201):
                    return content
                if answer.status not in (409, 429, 500, 502, 503):
                    self.refused.append(f"{answer.status} {content[:300]}")
                    return None
                if answer.status == 500:
                    self.refused.append(f"500 {content[:300]}")
            self.again += 1
            time.sleep(0.05)

    def troubles(self):
        """What was acknowledged and isn't there, or is there twice."""
        with psycopg.connect(self.stage.owner()) as connection:
            there = collections.Counter(
                key
                for (keys,) in connection.execute("SELECT external_ids FROM passes_pass")
                for key in keys
            )
        for key in self.acknowledged:
            if there[key] == 0:
                yield f"A pass was acknowledged and is not there: {key}"
        for key in self.sent:
            if there[key] > 1:
                yield f"{there[key]} passes came of one call: {key}"
        yield from (f"Refused: {each}" for each in self.refused)


class Nights:
    """One night after the other by `manage.py nightly`, which is killed now and then."""

    def __init__(self, stage, today: datetime.date):
        self.stage, self.first, self.day = stage, today, today
        self.over, self.process, self.worked = threading.Event(), None, 0
        self.thread = threading.Thread(target=self.work)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.over.set()
        self.thread.join()
        # What is left of the last night is done without anybody in the way.
        self.stage.manage("nightly", "--on", str(self.day), mode="production")

    def kill(self) -> bool:
        process = self.process
        if process is None or process.poll() is not None:
            return False
        process.kill()
        return True

    def work(self) -> None:
        env = self.stage.environment()
        env.pop("LANYARD_PROCESS")
        command = [sys.executable, str(ROOT / "manage.py"), "nightly", "--on"]
        while not self.over.is_set():
            # One of the two may be killed, and whichever comes second waits for the first.
            both = [
                subprocess.Popen(
                    [*command, str(self.day)],
                    env=env,
                    cwd=ROOT,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                for _ in range(2)
            ]
            self.process = both[0]
            if all([each.wait() == 0 for each in both]):  # noqa: C419 - both are waited for
                self.worked += 1
                self.day += datetime.timedelta(days=7)

    def written(self) -> int:
        with psycopg.connect(self.stage.owner()) as connection:
            found = connection.execute(
                "SELECT count(*) FROM journal WHERE kind = 'pass.expired' AND \"on\" > %s",
                [self.first],
            )
            return found.fetchone()[0]

    def troubles(self):
        """Expiries that are missing, doubled, or dated otherwise than by the day after the last."""
        with psycopg.connect(self.stage.owner()) as connection:
            missing = connection.execute(
                "SELECT p.id FROM passes_pass p WHERE cancelled_at IS NULL AND expires_on < %s "
                "AND NOT EXISTS (SELECT FROM journal j WHERE j.kind = 'pass.expired' "
                "AND j.subject_kind = 'pass' AND j.subject_id = p.id "
                'AND j."on" = expires_on + 1)',
                [self.day],
            ).fetchall()
            doubled = connection.execute(
                "SELECT subject_id FROM journal WHERE kind = 'pass.expired' "
                'GROUP BY subject_id, "on" HAVING count(*) > 1'
            ).fetchall()
        yield from (f"Pass {pk} expired and nothing says so" for (pk,) in missing)
        yield from (f"Pass {pk} expired twice on one day" for (pk,) in doubled)

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

CLIENTS = 2


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

    path = "/api/v1/passes"

    def __init__(self, stage):
        self.stage, self.over = stage, threading.Event()
        self.key = self.key_of(stage)
        self.sent, self.acknowledged, self.refused = set(), {}, []
        self.again = 0
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(CLIENTS)]

    def key_of(self, stage) -> dict:
        return stage.inside("api_key", scopes=["passes:issue", "passes:read"])

    def asked(self, key: str) -> dict:
        return {
            "option": self.key["option"],
            "account": self.key["account"],
            "unassigned": 1,
            "external_ids": [key],
        }

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
        """The answer, None if it was refused for good."""
        body = json.dumps(self.asked(key))
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
                reader.line.request("POST", self.path, body=body, headers=reader.headers)
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

    def there(self, connection) -> dict[str, int]:
        """How often what each key asked for was done."""
        return collections.Counter(
            key
            for (keys,) in connection.execute("SELECT external_ids FROM passes_pass")
            for key in keys
        )

    def troubles(self):
        """What was acknowledged and isn't there, or is there twice."""
        with psycopg.connect(self.stage.owner()) as connection:
            there = self.there(connection)
        for key in self.acknowledged:
            if there.get(key, 0) == 0:
                yield f"{self.path}: acknowledged and not there: {key}"
        for key in self.sent:
            if there.get(key, 0) > 1:
                yield f"{self.path}: done {there[key]} times for one call: {key}"
        yield from (f"Refused: {each}" for each in self.refused)


class Redeeming(Programs):
    """Clients that redeem two tokens a call, all of one account, and give their key as reason."""

    path = "/api/v1/token-redemptions"

    def key_of(self, stage) -> dict:
        return stage.inside("redeeming", scopes=["tokens:redeem"])

    def asked(self, key: str) -> dict:
        return {
            "account": self.key["account"],
            "token_type": self.key["token_type"],
            "quantity": 2,
            "reason": key,
        }

    def there(self, connection) -> dict[str, int]:
        """Tokens taken for each key, in twos: a half would be a redemption that is not whole."""
        rows = connection.execute(
            "SELECT reason, -sum(quantity) FROM tokens_ledgerentry "
            "WHERE kind = 'redeemed' AND reason <> '' GROUP BY reason"
        )
        return {reason: taken / 2 for reason, taken in rows}


def issued(stage, today: datetime.date, number: int) -> None:
    """So many token issues, spread over the accounts, that expire day by day."""
    with psycopg.connect(stage.owner(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO tokens_tokenissue (account_id, token_type_id, issued, issued_on, "
            "issued_at, expires_on, remaining, redeemed, expired, source, source_kind, note, "
            "external_id, version) "
            "SELECT ids[1 + g %% cardinality(ids)], "
            "       (SELECT min(id) FROM tokens_tokentype), 1 + g %% 9, %(on)s::date - 1, "
            "       %(on)s::date - 1 + time '10:00', %(on)s::date + g %% 300, 0, 0, 0, 'import', "
            "       '', '', '', 0 "
            "FROM generate_series(1, %(number)s) g, "
            "     (SELECT array_agg(id ORDER BY id) AS ids FROM crm_account) a",
            {"on": today, "number": number},
        )
        for statement in (
            "INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, "
            'move, purpose_kind, at, "on", recorded_at, source, reason, by_choice) '
            "SELECT id, account_id, token_type_id, 'issued', issued, nextval('tokens_move'), '', "
            "issued_at, issued_on, issued_at, 'import', '', false "
            "FROM tokens_tokenissue i WHERE NOT EXISTS "
            "(SELECT FROM tokens_ledgerentry e WHERE e.issue_id = i.id)",
            "ANALYZE tokens_tokenissue",
        ):
            connection.execute(statement)


class Nights:
    """One night after the other by `manage.py nightly`, which is killed now and then."""

    def __init__(self, stage, today: datetime.date):
        self.stage, self.first, self.day = stage, today, today
        self.over, self.process, self.worked = threading.Event(), None, 0
        self.thread = threading.Thread(target=self.work, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.over.set()
        self.thread.join()
        # What is left of the last night is done without anybody in the way.
        self.stage.manage("nightly", "--on", str(self.day), mode="production")

    def wait_for_one_more(self, seconds: float = 300) -> None:
        """Return once another night was worked through by both."""
        enough, until = self.worked + 1, time.monotonic() + seconds
        while self.worked < enough:
            if time.monotonic() > until:
                raise SystemExit(f"No night was worked through within {seconds:.0f} seconds.")
            time.sleep(0.1)

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
                self.day += datetime.timedelta(days=2)

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
            left = connection.execute(
                "SELECT id FROM tokens_tokenissue WHERE has_some AND expires_on < %s",
                [self.day],
            ).fetchall()
        yield from (f"Tokens of issue {pk} were not written off" for (pk,) in left)
        yield from (f"Pass {pk} expired and nothing says so" for (pk,) in missing)
        yield from (f"Pass {pk} expired twice on one day" for (pk,) in doubled)

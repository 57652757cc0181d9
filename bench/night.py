"""S-5: how long does the night's expiry take, beside the least statement that could do it?

Each run has a fresh copy of one database in which every pass is due. Ours is the nightly step,
`passes.expiring.record_expired`; the bare one marks and writes history in committed batches of
10,000, against the same tables, from psql. They take turns.
"""

import statistics
import threading
import time

import psycopg
from fill import fill

BARE = """
CREATE PROCEDURE bare() LANGUAGE plpgsql AS $$
DECLARE written bigint;
BEGIN
  LOOP
    WITH due AS (
      SELECT id FROM passes_pass WHERE cancelled_at IS NULL AND expires_on < '2100-01-01'
        AND (expiry_recorded IS NULL OR expiry_recorded < expires_on)
      ORDER BY expires_on LIMIT 10000 FOR UPDATE SKIP LOCKED
    ), marked AS (
      UPDATE passes_pass p SET expiry_recorded = expires_on FROM due WHERE p.id = due.id
      RETURNING p.id, p.account_id, p.contact_id, p.expires_on
    ), told AS (
      INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after,
                           source, reason, at, "on", operation)
      SELECT 'pass.expired', 'pass', id, account_id, contact_id, '{}', '{}', 'system', '', now(),
             expires_on + 1, '' FROM marked RETURNING 1
    )
    SELECT count(*) INTO written FROM told;
    COMMIT;
    EXIT WHEN written < 10000;
  END LOOP;
END $$
"""


def run(stage, *, passes: int, rounds: int) -> dict:
    """Seconds of each, and what a second run with nothing due takes in milliseconds."""
    prepare(stage, passes)
    ours, bare, again, asked = [], [], [], []
    for _ in range(rounds):
        with copy(stage) as database:
            bare.append(bare_run(stage, database))
        with copy(stage) as database, Visitor(stage.owner(database)) as visitor:
            told = stage.inside(
                "night",
                on="2100-01-01",
                as_owner=True,
                more={"DATABASE_OWNER_URL": stage.owner(database)},
            )
        asked += visitor.times
        ours.append(told["seconds"])
        again += told["again"]
    asked.sort()
    return {
        "passes": told["written"],
        "ours": ours,
        "bare": bare,
        "ratio": statistics.median(ours) / statistics.median(bare),
        "nothing_due_ms": again,
        "asked_meanwhile_ms": (asked[len(asked) // 2], asked[int(len(asked) * 0.95)]),
    }


def prepare(stage, passes: int) -> None:
    """A database `night`: few people, and every pass due."""
    stage.postgres.sql("CREATE DATABASE night OWNER lanyard_owner")
    owner = stage.owner("night")
    stage.manage("prepare", DATABASE_OWNER_URL=owner, as_owner=True)
    stage.manage("demo", DATABASE_URL=owner, DATABASE_OWNER_URL=owner)
    fill(owner, on="2026-01-01", contacts=10_000, passes=passes, items=1_000, say=lambda _: None)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE passes_pass SET cancelled_at = NULL, expiry_recorded = NULL")
        connection.execute(BARE)
        connection.execute("VACUUM (FULL, ANALYZE) passes_pass")


class copy:  # noqa: N801 - it reads as a word: with copy(stage)
    """A fresh copy of the database `night`, gone afterwards."""

    def __init__(self, stage):
        self.stage = stage

    def __enter__(self) -> str:
        self.stage.postgres.sql("CREATE DATABASE tonight TEMPLATE night OWNER lanyard_owner")
        self.stage.postgres.sql("CHECKPOINT")
        return "tonight"

    def __exit__(self, *_):
        self.stage.postgres.sql("DROP DATABASE tonight WITH (FORCE)")


def bare_run(stage, database: str) -> float:
    with psycopg.connect(stage.owner(database), autocommit=True) as connection:
        begun = time.perf_counter()
        connection.execute("CALL bare()")
        return time.perf_counter() - begun


class Visitor:
    """Somebody who opens training all the while; `times` are milliseconds of each look."""

    LOOK = (
        "SELECT EXISTS (SELECT FROM passes_pass p JOIN passes_inclusion i USING (pass_type_id) "
        "WHERE p.contact_id = %s AND i.item_id = %s AND p.cancelled_at IS NULL "
        "AND p.starts_on <= '2026-01-01' AND p.expires_on >= '2026-01-01')"
    )

    def __init__(self, address: str):
        self.address, self.times, self.over = address, [], threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            number = 0
            while not self.over.wait(0.01):
                number += 37
                begun = time.perf_counter()
                connection.execute(self.LOOK, [number % 10_000, number % 1_000]).fetchone()
                self.times.append((time.perf_counter() - begun) * 1000)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

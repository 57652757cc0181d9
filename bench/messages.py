"""S-7: how fast are fifty rules followed, and does what they wrote leave, beside bare statements?

Every run has a fresh copy of one database: passes that expire day by day, and fifty rules about
them. Bare is the least statement that writes the same columns into the same indexes, the least that
finds nothing to write, and the least two statements that take messages in batches with SKIP LOCKED
and mark them as sent. Filling in and mail servers are left aside: letters are constant, and the way
out takes them all.
"""

import collections
import json
import statistics
import subprocess
import sys
import time

import psycopg
from fill import fill
from load import spread
from night import copy
from stage import ROOT

# Fifty rules: forty by day about the expiry, ten at once about what was issued, renewed, cancelled.
RULES = """
INSERT INTO comms_template (name, target, kind, subject, body, version)
VALUES ('Bench', 'pass', 'reminder', 'News', '<p>Hello</p>', 0);
INSERT INTO comms_sendingaddress (name, email, confirmed_at, is_default, version)
SELECT 'Bench', 'bench@x.example', now(), true, 0
WHERE NOT EXISTS (SELECT FROM comms_sendingaddress WHERE is_default);
UPDATE comms_trigger SET disabled = true;
INSERT INTO comms_trigger (name, abbreviation, template_id, automatic, disabled, occasion, "offset",
    side, audience, addresses, enabled_at, changed_at, version)
SELECT 'Bench ' || g, 'B' || g, (SELECT id FROM comms_template WHERE name = 'Bench'), true, false,
    CASE WHEN g <= 40 THEN 'pass.expired'
         ELSE (ARRAY['pass.issued', 'pass.renewed', 'pass.cancelled'])[1 + g % 3] END,
    CASE WHEN g <= 40 THEN g * 3 ELSE 0 END,
    CASE WHEN g <= 20 THEN 'before' ELSE 'after' END, '{learner}', '{}',
    %(since)s, %(since)s, 0
FROM generate_series(1, 50) g;
INSERT INTO comms_commssettings (id, send_at, catch_up_days, paused, unusual_from, unusual_times,
    keep_bodies_days, version)
VALUES (1, '00:00', 3, false, 100000000, 1000, 730, 0)
ON CONFLICT (id) DO UPDATE SET send_at = '00:00', unusual_from = 100000000;
DELETE FROM comms_message;
ALTER TABLE journal DISABLE TRIGGER USER;
UPDATE journal SET source = 'page' WHERE "on" >= %(since)s;
ALTER TABLE journal ENABLE TRIGGER USER;
"""
COLUMNS = """trigger_id, subject_kind, subject_id, occurrence, recipient, role, contact_id,
    account_id, "to", state, reason, late, due_at, due_on, made_at"""
# What a rule has to write, as bare as can be: nobody is asked whether they want it.
BY_DAY = """
SELECT {trigger}, 'pass', p.id, 'pass:' || p.expires_on, 'c' || p.contact_id, 'learner',
    p.contact_id, p.account_id, '',
    CASE WHEN p.expires_on + {days} < date '{today}' - 3 THEN 'missed' ELSE 'queued' END, '',
    p.expires_on + {days} < date '{today}',
    (p.expires_on + {days})::timestamp AT TIME ZONE 'Europe/London', p.expires_on + {days}, now()
FROM passes_pass p
WHERE p.cancelled_at IS NULL AND p.contact_id IS NOT NULL
  AND p.expires_on BETWEEN date '{first}' - {days} AND date '{today}' - {days}
"""
AT_ONCE = """
SELECT {trigger}, 'pass', p.id, 'j:' || j.id, 'c' || p.contact_id, 'learner', p.contact_id,
    p.account_id, '', 'queued', '', j."on" < date '{today}', j.at, j."on", now()
FROM journal j JOIN passes_pass p ON p.id = j.subject_id
WHERE j.kind = '{kind}' AND j."on" >= date '{first}' AND j.at >= '{since}'
  AND p.contact_id = j.contact_id
"""
NOT_THERE = """ AND NOT EXISTS (SELECT FROM comms_message e WHERE e.trigger_id = {trigger}
    AND e.subject_id = p.id AND e.occurrence = {occurrence} AND e.recipient = 'c' || p.contact_id)
"""
TAKE = """
UPDATE comms_message SET state = 'sending', leased_until = now() + interval '8 minutes',
    attempts = attempts + 1, first_at = now(), "to" = 'a@x.example', sender = 'b@x.example',
    title = 'News', text = 'Hello', html = '<p>Hello</p>', version = version + 1
WHERE id IN (SELECT id FROM comms_message WHERE state = 'queued' AND next_at IS NULL
    ORDER BY next_at NULLS FIRST, id LIMIT 50 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
SENT = """
UPDATE comms_message SET state = 'sent', sent_at = now(), leased_until = NULL, version = version + 1
WHERE id = ANY(%s)
"""
DRAINED = 20_000


def run(stage, *, passes: int, rounds: int) -> dict:
    days = prepare(stage, passes)
    found = collections.defaultdict(list)
    for _ in range(rounds):
        with copy(stage) as database:
            bare, idle = bare_firing(stage, database, days)
            found["bare firing"].append(bare)
            found["bare idle"] += idle
        with copy(stage) as database:
            told = inside(stage, database, "firing", days)
            found["firing"].append(told["seconds"])
            found["idle"] += told["idle"]
            found["looked"] += told["looked"]
            found["written"].append(told["written"])
            found["draining"].append(inside(stage, database, "draining", days)["rate"])
        with copy(stage) as database:
            inside(stage, database, "firing", days)
            found["bare draining"].append(bare_draining(stage, database))
    with copy(stage) as database:
        found["twice"] = both(stage, database, days)
    return found


def prepare(stage, passes: int) -> dict:
    """A database `night`, as the copies are called: few people, many passes, fifty rules."""
    stage.postgres.sql("DROP DATABASE IF EXISTS night")
    stage.postgres.sql("CREATE DATABASE night OWNER lanyard_owner")
    owner = stage.owner("night")
    stage.manage("prepare", DATABASE_OWNER_URL=owner, as_owner=True)
    stage.manage("demo", DATABASE_URL=owner, DATABASE_OWNER_URL=owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        (today,) = connection.execute("SELECT current_date").fetchone()
    fill(owner, on=today, contacts=10_000, passes=passes, items=1_000, say=lambda _: None)
    with psycopg.connect(owner, autocommit=True) as connection:
        (since,) = connection.execute("SELECT current_date - 10").fetchone()
        for statement in RULES.split(";\n"):
            if statement.strip():
                connection.execute(statement.replace("%(since)s", f"'{since}'"))
        connection.execute("VACUUM ANALYZE")
    return {"today": str(today), "since": str(since)}


def inside(stage, database: str, verb: str, days: dict, **more) -> dict:
    owner = stage.owner(database)
    given = {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner}
    return stage.inside(verb, as_owner=True, more=given, at=noon(days), **more)


def noon(days: dict) -> str:
    return f"{days['today']}T12:00:00+00:00"


def rules(connection, days: dict):
    """(the SELECT of a rule, what says that its messages are there already) for each."""
    rows = connection.execute(
        'SELECT id, occasion, CASE side WHEN \'before\' THEN -"offset" ELSE "offset" END '
        "FROM comms_trigger WHERE NOT disabled ORDER BY id"
    ).fetchall()
    first = f"{days['since']}"
    for trigger, occasion, offset in rows:
        given = {"trigger": trigger, "days": offset, "first": first, "kind": occasion, **days}
        statement = BY_DAY if occasion == "pass.expired" else AT_ONCE
        occurrence = "'pass:' || p.expires_on" if statement is BY_DAY else "'j:' || j.id"
        there = NOT_THERE.format(trigger=trigger, occurrence=occurrence)
        yield statement.format(**given), there


def bare_firing(stage, database: str, days: dict) -> tuple[float, list[float]]:
    """Seconds of the first time, milliseconds of looking again and finding nothing."""
    with psycopg.connect(stage.owner(database), autocommit=True) as connection:
        every = list(rules(connection, days))
        begun = time.perf_counter()
        for statement, _there in every:
            connection.execute(
                f"INSERT INTO comms_message ({COLUMNS}) {statement} ON CONFLICT DO NOTHING"
            )
        seconds = time.perf_counter() - begun
        connection.execute("VACUUM ANALYZE comms_message")
        idle = []
        for _ in range(5):
            begun = time.perf_counter()
            for statement, there in every:
                connection.execute(
                    f"INSERT INTO comms_message ({COLUMNS}) {statement} {there}"
                    "ON CONFLICT DO NOTHING"
                )
            idle.append((time.perf_counter() - begun) * 1000)
    return seconds, idle


def bare_draining(stage, database: str) -> float:
    """Messages a second."""
    sent = 0
    with psycopg.connect(stage.owner(database), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE comms_message")
        begun = time.perf_counter()
        while sent < DRAINED:
            ids = [pk for (pk,) in connection.execute(TAKE)]
            if not ids:
                break
            connection.execute(SENT, [ids])
            sent += len(ids)
        return sent / (time.perf_counter() - begun)


def both(stage, database: str, days: dict) -> dict:
    """Two at once follow the rules and deliver, the door open to both: what left how often."""
    owner = stage.owner(database)
    env = stage.environment() | {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner}
    env |= {"LANYARD_AS_OWNER": "1"}
    command = [sys.executable, str(ROOT / "bench" / "inside.py"), "at_once"]
    command.append(json.dumps({"at": noon(days), "most": 5000}))
    two = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    left = collections.Counter()
    for each in two:
        said, _nothing = each.communicate(timeout=1800)
        left.update(int(number) for number in said.split())
    with psycopg.connect(owner) as connection:
        written, keys, sent = connection.execute(
            "SELECT count(*), count(DISTINCT (trigger_id, subject_id, occurrence, recipient)), "
            "count(*) FILTER (WHERE state = 'sent') FROM comms_message"
        ).fetchone()
    return {
        "written": written,
        "doubled": written - keys,
        "left": len(left),
        "sent": sent,
        "left twice": sum(times > 1 for times in left.values()),
    }


def say(found: dict) -> None:
    def ratio(ours, bare):
        return statistics.median(found[ours]) / statistics.median(found[bare])

    twice = found["twice"]
    written, firing = found["written"][0], ratio("firing", "bare firing")
    idle, looked = ratio("idle", "bare idle"), ratio("looked", "bare idle")
    print(
        f"S-7: 50 rules write {written:,} messages in {spread(found['firing'])} s, bare "
        f"{spread(found['bare firing'])} s: ratio {firing:.2f} (at most 2); a tick with nothing "
        f"due {spread(found['idle'])} ms, bare {spread(found['bare idle'])} ms: ratio {idle:.2f} "
        f"(at most 2); every rule followed anew {spread(found['looked'])} ms: {looked:.2f}\n"
        f"S-7: {spread(found['draining'])} messages leave a second, bare "
        f"{spread(found['bare draining'])}: ratio {ratio('draining', 'bare draining'):.2f} (at "
        f"least 0.5); two at once wrote {twice['written']:,} and sent {twice['sent']:,}: "
        f"{twice['doubled']} written twice, {twice['left twice']} sent twice"
    )

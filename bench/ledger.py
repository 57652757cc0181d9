"""S-6 and S-5 for tokens: how fast are they redeemed and written off, beside bare statements?

Bare is the least that keeps the same promise: an account's lock, issues in order of expiry, their
balance, one entry each. It runs in pgbench, eight clients in two threads; ours through the public
verb, eight threads in two processes, as the site has them; both durable, in turns. After every run
of ours the books must be exact.
"""

import json
import resource
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pages
import psycopg
from load import cpu_of, spread, together
from night import Visitor, copy
from stage import HOST

CLIENTS, PROCESSES = 8, 2
PATIENCE = 120

BARE = """
CREATE SCHEMA bare;
CREATE TABLE bare.account (id bigint PRIMARY KEY);
CREATE TABLE bare.issue (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL,
    remaining int NOT NULL CHECK (remaining >= 0), expires_on date NOT NULL);
CREATE TABLE bare.redemption (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL,
    quantity int NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE bare.entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, issue_id bigint NOT NULL,
    redemption_id bigint NOT NULL, quantity int NOT NULL);
CREATE INDEX ON bare.issue (account_id, expires_on, id) WHERE remaining > 0;
CREATE INDEX ON bare.redemption (account_id);
CREATE INDEX ON bare.entry (issue_id);
CREATE FUNCTION bare.redeem(a bigint, n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE number bigint;
BEGIN
    PERFORM FROM bare.account WHERE id = a FOR UPDATE;
    WITH open AS (
        SELECT id, remaining, sum(remaining) OVER (ORDER BY expires_on, id) - remaining AS before
        FROM bare.issue WHERE account_id = a AND remaining > 0 AND expires_on >= '2026-01-01'
    ), part AS (
        SELECT id, least(remaining, n - before) AS take FROM open WHERE before < n
    ), told AS (
        INSERT INTO bare.redemption (account_id, quantity)
        SELECT a, n FROM part HAVING sum(take) = n RETURNING id
    ), taken AS (
        UPDATE bare.issue i SET remaining = i.remaining - p.take FROM part p, told
        WHERE i.id = p.id RETURNING i.id, p.take, told.id AS told
    ), written AS (
        INSERT INTO bare.entry (issue_id, redemption_id, quantity)
        SELECT id, told, -take FROM taken
    )
    SELECT id INTO number FROM told;
    IF number IS NULL THEN RAISE EXCEPTION 'too few'; END IF;
    RETURN number;
END $$;
"""
STOCK = """
TRUNCATE bare.account, bare.issue, bare.redemption, bare.entry RESTART IDENTITY;
INSERT INTO bare.account SELECT generate_series(1, {accounts});
INSERT INTO bare.issue (account_id, remaining, expires_on)
SELECT a, CASE WHEN k = 6 THEN 1000000 ELSE 5 * k END, date '2027-01-01' + k * 30
FROM generate_series(1, {accounts}) a, generate_series(1, 6) k ORDER BY k, a;
"""
ACCOUNTS = """
INSERT INTO crm_account (kind, name, legal_name, street, postcode, city, country, tax_number, notes,
                         custom, version, region_id)
SELECT 'organisation', 'Tokens ' || g, '', '', '', '', '', '', '', '{}', 0,
       (SELECT min(id) FROM catalog_region)
FROM generate_series(1, %(accounts)s) g RETURNING id
"""
ISSUES = """
INSERT INTO tokens_tokenissue (account_id, token_type_id, issued, issued_on, issued_at, expires_on,
    remaining, redeemed, expired, source, source_kind, note, external_id, version)
SELECT a, (SELECT min(id) FROM tokens_tokentype), {issued}, '2026-01-01', '2026-01-01 10:00Z',
       {expires}, 0, 0, 0, 'import', '', '', '', 0
FROM unnest(%(accounts)s::bigint[]) a, generate_series(1, %(each)s) k ORDER BY k, a
"""
ENTRIES = """
INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, move,
    purpose_kind, at, "on", recorded_at, source, reason, by_choice)
SELECT i.id, i.account_id, i.token_type_id, 'issued', i.issued, nextval('tokens_move'), '',
       i.issued_at, i.issued_on, i.issued_at, 'import', '', false
FROM tokens_tokenissue i
WHERE i.id > %(after)s
"""
EXACT = """
SELECT count(*) FROM tokens_tokenissue i
LEFT JOIN (SELECT issue_id, sum(quantity) AS n FROM tokens_ledgerentry GROUP BY 1) e
  ON e.issue_id = i.id
WHERE i.remaining IS DISTINCT FROM e.n OR i.remaining < 0
"""
# The least that writes the same rows as the night does, in committed batches.
BARE_NIGHT = """
CREATE PROCEDURE bare_night() LANGUAGE plpgsql AS $$
DECLARE written bigint;
BEGIN
  LOOP
    WITH due AS (
      SELECT id, account_id, token_type_id, remaining, expires_on FROM tokens_tokenissue
      WHERE has_some AND expires_on < '2100-01-01'
      ORDER BY expires_on LIMIT 10000 FOR UPDATE SKIP LOCKED
    ), emptied AS (
      UPDATE tokens_tokenissue i SET remaining = 0, expired = i.remaining
      FROM due WHERE i.id = due.id
    ), told AS (
      INSERT INTO journal (kind, subject_kind, subject_id, account_id, before, after, source,
                           reason, at, "on", operation)
      SELECT 'token_issue.expired', 'token_issue', id, account_id, '{}', '{}', 'system', '', now(),
             expires_on + 1, '' FROM due
    ), entered AS (
      INSERT INTO tokens_ledgerentry (issue_id, account_id, token_type_id, kind, quantity, move,
          purpose_kind, at, "on", recorded_at, source, reason, by_choice)
      SELECT id, account_id, token_type_id, 'expired', -remaining, id, '', now(), expires_on + 1,
             now(), 'system', '', false FROM due RETURNING 1
    )
    SELECT count(*) INTO written FROM entered;
    COMMIT;
    EXIT WHEN written < 10000;
  END LOOP;
END $$;
"""


def run(stage, *, rounds: int, seconds: int, issues: int, wanted: str = "") -> dict:
    """Redemptions a second of both, over 1,000 accounts and on one; by HTTP; the night.

    Only what has `wanted` in its name: "1,000 accounts", "one account", "by http", "night".
    """
    database = prepare(stage, "ledger")
    with psycopg.connect(stage.owner(database), autocommit=True) as connection:
        connection.execute(BARE)
        accounts = stocked(connection, 1000)
    found = {"redeem": {}}
    for name, spent in (("1,000 accounts", accounts), ("one account", accounts[:1])):
        if wanted not in name:
            continue
        bare, ours = [], []
        for _ in range(rounds):
            bare.append(bare_rate(stage, database, len(spent), seconds))
            ours.append(our_rate(stage, database, spent, seconds))
            exact(stage, database)
        found["redeem"][name] = {"bare": bare, "ours": ours}
    if wanted in "by http":
        found["http"] = by_http(stage, seconds=seconds)
    if wanted in "night":
        found["night"] = nights(stage, issues=issues, rounds=rounds)
    return found


def by_http(stage, *, seconds: int) -> dict:
    """Redemptions a second of one account by the API, from eight clients, and pages of the floor.

    The limit is three times what another system's gift cards did (53 a second) beside a floor of
    9.9 ms of CPU, of which two cores give 202 a second.
    """
    # A database of its own: that of the pages is another world, where much is going on.
    its = {"DATABASE_URL": address(stage, "ledger"), "DATABASE_OWNER_URL": stage.owner("ledger")}
    given = stage.inside("redeeming", more=its, scopes=["tokens:redeem"])
    headers = {
        "Authorization": f"Bearer {given['secret']}",
        "X-Forwarded-Proto": "https",
        "Host": HOST,
        "Content-Type": "application/json",
    }
    asked = {"account": given["account"], "token_type": given["token_type"], "quantity": 1}
    env = stage.environment() | its | {"API_CALLS_PER_MINUTE": "1000000"}
    site = stage.serve("redeeming", "tms.wsgi", env)
    programs = stage.pid("redeeming"), stage.pid("database")
    line = {"seconds": seconds, "method": "POST", "body": json.dumps(asked)}
    together(site, "/api/v1/token-redemptions", headers, **line)  # warms up
    before = [cpu_of(each) for each in programs]
    ours = together(site, "/api/v1/token-redemptions", headers, **line)
    ours["cpu"] = [
        (cpu_of(each) - was) / (ours["rate"] * seconds) * 1e6
        for each, was in zip(programs, before, strict=True)
    ]
    floor_address, floor_headers = pages.floor(stage)
    programs = stage.pid("floor"), stage.pid("database")
    before = [cpu_of(each) for each in programs]
    floor = together(floor_address, "/page/", floor_headers, seconds=seconds)
    spent = sum(map(cpu_of, programs)) - sum(before)
    floor["cpu"] = spent / (floor["rate"] * seconds) * 1e6
    exact(stage, "ledger")
    return {"ours": ours, "floor": floor, "share": ours["rate"] / floor["rate"]}


def address(stage, database: str) -> str:
    return stage.postgres.address("lanyard_app").replace("/lanyard?", f"/{database}?")


def prepare(stage, database: str) -> str:
    stage.postgres.sql(f"CREATE DATABASE {database} OWNER lanyard_owner")
    owner = stage.owner(database)
    stage.manage("prepare", DATABASE_OWNER_URL=owner, as_owner=True)
    stage.manage("demo", DATABASE_URL=owner, DATABASE_OWNER_URL=owner)
    return database


def stocked(connection, number: int) -> list[int]:
    """The ids of so many new accounts, each with six issues, the first ones small."""
    after = connection.execute("SELECT max(id) FROM tokens_tokenissue").fetchone()[0] or 0
    accounts = [row[0] for row in connection.execute(ACCOUNTS, {"accounts": number})]
    statement = ISSUES.format(
        issued="CASE WHEN k = 6 THEN 1000000 ELSE 5 * k END",
        expires="date '2027-01-01' + k * 30",
    )
    connection.execute(statement, {"accounts": accounts, "each": 6})
    connection.execute(ENTRIES, {"after": after})
    connection.execute("VACUUM ANALYZE")
    return accounts


class Rate(NamedTuple):
    """Redemptions a second; of each, the microseconds of CPU of the program and the database."""

    a_second: float
    program: float
    database: float


def bare_rate(stage, database: str, accounts: int, seconds: int) -> Rate:
    """Of pgbench with eight clients."""
    owner = stage.owner(database)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(STOCK.format(accounts=accounts))
        connection.execute("VACUUM ANALYZE bare.issue")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(
            f"\\set a random(1, {accounts})\n\\set n random(1, 3)\nSELECT bare.redeem(:a, :n);\n"
        )
        script.flush()
        Path(script.name).chmod(0o644)
        command = [str(stage.postgres.programs / "pgbench"), "-n", "-c", str(CLIENTS), "-j", "2"]
        command += ["-T", str(seconds), "-f", script.name, owner]
        before, programs = cpu_of(stage.pid("database")), of_children()
        code, said = stage.family.run("pgbench", command, capture=True, errors_too=True)
    if code:
        raise SystemExit(said)
    (line,) = [line for line in said.splitlines() if line.startswith("tps")]
    rate = float(line.split("=")[1].split()[0])
    made = rate * seconds / 1e6
    spent = cpu_of(stage.pid("database")) - before
    return Rate(rate, (of_children() - programs) / made, spent / made)


def of_children() -> float:
    """Seconds of CPU of the programs that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def our_rate(stage, database: str, accounts: list[int], seconds: int) -> Rate:
    """Of eight clients in the site's processes, through the verb."""
    done, ready = [], Path(tempfile.mkdtemp(dir=stage.folder))
    url = address(stage, database)

    def work(number):
        told = stage.inside(
            "redeem",
            more={"DATABASE_URL": url},
            accounts=accounts,
            ready=str(ready),
            seconds=seconds,
            seed=number,
            clients=CLIENTS // PROCESSES,
        )
        done.append(told)

    threads = [threading.Thread(target=work, args=[number]) for number in range(PROCESSES)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PATIENCE
    while len(list(ready.iterdir())) < PROCESSES and time.monotonic() < until:
        time.sleep(0.05)
    before = cpu_of(stage.pid("database"))
    (ready / "go").touch()
    for thread in threads:
        thread.join()
    spent = cpu_of(stage.pid("database")) - before
    if len(done) < PROCESSES:
        raise SystemExit("Not every process came through.")
    made = sum(told["done"] for told in done)
    program = sum(told["cpu"] for told in done)
    return Rate(made / seconds, program / made * 1e6, spent / made * 1e6)


def exact(stage, database: str) -> None:
    with psycopg.connect(stage.owner(database)) as connection:
        (wrong,) = connection.execute(EXACT).fetchone()
    if wrong:
        raise SystemExit(f"{wrong} balances differ from their entries.")


def nights(stage, *, issues: int, rounds: int) -> dict:
    """Seconds of the night that writes everything off, beside the bare one, in turns."""
    database = prepare(stage, "night")
    with psycopg.connect(stage.owner(database), autocommit=True) as connection:
        after = connection.execute("SELECT max(id) FROM tokens_tokenissue").fetchone()[0] or 0
        accounts = [row[0] for row in connection.execute(ACCOUNTS, {"accounts": 1000})]
        statement = ISSUES.format(issued="1 + k %% 20", expires="date '2026-06-01' + k %% 300")
        connection.execute(statement, {"accounts": accounts, "each": issues // 1000})
        connection.execute(ENTRIES, {"after": after})
        connection.execute(BARE_NIGHT)
        connection.execute("VACUUM (FULL, ANALYZE) tokens_tokenissue")
    ours, bare, again = [], [], []
    for _ in range(rounds):
        with copy(stage) as tonight, psycopg.connect(stage.owner(tonight), autocommit=True) as line:
            # What the triggers do is what the bare one does without.
            line.execute("ALTER TABLE tokens_ledgerentry DISABLE TRIGGER USER")
            line.execute("ALTER TABLE tokens_tokenissue DISABLE TRIGGER USER")
            begun = time.perf_counter()
            line.execute("CALL bare_night()")
            bare.append(time.perf_counter() - begun)
        with copy(stage) as tonight, Visitor(stage.owner(tonight)):
            told = stage.inside(
                "token_night",
                on="2100-01-01",
                as_owner=True,
                more={"DATABASE_OWNER_URL": stage.owner(tonight)},
            )
            exact(stage, tonight)
        ours.append(told["seconds"])
        again += told["again"]
    return {
        "issues": told["written"],
        "ours": ours,
        "bare": bare,
        "ratio": statistics.median(ours) / statistics.median(bare),
        "nothing_due_ms": again,
    }


def least(turns: list[Rate], name: str) -> str:
    return f"{min(getattr(each, name) for each in turns):.0f}"


def say(found: dict) -> None:
    for name, told in found["redeem"].items():
        ours, bare = told["ours"], told["bare"]
        rates = [[each.a_second for each in turns] for turns in (ours, bare)]
        print(
            f"S-6: {name}: {spread(rates[0])} redemptions a second through the verb, "
            f"{spread(rates[1])} bare in pgbench: "
            f"ratio {statistics.median(rates[0]) / statistics.median(rates[1]):.2f} "
            f"(at least {0.8 if name == 'one account' else 0.45}); books exact; CPU of one: ours "
            f"{least(ours, 'program')} + {least(ours, 'database')} microseconds, bare "
            f"{least(bare, 'program')} + {least(bare, 'database')} (program and database)"
        )
    if http := found.get("http"):
        say_http(http)
    if night := found.get("night"):
        say_night(night)


def say_http(http: dict) -> None:
    program, database = http["ours"]["cpu"]
    print(
        f"S-6: by HTTP, one account, eight clients: "
        f"{http['ours']['rate']:.0f} redemptions a second "
        f"({http['ours']['failed']} failed, p95 {http['ours']['p95']:.0f} ms), "
        f"{http['share']:.2f} of the floor's pages (at least 0.79); CPU of one: "
        f"{program:.0f} + {database:.0f} microseconds, of the floor's page "
        f"{http['floor']['cpu']:.0f}"
    )


def say_night(night: dict) -> None:
    print(
        f"S-5: {night['issues']:,} token issues written off in {spread(night['ours'])} s, bare "
        f"{spread(night['bare'])} s: ratio {night['ratio']:.2f} (at most 1.6); nothing due "
        f"{spread(night['nothing_due_ms'])} ms"
    )

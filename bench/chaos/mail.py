"""What is written while things are killed? By fifty rules, to a mail server of ours.

Five rules write about each pass that is given, forty-five about passes that expired or will, day by
day, by two who follow them and deliver all the while. Whoever kills a worker amid a conversation
can't know whether the mail left; everything else is exact: what was written is what bare SQL says,
each once, none twice in the mailbox, none called sent that isn't there.
"""

import atexit
import collections
import contextlib
import random
import re
import subprocess
import sys

import psycopg
from stage import ROOT

sys.path.insert(0, str(ROOT))

from tests.comms.mailbox import Mailbox, serving

RULE = """
UPDATE comms_trigger SET disabled = true;
INSERT INTO comms_template (name, target, kind, subject, body, version)
VALUES ('Chaos', 'pass', 'service', 'News', '<p>Hello</p>', 0);
INSERT INTO comms_sendingaddress (name, email, confirmed_at, is_default, version)
SELECT 'Chaos', 'chaos@x.example', now(), true, 0
WHERE NOT EXISTS (SELECT FROM comms_sendingaddress WHERE is_default);
INSERT INTO comms_trigger (name, abbreviation, template_id, automatic, disabled, occasion, "offset",
    side, audience, addresses, pass_type_id, enabled_at, changed_at, version)
SELECT 'Chaos ' || g, 'CHAOS' || g, (SELECT id FROM comms_template WHERE name = 'Chaos'), true,
    false, CASE WHEN g <= 5 THEN 'pass.issued' ELSE 'pass.expired' END,
    CASE WHEN g <= 5 THEN 0 ELSE 2 * g END,
    CASE WHEN g % 2 = 0 AND g > 5 THEN 'before' ELSE 'after' END,
    CASE WHEN g <= 5 THEN '{addresses}'::varchar[] ELSE '{learner}' END,
    CASE WHEN g <= 5 THEN '{chaos@y.example}'::varchar[] ELSE '{}' END,
    CASE WHEN g BETWEEN 6 AND 48 THEN (SELECT id FROM passes_passtype WHERE code = 'LIB' || g) END,
    now(), now(), 0
FROM generate_series(1, 50) g;
INSERT INTO comms_commssettings (id, send_at, catch_up_days, paused, unusual_from, unusual_times,
    keep_bodies_days, version)
VALUES (1, '00:00', 30, false, 100000000, 1000, 730, 0)
ON CONFLICT (id) DO UPDATE SET send_at = '00:00', catch_up_days = 30, unusual_from = 100000000;
DELETE FROM comms_message;
"""


# What each rule should have written, as bare as can be: (rule, pass) of what happened at once, and
# of what was due by day since the rule was switched on.
WANTED = """
SELECT t.id, j.subject_id FROM comms_trigger t JOIN journal j ON j.kind = 'pass.issued'
    AND j.source <> 'import' AND j.at >= (SELECT begun FROM begun)
WHERE t.name LIKE 'Chaos %' AND t.occasion = 'pass.issued'
UNION ALL
SELECT t.id, p.id FROM comms_trigger t JOIN passes_pass p ON p.cancelled_at IS NULL
    AND (t.pass_type_id IS NULL OR p.pass_type_id = t.pass_type_id)
CROSS JOIN LATERAL (SELECT (p.expires_on + CASE t.side WHEN 'before' THEN -t."offset"
    ELSE t."offset" END)::timestamp AT TIME ZONE (SELECT time_zone FROM tms_organisation) AS due) d
WHERE t.name LIKE 'Chaos %' AND t.occasion = 'pass.expired'
    AND d.due >= t.changed_at AND d.due <= now()
"""
# What the log's own mails are named by; letters about anything else have another name.
OURS = re.compile(r"<message-(\d+)@")
# Why one isn't sent that should have been written.
KEPT_BACK = {"over", "too_short", "nobody", "no_address", "archived", "opted_out"}
# That a day had gone by when its date was set is noted, and due on no day since then.
TOO_SHORT = "skipped too_short"


class Mail:
    """A mail server, and the rule that writes about each pass. Use it as a context."""

    def __enter__(self):
        self.box, self.open = Mailbox(), contextlib.ExitStack()
        host, port = self.open.enter_context(serving(self.box))
        self.url = f"smtp://{host}:{port}"
        return self

    def __exit__(self, *_):
        self.open.close()

    def begin(self, stage) -> None:
        self.stage = stage
        with psycopg.connect(stage.owner(), autocommit=True) as connection:
            for statement in RULE.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("CREATE TABLE begun AS SELECT now() AS begun")

    def troubles(self):
        """Follow the rules to the end, deliver what waits, and compare."""
        self.stage.inside("to_the_end")
        with psycopg.connect(self.stage.owner()) as connection:
            rows = connection.execute(
                "SELECT m.id, m.state, m.reason, m.trigger_id, m.subject_id FROM comms_message m "
                "JOIN comms_trigger t ON t.id = m.trigger_id WHERE t.name LIKE 'Chaos %'"
            ).fetchall()
            wanted = collections.Counter(connection.execute(WANTED).fetchall())
            connection.execute("DROP TABLE begun")
        self.states = dict(collections.Counter(row[1] for row in rows))
        named = (OURS.match(message["Message-ID"]) for _address, message in self.box.arrived)
        arrived = {int(name[1]) for name in named if name}
        written = collections.Counter(row[3:] for row in rows)
        yield from (f"Rule {rule}, pass {one}: not written" for rule, one in wanted - written)
        so = {row[3:]: f"{row[1]} {row[2]}".strip() for row in rows}
        yield from (
            f"Rule {rule}, pass {one}: not wanted, {so[rule, one]}"
            for rule, one in written - wanted
            if so[rule, one] != TOO_SHORT
        )
        yield from (f"{each} arrived twice" for each in self.box.doubles)
        for pk, state, reason, _rule, _subject in rows:
            if state == "sent" and pk not in arrived:
                yield f"Message {pk} is called sent and didn't arrive"
            if state not in ("sent", "unclear") and not (
                state == "skipped" and reason in KEPT_BACK
            ):
                yield f"Message {pk} is {state} {reason}"


class Following:
    """Two that follow the rules and deliver all the while; whoever is killed comes back."""

    def __init__(self, stage):
        self.stage, self.fell = stage, []

    def start(self) -> None:
        self.two = [self._begin() for _ in range(2)]
        # Whatever breaks off what goes on here, they don't go on after it.
        atexit.register(lambda: [each.kill() for each in self.two])

    def _begin(self) -> subprocess.Popen:
        env = self.stage.environment()
        env.pop("LANYARD_PROCESS")
        command = [sys.executable, str(ROOT / "bench" / "inside.py"), "following", "{}"]
        log = subprocess.DEVNULL
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=subprocess.PIPE)

    def kill(self, dice: random.Random) -> bool:
        which = dice.randrange(2)
        process = self.two[which]
        struck = self._over(process)
        self.two[which] = self._begin()
        return struck

    def _over(self, process: subprocess.Popen) -> bool:
        """Killed, if it hadn't ended by itself, which it shouldn't."""
        struck = process.poll() is None
        process.kill()
        _nothing, said = process.communicate()
        if not struck:
            self.fell.append(said.decode("utf-8", "replace")[-500:])
        return struck

    def stop(self) -> None:
        for process in self.two:
            self._over(process)

    def troubles(self):
        yield from (f"Who follows the rules fell: {each}" for each in self.fell)

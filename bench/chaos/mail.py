"""What is written about while things are killed? Each pass that is given, to a mail server of ours.

Whoever kills a worker amid a conversation can't know whether the mail left; everything else is
exact: one message for each pass, none twice in the mailbox, none called sent that isn't there.
"""

import collections
import contextlib
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
    side, audience, addresses, enabled_at, changed_at, version)
SELECT 'Chaos', 'CHAOS', (SELECT id FROM comms_template WHERE name = 'Chaos'), true, false,
    'pass.issued', 0, 'after', '{addresses}', '{chaos@y.example}', now(), now(), 0;
INSERT INTO comms_commssettings (id, send_at, catch_up_days, paused, unusual_from, unusual_times,
    keep_bodies_days, version)
VALUES (1, '08:00', 3, false, 100000000, 1000, 730, 0)
ON CONFLICT (id) DO UPDATE SET unusual_from = 100000000;
DELETE FROM comms_message;
"""


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

    def troubles(self):
        """Follow the rule to the end, deliver what waits, and compare."""
        self.stage.inside("to_the_end")
        with psycopg.connect(self.stage.owner()) as connection:
            rows = connection.execute(
                "SELECT m.id, m.state, m.subject_id FROM comms_message m "
                "JOIN comms_trigger t ON t.id = m.trigger_id WHERE t.name = 'Chaos'"
            ).fetchall()
            given = connection.execute(
                "SELECT count(*), count(DISTINCT subject_id) FROM journal "
                "WHERE kind = 'pass.issued' AND source <> 'import' "
                "AND at >= (SELECT enabled_at FROM comms_trigger WHERE name = 'Chaos')"
            ).fetchone()
        self.states = dict(collections.Counter(state for _pk, state, _subject in rows))
        arrived = {
            int(message["Message-ID"].removeprefix("<message-").partition("@")[0])
            for _address, message in self.box.arrived
        }
        if (len(rows), len({row[2] for row in rows})) != given:
            yield f"{given[0]} passes were given, {len(rows)} messages written"
        yield from (f"{each} arrived twice" for each in self.box.doubles)
        for pk, state, _subject in rows:
            if state == "sent" and pk not in arrived:
                yield f"Message {pk} is called sent and didn't arrive"
            if state not in ("sent", "unclear"):
                yield f"Message {pk} is {state}"

"""A night and a worker that sends are killed, and nothing is half done: bench/chaos in short."""

import datetime
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from comms import delivery
from comms.models import Message, SendingAddress, Template
from passes import expiring
from passes.models import Pass
from tests.factories import PassFactory
from tms.models import JournalRow

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = datetime.date(2026, 11, 22)
DUE = 150
# A night that goes on to its statement number sys.argv[1], is killed within sys.argv[2] seconds of
# it, by itself so that no machine is too slow to do so, and never gets five statements further.
NIGHT = """
import datetime, itertools, os, signal, sys, threading, time, django
django.setup()
from django.db import connection
from comms import delivery
from comms.models import Message, SendingAddress, Template
from passes import expiring
expiring.CHUNK = 2
last, within, statements = int(sys.argv[1]), float(sys.argv[2]), itertools.count(1)

def die():
    time.sleep(within)
    os.kill(os.getpid(), signal.SIGKILL)

def counted(execute, *given):
    number = next(statements)
    if number == last:
        threading.Thread(target=die).start()
    elif number == last + 5:
        time.sleep(60)
    return execute(*given)

at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
with connection.execute_wrapper(counted):
    expiring.record_expired(on=datetime.date(2026, 11, 22), at=at)
"""


@pytest.fixture
def due(europe):
    """Passes that are over, each for another number of days."""
    first = PassFactory(starts_on=datetime.date(2025, 11, 1), expires_on=TODAY)
    same = {field.attname: getattr(first, field.attname) for field in Pass._meta.concrete_fields}
    Pass.objects.bulk_create(
        Pass(**same | {"id": None, "expires_on": TODAY - datetime.timedelta(days=1 + n % 30)})
        for n in range(DUE)
    )


def night_that_is_killed(statement, within):
    """The nightly step, until it is dead."""
    killed(NIGHT, str(statement), str(within))


def killed(program, *words):
    """Run it in a process of its own, on this test's database, until it is dead."""
    ours = connection.settings_dict
    address = f"postgresql://{ours['USER']}@/{ours['NAME']}?host={ours['HOST']}"
    address += "&application_name=night"
    names = {"DATABASE_URL": address, "DATABASE_OWNER_URL": address}
    died = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=os.environ | names | {"DJANGO_SETTINGS_MODULE": "tms.settings"},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    # The server ends what the dead one had asked for; until then its locks stay.
    while connected("night"):
        time.sleep(0.01)


def connected(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [name])
        return cursor.fetchone()


def written():
    return JournalRow.objects.filter(kind="pass.expired").count()


def test_a_night_that_is_killed_again_and_again_is_whole_in_the_end(due, clock):
    dice = random.Random(7)
    for _night in range(4):
        before = written()
        night_that_is_killed(dice.randint(8, 16), within=dice.uniform(0, 0.005))
        assert before < written() < DUE
    expiring.record_expired(on=TODAY, at=clock.at)
    rows = JournalRow.objects.filter(kind="pass.expired")
    told = sorted(rows.values_list("subject_id", "on"))
    over = Pass.objects.filter(expires_on__lt=TODAY).values_list("id", "expires_on")
    assert told == sorted((pk, last + datetime.timedelta(days=1)) for pk, last in over)
    assert len(told) == DUE


# A worker that sends: what it hands over stands in the file sys.argv[3], as soon as it is handed
# over. It dies like the night above, or amid a handful: after as many messages as sys.argv[4].
SENDING = """
import datetime, itertools, os, signal, sys, threading, time, django
django.setup()
from django.db import connection
from comms import delivery, transport
last, within, statements = int(sys.argv[1]), float(sys.argv[2]), itertools.count(1)
left, handed = open(sys.argv[3], "a", buffering=1), itertools.count(1)

def hand(way, letter, number, at):
    left.write(f"{number}\\n")
    if next(handed) == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
    return transport.SENT

def die():
    time.sleep(within)
    os.kill(os.getpid(), signal.SIGKILL)

def counted(execute, *given):
    number = next(statements)
    if number == last:
        threading.Thread(target=die).start()
    elif number == last + 5:
        time.sleep(60)
    return execute(*given)

transport.Transport.hand = hand
with connection.execute_wrapper(counted):
    delivery.run(at=datetime.datetime.fromisoformat(sys.argv[5]))
"""


@pytest.fixture
def queued(clock, ada, europe):
    """A hundred messages that are due."""
    SendingAddress.objects.create(
        name="Northlight", email="t@northlight.example", confirmed_at=clock.at, is_default=True
    )
    template = Template.objects.create(
        name="News", target="pass", subject="News", body="<p>Hello</p>"
    )
    about = PassFactory()
    Message.objects.bulk_create(
        Message(
            template=template,
            contact=ada,
            subject_kind="pass",
            subject_id=about.pk,
            occurrence=f"o{number}",
            recipient=f"c{ada.pk}",
            state="queued",
            due_at=clock.at,
            due_on=clock.on(),
            made_at=clock.at,
        )
        for number in range(100)
    )


def test_a_worker_that_is_killed_again_and_again_sends_nothing_twice_and_loses_nothing(
    queued, clock, tmp_path, mailoutbox
):
    noted = tmp_path / "left"
    noted.touch()
    never = "1000000"
    for last, amid in ((27, never), (never, "30")):
        killed(SENDING, str(last), "0.002", str(noted), amid, clock.at.isoformat())
        clock.move(minutes=9)  # the lease is over
    marked = Message.objects.filter(state="sending").count()
    assert delivery.run(at=clock.at).unclear == marked
    left = [int(number) for number in noted.read_text().split()]
    left += [int(mail.extra_headers["Message-ID"][9:].partition("@")[0]) for mail in mailoutbox]
    assert len(left) == len(set(left))
    states = dict(Message.objects.values_list("pk", "state"))
    unclear = {pk for pk, state in states.items() if state == "unclear"}
    assert set(states.values()) == {"sent", "unclear"}
    # Of a death at most a handful is unclear; whatever is called sent has left.
    assert 1 <= len(unclear) <= 2 * delivery.MOST_AT_ONCE
    assert set(states) - unclear <= set(left)

"""A night that is killed leaves nothing half done: the short form of bench/chaos."""

import datetime
import os
import random
import subprocess
import sys
import time

import pytest
from django.db import connection

from passes import expiring
from passes.models import Pass
from tests.factories import PassFactory
from tms.models import JournalRow

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = datetime.date(2026, 11, 22)
DUE = 150
NIGHT = """
import datetime, django
django.setup()
from passes import expiring
expiring.CHUNK = 2
print("begun", flush=True)
at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
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


def somebody_elses_night():
    """The nightly step in a process of its own, on this test's database, once it has begun."""
    ours = connection.settings_dict
    address = f"postgresql://{ours['USER']}@/{ours['NAME']}?host={ours['HOST']}"
    names = {"DATABASE_URL": address, "DATABASE_OWNER_URL": address}
    process = subprocess.Popen(
        [sys.executable, "-c", NIGHT],
        env=os.environ | names | {"DJANGO_SETTINGS_MODULE": "tms.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "begun\n"
    return process


def written():
    return JournalRow.objects.filter(kind="pass.expired").count()


def test_a_night_that_is_killed_again_and_again_is_whole_in_the_end(due, clock):
    dice, cut_short = random.Random(7), 0
    for _night in range(4):
        before = written()
        process = somebody_elses_night()
        while written() == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.02))
        process.kill()
        process.communicate()
        cut_short += 0 < written() < DUE
    assert cut_short, "nobody was killed in the middle: more passes, or a sooner kill"
    expiring.record_expired(on=TODAY, at=clock.at)
    rows = JournalRow.objects.filter(kind="pass.expired")
    told = sorted(rows.values_list("subject_id", "on"))
    over = Pass.objects.filter(expires_on__lt=TODAY).values_list("id", "expires_on")
    assert told == sorted((pk, last + datetime.timedelta(days=1)) for pk, last in over)
    assert len(told) == DUE

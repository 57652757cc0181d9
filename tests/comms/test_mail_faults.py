"""A mail server that fails in every way: the log tells the truth, and nothing arrives twice."""

import collections
import datetime
import itertools
import random

import pytest

from comms import delivery
from comms.models import AddressTrouble, Message
from tests.comms.mailbox import DATA, RCPT, Mailbox, fate_of, serving
from tests.factories import ContactFactory, PassFactory
from tms.environment import mailer_from

pytestmark = pytest.mark.django_db

# In which state a message ends by what the server does with it, and whether it arrives.
ENDS = {
    "": ("sent", True),
    "not-now": ("failed", False),
    "busy": ("failed", False),
    "closing": ("failed", False),
    "reset": ("failed", False),
    "unknown": ("bounced", False),
    "not-found": ("failed", False),
    "unwanted": ("failed", False),
    "spam": ("failed", False),
    "dropped-after": ("unclear", True),
}
MESSAGES = 60


@pytest.fixture
def box(settings):
    found = Mailbox()
    with serving(found) as (host, port):
        settings.MAILERS = {"default": mailer_from(f"smtp://{host}:{port}")}
        yield found


@pytest.fixture
def plan(clock, letter, northlight, ada):
    """`plan(fates)`: a queued message for each, to an address that has that fate."""

    def planned(fates):
        template, about = letter("pass"), PassFactory()
        for number, fate in enumerate(fates):
            contact = ContactFactory(
                email=f"n{number}.{fate}@x.example" if fate else f"n{number}@x.example",
                account=ada.account,
            )
            Message.objects.create(
                template=template,
                contact=contact,
                subject_kind="pass",
                subject_id=about.pk,
                occurrence=f"o{number}",
                recipient=f"c{contact.pk}",
                state="queued",
                due_at=clock.at,
                due_on=clock.on(),
                made_at=clock.at,
            )

    return planned


def until_nothing_waits(clock):
    """Deliver, and again whenever something is to be tried again, until nothing is."""
    while Message.objects.filter(state="queued").exists():
        if not any(vars(delivery.run(at=clock.at)).values()):
            waiting = Message.objects.filter(state="queued", next_at__gt=clock.at)
            clock.at = waiting.order_by("next_at").values_list("next_at", flat=True)[0]


def test_each_message_ends_as_the_server_treated_it_and_none_arrives_twice(
    box, plan, clock, monkeypatch
):
    # Two days of tries, in short: test_delivery.py has them in full.
    monkeypatch.setattr(delivery, "GIVEN_UP", datetime.timedelta(minutes=5))
    assert set(ENDS) == {"", "reset", "dropped-after", *RCPT, *DATA}
    fates = list(itertools.islice(itertools.cycle(ENDS), MESSAGES))
    random.Random(6).shuffle(fates)
    plan(fates)
    until_nothing_waits(clock)
    found = Message.objects.order_by("pk").values_list("to", "state")
    assert {(fate_of(to), state) for to, state in found} == {
        (fate, state) for fate, (state, _arrives) in ENDS.items()
    }
    assert sorted(box.addresses) == sorted(to for to, _state in found if ENDS[fate_of(to)][1])
    assert box.doubles == []
    flagged = AddressTrouble.objects.values_list("email", flat=True)
    assert {fate_of(email) for email in flagged} == {"unknown"}


def test_tries_are_bounded(box, plan, clock):
    plan(["busy"])
    until_nothing_waits(clock)
    message = Message.objects.get()
    tries = collections.Counter(box.seen)["n0.busy@x.example"]
    assert (message.state, tries) == ("failed", message.attempts)
    assert 12 <= tries <= 20


def test_a_server_that_is_away_and_comes_back_gets_everything_once(box, plan, clock):
    plan([""] * 20)
    box.refuses = "421 4.3.2 Not now"
    assert delivery.run(at=clock.at).sent == 0
    box.refuses = ""
    clock.move(minutes=2)  # a minute after the last of them was tried
    assert delivery.run(at=clock.at).sent == 20
    assert (len(box.arrived), box.doubles) == (20, [])

"""Rules that are followed and messages that leave, within the project (bench/inside.py)."""

import contextlib
import datetime
import sys
import time

from django.db import Error, connection
from django.db.models import F

from comms import delivery, postman, rendering, transport
from comms.letter import Letter
from comms.models import Message, Trigger
from tms import clock

LETTER = Letter(
    to="a@x.example",
    to_name="",
    sender="b@x.example",
    sender_name="",
    title="News",
    text="Hello",
    html="<p>Hello</p>",
)


def moment(at: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(at)


def firing(at: str) -> dict:
    """Seconds of the first time, milliseconds of a tick after it, and of looking at everything."""
    begun = time.perf_counter()
    written = postman.run(at=moment(at)).written
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE comms_message")
    return {
        "seconds": seconds,
        "written": written,
        "idle": [again(at) for _ in range(5)],
        "looked": [again(at, afresh=True) for _ in range(3)],
    }


def again(at: str, *, afresh: bool = False) -> float:
    if afresh:
        Trigger.objects.update(fired_until=None)
    begun = time.perf_counter()
    assert postman.run(at=moment(at)).written == 0  # noqa: S101 - nothing is due
    return (time.perf_counter() - begun) * 1000


def plainly() -> None:
    """Nothing is filled in, and nothing takes long on its way out."""
    rendering.letters = lambda messages, *, now: {each.pk: LETTER for each in messages}
    transport.Transport.hand = lambda way, letter, number, at: transport.SENT


def draining(at: str, most: float = 10.0) -> dict:
    """Messages a second."""
    plainly()
    begun = time.perf_counter()
    done = delivery.run(at=moment(at), budget=most)
    return {"rate": done.sent / (time.perf_counter() - begun), "sent": done.sent}


def at_once(at: str, most: int) -> None:
    """Follow the rules and deliver beside somebody who does the same; prints what left."""
    plainly()
    left = []

    def hand(way, letter, number, at):
        left.append(number)
        return transport.SENT

    transport.Transport.hand = hand
    delivery.alone = lambda door: contextlib.nullcontext(True)
    postman.run(at=moment(at))
    while len(left) < most and delivery.run(at=moment(at), budget=0.5).sent:
        pass
    sys.stdout.write(" ".join(map(str, left)) + "\n")


def following() -> None:
    """Follow rules and deliver until killed; each round the rules reach a day further back."""
    chaos, day = Trigger.objects.filter(name__startswith="Chaos "), datetime.timedelta(days=1)
    while True:
        try:
            back = clock.now() - 30 * day
            chaos.filter(occasion="pass.expired", changed_at__gt=back + day).update(
                enabled_at=F("enabled_at") - day, changed_at=F("changed_at") - day, fired_until=None
            )
            postman.run(at=clock.now())
            delivery.run(at=clock.now(), budget=2)
        except Error:  # the database is being killed
            connection.close()
        time.sleep(0.1)


def to_the_end() -> dict:
    """Whatever a dead worker left is told of; what is due is written, and what is queued leaves."""
    at = clock.now()
    delivery.orphaned(at=at + datetime.timedelta(days=1))
    postman.run(at=at)
    rounds = 0
    while Message.objects.filter(state="queued").exists() and rounds < 100:
        Message.objects.filter(state="queued").update(next_at=None)
        delivery.run(at=clock.now())
        rounds += 1
    return {"rounds": rounds}


VERBS = (to_the_end, following, firing, draining, at_once)

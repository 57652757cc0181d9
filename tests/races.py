"""Two people at the same moment: real threads, each with a connection of its own."""

import functools
import os
import queue
import threading
import time

from django.db import connection

from tms.refusals import Refusal

PATIENCE = 60


def rounds(few: int) -> int:
    """How often a race is run: `few` in the suite, or what RACE_ROUNDS says, for the proof."""
    return int(os.environ.get("RACE_ROUNDS", few))


class NotCaught(Exception):
    """Nothing raises it. In the place of what a verb catches, the verb catches nothing: for twins
    of races that a constraint decides, in which its answer then comes through as it is.
    """


class Round:
    """What a round of a race came to: the answers in order, refusals among them."""

    def __init__(self, answers):
        self.answers = answers

    @property
    def refused(self) -> int:
        return sum(isinstance(answer, Refusal) for answer in self.answers)

    @property
    def done(self) -> int:
        return len(self.answers) - self.refused


class Runner(threading.Thread):
    """A thread with a connection of its own, kept from round to round: opening one costs more than
    most verbs.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.work = queue.SimpleQueue()
        self.start()

    def run(self):
        while (verb := self.work.get()) is not None:
            verb()
        connection.close()


runners: list[Runner] = []


def race(*verbs) -> Round:
    """Start all verbs at once and wait for them. A Refusal is an answer, all else is raised."""
    while len(runners) < len(verbs):
        runners.append(Runner())
    start = threading.Barrier(len(verbs), timeout=PATIENCE)
    answers = [None] * len(verbs)
    through = [threading.Event() for _ in verbs]

    def run(place, verb):
        try:
            start.wait()
            answers[place] = verb()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close_if_unusable_or_obsolete()
            through[place].set()

    for place, verb in enumerate(verbs):
        runners[place].work.put(functools.partial(run, place, verb))
    for each in through:
        assert each.wait(PATIENCE), "a verb hangs"
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refusal):
            raise answer
    return Round(answers)


def dismiss() -> None:
    """Close the connections of all who ran: after each test, whose database may go next."""
    for runner in runners:
        runner.work.put(None)
    for runner in runners:
        runner.join(PATIENCE)
    runners.clear()


def meeting(number=2):
    """A point at which `number` threads wait for each other, however slow the machine is.

    For twins with a lock taken out: put it between the look and the change, and both look first.
    """
    barrier = threading.Barrier(number)
    return lambda: barrier.wait(PATIENCE)


def until(true, patience=PATIENCE / 2) -> None:
    """Wait until it is true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it never comes"
        time.sleep(0.001)


# pg_stat_activity would stay as it was when a transaction first asked; the locks are as they are.
WAITING = """SELECT EXISTS (SELECT FROM pg_locks
    WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"""


def somebody_waits_for_us(patience=PATIENCE / 2) -> None:
    """Wait until another connection waits for a lock of this one, which is in a transaction."""
    until = time.monotonic() + patience
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(WAITING)
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")

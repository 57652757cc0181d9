"""Two people at the same moment: real threads, each with a connection of its own."""

import threading

from django.db import connection

from tms.refusals import Refusal

PATIENCE = 20


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


def race(*verbs) -> Round:
    """Start all verbs at once and wait for them. A Refusal is an answer, all else is raised."""
    start = threading.Barrier(len(verbs), timeout=PATIENCE)
    answers = [None] * len(verbs)

    def run(place, verb):
        try:
            start.wait()
            answers[place] = verb()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, verb), daemon=True)
        for place, verb in enumerate(verbs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a verb hangs"
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refusal):
            raise answer
    return Round(answers)


def meeting(number=2):
    """A point at which `number` threads wait for each other, for a moment at most.

    For twins with a lock taken out: put it between the look and the change, and both look first.
    """
    barrier = threading.Barrier(number)

    def meet():
        try:
            barrier.wait(1)
        except threading.BrokenBarrierError:
            barrier.reset()

    return meet

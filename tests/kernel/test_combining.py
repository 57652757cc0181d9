"""Do callers that wait for the same thing go together, each with their own answer?"""

import threading
from types import SimpleNamespace

import pytest
from django.db import DataError, InterfaceError, OperationalError

from tests import races
from tms import combining
from tms.combining import Combined

PATIENCE = 10


class Counter:
    """Somewhere to go to, behind a door: what was asked for in one go, and answers of double it."""

    def __init__(self):
        self.asked, self.door = [], threading.Event()
        self.begun = threading.Event()
        self.raises = lambda several: None

    def __call__(self, several):
        self.asked.append(several)
        self.begun.set()
        assert self.door.wait(PATIENCE)
        if error := self.raises(several):
            raise error
        return [2 * each for each in several]


class Asks(threading.Thread):
    """One who asks, and what came of it."""

    def __init__(self, combined, given, send, key="door"):
        super().__init__(daemon=True)
        self.asking = combined, key, given, send
        self.answer = self.error = None
        self.start()

    def run(self):
        combined, key, given, send = self.asking
        try:
            self.answer = combined.ask(key, given, send)
        except BaseException as error:
            self.error = error


@pytest.fixture
def combined():
    return Combined()


@pytest.fixture
def send():
    return Counter()


def queued(combined, send, numbers, *, raises=None) -> list[Asks]:
    """The first goes at once; the others wait behind it, in order; then the door is opened."""
    first, *others = numbers
    threads = [Asks(combined, first, send)]
    assert send.begun.wait(PATIENCE)
    for waiting, each in enumerate(others, start=1):
        threads.append(Asks(combined, each, send))
        races.until(lambda n=waiting: len(combined.waiting["door"]) == n)
    if raises:
        send.raises = raises
    send.door.set()
    for each in threads:
        each.join(PATIENCE)
        assert not each.is_alive()
    assert combined.waiting == {}
    return threads


def test_one_alone_asks_for_itself(combined, send):
    send.door.set()
    assert combined.ask("door", 3, send) == 6
    assert combined.ask("door", 4, send) == 8
    assert send.asked == [[3], [4]]
    assert combined.waiting == {}


def test_who_comes_meanwhile_goes_together_and_each_is_told_theirs(combined, send):
    threads = queued(combined, send, [1, 2, 3, 4])
    assert send.asked == [[1], [2, 3, 4]]
    assert [each.answer for each in threads] == [2, 4, 6, 8]


def test_no_more_than_so_many_go_at_once(combined, send, monkeypatch):
    monkeypatch.setattr(combining, "MOST", 2)
    threads = queued(combined, send, [1, 2, 3, 4, 5, 6])
    assert send.asked == [[1], [2, 3], [4, 5], [6]]
    assert [each.answer for each in threads] == [2, 4, 6, 8, 10, 12]


def test_nobody_waits_for_somebody_elses_door(combined, send):
    first = Asks(combined, 1, send, key="door")
    assert send.begun.wait(PATIENCE)
    assert combined.ask("window", 2, lambda several: [7]) == 7
    send.door.set()
    first.join(PATIENCE)
    assert first.answer == 2


def test_what_is_refused_for_several_each_asks_alone(combined, send):
    def wrong(several):
        return DataError("Three is wrong.") if 3 in several else None

    threads = queued(combined, send, [1, 2, 3, 4], raises=wrong)
    assert send.asked[:2] == [[1], [2, 3, 4]]
    assert sorted(send.asked[2:]) == [[2], [3], [4]]
    assert [each.answer for each in threads] == [2, 4, None, 8]
    assert isinstance(threads[2].error, DataError)


def test_what_is_refused_for_one_alone_is_asked_once(combined, send):
    send.door.set()
    send.raises = lambda several: DataError("No.")
    with pytest.raises(DataError):
        combined.ask("door", 3, send)
    assert send.asked == [[3]]
    assert combined.waiting == {}


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_what_may_have_been_done_is_not_done_again(combined, send, error):
    def gone(several):
        return error if 3 in several else None

    threads = queued(combined, send, [1, 2, 3, 4], raises=gone)
    assert send.asked == [[1], [2, 3, 4]]
    assert threads[0].answer == 2
    for each in threads[1:]:
        assert isinstance(each.error, type(error))
        assert str(each.error) == str(error)
    # Each raises one of their own, as each has a stack of their own.
    assert len({id(each.error) for each in threads[1:]}) == 3


def test_who_was_asked_for_by_somebody_interrupted_is_told_so(combined, send):
    def interrupted(several):
        return SystemExit() if 3 in several else None

    threads = queued(combined, send, [1, 2, 3], raises=interrupted)
    assert isinstance(threads[1].error, SystemExit)
    assert isinstance(threads[2].error, OperationalError)
    assert str(threads[2].error) == combining.UNKNOWN


def test_answers_that_are_too_few_are_nobodys(combined):
    begun, door = threading.Event(), threading.Event()

    def send(several):
        begun.set()
        assert door.wait(PATIENCE)
        return [7]

    first = Asks(combined, 1, send)
    assert begun.wait(PATIENCE)
    others = [Asks(combined, 2, send), Asks(combined, 3, send)]
    races.until(lambda: len(combined.waiting["door"]) == 2)
    door.set()
    for each in [first, *others]:
        each.join(PATIENCE)
    assert first.answer == 7
    assert {type(each.error) for each in others} == {ValueError, OperationalError}


class Turn:
    """A lock at which whoever waits first is interrupted: before they are called, or after."""

    def __init__(self, when):
        self.when, self.lock, self.taken = when, threading.Lock(), 0

    def acquire(self):
        self.taken += 1
        if self.taken == 1:
            self.lock.acquire()
            return
        if self.when != "before":
            self.lock.acquire()
        if self.when != "never":
            raise KeyboardInterrupt

    def release(self):
        self.lock.release()


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_is_interrupted_while_waiting_keeps_nobody_waiting(combined, send, monkeypatch, when):
    first = Asks(combined, 1, send)
    assert send.begun.wait(PATIENCE)
    turns = iter([when, "never"])
    monkeypatch.setattr(combining, "threading", SimpleNamespace(Lock=lambda: Turn(next(turns))))
    second = Asks(combined, 2, send)
    if when == "before":
        second.join(PATIENCE)
    else:
        races.until(lambda: combined.waiting["door"])
    third = Asks(combined, 3, send)
    races.until(lambda: len(combined.waiting["door"]) == (1 if when == "before" else 2))
    send.door.set()
    for each in (first, second, third):
        each.join(PATIENCE)
        assert not each.is_alive()
    assert isinstance(second.error, KeyboardInterrupt)
    assert (first.answer, third.answer) == (2, 6)
    assert send.asked == [[1], [3]]
    assert combined.waiting == {}

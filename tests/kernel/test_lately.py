"""What counted very many rows is told for a minute; whatever counted fewer is asked each time."""

import pytest

from tms import lately


class Asked:
    """A question that counts how often it is asked."""

    def __init__(self, number):
        self.number, self.times = number, 0

    def __call__(self, **values):
        self.times += 1
        return [(self.number, self.times)]


@pytest.fixture
def elapsed(monkeypatch):
    """`elapsed[0]` is how many seconds have gone by."""
    seconds = [100.0]
    monkeypatch.setattr(lately.time, "monotonic", lambda: seconds[0])
    return seconds


def told(asked):
    return lately.Lately(asked, counted=lambda rows: rows[0][0])


def test_few_are_counted_anew_each_time(elapsed):
    found = told(asked := Asked(lately.MANY))
    assert [found(on=1), found(on=1)] == [[(lately.MANY, 1)], [(lately.MANY, 2)]]
    assert asked.times == 2


def test_very_many_are_counted_once_a_minute(elapsed):
    found = told(asked := Asked(lately.MANY + 1))
    first = found(on=1, months=[1, 2])
    elapsed[0] += 59.9
    assert found(on=1, months=[1, 2]) == first
    assert found(on=1, months=[1, 3]) != first
    assert (asked.times, found.value(on=1, months=[1, 2])) == (2, lately.MANY + 1)
    elapsed[0] += 0.2
    assert found(on=1, months=[1, 2]) != first


def test_where_they_became_few_each_change_shows_at_once(elapsed):
    found = told(asked := Asked(lately.MANY + 1))
    found(on=1)
    asked.number = 5
    elapsed[0] += 61
    assert [found(on=1), found(on=1)] == [[(5, 2)], [(5, 3)]]


def test_no_more_is_kept_than_so_many(elapsed, monkeypatch):
    monkeypatch.setattr(lately, "MOST", 3)
    found = told(Asked(lately.MANY + 1))
    for day in range(10):
        found(on=day)
    assert len(found.kept) <= 3

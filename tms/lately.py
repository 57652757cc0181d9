"""Figures over very many rows: whose answer is good for a while?

To count a million passes takes a third of a second, and a minute later it is nearly the same. What
counted more than `MANY` rows is told for `A_WHILE` to all who ask this process the same; what
counted fewer is asked each time. For figures to look at alone: nothing is decided by them, and no
sum of money that is owed is among them.
"""

import time

MANY = 5_000
A_WHILE = 60.0  # seconds
# Of one question.
MOST = 50


class Lately:
    """A question (`tms.compiled`) about very many rows; asked as it is itself, `value` included.

    `counted` says of the answer how many rows went into it.
    """

    def __init__(self, question, counted):
        self.question, self.counted = question, counted
        self.kept: dict[tuple, tuple[float, list]] = {}

    def __deepcopy__(self, memo):
        return self  # what it keeps is for all who ask

    def __call__(self, **values) -> list:
        key = tuple((name, plain(value)) for name, value in values.items())
        until, rows = self.kept.get(key, (0.0, []))
        if time.monotonic() < until:
            return rows
        rows = self.question(**values)
        if self.counted(rows) <= MANY:
            self.kept.pop(key, None)
            return rows
        if len(self.kept) >= MOST:
            self.kept.clear()
        self.kept[key] = time.monotonic() + A_WHILE, rows
        return rows

    def one(self, **values):
        """The first row, or None."""
        return next(iter(self(**values)), None)

    def value(self, otherwise=None, /, **values):
        """The first value of the first row; `otherwise` where there is no row."""
        row = self.one(**values)
        return otherwise if row is None else row[0]


def plain(value):
    return tuple(value) if isinstance(value, list) else value

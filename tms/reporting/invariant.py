"""What is an invariant? Something that must never be, and the SQL that finds it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Invariant:
    """`sql` returns a row for each case of what `sentence` says; the first column tells which.

    It reads the views of `reporting`, and tables where they can't say, in whole sets: its cost
    grows with the rows, never with the square. It may name %(at)s, %(role)s and %(kept)s: the
    moment, the application's role ("": one role does everything), the tables only added to.
    """

    name: str
    sentence: str
    sql: str

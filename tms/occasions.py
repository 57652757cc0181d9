"""Which moments can a message be timed against? Each app lists its own in `occasions.py`."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Recorded:
    """A moment that the journal records: a row of `kind` is one happening."""

    target: str
    name: str
    kind: str


@dataclasses.dataclass(frozen=True)
class Dated:
    """A moment that a date column tells ahead: `model` (a label) has it in `column`."""

    target: str
    name: str
    model: str
    column: str

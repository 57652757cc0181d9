"""What can an opportunity be interested in? The list is `settings.OFFERS`, by dotted path.

Each app that sells something publishes an `Offer`. Its interests are rows of `crm.Interest`, and
what they are in particular stands in a row of the app's own, one to one with the interest.
"""

import dataclasses
import datetime
import functools
from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from tms.consequences import Consequence

from .models import Fulfilment, Interest, Opportunity


@dataclasses.dataclass(frozen=True)
class Who:
    """When, and by whom: what every verb is told."""

    at: datetime.datetime
    on: datetime.date
    by: Any
    operation: str = ""

    @property
    def told(self) -> dict:
        """As keywords for a verb."""
        return {**self.when, "operation": self.operation}

    @property
    def when(self) -> dict:
        """The same for a verb that takes no operation."""
        return {"at": self.at, "on": self.on, "by": self.by}


@dataclasses.dataclass(frozen=True)
class Given:
    """One thing that a win gave: a noun of the journal ("pass"), its number, how many."""

    kind: str
    pk: int
    quantity: int = 1


@dataclasses.dataclass(frozen=True)
class Delivery:
    """What one interest gave, and how a preview says it."""

    given: Sequence[Given]
    consequences: Sequence[Consequence] = ()


@dataclasses.dataclass(frozen=True)
class Unspent:
    """One fulfilment as it could be taken back: in words, how many of it, and why not all.

    `left` of `fulfilment.quantity` can be taken back; `why` says what became of the others.
    """

    fulfilment: Fulfilment
    words: str
    left: int
    why: str = ""


class Offer(Protocol):
    """A kind of thing that is sold.

    key        what `Interest.offer` says             label    in the menu of `Add Interest`
    add_url    the name of its dialog's address, with the opportunity's id
    edit_url   the same for an interest, with the interest's id
    most       how many of it one interest can be about
    each_paid  True: what is paid in tokens is redeemed for each one by itself, and `deliver` finds
               a redemption for each in `interest.token_moves`; False: one for the whole interest
    """

    key: str
    label: str
    icon: str
    add_url: str
    edit_url: str
    most: int
    each_paid: bool

    def hold(self, interests: Sequence[Interest]) -> None:
        """Lock what these need beyond accounts and contacts, in the order of locks."""

    def why_not(self, interest: Interest, opportunity: Opportunity, who: Who) -> str:
        """ "" when it can be delivered, otherwise why not and what to change. Under the locks."""

    def deliver(self, interest: Interest, opportunity: Opportunity, who: Who) -> Delivery:
        """Give it, once, to the opportunity's account. Raises Refusal."""

    def note(self, interest: Interest) -> str:
        """What stands under its line on the invoice; "" for nothing."""

    def again(self, interest: Interest, into: Opportunity, who: Who) -> Interest:
        """Add the same to another opportunity, on `duplicating.terms`. Raises Refusal where it
        can't be sold any more; then nothing is added.
        """

    def unspent(self, fulfilments: Sequence[Fulfilment], on: datetime.date) -> list[Unspent]:
        """What of these could be taken back; each of them is named."""

    def take_back(
        self, fulfilments: Sequence[tuple[Fulfilment, int]], who: Who, reason: str
    ) -> list[Consequence]:
        """Take back so many of each. Raises Refusal where less is left."""


@functools.cache
def all_of() -> dict[str, Offer]:
    """Every offer by its key, in the order of the settings."""
    found = [import_string(path) for path in settings.OFFERS]
    return {offer.key: offer for offer in found}


def of(interest: Interest) -> Offer:
    """The offer that an interest is of."""
    return all_of()[interest.offer]

"""What tests of selling share: a deal, what it sells, an invoice over anything."""

import dataclasses
from decimal import Decimal

from crm import invoices, totals
from crm.invoices import Wanted
from crm.offers import Delivery, Given, Unspent
from tms.consequences import Consequence
from tms.refusals import Refusal

STANDARD = {"tax_name": "Standard", "tax_percent": Decimal(19)}


def line(price="100", quantity=1, *, currency, discount="0", title="Workshop", **more) -> Wanted:
    """A line to bill, rounded as the house rounds it."""
    given = STANDARD | more
    sums = totals.line(
        quantity=quantity,
        unit=currency,
        unit_price=Decimal(price),
        discount=Decimal(discount),
        tax_percent=given["tax_percent"],
    )
    return Wanted(
        title=title,
        quantity=quantity,
        unit_price=Decimal(price),
        discount=Decimal(discount),
        net=sums.net,
        tax=sums.tax,
        **given,
    )


def invoiced(account, *lines, currency, who, **more):
    """An issued invoice with these lines."""
    draft = invoices.draft(account, currency, lines, **more, **who)
    return invoices.issue(draft.pk, **who)


@dataclasses.dataclass
class Seats:
    """An offer of the tests: seats, of which some are taken by somebody who sits on them.

    `taken` are the ids that can't be taken back; `gone` what was taken back, as (id, how many).
    """

    key: str = "seat"
    label: str = "Seats"
    icon: str = "armchair"
    add_url = edit_url = "tokens:add_interest"
    most: int = 100
    each_paid: bool = True
    taken: set = dataclasses.field(default_factory=set)
    gone: list = dataclasses.field(default_factory=list)
    next_id: int = 100

    def hold(self, interests):
        """Nothing to lock."""

    def why_not(self, interest, opportunity, who):
        return ""

    def deliver(self, interest, opportunity, who):
        first, self.next_id = self.next_id, self.next_id + interest.quantity
        return Delivery([Given("seat", pk) for pk in range(first, self.next_id)])

    def note(self, interest):
        return "A seat is a seat."

    def again(self, interest, into, who):
        raise Refusal("There are no seats any more.")

    def unspent(self, fulfilments, on):
        return [
            Unspent(
                each,
                f"Seat {each.object_id}",
                int(each.object_id not in self.taken),
                "Somebody sits on it." if each.object_id in self.taken else "",
            )
            for each in fulfilments
        ]

    def take_back(self, fulfilments, who, reason):
        told = []
        for each, quantity in fulfilments:
            if each.object_id in self.taken:
                raise Refusal(f"Somebody sits on seat {each.object_id}.")
            self.gone.append((each.object_id, quantity))
            told.append(Consequence("closes", f"Seat {each.object_id} is free again", quantity))
        return told

"""What did Northlight's learners buy by themselves: by card at the trial, and by invoice?"""

from catalog.models import Event
from crm import accounts
from lms import billing, checkout, paying
from lms.payments import arriving, provider, starting
from lms.payments.trial import Trial
from tms.models import User

BY_INVOICE = "Norrsken Health"


def live(world) -> None:
    """One place by invoice; by card one that is paid, and one that needs action."""
    allowed = world.account(BY_INVOICE)
    accounts.edit(allowed.pk, pays_by_invoice=True, **_office(world, 60))
    _by_invoice(world, "Elsa Nyström", "COMM-120-11", 7)
    if provider.taken():
        _by_card(world, "Jonas Berg", "COMM-120-11", 3)
        _by_card(world, "Ada Lindqvist", "COMM-120-11", 1, given_up=True)


def _by_invoice(world, name, code, ago) -> None:
    event, price, particulars = _chosen(world, name, code, ago)
    checkout.book_by_invoice(event=event, tell=False, **price, **particulars)


def _by_card(world, name, code, ago, *, given_up=False) -> None:
    """Paid at once; or given up, and paid all the same: staff see to it."""
    event, price, particulars = _chosen(world, name, code, ago)
    begun = starting.start(event=event, **price, **particulars)
    when = {"at": particulars["at"], "on": particulars["on"]}
    if given_up:
        starting.give_up(begun.pk, begun.contact, by=particulars["by"], **when)
    arriving.take(Trial().told(begun, provider.PAID), Trial.name, tell=False, **when)


def _chosen(world, name, code, ago) -> tuple[Event, dict, dict]:
    contact = world.contact(name)
    event = Event.objects.select_related("course").get(code=code)
    when = world.who(ago, hour=14) | {"by": contact.user}
    region = paying.region_of(contact)
    prices = billing.in_money(paying.prices_of(event, None, region, when["on"]), contact.account)
    price = {"unit": prices[0].unit, "amount": prices[0].amount, "region": region}
    return event, price, {"contact": contact, **when}


def _office(world, ago) -> dict:
    return world.who(ago, hour=11) | {"by": User.objects.get(name="Tomás Rey")}

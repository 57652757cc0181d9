"""What the tests about selling places start from."""

from decimal import Decimal

from crm import opportunities
from crm import selling as winning
from crm.interests import Wanted
from crm.models import Opportunity
from lms import selling


def deal(account, **who):
    return opportunities.create(account=account, name="Spring intake", **who)


def sell(
    found: Opportunity,
    thing,
    quantity=1,
    price="490",
    *,
    unit=None,
    people=(),
    discount=Decimal(0),
    **who,
):
    """An interest in places on an event, on a course (the date to be agreed) or on a path."""
    of = {"item": thing} if hasattr(thing, "kind") else {"item": thing.course, "event": thing}
    wanted = Wanted(
        title="",
        quantity=quantity,
        unit=unit or found.currency,
        unit_price=Decimal(price),
        tax_level=found.region.tax_level,
        discount=discount,
        contacts=people,
    )
    return selling.add_interest(found.pk, wanted, **of, **who)


def win(found: Opportunity, **who):
    return winning.win(found.pk, **who)

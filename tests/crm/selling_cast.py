"""What tests about selling start from: an opportunity, and interests in it."""

from decimal import Decimal

from crm import opportunities
from crm.interests import Wanted
from tests.factories import TokenTypeFactory
from tokens import selling


def opened(account, who, name="Spring intake", **more):
    """An open opportunity in the first stage."""
    return opportunities.create(account=account, name=name, **who | more)


def interested(deal, who, quantity=50, price="20.00", *, unit=None, title="Gold", **more):
    """An interest in so many tokens of a type, at a price for each."""
    token_type = TokenTypeFactory(unit__code=title, period=12)
    wanted = Wanted(
        title=title,
        quantity=quantity,
        unit=unit or deal.currency,
        unit_price=Decimal(price),
        tax_level=more.pop("tax_level", deal.region.tax_level),
        priced=False,
        **more,
    )
    return selling.add_interest(deal.pk, wanted, token_type=token_type, **who)

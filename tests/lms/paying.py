"""What the tests about paying by tokens start from."""

from tests.factories import PriceFactory, TokenTypeFactory, TokenUnitFactory
from tokens import issuing, spending


def priced(thing, amount=3, code="Gold", **more):
    """`thing` costs so many tokens in Europe."""
    return PriceFactory(of=thing, unit=TokenUnitFactory(code=code), amount=amount, **more)


def give(account, quantity, until=None, code="Gold", *, by=None, at, on):
    """So many tokens to the account, for good or until that day."""
    token_type = TokenTypeFactory(unit__code=code)
    return issuing.issue(account, token_type, quantity, expires_on=until, at=at, on=on, by=by)


def let_spend(account, *contacts, limit=None, who="chosen", at, on, by=None):
    """These may spend the account's tokens."""
    return spending.set_rule(
        account, who=who, contacts=contacts, yearly_limit=limit, at=at, on=on, by=by
    )


def balances(account):
    """What remains of each issue of the account, in the order in which they were given."""
    return list(account.token_issues.order_by("pk").values_list("remaining", flat=True))

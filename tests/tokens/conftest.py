import datetime

import pytest

from tests.factories import TokenTypeFactory
from tokens import issuing


@pytest.fixture
def now(clock, office):
    """When and by whom a verb is called: `**now`."""
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def gold(db):
    """A token type whose tokens never expire by themselves."""
    return TokenTypeFactory(unit__code="Gold")


@pytest.fixture
def give(gold, kestrel, now):
    """`give(5, "2026-12-31")`: five Gold to Kestrel that can be spent through that day."""

    def issued(quantity, expires_on=None, *, account=kestrel, token_type=gold, **more):
        day = datetime.date.fromisoformat(expires_on) if expires_on else None
        return issuing.issue(account, token_type, quantity, expires_on=day, **{**now, **more})

    return issued

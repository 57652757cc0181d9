import datetime

import pytest
from django.contrib.auth.models import Group

from tests.factories import TokenTypeFactory, UserFactory
from tests.passes.conftest import Opened
from tms.people import roles
from tokens import issuing, switches


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


@pytest.fixture
def desk(browse, office):
    """The office's browser."""
    return browse(office)


@pytest.fixture
def someone(browse):
    """`someone("Support")`: the browser of a user with that role."""

    def signed_in(role):
        roles.sync()
        user = UserFactory(name=role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return browse(user)

    return signed_in


@pytest.fixture
def switch(now):
    """`switch(adjustments=False)`: the settings, both on unless said."""

    def switched(manual_issues=True, adjustments=True):
        switches.switch(manual_issues=manual_issues, adjustments=adjustments, **now)

    return switched


@pytest.fixture
def dialog(desk):
    """`dialog(url)`: the office opens it."""

    def opened(url, client=desk):
        return Opened(client, url)

    return opened

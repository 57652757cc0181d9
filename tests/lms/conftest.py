"""What the tests about learning stand on."""

import pytest

from crm import managers
from tests.factories import (
    AccountFactory,
    ContactFactory,
    EventFactory,
    LearnerFactory,
    LmsEventFactory,
    RegistrationFactory,
)
from tests.lms.cast import TODAY, held, library


@pytest.fixture
def lesson(europe):
    """An LMS event of a course, with content for thirty days."""
    return LmsEventFactory(content_days=30)


@pytest.fixture
def who(clock, office):
    """When and by whom a verb is called."""
    return {"at": clock.at, "on": TODAY, "by": office}


@pytest.fixture
def grace(kestrel, who):
    """Who looks after Kestrel's training."""
    made = LearnerFactory(first_name="Grace", last_name="Okafor", account=kestrel)
    managers.choose(kestrel, [made], **who)
    kestrel.refresh_from_db()
    return made


@pytest.fixture
def northwind(europe):
    """Another account, with people, a pass, tokens and a place, all called Canary."""
    account = AccountFactory(name="Canary Ltd", region=europe)
    learner = ContactFactory(first_name="Canary", last_name="Bird", account=account)
    pass_type = library(name="Canary Library")
    held(learner, pass_type, account=account)
    RegistrationFactory(contact=learner, account=account, event=EventFactory())
    return account

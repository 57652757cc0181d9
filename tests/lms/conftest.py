"""What the tests about learning stand on."""

import pytest

from tests.factories import LmsEventFactory
from tests.lms.cast import TODAY


@pytest.fixture
def lesson(europe):
    """An LMS event of a course, with content for thirty days."""
    return LmsEventFactory(content_days=30)


@pytest.fixture
def who(clock, office):
    """When and by whom a verb is called."""
    return {"at": clock.at, "on": TODAY, "by": office}

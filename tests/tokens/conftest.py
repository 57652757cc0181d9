import pytest


@pytest.fixture
def now(clock, office):
    """When and by whom a verb is called: `**now`."""
    return {"at": clock.at, "on": clock.on(), "by": office}

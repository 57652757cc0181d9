import pytest


@pytest.fixture
def now(clock, office):
    """When and by whom a verb is called: `**now`."""
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def nobody_follows(settings):
    """The catalogue alone: what stands above it takes no part."""
    settings.CONSEQUENCES = []

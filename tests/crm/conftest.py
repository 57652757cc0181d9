import pytest

from crm import offers
from tests.conftest import ZONE
from tests.crm.selling import Seats
from tms.models import JournalRow


@pytest.fixture
def who(clock, office):
    """Who did it, when: what every verb is told."""
    return {"at": clock.at, "on": clock.on(ZONE), "by": office}


@pytest.fixture
def told():
    """`told(contact_id=1)`: the kinds of the facts that stand in the journal, oldest first."""

    def kinds(**about):
        return list(
            JournalRow.objects.filter(**about).order_by("id").values_list("kind", flat=True)
        )

    return kinds


@pytest.fixture
def alone(settings):
    """No floor above follows what happens here."""
    settings.CONSEQUENCES = []


@pytest.fixture
def seats(monkeypatch):
    """The offer of the tests stands beside the real ones."""
    found, real = Seats(), dict(offers.all_of())
    monkeypatch.setattr(offers, "all_of", lambda: {**real, found.key: found})
    return found

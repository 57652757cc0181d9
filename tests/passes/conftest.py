"""The cast of passes: Leadership Library, and who holds it."""

import datetime

import pytest

from passes import lifecycle
from tests.factories import PassOptionFactory, PassTypeFactory

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def library(db):
    """The pass type Leadership Library, on offer."""
    return PassTypeFactory(name="Leadership Library", code="LEAD")


@pytest.fixture
def yearly(library):
    """Its option Annual, 12 months."""
    return PassOptionFactory(pass_type=library)


@pytest.fixture
def issue(clock, office, yearly, ada):
    """`issue(contact=ada, ...)`: a pass of Leadership Library, from today until 22 November 2027."""

    def given(**particulars):
        particulars = {"option": yearly, "contact": ada, **particulars}
        contact = particulars["contact"]
        account = particulars.pop("account", contact.account if contact else None)
        who = {"at": clock.at, "on": TODAY, "by": office}
        return lifecycle.issue(account=account, **particulars, **who)

    return given


@pytest.fixture
def desk(browse, office):
    """The office's browser, without htmx: pages and redirects."""
    return browse(office)


@pytest.fixture
def press(desk):
    """`press(url, **answers)`: send a dialog by htmx, with what it had hidden in it when opened."""

    def pressed(url, _client=desk, **answers):
        opened = _client.get(url, headers={"HX-Request": "true"})
        hidden = hidden_in(opened.content.decode())
        return _client.post(url, {**hidden, **answers}, headers={"HX-Request": "true"})

    return pressed


def hidden_in(html):
    """The names and values of the hidden inputs."""
    import re

    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', html):
        attributes = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        found[attributes["name"]] = attributes.get("value", "")
    return found

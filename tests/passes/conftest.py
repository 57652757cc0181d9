"""The cast of passes: Leadership Library, who holds it, and the office's browser."""

import datetime
import re

import pytest
from django.contrib.auth.models import Group

from passes import lifecycle
from tests.factories import PassOptionFactory, PassTypeFactory, UserFactory

TODAY = datetime.date(2026, 11, 22)
HTMX = {"HX-Request": "true"}


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
    """`issue(contact=ada, ...)`: a pass of Leadership Library, until 22 November 2027."""

    def issued(**particulars):
        particulars = {"option": yearly, "contact": ada, **particulars}
        holder = particulars["contact"]
        account = particulars.pop("account", holder.account if holder else ada.account)
        who = {"at": clock.at, "on": TODAY, "by": office, **particulars}
        return lifecycle.issue(account=account, **who)

    return issued


@pytest.fixture
def desk(browse, office):
    """The office's browser."""
    return browse(office)


@pytest.fixture
def someone(browse):
    """`someone("Support")`: the browser of a user with that role."""

    def signed_in(role):
        user = UserFactory(name=role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return browse(user)

    return signed_in


class Opened:
    """A dialog as htmx opened it: what it says, what is hidden in it, and sending it."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        self.answer = client.get(url, headers=HTMX)
        self.html = self.answer.content.decode()
        self.hidden = hidden_in(self.html)

    def look(self, **answers):
        """Only look what would follow from these answers; what it says is remembered for `send`."""
        sent = {**self.hidden, **answers, "show": "preview"}
        html = self.client.post(self.url, sent, headers=HTMX).content.decode()
        self.hidden |= hidden_in(html)
        return html

    def send(self, **answers):
        return self.client.post(self.url, {**self.hidden, **answers}, headers=HTMX)


def hidden_in(html) -> dict[str, str]:
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', html):
        attributes = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        found[attributes["name"]] = attributes.get("value", "")
    return found


@pytest.fixture
def dialog(desk):
    """`dialog(url)`: the office opens it."""

    def opened(url, client=desk):
        return Opened(client, url)

    return opened

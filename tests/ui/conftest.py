import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission

from tests.factories import UserFactory


@pytest.fixture
def site(monkeypatch):
    """The addresses are those of tests/ui/site.py. The resolvers of both sites are kept: pytest's
    own mark for this forgets them, and each test would read all addresses twice.
    """
    monkeypatch.setattr(settings, "ROOT_URLCONF", "tests.ui.site")


@pytest.fixture
def colleague(organisation):
    """`colleague("tms.export")`: staff whose role includes just that."""

    def make(*permissions):
        role = Group.objects.create(name=f"May {permissions}")
        for name in permissions:
            app, codename = name.split(".")
            role.permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )
        user = UserFactory(is_staff=True)
        user.groups.add(role)
        return user

    return make


@pytest.fixture
def htmx(browse):
    """`htmx(user)`: a client whose every request comes from htmx on the page /facts/."""

    def sign_in(user=None):
        client = browse(user)
        client.defaults |= {
            "HTTP_HX_REQUEST": "true",
            "HTTP_HX_CURRENT_URL": "http://testserver/facts/?kind=fact.open",
        }
        return client

    return sign_in

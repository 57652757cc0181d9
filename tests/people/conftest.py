"""People who sign in for themselves: passwords, letters, browsers."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tms.models import User
from tms.people import roles, staff

PASSWORD = "a quiet harbour 9"


class Visitor(Client):
    """A browser whose requests are committed: the letters that they set off are sent."""

    def __init__(self, capture, **kwargs):
        super().__init__(**kwargs)
        self.capture = capture

    def request(self, **request):
        with self.capture(execute=True):
            return super().request(**request)

    def sign_in(self, email, password=PASSWORD, **more):
        return self.post("/account/login/", {"login": email, "password": password, **more})

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.session


@pytest.fixture
def visitor(organisation, django_capture_on_commit_callbacks):
    """`visitor()`: a browser that nobody is signed in with."""
    return lambda **kwargs: Visitor(django_capture_on_commit_callbacks, **kwargs)


@pytest.fixture
def admit(organisation, clock):
    """`admit("sam@example.com", "Sales")`: a user with a confirmed address and PASSWORD."""

    def admitted(email, *names, name=""):
        name = name or email.partition("@")[0].title()
        return staff.admit(email, name, PASSWORD, names, by=None, at=clock.at, on=clock.on())

    return admitted


@pytest.fixture
def boss(admit):
    return admit("boss@example.com", roles.ADMINISTRATOR, name="Bea Boss")


@pytest.fixture
def said(clock):
    """The keywords that every verb takes: `verb(..., **said(by))`."""
    return lambda by=None: {"by": by, "at": clock.at, "on": clock.on()}


def code_in(letter) -> str:
    """The code that a letter tells its reader to type."""
    return re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", letter.body, re.MULTILINE).group()


def link_in(letter) -> str:
    """The path of the first link of a letter that is not the front door."""
    return re.search(r"^http://localhost:8000(/\S+)$", letter.body, re.MULTILINE).group(1)


@pytest.fixture
def letters():
    """All letters so far, as (whom, subject)."""
    return lambda: [(letter.to[0], letter.subject) for letter in mail.outbox]


def confirmed(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()

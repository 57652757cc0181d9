"""Sign-ups that nobody confirmed, and sessions that are over, are taken away by the night."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from tms import journal
from tms.models import User
from tms.people import cleaning

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_up(organisation, clock):
    """`sign_up("eve@example.com")`: somebody made an account; `verified=True`: confirmed it."""

    def signed_up(email, *, verified=False, **more):
        user = User.objects.create_user(email, "a quiet harbour 9", name=email, **more)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=verified)
        journal.write("user.signed_up", user.pk, at=clock.at, on=clock.on(), by=user)
        return user

    return signed_up


def left():
    return set(User.objects.values_list("email", flat=True))


def test_a_sign_up_that_was_never_confirmed_is_forgotten_after_a_week(sign_up, clock, office):
    sign_up("eve@example.com")
    sign_up("ada@example.com", verified=True)
    invited = User.objects.create_user("invited@example.com", name="Invited")
    EmailAddress.objects.create(user=invited, email=invited.email, primary=True)
    sign_up("was.in@example.com", last_login=clock.at)
    clock.move(days=7)
    assert cleaning.nightly(on=clock.on(), at=clock.at)["unconfirmed"] == 0
    clock.move(seconds=1)
    assert cleaning.nightly(on=clock.on(), at=clock.at)["unconfirmed"] == 1
    assert cleaning.nightly(on=clock.on(), at=clock.at)["unconfirmed"] == 0
    assert left() == {
        "office@example.com",
        "ada@example.com",
        "invited@example.com",
        "was.in@example.com",
    }
    sign_up("eve@example.com")  # the address is free again


def test_sessions_that_are_over_are_taken_away(organisation, clock):
    for key, hours in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=key,
            session_data="",
            expire_date=clock.at + datetime.timedelta(hours=hours),
        )
    assert cleaning.nightly(on=clock.on(), at=clock.at) == {"unconfirmed": 0, "sessions": 1}
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]

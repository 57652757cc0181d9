"""Every address and every role: who may open what, told by one table that no address escapes.

`TABLE` says of each named address for whom it is; the tests walk the URL configuration, so that an
address without a row fails, and so does a row without an address.
"""

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import LearnerFactory
from tms.models import User
from tms.people import roles

from .table import ELSEWHERE, LEARNER, PUBLIC, SIGNED_IN, STAFF, TABLE, address, world

pytestmark = pytest.mark.django_db

STAFF_ROLES = sorted(roles.ROLES)
WHO = ["anonymous", "learner", *STAFF_ROLES, "staff without a role"]


def addresses(resolver=None, namespace=()):
    """Every (name with namespace, pattern) of the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespace, entry.namespace) if entry.namespace else namespace
            yield from addresses(entry, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join([*namespace, entry.name or f"unnamed {entry.pattern}"]), entry


def ours():
    return {name for name, _entry in addresses() if not name.startswith(ELSEWHERE)}


def test_every_address_has_a_row_and_every_row_an_address():
    assert ours() - set(TABLE) == set()
    assert set(TABLE) - ours() == set()


@pytest.fixture
def everything(organisation, office, ada, clock):
    """One of each thing that an address can be about, and who comes to look."""
    roles.sync()
    made = world(ada, office, clock)
    people = {"anonymous": None, "learner": ada.user}
    for role in STAFF_ROLES:
        user = User.objects.create_user(f"{role}@example.com".replace(" ", "-"), name=role)
        user.is_staff = True
        user.save()
        user.groups.set(roles.Group.objects.filter(name=role))
        people[role] = User.objects.get(pk=user.pk)
    nobody = User.objects.create_user("nobody@example.com", name="No Role", is_staff=True)
    people["staff without a role"] = nobody
    return made, people


def expected(name, who, user) -> str:
    """in, sign in, or no."""
    rule = TABLE[name]
    if rule == PUBLIC:
        return "in"
    if user is None:
        return "sign in"
    if rule == SIGNED_IN:
        return "in"
    if rule == LEARNER:
        return "in" if who == "learner" else "no"
    if not user.is_staff:
        return "no"
    if rule == STAFF:
        return "in"
    wanted = (rule,) if isinstance(rule, str) else rule
    return "in" if user.has_perms(wanted) else "no"


def happened(response) -> str:
    """What an answer means: in (whatever it says there), sign in, or no."""
    if response.status_code == 403:
        return "no"
    if response.status_code == 401:
        return "sign in"
    if response.status_code == 302 and reverse("account_login") in response["Location"]:
        return "sign in"
    assert response.status_code < 500
    return "in"


@pytest.mark.parametrize(
    ("method", "headers"),
    [("get", {}), ("post", {"HX-Request": "true", "HX-Current-URL": "http://testserver/"})],
    ids=["get a page", "post by htmx"],
)
def test_each_role_opens_what_it_may_and_nothing_else(everything, browse, method, headers):
    made, people = everything
    assert list(people) == WHO
    wrong = [each for who in WHO for each in _wrong(who, made, people, browse, method, headers)]
    assert wrong == []


def _wrong(who, made, people, browse, method, headers):
    """Each address that answers this one otherwise than the table says."""
    cache.clear()  # nobody is told to wait for what another one did
    client = browse(people[who])
    signed_in = dict(client.cookies)
    for name in sorted(TABLE):
        with transaction.atomic():
            response = getattr(client, method)(address(name, made), headers=headers)
            transaction.set_rollback(True)
        # What a page did is undone, a session that it ended too.
        client.cookies.clear()
        client.cookies.update(signed_in)
        if response.status_code == 405:
            continue
        want, got = expected(name, who, people[who]), happened(response)
        if want != got:
            yield f"{name} {method} by {who} is {got}, not {want}"


def test_what_belongs_to_another_learner_is_not_there(everything, browse):
    made, _people = everything
    other = LearnerFactory()
    for name in ("registration", "calendar", "cancel_mine", "receipt", "receipt_file"):
        assert browse(other.user).get(address(f"lms:{name}", made)).status_code == 404, name
    for name in ("choose_date", "cancel_mine"):
        assert browse(other.user).post(address(f"lms:{name}", made)).status_code == 404, name

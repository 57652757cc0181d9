"""Every address and every role: who may open what, told by one table that no address escapes.

`TABLE` says of each named address for whom it is; the tests walk the URL configuration, so that an
address without a row fails, and so does a row without an address.
"""

import contextlib
import itertools

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import transaction
from django.template import Template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.models import Event
from crm import managers, teaching
from tests.factories import LearnerFactory, UserFactory
from tms.models import User
from tms.people import permissions, roles

from .table import (
    ELSEWHERE,
    IN_THE_LMS,
    LEARNER,
    MANAGER,
    PUBLIC,
    SIGNED_IN,
    STAFF,
    TABLE,
    TEACHER,
    address,
    shorten_api,
    world,
)

pytestmark = pytest.mark.django_db

STAFF_ROLES = sorted(roles.ROLES)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
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


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch):
    """Who is let in is told before a page is drawn; what stands on it is looked at elsewhere."""
    monkeypatch.setattr(Template, "render", lambda *_args, **_more: "")


@pytest.fixture
def everything(organisation, office, ada, clock, monkeypatch):
    """One of each thing that an address can be about, and who comes to look."""
    roles.sync()
    shorten_api(monkeypatch)
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
    if rule in IN_THE_LMS:
        return "in" if who == rule else "no"
    if not user.is_staff:
        return "no"
    if rule == STAFF:
        return "in"
    return "in" if user.has_perms(needed_by(rule)) else "no"


def needed_by(rule) -> tuple[str, ...]:
    """The rights that a row asks for."""
    if rule in {PUBLIC, SIGNED_IN, STAFF, *IN_THE_LMS}:
        return ()
    return (rule,) if isinstance(rule, str) else rule


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


def test_each_role_opens_what_it_may_and_nothing_else(everything, browse):
    made, people = everything
    assert list(people) == WHO
    wrong = []
    for who, user in people.items():
        cache.clear()  # nobody is told to wait for what another one did
        client = browse(user)
        for name in sorted(TABLE):
            want, got = expected(name, who, user), answered(client, "get", address(name, made))
            if got not in (want, None):
                wrong.append(f"{name} by {who} is {got}, not {want}")
    assert wrong == []


@pytest.fixture
def holder(browse):
    """`holder({"crm.view_people"})`: a client of staff who may do just that, always the same."""
    kept, numbers = {}, itertools.count()
    rights = {
        f"{right.content_type.app_label}.{right.codename}": right
        for right in Permission.objects.select_related("content_type")
    }

    def made(codes):
        if (codes := frozenset(codes)) not in kept:
            number = next(numbers)
            role = roles.Group.objects.create(name=f"Role {number}")
            role.permissions.set(rights[code] for code in codes)
            user = UserFactory(email=f"holder{number}@example.com", is_staff=True)
            user.groups.add(role)
            kept[codes] = browse(User.objects.get(pk=user.pk))
        return kept[codes]

    return made


def test_a_press_needs_what_the_page_needs(everything, browse, holder):
    """By htmx: staff with just the rights of the row come in, with all but one of them nobody."""
    made, people = everything
    every, wrong, pressing = permissions.codes(), [], []
    strangers = {who: (people[who], browse(people[who])) for who in ("anonymous", "learner")}
    for name in sorted(TABLE):
        rule = TABLE[name]
        wanted = needed_by(rule)
        pressing += [
            (name, who, expected(name, who, user), client)
            for who, (user, client) in strangers.items()
        ]
        staff = "no" if rule in IN_THE_LMS else "in"
        pressing.append((name, f"staff with {wanted}", staff, holder(wanted)))
        pressing += [
            (name, f"staff with all but {right}", "no", holder(every - {right})) for right in wanted
        ]
    # Who isn't let in changes nothing that would have to be undone; they come first.
    for name, who, want, client in sorted(pressing, key=lambda press: press[2] == "in"):
        cache.clear()
        undone = transaction.atomic() if want == "in" else contextlib.nullcontext()
        with undone:
            got = answered(client, "post", address(name, made), **HTMX)
            if want == "in":
                transaction.set_rollback(True)
        if got not in (want, None):
            wrong.append(f"{name} by {who} is {got}, not {want}")
    assert wrong == []


def answered(client, method, path, **headers) -> str | None:
    """What happened; None where the address doesn't take the method."""
    signed_in = dict(client.cookies)
    response = getattr(client, method)(path, headers=headers)
    # A session that a page ended is there again, too.
    client.cookies.clear()
    client.cookies.update(signed_in)
    return None if response.status_code == 405 else happened(response)


def test_what_belongs_to_another_learner_is_not_there(everything, browse):
    made, _people = everything
    other = LearnerFactory()
    for name in ("registration", "calendar", "cancel_mine", "receipt", "receipt_file"):
        assert browse(other.user).get(address(f"lms:{name}", made)).status_code == 404, name
    for name in ("choose_date", "cancel_mine"):
        assert browse(other.user).post(address(f"lms:{name}", made)).status_code == 404, name


def test_a_manager_sees_their_account_and_no_other(everything, ada, browse, clock, office):
    made, people = everything
    theirs, other = LearnerFactory(account=ada.account), LearnerFactory()
    when = {"at": clock.at, "on": clock.on(), "by": office}
    managers.choose(ada.account, [theirs], **when)
    managers.choose(other.account, [other], **when)
    people |= {"account manager": theirs.user}
    wrong = []
    for name in sorted(each for each, rule in TABLE.items() if rule == MANAGER):
        for who, user in people.items():
            cache.clear()
            got = answered(browse(user), "get", address(name, made))
            if got != expected(name, who, user):
                wrong.append(f"{name} by {who} is {got}")
        if name != "lms:my_team":
            assert browse(other.user).get(address(name, made)).status_code == 404, name
            assert browse(theirs.user).get(address(name, made)).status_code == 200, name
    assert wrong == []


def test_an_instructor_sees_their_events_and_nobody_elses(everything, browse, clock, office):
    made, people = everything
    event = Event.objects.get(pk=made["default"]["event_id"])
    theirs, other = (LearnerFactory(is_instructor=True) for _n in range(2))
    when = {"at": clock.at, "on": clock.on(), "by": office}
    teaching.choose(event.sessions.first(), [theirs], **when)
    people |= {"instructor": theirs.user}
    wrong = []
    for name in sorted(each for each, rule in TABLE.items() if rule == TEACHER):
        for who, user in people.items():
            cache.clear()
            got = answered(browse(user), "get", address(name, made))
            if got != expected(name, who, user):
                wrong.append(f"{name} by {who} is {got}")
        if "teaching" not in name:
            assert browse(other.user).get(address(name, made)).status_code == 404, name
            assert browse(theirs.user).get(address(name, made)).status_code == 200, name
    assert wrong == []

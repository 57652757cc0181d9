"""What is drawn once for all who see the same is filled in for each reader, and keeps nothing."""

import datetime
import decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from tests.factories import LearnerFactory, UserFactory
from tms.ui.alike import once

pytestmark = pytest.mark.django_db

PART = (
    "{% load i18n %}{% alike kind=kind %}{{ kind }} {{ reader }} {{ initials }} {{ here }} "
    "{{ secret }}{% translate 'Close' %}{% endalike %}"
)


@pytest.fixture
def part():
    return engines["django"].from_string(PART)


@pytest.fixture
def draw(rf, part):
    def drawn(user, path="/here/", **context):
        request = rf.get(path)
        request.user = user
        return part.render({"kind": "a", **context}, request)

    return drawn


def test_each_reader_finds_their_own_name_and_address(draw):
    ada, grace = UserFactory(name="Ada Lindqvist"), UserFactory(name="<Grace> & Co")
    assert draw(ada, "/a/?q=1&r=2") == "a Ada Lindqvist AL /a/?q=1&amp;r=2 Close"
    assert draw(grace, "/b/") == "a &lt;Grace&gt; &amp; Co C /b/ Close"
    assert draw(ada) == "a Ada Lindqvist AL /here/ Close"


def test_what_it_does_not_name_is_not_there_to_be_kept(draw):
    assert draw(AnonymousUser(), secret="a balance") == "a AnonymousUser A /here/ Close"


def test_other_values_and_other_languages_are_drawn_apart(draw):
    ada = UserFactory(name="Ada")
    assert draw(ada).endswith("/here/ Close")
    with translation.override("de"):
        assert draw(ada).endswith("/here/ Schließen")
    assert draw(ada, kind="<b>") == "&lt;b&gt; Ada A /here/ Close"
    assert draw(ada).startswith("a Ada")


def test_it_keeps_a_limited_number(draw, part, monkeypatch):
    monkeypatch.setattr("tms.ui.alike.MOST", 3)
    for number in range(9):
        assert draw(AnonymousUser(), kind=number).startswith(f"{number} ")
    node = next(each for each in part.template.nodelist if type(each).__name__ == "Alike")
    assert len(node.kept) <= 3


def test_two_who_sign_in_send_their_own_token_and_see_their_own_bar(browse, kestrel):
    pages = []
    for first in ("Ada", "Grace"):
        learner = LearnerFactory(first_name=first, account=kestrel)
        client = browse(learner.user)
        pages.append(client.get("/profile/").content.decode())
    assert "Grace" not in pages[0]
    assert "Ada" not in pages[1]


# Written once for the same values


@pytest.fixture
def written():
    """A function that is `once`, and how often it wrote something."""
    calls = []

    @once
    def draw(rows, *, may_renew=False):
        calls.append(rows)
        return f"{rows} {may_renew} {translation.gettext('Close')}"

    draw.calls = calls
    return draw


def test_the_same_values_are_written_once_and_others_anew(written):
    day = datetime.date(2026, 11, 22)
    rows = [{"pk": 7, "on": day, "worth": decimal.Decimal("1.0"), "name": None}]
    first = written(rows)
    assert written([dict(rows[0])]) == first
    assert len(written.calls) == 1
    for other in (
        [{**rows[0], "pk": 8}],
        [{**rows[0], "worth": decimal.Decimal("1.00")}],
        [{**rows[0], "pk": True}],
        [{**rows[0], "name": "Ada"}],
        [{**rows[0], "name": mark_safe("Ada")}],
        [],
    ):
        assert written(other) != first or other[0]["name"] == "Ada"
    assert len(written.calls) == 7
    assert written(rows, may_renew=True) != first


def test_each_language_and_zone_has_its_own(written):
    first = written([1])
    with translation.override("de"):
        assert written([1]) != first
    with timezone.override("Asia/Tokyo"):
        written([1])
    assert len(written.calls) == 3


def test_a_row_of_the_database_is_refused_as_it_is_the_same_by_its_id_alone(written):
    with pytest.raises(TypeError, match="User is no plain value"):
        written([UserFactory()])

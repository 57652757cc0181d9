"""What is drawn once for all who see the same is filled in for each reader, and keeps nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.utils import translation

from tests.factories import LearnerFactory, UserFactory

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

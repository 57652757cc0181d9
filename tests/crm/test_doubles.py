"""Whatever address of a double is opened leads to the one that it was merged into."""

import re

import pytest
from django.urls import get_resolver, reverse

from crm import merging
from crm.models import Contact
from tests.crm.test_pages import HTMX, text_of
from tests.factories import AccountFactory, ContactFactory

pytestmark = pytest.mark.django_db

BENEATH = re.compile(r"(contacts|accounts)/<int:(\w+)>/")
# It takes answers alone.
NOTHING_TO_SEE = {"crm:view_as_learner"}


def addresses(resolver=None, route="", names=()):
    """(name, its arguments, of whom) of all that stands beneath a contact or an account."""
    for each in (resolver or get_resolver()).url_patterns:
        path = route + str(each.pattern)
        if hasattr(each, "url_patterns"):
            spaces = (*names, each.namespace) if each.namespace else names
            yield from addresses(each, path, spaces)
        elif (found := BENEATH.match(path)) and (name := ":".join([*names, each.name])):
            yield name, re.findall(r"<int:(\w+)>", path), *found.groups()


@pytest.fixture
def doubles(ada, kestrel, who):
    """Of each kind: (the one kept, the double)."""
    bo = ContactFactory(first_name="Bo", last_name="Ek", account=kestrel)
    northwind = AccountFactory(name="Northwind", region=kestrel.region)
    merging.merge_contacts(ada.pk, bo.pk, **who)
    merging.merge_accounts(kestrel.pk, northwind.pk, **who)
    return {"contacts": (ada, bo), "accounts": (kestrel, northwind)}


def test_every_address_of_a_double_leads_to_the_one_kept(doubles, browse, office):
    client, wrong, seen = browse(office), {}, 0
    for name, arguments, of, owner in addresses():
        if name in NOTHING_TO_SEE:
            continue
        seen += 1
        kept, double = doubles[of]
        here, there = (
            reverse(name, kwargs=dict.fromkeys(arguments, 7) | {owner: row.pk})
            for row in (double, kept)
        )
        leads = [
            each.partition("?")[0] for each, _code in client.get(here, follow=True).redirect_chain
        ]
        # A part of a page leads to its page.
        here_too = {double.get_absolute_url(), there}
        if leads != [there] and not (
            leads[0] in here_too and leads[1:] == [kept.get_absolute_url()]
        ):
            wrong[name] = leads
        page = client.get(here, headers=HTMX)
        if page.get("HX-Redirect") != kept.get_absolute_url():
            wrong[f"{name}, by htmx"] = page.status_code
    assert wrong == {}
    assert seen > 50


def test_it_says_so_and_keeps_the_question(doubles, browse, office):
    kept, double = doubles["accounts"]
    page = browse(office).get(f"/accounts/{double.pk}/contacts/?q=ada", follow=True)
    assert page.redirect_chain == [(f"/accounts/{kept.pk}/contacts/?q=ada", 302)]
    assert "Northwind was merged into Kestrel Rail Group." in text_of(page)


def test_what_is_sent_to_a_double_is_refused_by_the_verb(doubles, browse, office):
    _kept, double = doubles["contacts"]
    answer = browse(office).post(f"/contacts/{double.pk}/restoring/", {}, headers=HTMX)
    assert answer.status_code == 422
    assert "was merged into Ada Lindqvist" in text_of(answer)
    assert Contact.objects.get(pk=double.pk).archived_at


def test_programs_are_told_which_it_became_part_of(doubles, program):
    api = program("people:read", "tokens:read")
    for of, (kept, double) in doubles.items():
        assert api.get(f"/{of}/{double.pk}").json()["merged_into"] == kept.pk
        assert api.get(f"/{of}/{kept.pk}").json()["merged_into"] is None
    kept, double = doubles["accounts"]
    for part in ("token-balances", "token-spending"):
        assert api.get(f"/accounts/{double.pk}/{part}").json()["merged_into"] == kept.pk

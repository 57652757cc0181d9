import re

import pytest

from crm.models import Contact, Membership
from tests.factories import AccountFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def options(browse, office):
    """`options("/contacts/options/?q=a")`: the (id, label) pairs that are offered."""
    client = browse(office)

    def offered(address):
        page = client.get(address, headers={"HX-Request": "true"}).content.decode()
        return re.findall(r'data-value="(\d+)" data-label="([^"]*)"', page)

    return offered


def test_contacts_are_offered_by_a_few_letters_of_name_or_address(ada, kestrel, options):
    ContactFactory(first_name="Bo", last_name="Ek", email="bo@kestrelrail.example")
    assert options("/contacts/options/?q=lind+AD") == [(str(ada.pk), "Ada Lindqvist")]
    assert [name for _pk, name in options("/contacts/options/?q=kestrelrail")] == [
        "Bo Ek",
        "Ada Lindqvist",
    ]
    assert options("/contacts/options/?q=nobody") == []


def test_contacts_of_one_account_alone_primary_and_further(ada, kestrel, options):
    other = AccountFactory()
    bo = ContactFactory(first_name="Bo", last_name="Ek", account=other)
    ContactFactory(first_name="Cy", last_name="Elsewhere")
    Membership.objects.create(contact=bo, account=kestrel)
    offered = options(f"/contacts/options/?q=&account={kestrel.pk}")
    assert [name for _pk, name in offered] == ["Bo Ek", "Ada Lindqvist"]
    assert options("/contacts/options/?q=&account=x") == []


def test_archived_ones_are_not_offered(ada, kestrel, clock, options):
    Contact.objects.update(archived_at=clock.at)
    kestrel.archived_at = clock.at
    kestrel.save()
    assert options("/contacts/options/?q=ada") == []
    assert options("/accounts/options/?q=kestrel") == []


def test_ten_are_offered_in_three_statements(europe, browse, office, count_queries):
    ContactFactory.create_batch(30, last_name="Many")
    client = browse(office)
    assert count_queries(lambda: client.get("/contacts/options/?q=many")) == 3
    page = client.get("/contacts/options/?q=many").content.decode()
    assert page.count('role="option"') == 10


def test_accounts_are_offered_with_their_town(kestrel, options):
    assert options("/accounts/options/?q=rail+kes") == [(str(kestrel.pk), "Kestrel Rail Group")]

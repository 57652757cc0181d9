import pytest

from crm import accounts
from crm.models import Account
from tests.factories import AccountFactory, ContactFactory, CurrencyFactory, UserFactory
from tests.races import meeting, race
from tms.refusals import Refusal, Stale


def test_an_account_is_made_in_the_default_region(europe, who, told):
    made = accounts.create(name="Northwind", street="1 Quay\r\nHarbour", ids=[("ERP", "9")], **who)
    made.refresh_from_db()
    assert (made.name, made.region, made.street) == ("Northwind", europe, "1 Quay\nHarbour")
    assert told(account_id=made.pk) == ["account.created", "account.external_id_added"]


def test_an_account_needs_a_name(europe, who):
    with pytest.raises(Refusal, match=r"^Give the account a name.$") as no:
        accounts.create(name=" \n", **who)
    assert no.value.field == "name"


def test_its_currency_is_one_of_its_region(europe, who):
    krona = CurrencyFactory(code="SEK", label="Swedish krona")
    with pytest.raises(Refusal, match=r"^Europe is sold in EUR. Choose one of them, or none.$"):
        accounts.create(name="Northwind", currency=krona, **who)
    europe.currencies.add(krona)
    assert accounts.create(name="Northwind", currency=krona, **who).currency == krona


def test_its_main_contact_belongs_to_it(kestrel, ada, who):
    stranger = ContactFactory(first_name="Sam", last_name="Strange")
    with pytest.raises(Refusal, match=r"^Sam Strange doesn't belong to this account.$"):
        accounts.edit(kestrel.pk, main_contact=stranger, **who)
    assert accounts.edit(kestrel.pk, main_contact=ada, **who).main_contact == ada


def test_its_owner_works_in_the_back_office(kestrel, ada, office, who):
    with pytest.raises(Refusal, match=r"^Ada Lindqvist doesn't work in the back office.$"):
        accounts.edit(kestrel.pk, owner=ada.user, **who)
    gone = UserFactory(name="Gone", is_staff=True, is_active=False)
    with pytest.raises(Refusal, match=r"^Gone doesn't work in the back office.$"):
        accounts.edit(kestrel.pk, owner=gone, **who)
    assert accounts.edit(kestrel.pk, owner=office, **who).owner == office


def test_no_account_is_above_itself(kestrel, who):
    sub = AccountFactory(name="Sub", parent=kestrel)
    subsub = AccountFactory(name="Subsub", parent=sub)
    sentence = "^Subsub belongs to Kestrel Rail Group itself. Choose another parent.$"
    with pytest.raises(Refusal, match=sentence) as no:
        accounts.edit(kestrel.pk, parent=subsub, **who)
    assert no.value.field == "parent"
    with pytest.raises(Refusal, match=r"^Sub belongs to Sub itself."):
        accounts.edit(sub.pk, parent=sub, **who)
    assert accounts.edit(subsub.pk, parent=kestrel, **who).parent == kestrel


def test_a_stale_edit_is_refused(kestrel, who):
    accounts.edit(kestrel.pk, version=0, city="Malmö", **who)
    with pytest.raises(Stale, match=r"^Kestrel Rail Group was changed meanwhile."):
        accounts.edit(kestrel.pk, version=0, city="Lund", **who)


def put_under_each_other(region, who):
    """How many were refused, and how many of the two have a parent."""
    one, two = (AccountFactory(name=name, region=region) for name in ("One", "Two"))
    outcome = race(
        lambda: accounts.edit(one.pk, parent=two, **who),
        lambda: accounts.edit(two.pk, parent=one, **who),
    )
    return outcome.refused, Account.objects.exclude(parent=None).count()


@pytest.mark.django_db(transaction=True)
def test_two_who_put_accounts_under_each_other_at_once_close_no_circle(europe, who):
    for _round in range(5):
        assert put_under_each_other(europe, who) == (1, 1)
        Account.objects.update(parent=None)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_close_a_circle(europe, who, monkeypatch):
    meet, look = meeting(), accounts.refuse_circle
    monkeypatch.setattr(accounts, "TREE", None)  # The lock of no number: it is never taken.
    monkeypatch.setattr(accounts, "refuse_circle", lambda account: (look(account), meet()))
    assert put_under_each_other(europe, who) == (0, 2)

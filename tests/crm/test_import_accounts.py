"""Accounts come from a file of their own: known by ID, then by their exact name."""

import pytest

from crm import accounts, archiving, external_ids
from crm.importing.columns import ACCOUNTS
from crm.models import Account, Change
from tests.crm.importing import taken, verdicts
from tests.factories import AccountFactory, CurrencyFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.usefixtures("alone", "europe")

HEAD = "Record ID,Company name,Street Address,City,Country/Region,Tax number,Parent Company"


@pytest.fixture
def take(who):
    return lambda *lines, **how: taken(*lines, who=who, about=ACCOUNTS, **how)


def refusals(report):
    return [(row, reason) for row, _place, reason in report.refused]


def test_accounts_come_with_address_and_parent_and_coming_again_changes_nothing(take, told):
    lines = [
        HEAD,
        '9,North Group,"1 High Street\nFloor 2",London,United Kingdom,GB1,',
        "10,North Rail,,,,,9",
        "11,North Sea,,,,,north group",
    ]
    assert verdicts(take(*lines)) == "new new new"
    north, rail, sea = Account.objects.order_by("pk")
    assert (north.street, north.city, north.country, north.tax_number) == (
        "1 High Street\nFloor 2",
        "London",
        "GB",
        "GB1",
    )
    assert (rail.parent, sea.parent, rail.region.name) == (north, north, "Europe")
    assert [str(each) for each in north.external_ids.all()] == ["HubSpot 9"]
    assert told(account_id=north.pk) == ["account.created"]
    assert verdicts(take(*lines)) == "unc unc unc"
    assert verdicts(take(*lines, take=True)) == "unc unc unc"


def test_an_account_is_known_by_its_exact_name_whatever_the_case(take, kestrel, told):
    lines = [HEAD, "7,KESTREL rail group,,York,,,", "8,Kestrel,,,,,"]
    assert verdicts(take(*lines)) == "cha new"
    kestrel.refresh_from_db()
    assert (kestrel.name, kestrel.city) == ("Kestrel Rail Group", "York")
    assert told(account_id=kestrel.pk) == ["account.edited", "account.external_id_added"]
    # Another ID of the same system is another company, though it be called the same.
    assert verdicts(take(HEAD, "12,Kestrel Rail Group,,,,,")) == "new"
    assert Account.objects.filter(name="Kestrel Rail Group").count() == 2
    assert refusals(take("Company name", "Kestrel Rail Group")) == [
        (2, "Several accounts are called “Kestrel Rail Group”. Give the ID of one.")
    ]


def test_values_are_taken_over_where_that_is_asked(take, kestrel, who):
    external_ids.add(kestrel, system="HubSpot", value="7", **who)
    accounts.edit(kestrel.pk, city="Leeds", **who)
    lines = [HEAD, "7,Kestrel Group,,York,,,"]
    assert verdicts(take(*lines)) == "unc"
    assert verdicts(take(*lines, take=True)) == "cha"
    kestrel.refresh_from_db()
    assert (kestrel.name, kestrel.city) == ("Kestrel Group", "York")
    change = Change.objects.order_by("-pk").first()
    assert (change.before, change.after) == (
        {"name": "Kestrel Rail Group", "city": "Leeds"},
        {"name": "Kestrel Group", "city": "York"},
    )
    assert verdicts(take(*lines, take=True)) == "unc"


def test_region_currency_and_owner_are_those_that_are_here(take, europe, office):
    RegionFactory(name="Japan", currencies=[CurrencyFactory(code="JPY")])
    UserFactory(email="sam@example.com", name="Sam Sales", is_staff=True)
    head = "Name,Region,Currency,Owner,Kind"
    report = take(
        head,
        "One,japan,jpy,Sam Sales,",
        "Two,Japan,EUR,,",
        "Three,Mars,,,",
        "Four,,XXX,,",
        "Five,,,Nobody,",
        "Six,,,SAM@example.com,",
    )
    assert refusals(report) == [
        (3, "Japan is sold in JPY. Choose one of them, or none."),
        (4, "There is no region “Mars”."),
        (5, "There is no currency “XXX”."),
        (6, "Nobody in the back office is called “Nobody”."),
    ]
    one = Account.objects.get(name="One")
    assert (one.region.name, one.currency.code, one.owner.name) == ("Japan", "JPY", "Sam Sales")
    assert Account.objects.get(name="Six").owner.name == "Sam Sales"


def test_a_parent_has_to_be_here_and_not_below(take, who):
    top = AccountFactory(name="Top")
    AccountFactory(name="Below", parent=top)
    report = take("Name,Parent Account", "New,Nowhere", "Top,Below", "Top,Top")
    assert refusals(report) == [
        (2, "There is no account “Nowhere” yet. Its row has to come first."),
        (3, "Below belongs to Top itself. Choose another parent."),
    ]


def test_an_archived_account_is_left_alone(take, kestrel, who):
    external_ids.add(kestrel, system="HubSpot", value="7", **who)
    archiving.archive_account(kestrel.pk, **who)
    assert refusals(take(HEAD, "7,Kestrel,,York,,,")) == [
        (2, "Kestrel Rail Group is archived. Restore the account first.")
    ]


def test_without_a_name_only_who_is_here_is_meant(take, kestrel, who):
    external_ids.add(kestrel, system="HubSpot", value="7", **who)
    report = take(HEAD, "7,,,York,,,", "8,,,York,,,", ",,,York,,,")
    assert refusals(report) == [(3, "Give the account a name."), (4, "There is no name and no ID.")]
    kestrel.refresh_from_db()
    assert kestrel.city == "York"

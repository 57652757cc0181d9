"""A program opens an opportunity like another one: what the page copies, once a key."""

from decimal import Decimal

import pytest

from crm.interests import Wanted
from crm.models import Opportunity
from passes import selling as pass_selling
from passes import types
from tests.crm.selling_cast import opened
from tests.factories import AccountFactory, PassOptionFactory, PriceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(program):
    return program()


@pytest.fixture
def annual(europe):
    option = PassOptionFactory(name="Annual", pass_type__name="Leadership Library")
    PriceFactory(priced=option.priced, region=europe, amount=Decimal(900))
    return option


@pytest.fixture
def deal(kestrel, ada, annual, who):
    found = opened(kestrel, who, contact=ada, source="Fair")
    wanted = Wanted(
        **pass_selling.named(annual), quantity=2, unit=found.currency, unit_price=Decimal(900),
        list_price=Decimal(900), tax_level=found.region.tax_level,
    )  # fmt: skip
    pass_selling.add_interest(found.pk, wanted, option=annual, **who)
    return found


def test_it_is_like_the_other_one_but_for_what_is_asked_and_once_a_key(api, deal, annual, ada):
    annual.priced.prices.update(amount=Decimal(950))
    here = f"/opportunities/{deal.pk}/duplication"
    shown = api.post(here, {"preview": True}).json()
    assert (shown["made"], Opportunity.objects.count()) == (None, 1)
    asked = {"name": "Autumn intake", "closes_on": "2027-09-01", "digest": shown["digest"]}
    first = api.post(here, asked, key="again-1")
    again = api.post(here, asked, key="again-1")
    assert (first.status_code, again.json(), Opportunity.objects.count()) == (201, first.json(), 2)
    made = first.json()["made"]
    assert (made["name"], made["account"], made["contact"], made["source"]) == (
        "Autumn intake",
        deal.account_id,
        ada.pk,
        "Fair",
    )
    assert (made["closes_on"], made["status"]) == ("2027-09-01", "open")
    (line,) = made["interests"]
    assert (line["title"], line["quantity"], line["unit_price"]) == (
        "Leadership Library",
        2,
        "950.0000",
    )
    (said,) = first.json()["consequences"]
    assert said["sentence"] == "Copied, at today’s prices"


def test_for_another_account_it_has_nobody_of_this_one(api, deal, europe):
    other = AccountFactory(region=europe)
    made = api.post(f"/opportunities/{deal.pk}/duplication", {"account": other.pk}).json()["made"]
    assert (made["account"], made["contact"], made["name"]) == (other.pk, None, deal.name)


def test_what_can_t_be_sold_is_left_out_and_named(api, deal, annual, who):
    types.archive(annual.pass_type, version=None, **who)
    said = api.post(f"/opportunities/{deal.pk}/duplication", {}).json()
    assert said["made"]["interests"] == []
    assert said["consequences"][0]["sentence"] == "Left out, as it can’t be sold now"


def test_a_key_that_only_reads_may_not(program, deal):
    reader = program("opportunities:read")
    assert reader.post(f"/opportunities/{deal.pk}/duplication", {}).status_code == 403
    assert Opportunity.objects.count() == 1
